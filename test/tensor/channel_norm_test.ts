/** groupNorm and batchNorm against float64 references and PyTorch's values. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { batchNorm, groupNorm, noGrad, scope, tensor } from "../../mod.ts";
import { testSeed } from "../random.ts";
import { type Case, hold, near } from "./differences.ts";
import type { Values } from "./layouts.ts";

const seed = testSeed();

/** x with the mean and variance of all that `part` gives one number removed, times weight plus bias of its channel. */
function normalised(part: (b: number, c: number) => number, epsilon: number) {
  return (x: Values, weight?: Values, bias?: Values): Values => {
    const C = x.shape[1], plane = x.shape.slice(2).reduce((a, b) => a * b, 1);
    const place = (i: number) => [Math.floor(i / plane / C), Math.floor(i / plane) % C] as const;
    const parts = new Map<number, number[]>();
    x.data.forEach((v, i) => parts.set(part(...place(i)), [...parts.get(part(...place(i))) ?? [], v]));
    const data = x.data.map((v, i) => {
      const values = parts.get(part(...place(i)))!;
      const mean = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
      const c = place(i)[1];
      return (v - mean) / Math.sqrt(variance + epsilon) * (weight?.data[c] ?? 1) + (bias?.data[c] ?? 0);
    });
    return { data, shape: x.shape };
  };
}

const tolerance = 2e-5;

const cases: Record<string, Case> = {
  groupNorm: {
    op: (x, w, b) => groupNorm(x, 2, w, b),
    reference: normalised((b, c) => 2 * b + Math.floor(c / 3), 1e-5),
    shapes: [[2, 6, 2, 3], [6], [6]],
    tolerance,
  },
  "groupNorm without weight": {
    op: (x) => groupNorm(x, 4, null, null, 0.1),
    reference: normalised((b, c) => 4 * b + c, 0.1),
    shapes: [[2, 4, 5]],
    tolerance,
  },
  "groupNorm of vectors": {
    op: (x, w) => groupNorm(x, 1, w, null, 0.1),
    reference: normalised((b) => b, 0.1),
    shapes: [[3, 4], [4]],
    tolerance,
  },
  batchNorm: {
    op: (x, w, b) => {
      const { y, batch } = batchNorm(x, null, w, b);
      batch!.mean.dispose();
      batch!.variance.dispose();
      return y;
    },
    reference: normalised((_, c) => c, 1e-5),
    shapes: [[3, 2, 2, 2], [2], [2]],
    tolerance,
  },
  "batchNorm of vectors": {
    op: (x) => {
      const { y, batch } = batchNorm(x, null, null, null, 0.1);
      batch!.mean.dispose();
      batch!.variance.dispose();
      return y;
    },
    reference: normalised((_, c) => c, 0.1),
    shapes: [[5, 3]],
    tolerance,
  },
  "batchNorm by running statistics": {
    op: (x, w, mean, variance) => batchNorm(x, { mean, variance }, w, null, 0.1).y,
    reference: (x, w, mean, variance) => ({
      data: x.data.map((v, i) => {
        const c = Math.floor(i / 3) % 2;
        return (v - mean.data[c]) / Math.sqrt(variance.data[c] + 0.1) * w.data[c];
      }),
      shape: x.shape,
    }),
    shapes: [[2, 2, 3], [2], [2], [2]],
    domain: (v, input) => input === 3 ? Math.exp(v / 2) : v,
    tolerance,
  },
};

for (const [name, checked] of Object.entries(cases)) {
  Deno.test(`${name} and its gradients match the f64 reference`, () => hold(checked, seed));
}

Deno.test("norms of channels have PyTorch's values", async () => {
  using own = scope();
  const x = tensor(Float32Array.from({ length: 12 }, (_, i) => i ** 1.5), { shape: [2, 2, 3], scope: own });
  const [weight, bias] = [[2, -1], [0.5, 0]].map((v) => tensor(v, { scope: own }));
  near(
    await groupNorm(x, 2, weight, bias).data(),
    [
      ...[-1.6793946, 0.02840436, 3.15099025, 1.19826853, 0.05133533, -1.24960446],
      ...[-1.91974938, 0.44156682, 2.97818208, 1.21440077, 0.02043154, -1.23483264],
    ],
    2e-6,
    "groupNorm",
  );
  const { y, batch } = batchNorm(x, null, weight, bias);
  near(
    await y.data(),
    [
      ...[-1.70892811, -1.48682499, -1.08072567, 1.20391154, 0.97455359, 0.71439815],
      ...[1.55530775, 2.40447927, 3.31669164, -0.57966816, -0.9578166, -1.35537803],
    ],
    2e-6,
    "batchNorm",
  );
  near(await batch!.mean.data(), [9.9455, 19.9137], 1e-5, "the batch's mean");
  near(await batch!.variance.data(), [97.3043, 179.3339], 1e-5, "the batch's variance");
  const running = { mean: tensor([1, 2], { scope: own }), variance: tensor([4, 0.25], { scope: own }) };
  const evaluated = batchNorm(x, running, null, null);
  equal(evaluated.batch, undefined);
  near(
    await evaluated.y.data(),
    [
      ...[-0.4999994, 0, 0.91421247, 6.39217663, 11.99975967, 18.36031151],
      ...[6.84846115, 8.76011944, 10.81369495, 49.99900055, 59.24436569, 68.9643631],
    ],
    2e-6,
    "by running statistics",
  );
});

Deno.test("a large mean does not drown the variance of a batch", async () => {
  using own = scope();
  const x = tensor([[1000.25], [999.75], [1000.25], [999.75]], { scope: own });
  near(await batchNorm(x, null, null, null, 0).y.data(), [1, -1, 1, -1], 1e-6, "batchNorm");
});

Deno.test("the batch's statistics need no gradient", () => {
  using own = scope();
  const x = tensor([[1], [2]], { scope: own }).requiresGrad();
  const { batch } = batchNorm(x, null, null, null);
  deepEqual([batch!.mean.variable, batch!.variance.variable], [undefined, undefined]);
});

Deno.test("norms of channels name what does not fit", () => {
  using own = scope();
  const x = tensor([[1, 2, 3]], { scope: own });
  noGrad(() => {
    throws(() => groupNorm(x, 2, null, null), {
      code: "SHAPE_MISMATCH",
      message: "Cannot groupNorm [1,3] in 2 groups: they must divide its 3 channels",
    });
    throws(() => groupNorm(x, 3, tensor([1], { scope: own }), null), /expected f32\[3\]/);
    throws(() => batchNorm(x, null, null, null), /more than one value a channel, got 1/);
    throws(() => batchNorm(tensor([1], { scope: own }), null, null, null), /expected floats \[B,C,...\]/);
  });
});
