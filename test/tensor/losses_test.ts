/** Losses against float64 references and PyTorch's values. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  bceWithLogits,
  crossEntropy,
  huberLoss,
  klDiv,
  l1Loss,
  mseLoss,
  nllLoss,
  type Reduction,
  scope,
  smoothL1Loss,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { testSeed } from "../random.ts";
import { type Case, hold, near } from "./differences.ts";
import type { Values } from "./layouts.ts";

const seed = testSeed();
const shapes = [[3, 4], [3, 4]];

/** The same function of every pair of elements, reduced. */
function pairs(f: (x: number, t: number, i: number) => number, reduction: Reduction = "mean") {
  return (x: Values, t: Values): Values =>
    reduce({ ...x, data: x.data.map((v, i) => f(v, t.data[i], i)) }, reduction);
}

function reduce(losses: Values, reduction: Reduction): Values {
  if (reduction === "none") return losses;
  const sum = losses.data.reduce((a, b) => a + b, 0);
  return { data: Float64Array.of(reduction === "sum" ? sum : sum / losses.data.length), shape: [] };
}

// for the whole test: an op must not make its own
const classes = tensor(Int32Array.of(2, -100, 0, 2));
const otherClasses = tensor(Int32Array.of(2, 1, 0, 2));
const classWeights = tensor([1, 2, 0.5]);
const elementWeights = { weight: tensor([[1], [0.5], [2]]), posWeight: tensor([1, 2, 3, 0.5]) };

const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const huber = (delta: number) => (x: number, t: number) => {
  const d = Math.abs(x - t);
  return d <= delta ? d * d / 2 : delta * (d - delta / 2);
};

/** Inputs on a grid, targets beside it: differences stay 0.1 away from 0 and from 0.5. */
const apart = (v: number, input: number) => Math.round(v * 5) / 5 + (input === 1 ? 0.1 : 0);
const probability = (v: number, input: number) => input === 1 ? 1 / (1 + Math.exp(-v)) : v;

const cases: Record<string, Case> = {
  mseLoss: { op: (x, t) => mseLoss(x, t), reference: pairs((x, t) => (x - t) ** 2), shapes },
  "mseLoss of rank 0": {
    op: (x, t) => mseLoss(x, t),
    reference: pairs((x, t) => (x - t) ** 2),
    shapes: [[], []],
  },
  "sum of mseLoss": {
    op: (x, t) => mseLoss(x, t, { reduction: "sum" }),
    reference: pairs((x, t) => (x - t) ** 2, "sum"),
    shapes,
    tolerance: 4e-6,
  },
  "no sum of mseLoss": {
    op: (x, t) => mseLoss(x, t, { reduction: "none" }),
    reference: pairs((x, t) => (x - t) ** 2, "none"),
    shapes: [[2, 0, 3], [2, 0, 3]],
  },
  l1Loss: { op: (x, t) => l1Loss(x, t), reference: pairs((x, t) => Math.abs(x - t)), shapes, domain: apart },
  huberLoss: {
    op: (x, t) => huberLoss(x, t, { delta: 0.4 }),
    reference: pairs(huber(0.4)),
    shapes,
    domain: apart,
  },
  smoothL1Loss: {
    op: (x, t) => smoothL1Loss(x, t, { beta: 0.4, reduction: "none" }),
    reference: pairs((x, t) => huber(0.4)(x, t) / 0.4, "none"),
    shapes,
    domain: apart,
    tolerance: 4e-6,
  },
  bceWithLogits: {
    op: (x, t) => bceWithLogits(x, t),
    reference: pairs((x, t) => t * softplus(-x) + (1 - t) * softplus(x)),
    shapes,
  },
  "weighed bceWithLogits": {
    op: (x, t) => bceWithLogits(x, t, { ...elementWeights, reduction: "sum" }),
    captures: true,
    reference: pairs((x, t, i) => {
      const [w, p] = [[1, 0.5, 2][Math.floor(i / 4)], [1, 2, 3, 0.5][i % 4]];
      return w * (p * t * softplus(-x) + (1 - t) * softplus(x));
    }, "sum"),
    shapes,
    tolerance: 5e-6,
  },
  klDiv: {
    op: (x, t) => klDiv(x, t),
    reference: pairs((x, t) => t * (Math.log(t) - x)),
    shapes,
    domain: probability,
  },
  "klDiv of logarithms": {
    op: (x, t) => klDiv(x, t, { logTarget: true, reduction: "batchmean" }),
    reference: (x, t) => {
      const { data } = pairs((x, t) => Math.exp(t) * (t - x), "sum")(x, t);
      return { data: data.map((v) => v / 3), shape: [] };
    },
    shapes,
    tolerance: 5e-6,
  },
  nllLoss: {
    op: (x, w) => nllLoss(x, classes, { weights: w, reduction: "none" }),
    captures: true,
    reference: (x, w) => ({
      data: Float64Array.of(-w.data[2] * x.data[2], 0, -w.data[0] * x.data[6], -w.data[2] * x.data[11]),
      shape: [4],
    }),
    shapes: [[4, 3], [3]],
  },
  "mean of nllLoss": {
    op: (x, w) => nllLoss(x, otherClasses, { weights: w, ignoreIndex: 1 }),
    captures: true,
    reference: (x, w) => {
      const sum = w.data[2] * x.data[2] + w.data[0] * x.data[6] + w.data[2] * x.data[11];
      return { data: Float64Array.of(-sum / (2 * w.data[2] + w.data[0])), shape: [] };
    },
    shapes: [[4, 3], [3]],
    domain: (v, input) => input === 1 ? Math.exp(v / 2) : v,
    tolerance: 5e-6,
  },
};

