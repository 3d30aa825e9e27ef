/**
 * Parameters of f16 and bf16: gradients in their dtype, steps in f32 that are rounded once, networks that learn.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { crossEntropy, grad, linear, nn, optim, record, type Tensor, tensor } from "../../mod.ts";
import { takeRows } from "../../src/tensor/ops/linear.ts";
import { isNear } from "../near.ts";
import { Random, testSeed } from "../random.ts";

const seed = testSeed();
const halves = ["f16", "bf16"] as const;
type Half = typeof halves[number];

const values = async (x: Tensor) => [...await x.to("f32").data()];

/** The same numbers, exact in a half, as leaves of it and of f32. */
function twins(dtype: Half, shape: number[]): [Tensor, Tensor] {
  const size = shape.reduce((a, b) => a * b, 1);
  using drawn = tensor(new Random(seed).floats(size), { shape });
  const half = drawn.to(dtype).detach();
  return [half.requiresGrad(), half.detach().to("f32").detach().requiresGrad()];
}

Deno.test("a leaf of f16 or bf16 has its gradient in its dtype, that of f32 rounded", async () => {
  for (const dtype of halves) {
    const losses: Record<string, (x: Tensor) => Tensor> = {
      product: (x) => x.matmul(x.t()).sum(),
      "mean of a curve": (x) => x.sigmoid().mean(),
      "linear weight": (x) => linear(tensor([[1, 2, 3]]), x).sum(),
      "linear weight and bias": (x) => linear(x, x, x.i([0, 2], 0)).sum(),
      "rows by index": (x) => takeRows(x, tensor(Int32Array.of(1, 1, 0))).tanh().sum(),
      "norm": (x) => x.softmax(-1).pow(2).sum(),
    };
    for (const [name, loss] of Object.entries(losses)) {
      const [half, wide] = twins(dtype, [2, 3]);
      const [a, b] = [half, wide].map((x) => loss(x).backward().get(x));
      equal(a.dtype, dtype, name);
      const [got, want] = [await values(a), await values(b)];
      const grain = dtype === "f16" ? 2 ** -9 : 2 ** -6;
      got.forEach((v, i) =>
        ok(isNear(v, want[i], grain * (1 + Math.abs(want[i]))), `${name}: ${got}, ${want}`)
      );
    }
  }
});

Deno.test("uses of a half add up in it, and it has gradients of gradients", async () => {
  const [x] = twins("bf16", [4]);
  const twice = x.add(x).sum().backward();
  deepEqual(await values(twice.get(x)), [2, 2, 2, 2]);
  twice.accumulate(x.sum().backward());
  equal(twice.get(x).dtype, "bf16");
  deepEqual(await values(twice.get(x)), [3, 3, 3, 3]);
  const bend = grad((x) => grad((x) => x.mul(x).mul(x).sum())(x)[0].sum());
  const [got] = bend(tensor([1, -2, 0.5]).to("bf16"));
  equal(got.dtype, "bf16");
  deepEqual(await values(got), [6, -12, 3]);
});

type Stepping = Pick<optim.Sgd, "step" | "stateDict"> & Disposable;

const makers: Record<string, (parameters: Tensor[]) => Stepping> = {
  Sgd: (p) => new optim.Sgd(p, { learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 }),
  Adam: (p) => new optim.Adam(p, { learningRate: 0.05 }),
  AdamW: (p) => new optim.AdamW(p, { learningRate: 0.05 }),
  Lion: (p) => new optim.Lion(p, { learningRate: 0.05 }),
  Adafactor: (p) => new optim.Adafactor(p, { learningRate: 0.05 }),
  Muon: (p) => new optim.Muon(p, { learningRate: 0.05 }),
};

Deno.test("a step changes halves as f32, rounded once; its state is f32", async () => {
  for (const dtype of halves) {
    for (const [name, make] of Object.entries(makers)) {
      const [half, wide] = twins(dtype, [3, 4]);
      const optimizers = [make([half]), make([wide])];
      for (let i = 0; i < 3; i++) {
        wide.write(Float32Array.from(await values(half))); // from the same values: rounding does not add up
        for (const [k, x] of [half, wide].entries()) {
          optimizers[k].step(x.mul(2 ** -i).sum().backward());
        }
        using rounded = wide.to(dtype);
        deepEqual(await half.data(), await rounded.data(), `${name} in ${dtype}, step ${i}`);
      }
      for (const [key, t] of optimizers[0].stateDict().tensors) {
        equal(t.dtype, key === "steps" ? "i32" : "f32");
      }
      for (const o of optimizers) o[Symbol.dispose]();
    }
  }
});

