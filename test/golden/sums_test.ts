/**
 * Folds of a million numbers: within four times PyTorch's error, or two units in the last place of the result, whatever
 * folds them (test/golden/make/sums.py).
 */
import { deepEqual, ok } from "node:assert/strict";
import * as wick from "../../mod.ts";
import { WasmDevice } from "../../src/device/wasm/device.ts";
import { readGolden } from "../golden_file.ts";
import { isNear } from "../near.ts";

type Tensor = wick.Tensor;

const { cases } = readGolden<{ cases: Record<string, Record<string, readonly [want: number, error: number]>> }>(
  "sums.json",
);
const N = 1e6;

function hashed(first: number): Float64Array {
  return Float64Array.from({ length: N }, (_, i) => {
    let x = Math.imul(first + i, 2654435761) + 12345 >>> 0;
    for (let round = 0; round < 2; round++) x = Math.imul(x ^ x >>> 16, 0x45d9f3b) >>> 0;
    return ((x ^ x >>> 16) >>> 0) / 2 ** 32;
  });
}

const [u, v] = [hashed(0), hashed(N)];
const inputs: Record<string, readonly [Float64Array, Float64Array]> = {
  "of both signs": [u.map((x) => x - 0.5), v.map((x) => x - 0.5)],
  positive: [u, v],
  cancelling: [u.map((x, i) => (x + 100) * (i % 2 === 0 ? 1 : -1)), v.map((x) => x + 1)],
};

/** x [N] as a contiguous [N, columns]. */
const repeated = (x: Tensor, columns: number) => x.reshape(N, 1).expand(N, columns).contiguous();
const ones = (x: Tensor) => wick.onesLike(x);

const ops: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  sum: (a) => a.sum(),
  mean: (a) => a.mean(),
  dot: (a, b) => a.dot(b),
  matmul: (a, b) => a.reshape(1, N).matmul(b.reshape(N, 1)),
  linear: (a, b) => wick.linear(a.reshape(1, N), b.reshape(1, N)),
  norm: (a) => a.norm(),
  "norm 1": (a) => a.norm(1),
  "norm 3": (a) => a.norm(3),
  var: (a) => a.var(),
  std: (a) => a.std(),
  logSumExp: (a) => a.logSumExp(),
  cumsum: (a) => a.cumsum(0).get(N - 1),
  "sum of the first dimension": (a) => repeated(a, 3).sum(0).get(1),
  "mean of the middle": (a) => repeated(a, 3).reshape(2, N / 2, 3).mean(1).i(1, 2),
  "norm of the first dimension": (a) => repeated(a, 3).norm(2, 0).get(1),
  softmax: (a) => a.softmax(0).get(0),
  logSoftmax: (a) => a.logSoftmax(0).get(0),
  "softmax's gradient": (a, b) => {
    const x = a.detach().requiresGrad();
    return x.softmax(0).mul(b).sum().backward().get(x).get(0);
  },
  rmsNorm: (a) => wick.rmsNorm(a, ones(a), 1e-5).get(0),
  layerNorm: (a) => wick.layerNorm(a, ones(a), null, 1e-5).get(0),
  groupNorm: (a) => wick.groupNorm(a.reshape(1, 1, N), 1, null, null).i(0, 0, 0),
  batchNorm: (a) => wick.batchNorm(a.reshape(N, 1), null, null, null).y.i(0, 0),
  crossEntropy: (a) => wick.crossEntropy(a, first(a)),
  "smoothed crossEntropy": (a) => wick.crossEntropy(a, first(a), { smoothing: 0.5 }),
  mseLoss: (a, b) => wick.mseLoss(a, b),
  l1Loss: (a, b) => wick.l1Loss(a, b),
  huberLoss: (a, b) => wick.huberLoss(a, b),
  bceWithLogits: (a, b) => wick.bceWithLogits(a, b.clamp(0, 1)),
};

function first({ device, scope }: Tensor): Tensor {
  return wick.tensor(Int32Array.of(0), { shape: [], device, scope });
}

for (const build of ["simd", "relaxed"] as const) {
  for (const [name, wanted] of Object.entries(cases)) {
    Deno.test(`folds of a million numbers ${name} are as near as PyTorch's on the ${build} build`, async () => {
      using device = new WasmDevice({ build });
      using own = wick.scope();
      const [a, b] = inputs[name].map((x) => wick.tensor(Float32Array.from(x), { device, scope: own }));
      deepEqual(Object.keys(ops), Object.keys(wanted));
      for (const [op, [want, error]] of Object.entries(wanted)) {
        const got = (await ops[op](a, b).data())[0];
        const bound = Math.max(4 * error, 2 ** -22 * Math.abs(want));
        ok(isNear(got, want, bound), `${op} is ${got}, not ${want}: off by ${Math.abs(got - want)}, allowed ${bound}`);
      }
    });
  }
}