for (const [name, checked] of Object.entries(cases)) {
  Deno.test(`${name} and its gradients match the f64 reference`, () => hold(checked, seed));
}

const x = [[2, -1, 0.5], [-100, 100, 0], [30, -3, 1]];
const t = [[1, 0, 0.3], [0, 0, 1], [1, 0.2, 1]];

/** The loss of x and t, and its gradient by x. */
async function both(
  loss: (x: Tensor, t: Tensor) => Tensor,
  values: number[],
  slopes: number[],
): Promise<void> {
  using own = scope();
  const input = tensor(x, { scope: own }).requiresGrad();
  const y = loss(input, tensor(t, { scope: own }));
  near(await y.data(), values, 2e-6, "values");
  const gradients = y.reshape(-1).sum(0).backward();
  near(await gradients.get(input).data(), slopes, 2e-6, "gradients");
}

Deno.test("losses have PyTorch's values and gradients", async () => {
  // torch 2.x
  await both(mseLoss, [2317.14208984], [
    ...[0.22222222, -0.22222222, 0.044444442, -22.222223, 22.222223, -0.22222222, 6.4444447, -0.71111113, 0],
  ]);
  await both((x, t) => huberLoss(x, t, { delta: 0.5, reduction: "sum" }), [116.74500275], [
    ...[0.5, -0.5, 0.2, -0.5, 0.5, -0.5, 0.5, -0.5, 0],
  ]);
  await both((x, t) => smoothL1Loss(x, t, { beta: 0.5 }), [25.94333458], [
    ...[
      0.11111111,
      -0.11111111,
      0.044444442,
      -0.11111111,
      0.11111111,
      -0.11111111,
      0.11111111,
      -0.11111111,
      0,
    ],
  ]);
  using own = scope();
  const posWeight = tensor([1, 2, 3], { scope: own });
  const weight = tensor([[1], [0.5], [2]], { scope: own });
  await both(
    (x, t) => bceWithLogits(x, t, { weight, posWeight, reduction: "none" }),
    [0.12692802, 0.31326175, 1.10852313, 0, 50, 1.03972077, 0, 2.51660967, 1.87957013],
    [-0.11920297, 0.26894143, 0.095934987, 0, 0.5, -0.75, 0, -0.68617791, -1.6136484],
  );
});

