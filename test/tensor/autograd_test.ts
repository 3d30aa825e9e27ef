/**
 * Gradients against differences of the ops' own results in f64 (of those that take f32 alone in f32), on strided and
 * broadcast inputs; and the tape's life.
 */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { checkpoint, defaultDevice, grad, noGrad, scope, Tensor, tensor, WasmDevice } from "../../mod.ts";
import { emptyRopeTable, fillRopeTable } from "../../src/nn/rotary.ts";
import { rope } from "../../src/tensor/ops/attention.ts";
import { swiglu } from "../../src/tensor/ops/elementwise.ts";
import { linear, quantizeQ8, takeRows } from "../../src/tensor/ops/linear.ts";
import { crossEntropy } from "../../src/tensor/ops/loss.ts";
import { layerNorm, rmsNorm } from "../../src/tensor/ops/norm.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import { interleave } from "../../src/quant/interleave.ts";
import { randomMatrix } from "../models/random_llama.ts";
import { Random, testSeed } from "../random.ts";
import { type Case, hold } from "./differences.ts";

const seed = testSeed();

/** Q8_0 weights [5, 32] in the packed layout. */
const packedWeights = (() => {
  const format = blockFormats.get("q8_0")!;
  const { data } = randomMatrix(new Random(seed), "q8_0", 5 * 32);
  const packed = interleave(format, data, 5, 32);
  const device = defaultDevice();
  const storage = device.allocate(packed.length);
  device.write(storage, 0, packed);
  return new Tensor(storage, "q8_0", [5, 32]);
})();

const positive = (v: number) => Math.exp(v * 0.5);
const awayFromZero = (v: number) => v + Math.sign(v) * 0.5;

const angles = emptyRopeTable(defaultDevice(), 8, 4);
fillRopeTable(angles, { base: 10, scaling: { type: "none" } });
const targets = tensor(Int32Array.of(2, 0, -100, 1));
const classWeights = tensor([1, 2, 0.5]);