/** Two interleaved rings, which no line divides. */
function rings(count: number): { points: Float32Array; ring: Int32Array } {
  const random = new Random(7);
  const ring = Int32Array.from({ length: count }, (_, i) => i % 2);
  const points = new Float32Array(2 * count);
  ring.forEach((k, i) => {
    const angle = 2 * Math.PI * random.next();
    const radius = k + 0.5 + 0.2 * random.next();
    points.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
  });
  return { points, ring };
}

/** The losses of training a network of `dtype`, eagerly or recorded. */
async function train(dtype: Half | "f32", recorded: boolean): Promise<number[]> {
  using net = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2)).init(3);
  const weights = new Map([...net.stateDict()].map(([name, t]) => [name, t.to(dtype).detach()]));
  using own = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2)).load(weights);
  using optimizer = new optim.AdamW(own.requiresGrad().parameters(), { learningRate: 0.02 });
  const { points, ring } = rings(64);
  using x = tensor(points, { shape: [64, 2] }).to(dtype).detach();
  using y = tensor(ring);
  const step = () => {
    const loss = crossEntropy(own.forward(x), y);
    optimizer.step(loss.backward());
    return loss;
  };
  const losses: number[] = [];
  using program = recorded ? record(x.device, step) : undefined;
  for (let i = 0; i < 150; i++) {
    program?.run();
    losses.push(await (program ? program.outputs[0] : step()).item());
  }
  for (const p of own.parameters()) equal(p.dtype, dtype);
  return losses;
}

Deno.test("a network of bf16 or f16 learns, eagerly as recorded, and stays near that of f32", async () => {
  const want = await train("f32", false);
  ok(want[149] < 0.1, `f32 reaches ${want[149]}`);
  for (const dtype of halves) {
    const got = await train(dtype, false);
    ok(got[149] < 0.25 * got[0], `${dtype} goes from ${got[0]} to ${got[149]}`);
    const far = Math.max(...got.map((v, i) => Math.abs(v - want[i])));
    ok(far < (dtype === "f16" ? 0.02 : 0.06), `${dtype} is ${far} away from f32`);
    deepEqual(await train(dtype, true), got, "recorded");
  }
});

Deno.test("averages of halves are f32, and come back from a swap as they were", async () => {
  for (const dtype of halves) {
    const [half, wide] = twins(dtype, [5]);
    using ours = new optim.ExponentialMovingAverage([half], { decay: 0.7 });
    using theirs = new optim.ExponentialMovingAverage([wide], { decay: 0.7 });
    for (let i = 0; i < 3; i++) {
      using moved = half.detach().mul(0.5).add(i);
      half.write(await moved.data<Uint16Array>());
      wide.write(Float32Array.from(await values(half)));
      for (const average of [ours, theirs]) average.update();
    }
    const [average, bits] = [await theirs.averages[0].data(), await half.data()];
    equal(ours.averages[0].dtype, "f32");
    deepEqual(await ours.averages[0].data(), average);
    ours.swap();
    using rounded = theirs.averages[0].to(dtype);
    deepEqual(await half.data(), await rounded.data());
    deepEqual(await ours.averages[0].data(), await wide.data());
    ours.swap();
    deepEqual(await ours.averages[0].data(), average, "not what was rounded");
    deepEqual(await half.data(), bits);
    ours.swap();
    half.write(bits); // trained on while it was swapped
    ours.swap();
    deepEqual(await ours.averages[0].data(), Float32Array.from(await values(tensor(bits, { dtype }))));
    throws(() => record(half.device, () => (ours.swap(), half)), {
      code: "INVALID_STATE",
      message: /inside record/,
    });
    for (const x of [half, wide]) x.dispose();
  }
});

Deno.test("gradients of halves are clipped by their norm in f32", async () => {
  const x = tensor([3, 4]).to("bf16").detach().requiresGrad();
  const gradients = x.mul(x).mul(0.5).sum().backward();
  const norm = optim.clipGradNorm(gradients, 2.5);
  deepEqual([norm.dtype, await norm.item()], ["f32", 5]);
  deepEqual([gradients.get(x).dtype, await values(gradients.get(x))], ["bf16", [1.5, 2]]);
  optim.clipGradValue(gradients, 1);
  deepEqual(await values(gradients.get(x)), [1, 1]);
});

Deno.test("what cannot be trained says so", () => {
  throws(() => tensor([1]).to("f8e4m3").requiresGrad(), { code: "DTYPE_MISMATCH", message: /f16 or bf16/ });
  using whole = tensor([1], { dtype: "i32" });
  throws(() => new optim.ExponentialMovingAverage([whole]), {
    code: "DTYPE_MISMATCH",
    message: /must be f32, f64, f16 or bf16, and contiguous/,
  });
});