Deno.test("l1Loss has no slope where there is no difference", async () => {
  using own = scope();
  const x = tensor([2, 3, 1], { scope: own }).requiresGrad();
  const loss = l1Loss(x, tensor([1, 3, 2], { scope: own }), { reduction: "sum" });
  deepEqual(await loss.backward().get(x).toArray(), [1, 0, -1]);
});

Deno.test("klDiv has PyTorch's values and gradients, also where a target is 0", async () => {
  using own = scope();
  const logs = tensor(x, { scope: own }).logSoftmax(-1).detach().requiresGrad();
  const target = tensor([[0.2, 0, 0.8], [0, 1, 0], [0.3, 0.3, 0.4]], { scope: own });
  near(
    await klDiv(logs, target, { reduction: "none" }).data(),
    [-0.27362531, 0, 1.21453428, 0, 0, 0, -0.36119187, 9.53880882, 11.23348427],
    2e-6,
    "values",
  );
  const loss = klDiv(logs, target, { reduction: "batchmean" });
  near([await loss.item()], [7.11733627], 2e-6, "batchmean");
  const slopes = [-0.06666667, 0, -0.26666668, 0, -0.33333334, 0, -0.1, -0.1, -0.13333334];
  near(await loss.backward().get(logs).data(), slopes, 1e-6, "gradients");
});

Deno.test("nllLoss has PyTorch's values: weights, classes that do not count, infinities, classes that are none", async () => {
  using own = scope();
  const logs = tensor(x, { scope: own }).logSoftmax(-1).detach().requiresGrad();
  const weights = tensor([0.5, 1, 2], { scope: own });
  const ids = (...ids: number[]) => tensor(Int32Array.from(ids), { scope: own });
  const loss = nllLoss(logs, ids(2, -100, 0), { weights });
  near([await loss.item()], [1.393049], 2e-6, "mean");
  const slopes = [0, 0, -0.8, 0, 0, 0, -0.2, 0, 0];
  near(await loss.backward().get(logs).data(), slopes, 1e-6, "gradients");
  const certain = tensor([[0, -Infinity], [-Infinity, 0]], { scope: own });
  deepEqual(await nllLoss(certain, ids(0, 0), { reduction: "none" }).toArray(), [-0, Infinity]);
  throws(() => nllLoss(certain, ids(1, -1)), {
    code: "INDEX_OUT_OF_RANGE",
    message: "Cannot take nllLoss of f32[2,2] on wasm: indices must be in 0 .. 1, got -1 at [1]",
  });
  const of1 = tensor([[-Infinity], [0]], { scope: own }).requiresGrad();
  const ignoring = nllLoss(of1, ids(7, 0), { ignoreIndex: 7, reduction: "none" });
  deepEqual(await ignoring.add(0).toArray(), [0, 0]);
  deepEqual(await ignoring.sum(0).backward().get(of1).toArray(), [[0], [-1]]);
});

Deno.test("bceWithLogits stays finite and exact for logits of any size", async () => {
  using own = scope();
  const logits = tensor([-200, -20, 20, 200], { scope: own });
  const loss = await bceWithLogits(logits, tensor([0, 0, 1, 1], { scope: own }), { reduction: "none" })
    .data();
  const want = [0, 2.0611536e-9, 2.0611536e-9, 0];
  loss.forEach((v, i) => ok(Math.abs(v - want[i]) <= 1e-6 * want[i] + 1e-38, `${v} for ${want[i]}`));
});

/** Of -log softmax(x)[target] with weights and smoothing, classes that do not count left out. */
function entropies(targets: readonly number[], w: readonly number[], s: number, reduction: Reduction) {
  return ({ data, shape: [T, V] }: Values): Values => {
    const losses = Float64Array.from({ length: T }, (_, i) => {
      if (targets[i] === -100) return 0;
      const row = data.subarray(i * V, i * V + V);
      const lse = Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0));
      const even = row.reduce((sum, v, c) => sum + w[c] * (lse - v), 0);
      return (1 - s) * w[targets[i]] * (lse - row[targets[i]]) + s / V * even;
    });
    if (reduction === "none") return { data: losses, shape: [T] };
    const sum = losses.reduce((a, b) => a + b, 0);
    const counted = targets.reduce((n, c) => n + (w[c] ?? 0), 0);
    return { data: Float64Array.of(reduction === "sum" ? sum : sum / counted), shape: [] };
  };
}