const cases: Record<string, Case> = {
  add: { op: (a, b) => a.add(b), shapes: [[2, 3], [3]] },
  sub: { op: (a, b) => a.sub(b), shapes: [[2, 1, 3], [4, 1]] },
  mul: { op: (a, b) => a.mul(b), shapes: [[2, 3], [2, 1]] },
  "mul by itself": { op: (a) => a.mul(a), shapes: [[5]] },
  div: { op: (a, b) => a.div(b), shapes: [[3, 2], [2]], domain: awayFromZero },
  pow: { op: (a, b) => a.pow(b), shapes: [[2, 3], [3]], domain: positive },
  "numbers": { op: (a) => a.mul(3).add(1).sub(0.5).div(2), shapes: [[4]], composed: true },
  neg: { op: (a) => a.neg(), shapes: [[3]] },
  exp: { op: (a) => a.exp(), shapes: [[2, 3]] },
  log: { op: (a) => a.log(), shapes: [[5]], domain: positive },
  sqrt: { op: (a) => a.sqrt(), shapes: [[5]], domain: positive },
  reciprocal: { op: (a) => a.reciprocal(), shapes: [[5]], domain: awayFromZero },
  sin: { op: (a) => a.sin(), shapes: [[5]] },
  cos: { op: (a) => a.cos(), shapes: [[5]] },
  tanh: { op: (a) => a.tanh(), shapes: [[2, 4]] },
  sigmoid: { op: (a) => a.sigmoid(), shapes: [[2, 4]] },
  silu: { op: (a) => a.silu(), shapes: [[9]] },
  "gelu (tanh)": { op: (a) => a.gelu("tanh"), shapes: [[9]] },
  gelu: { op: (a) => a.gelu(), shapes: [[9]] },
  abs: { op: (a) => a.abs(), shapes: [[9]], domain: awayFromZero },
  maximum: { op: (a, b) => a.maximum(b), shapes: [[3, 4], [4]], apart: true },
  minimum: { op: (a, b) => a.minimum(b), shapes: [[3, 1], [4]], apart: true },
  max: { op: (a) => a.max(1), shapes: [[3, 4, 2]], apart: true },
  "min, kept": { op: (a) => a.min(-1, true), shapes: [[3, 4]], apart: true },
  where: { op: (a, b) => a.gt(b).where(a.mul(a), b), shapes: [[3, 4], [4]], apart: true, composed: true },
  relu: { op: (a) => a.relu(), shapes: [[9]], domain: awayFromZero },
  swiglu: { op: (a, b) => swiglu(a, b), shapes: [[3, 4], [3, 4]], lies: ["dense"] },
  "rms norm": { op: (x, w) => rmsNorm(x, w, 1e-5), shapes: [[3, 5], [5]] },
  "layer norm": { op: (x, w, b) => layerNorm(x, w, b, 1e-5), shapes: [[2, 3, 5], [5], [5]] },
  "layer norm without bias": { op: (x, w) => layerNorm(x, w, null, 1e-5), shapes: [[3, 5], [5]] },
  "log softmax": { op: (a) => a.logSoftmax(-1), shapes: [[3, 4]] },
  rope: {
    op: (x) => rope(x, angles, 2, "halved"),
    shapes: [[3, 2, 6]],
    captures: true,
  },
  "cross entropy": {
    op: (x) => crossEntropy(x, targets, { smoothing: 0.1 }),
    shapes: [[4, 3]],
    captures: true,
  },
  "rows of a table": {
    op: takeRows,
    shapes: [[3, 4], [4]],
    draw: (random, size, k) => k === 1 ? [2, 0, 2, 1] : random.floats(size),
    whole: [1],
  },
  "quantized weights": { op: (x) => linear(x, packedWeights), shapes: [[3, 32]], captures: true },
  "weighted cross entropy": {
    op: (x) => crossEntropy(x, targets, { weights: classWeights, ignoreIndex: -100 }),
    shapes: [[4, 3]],
    captures: true,
  },
  sum: { op: (a) => a.sum(1), shapes: [[2, 3, 2]] },
  "sum, kept": { op: (a) => a.sum(0, true), shapes: [[2, 3]] },
  mean: { op: (a) => a.mean(-1), shapes: [[2, 5]] },
  softmax: { op: (a) => a.softmax(-1), shapes: [[3, 4]] },
  "softmax in the middle": { op: (a) => a.softmax(1), shapes: [[2, 3, 2]] },
  matmul: { op: (a, b) => a.matmul(b), shapes: [[3, 4], [4, 2]] },
  "matmul of batches": { op: (a, b) => a.matmul(b), shapes: [[2, 1, 3, 4], [3, 4, 2]] },
  "matmul with transposes": { op: (a, b) => a.t().matmul(b.t()), shapes: [[4, 3], [2, 4]] },
  reshape: { op: (a) => a.reshape(3, 2).t(), shapes: [[2, 3]] },
  permute: { op: (a) => a.permute(2, 0, 1).exp(), shapes: [[2, 3, 2]] },
  "operands whose dimensions do not join": {
    op: (a, b) => a.permute(4, 2, 0, 3, 1).mul(b.permute(0, 3, 2, 1, 4)),
    shapes: [[2, 2, 2, 2, 2], [2, 2, 2, 2, 2]],
  },
  narrow: { op: (a) => a.narrow(1, 1, 2), shapes: [[2, 4]] },
  expand: { op: (a) => a.expand(4, 2, 3), shapes: [[1, 3]] },
  "squeeze and unsqueeze": { op: (a) => a.unsqueeze(0).squeeze(2), shapes: [[2, 1, 3]] },
  contiguous: { op: (a) => a.t().contiguous(), shapes: [[2, 3]] },
  attention: {
    op: (q, k, v) => q.matmul(k.t()).mul(1 / Math.sqrt(4)).softmax(-1).matmul(v),
    shapes: [[2, 3, 4], [2, 5, 4], [2, 5, 4]],
    composed: true,
  },
};

for (const [name, checked] of Object.entries(cases)) {
  Deno.test(`gradient of ${name} against differences`, () => hold(checked, seed));
}

Deno.test("gradients of gradients", async () => {
  using own = scope();
  const x = tensor([0.7, -1.2, 2], { scope: own });
  const cube = (x: Tensor) => x.mul(x).mul(x).sum(0);
  const [first] = grad(cube)(x);
  const [second] = grad((x) => grad(cube)(x)[0].sum(0))(x);
  const [third] = grad((x) => grad((x) => grad(cube)(x)[0].sum(0))(x)[0].sum(0))(x);
  const close = async (t: Tensor, want: number[]) => {
    (await t.data()).forEach((v, i) => ok(Math.abs(v - want[i]) < 1e-4, `${v} for ${want[i]}`));
  };
  const values = [0.7, -1.2, 2];
  await close(first, values.map((v) => 3 * v * v));
  await close(second, values.map((v) => 6 * v));
  await close(third, values.map(() => 6));
  const softplus = (x: Tensor) => x.exp().add(1).log().sum(0);
  const [curvature] = grad((x) => grad(softplus)(x)[0].sum(0))(x);
  await close(curvature, values.map((v) => 1 / (1 + Math.exp(-v)) * (1 - 1 / (1 + Math.exp(-v)))));
});

Deno.test("a gradient goes on to leaves that its function captures, and to what its arguments depend on", async () => {
  using own = scope();
  const [w, x] = [[2, 3], [5, 7]].map((v) => tensor(v, { scope: own }).requiresGrad());
  const slope = () => grad((x) => x.mul(x).mul(w).sum())(x.mul(1))[0]; // 2 x w
  const first = slope().mul(slope()).sum().backward({ createGraph: true }); // of 4 x^2 w^2
  deepEqual([...first.values()].length, 2, "of leaves alone, not of what stands for the argument");
  deepEqual(await first.get(w).toArray(), [400, 1176]); // 8 x^2 w
  deepEqual(await first.get(x).toArray(), [160, 504]); // 8 x w^2
  const second = first.get(w).sum().backward({ createGraph: true });
  deepEqual(await second.get(w).toArray(), [200, 392]); // 8 x^2
  deepEqual(await second.get(x).toArray(), [160, 336]); // 16 x w
  deepEqual(await second.get(x).sum().backward().get(w).toArray(), [80, 112]); // 16 x
  const [bend] = grad((x) => grad((x) => x.mul(x).mul(x).mul(w).sum())(x)[0].sum())(x.detach()); // 6 x w
  const third = bend.sum().backward();
  deepEqual([...third.values()].length, 1);
  deepEqual(await third.get(w).toArray(), [30, 42]);
});

Deno.test("a penalty on a network's slope trains it: its gradient agrees with differences", async () => {
  using own = scope();
  const random = new Random(seed);
  const drawn = (...shape: number[]) =>
    tensor(Float64Array.from(random.floats(shape.reduce((a, b) => a * b, 1))), {
      shape,
      dtype: "f64",
      scope: own,
    });
  const x = drawn(3, 4);
  const weights = [drawn(5, 4), drawn(5), drawn(1, 5)].map((w) => w.requiresGrad());
  const penalty = (a: Tensor, gain: Tensor, b: Tensor) => {
    const slope =
      grad((x) => checkpoint((h) => linear(h.tanh(), b), layerNorm(linear(x, a), gain, null, 1e-5)).sum())(
        x,
      )[0];
    return slope.mul(slope).sum(-1).sqrt().sub(1).sqr().mean();
  };
  const gradients = penalty(...weights as [Tensor, Tensor, Tensor]).backward();
  const values = await Promise.all(weights.map((w) => w.data<Float64Array>()));
  for (const [k, w] of weights.entries()) {
    const got = await gradients.get(w).data();
    for (let i = 0; i < w.size; i++) {
      const at = (step: number) =>
        penalty(
          ...weights.map((t, j) =>
            tensor(j === k ? values[j].with(i, values[j][i] + step) : values[j], {
              shape: t.shape,
              scope: own,
            })
          ) as [Tensor, Tensor, Tensor],
        ).item();
      const want = (await at(1e-5) - await at(-1e-5)) / 2e-5;
      ok(
        Math.abs(got[i] - want) < 1e-7 * (1 + Math.abs(want)),
        `of weight ${k}, element ${i}: ${got[i]}, not ${want}`,
      );
    }
  }
});