Deno.test("crossEntropy has gradients of first and second order", async () => {
  const targets = [2, -100, 0, 2];
  const cases = [[false, 0, "mean"], [true, 0.1, "mean"], [true, 0.3, "none"], [false, 0.2, "sum"]] as const;
  for (const [weighed, smoothing, reduction] of cases) {
    const options = { ...weighed ? { weights: classWeights } : {}, smoothing, reduction };
    await hold({
      op: (x) => crossEntropy(x, classes, options),
      captures: true,
      reference: entropies(targets, weighed ? [1, 2, 0.5] : [1, 1, 1], smoothing, reduction),
      shapes: [[4, 3]],
      tolerance: 4e-6,
    }, seed);
  }
});

const classDraw = (v: number, input: number) => input === 1 ? Math.exp(v / 2) : v;

Deno.test("losses by class have gradients of first and second order by the weights of classes too", async () => {
  const places = tensor(Int32Array.of(2, 0, -100, 1, 2, 1), { shape: [2, 3] });
  const shares = tensor([[0.2, 0.5, 0.3], [1, 0, 0]]);
  const losses: Record<string, [Case["op"], number[]]> = {
    mean: [(x, w) => crossEntropy(x, classes, { weights: w }), [4, 3]],
    smooth: [(x, w) => crossEntropy(x, classes, { weights: w, smoothing: 0.2, reduction: "none" }), [4, 3]],
    "of places": [(x, w) => crossEntropy(x, places, { weights: w, smoothing: 0.1 }), [2, 3, 3]],
    "of places, classes last": [(x, w) => nllLoss(x, places, { weights: w, classDim: -1 }), [2, 3, 3]],
    "of shares": [(x, w) => crossEntropy(x, shares, { weights: w, smoothing: 0.2 }), [2, 3]],
  };
  for (const [op, shape] of Object.values(losses)) {
    await hold({ op, shapes: [shape, [3]], captures: true, domain: classDraw, tolerance: 5e-6 }, seed);
  }
  places.dispose();
  shares.dispose();
});

Deno.test("targets may be whole numbers of any dtype that indexes", async () => {
  using own = scope();
  const logits = tensor([[1, 2, 3], [3, 2, 1], [0, 1, 0]], { scope: own });
  const logs = logits.logSoftmax(-1);
  const ids = tensor([2, 0, 1], { scope: own });
  const want = await crossEntropy(logits, ids.to("i32")).item();
  for (const dtype of ["i64", "u32", "i16", "u8"] as const) {
    equal(await crossEntropy(logits, ids.to(dtype)).item(), want);
    equal(await nllLoss(logs, ids.to(dtype)).item(), await nllLoss(logs, ids.to("i32")).item());
  }
  const far = tensor(BigInt64Array.of(2n ** 32n, 0n, -100n), { scope: own }); // of which i32 would keep 0
  throws(() => crossEntropy(logits, far), { code: "INDEX_OUT_OF_RANGE", message: /got 2147483647 at \[0\]/ });
  const some = tensor(BigInt64Array.of(2n, 0n, -100n), { scope: own });
  const losses = await crossEntropy(logits, some, { reduction: "none" }).data();
  deepEqual([losses[0] > 0, losses[1] > 0, losses[2]], [true, true, 0]);
  throws(() => crossEntropy(logits, ids.to("bool")), { code: "DTYPE_MISMATCH" });
});