Deno.test("a gradient that nobody goes on from holds no tape once it is gone, and none where no leaf is outside", () => {
  using w = tensor([2, 3]).requiresGrad();
  using x = tensor([5, 7]);
  const curve = (by: Tensor) => (x: Tensor) => {
    using product = x.mul(by);
    using bent = product.tanh();
    return bent.sum();
  };
  const once = (by: Tensor, depends: boolean) => {
    using own = scope();
    const [slope] = grad(curve(by))(own.borrow(x));
    equal(slope.variable !== undefined, depends);
    const [bare] = noGrad(() => grad(curve(by))(own.borrow(x)));
    equal(bare.variable, undefined, "inside noGrad");
    deepEqual([...bare.mul(w).sum().backward().values()].length, 1, "it goes into others' gradients");
    if (depends) slope.sum().backward();
  };
  const fixed = w.detach();
  const both = () => {
    once(w, true);
    once(fixed, false);
  };
  both(); // makes constants
  const before = defaultDevice().live();
  both();
  deepEqual(defaultDevice().live(), before);
  fixed.dispose();
});

Deno.test("what grad makes on the way back goes with it, where there is no scope", () => {
  using w = tensor([2, 3]).requiresGrad();
  const once = () => {
    using x = tensor([5, 7]);
    let y: Tensor;
    const [slope] = grad((x) => {
      using product = x.mul(w);
      using bent = product.tanh();
      return y = bent.sum();
    })(x);
    slope.dispose();
    y!.dispose();
  };
  once();
  const before = defaultDevice().live();
  once();
  deepEqual(defaultDevice().live(), before);
});

Deno.test("a using inside a forward does not break the tape; the tape goes with backward", async () => {
  const before = defaultDevice().live().storages;
  {
    using own = scope();
    const w = tensor([[1, 2], [3, 4]], { scope: own }).requiresGrad();
    const forward = () => {
      using hidden = w.matmul(w);
      using more = hidden.tanh();
      return more.reshape(-1).sum(0);
    };
    const y = forward();
    const gradients = y.backward();
    equal(gradients.get(w).size, 4);
    throws(() => y.backward(), { code: "INVALID_STATE", message: /dropped the tape/ });
    const z = forward();
    const once = await z.backward({ retainGraph: true }).get(w).data();
    deepEqual(await z.backward().get(w).data(), once);
  }
  ok(
    defaultDevice().live().storages - before <= 2,
    `${defaultDevice().live().storages - before} but for the device's own constants`,
  );
});

Deno.test("a forward without backward holds nothing once its tensors are gone", () => {
  const device = defaultDevice();
  const w = tensor([1, 2]).requiresGrad();
  const before = device.live();
  {
    using own = scope();
    w.mul(tensor([3, 4], { scope: own })).exp().mul(w);
  }
  deepEqual(device.live(), before);
  w.dispose();
});

Deno.test("gradients accumulate over uses and batches", async () => {
  using own = scope();
  const w = tensor([2], { scope: own }).requiresGrad();
  const loss = (x: number) => w.mul(x).mul(w).sum(0);
  const gradients = loss(1).add(loss(3)).backward();
  deepEqual(await gradients.get(w).toArray(), [16]);
  gradients.accumulate(loss(10).backward());
  deepEqual(await gradients.get(w).toArray(), [56]);
});

Deno.test("checkpoint recomputes and gives the same gradients, parameters included", async () => {
  const results: unknown[] = [];
  for (const wrap of [false, true]) {
    using own = scope();
    const w = tensor([[0.5, -1], [2, 0.1]], { scope: own }).requiresGrad();
    const x = tensor([[1, 2]], { scope: own }).requiresGrad();
    const block = (x: Tensor) => x.matmul(w).tanh().matmul(w);
    const y = wrap ? checkpoint(block, x) : block(x);
    const gradients = y.exp().reshape(-1).sum(0).backward();
    results.push([await gradients.get(w).toArray(), await gradients.get(x).toArray()]);
  }
  deepEqual(results[1], results[0]);
});

Deno.test("a gradient of a gradient goes through checkpoint", async () => {
  using own = scope();
  const x = tensor([0.5, 1], { scope: own });
  const cube = (x: Tensor) => checkpoint((x) => x.mul(x).mul(x), x).sum();
  const [second] = grad((x) => grad(cube)(x)[0].sum())(x);
  deepEqual(await second.toArray(), [3, 6]);
});