Deno.test("losses by class of other floats: f64 to its precision, halves by way of f32", async () => {
  using own = scope();
  const logits = [[1, 2, 3], [3, 2, 1], [0, 1, 0], [2, -2, 2]];
  const [narrow, half] = (["f32", "bf16"] as const).map((dtype) => tensor(logits, { dtype, scope: own }));
  const wide = tensor(logits, { dtype: "f64", scope: own }).requiresGrad();
  for (const ids of [classes, tensor(Int32Array.of(2, 1, -100, 0), { scope: own })]) {
    for (const reduction of ["none", "mean", "sum"] as const) {
      const options = { reduction, smoothing: 0.1 };
      const [a, b, c] = [narrow, wide, half].map((x) => crossEntropy(x, ids, options));
      deepEqual([a.dtype, b.dtype, c.dtype], ["f32", "f64", "bf16"]);
      near(await a.data(), [...await b.data() as Float64Array], 2e-6, "f32");
      near(await c.to("f32").data(), [...await b.data() as Float64Array], 2 ** -8, "bf16");
    }
  }
  const loss = crossEntropy(wide, classes);
  const row = (x: number[]) => Math.log(x.reduce((sum, v) => sum + Math.exp(v), 0));
  const want = [0, 2, 3].map((t) => row(logits[t]) - logits[t][[2, 0, 0, 2][t]]).reduce((a, b) => a + b) / 3;
  near([await loss.item()], [want], 1e-14, "mean");
  near(
    await loss.backward().get(wide).data(),
    logits.flatMap((x, t) =>
      x.map((v, c) => t === 1 ? 0 : (Math.exp(v - row(x)) - (c === [2, 0, 0, 2][t] ? 1 : 0)) / 3)
    ),
    1e-14,
    "slopes",
  );
});

Deno.test("weights of classes may be any view", async () => {
  using own = scope();
  const column = tensor([[1, 9], [2, 9], [0.5, 9]], { scope: own }).narrow(1, 0, 1).squeeze(1);
  const logits = tensor([[1, 2, 3], [3, 2, 1], [0, 1, 0], [2, 2, 2]], { scope: own }).requiresGrad();
  for (const loss of [crossEntropy, nllLoss]) {
    const [strided, dense] = [column, classWeights].map((weights) => loss(logits, classes, { weights }));
    equal(await strided.item(), await dense.item());
    const [a, b] = [strided, dense].map((y) => y.backward().get(logits));
    deepEqual(await a.toArray(), await b.toArray());
  }
});

Deno.test("crossEntropy of one class is 0", async () => {
  using own = scope();
  const x = tensor([[3], [4]], { scope: own }).requiresGrad();
  const loss = crossEntropy(x, tensor(Int32Array.of(0, -100), { scope: own }));
  deepEqual(await loss.item(), 0);
  deepEqual(await loss.backward().get(x).toArray(), [[0], [0]]);
});

Deno.test("losses refuse what does not fit", () => {
  using own = scope();
  const [a, b] = [tensor([1, 2], { scope: own }), tensor([[1], [2]], { scope: own })];
  throws(() => mseLoss(a, b), {
    code: "SHAPE_MISMATCH",
    message:
      "Cannot take mseLoss of f32[2] on wasm and f32[2,1] on wasm: both must be floats of one dtype and shape",
  });
  throws(() => bceWithLogits(a, a, { weight: b }), { code: "SHAPE_MISMATCH" });
  throws(() => huberLoss(a, a, { delta: 0 }), { code: "INVALID_ARGUMENT" });
  throws(() => smoothL1Loss(a, a, { beta: -1 }), { code: "INVALID_ARGUMENT" });
  throws(() => nllLoss(b, a), {
    code: "SHAPE_MISMATCH",
    message: /dimension 1: expected floats and integers \[2\]; classDim/,
  });
  const ids = tensor(Int32Array.of(0, 0), { scope: own });
  throws(() => nllLoss(b, ids, { weights: a }), {
    code: "SHAPE_MISMATCH",
    message: /Cannot nllLoss: cannot weigh 1 classes/,
  });
  throws(() => crossEntropy(b, b.mul(2), { weights: tensor([1, 2], { scope: own }) }), {
    code: "SHAPE_MISMATCH",
    message: /shares f32\[2,1\] .* weights \[1\]/,
  });
  throws(() => crossEntropy(b, ids, { classDim: 2 }), { code: "INDEX_OUT_OF_RANGE" });
  throws(() => crossEntropy(b, ids, { smoothing: 1 }), { code: "INVALID_ARGUMENT", message: /Smoothing/ });
});