Deno.test("an op that throws on the way back leaves no tape behind: not its own, nor what waited", () => {
  using leaf = tensor([0.5, 1]).requiresGrad();
  const failing = (fails: boolean) => {
    using own = scope();
    let runs = 0;
    const again = (x: Tensor) => {
      if (runs++ > 0 && fails) throw new Error("again");
      return x.sqr();
    };
    const waits = own.borrow(leaf).tanh().exp();
    const loss = checkpoint(again, own.borrow(leaf).exp()).mul(waits).sum();
    if (fails) throws(() => loss.backward(), { message: "again" });
    else loss.backward();
  };
  failing(false); // makes constants
  const before = defaultDevice().live();
  failing(true);
  deepEqual(defaultDevice().live(), before);
});

Deno.test("noGrad and detach cut the tape", () => {
  using own = scope();
  const w = tensor([1, 2], { scope: own }).requiresGrad();
  throws(() => noGrad(() => w.mul(2)).sum(0).backward(), { code: "INVALID_STATE" });
  throws(() => w.detach().sum(0).backward(), { code: "INVALID_STATE" });
  const y = w.mul(w.detach()).sum(0);
  equal(y.backward().get(w).size, 2);
  throws(() => noGrad(() => Promise.resolve(1)), { code: "INVALID_STATE" });
});

Deno.test("a value overwritten since it was saved is refused", () => {
  using own = scope();
  const w = tensor([1, 2], { scope: own }).requiresGrad();
  const x = tensor([3, 4], { scope: own });
  const y = w.mul(x).sum(0);
  x.write(Float32Array.of(5, 6));
  throws(() => y.backward(), {
    code: "INVALID_STATE",
    message: /go back through mul: a value that it saved/,
  });
});

Deno.test("a missing gradient throws at the op, never a silent zero", () => {
  using own = scope();
  const w = tensor([[1, 2], [3, 4]], { scope: own }).requiresGrad();
  const wide = w.reshape(1, 4).expand(16, 4).reshape(2, 32);
  throws(() => quantizeQ8(wide), { code: "INVALID_STATE", message: /rounding has none; detach\(\) it/ });
  noGrad(() => quantizeQ8(wide));
  equal(w.argmax(0).variable, undefined, "an index is whole: it depends on nothing smoothly");
  throws(() => w.backward(), { code: "SHAPE_MISMATCH" });
});

Deno.test("what the loss does not depend on has no gradient, and says so", async () => {
  using own = scope();
  const [w, other, plain] = [1, 2, 3].map((v) => tensor([v], { scope: own }));
  w.requiresGrad();
  other.requiresGrad();
  const gradients = w.mul(2).sum(0).backward();
  throws(() => gradients.get(other), /does not depend on it/);
  throws(() => gradients.get(plain), /call requiresGrad\(\)/);
  equal(gradients.find(other), undefined);
  await rejects(async () => await tensor(Int32Array.of(1)).requiresGrad().item(), { code: "DTYPE_MISMATCH" });
});

Deno.test("equals share the gradient of a maximum", async () => {
  using own = scope();
  const x = tensor([2, 5, 5, 1], { scope: own }).requiresGrad();
  deepEqual(await x.max(0).backward().get(x).toArray(), [0, 0.5, 0.5, 0]);
  const y = tensor([2, 7, 5, 0], { scope: own });
  deepEqual(await x.maximum(y).sum(0).backward().get(x).toArray(), [0.5, 0, 0.5, 1]);
});

Deno.test("a step that borrows its data leaves nothing behind, and gradients pass", async () => {
  using device = new WasmDevice();
  using data = tensor([1, 2, 3], { device });
  using weight = tensor([2, 2, 2], { device }).requiresGrad();
  const before = device.live().storages;
  for (let i = 0; i < 3; i++) {
    using step = scope();
    const loss = step.borrow(data).mul(step.borrow(weight)).sum();
    const gradients = loss.backward();
    deepEqual(await gradients.get(weight).toArray(), [1, 2, 3]);
  }
  // what the first gradient made for good: a constant of the device
  ok(device.live().storages <= before + 1, `${device.live().storages} storages, ${before} before`);
});
