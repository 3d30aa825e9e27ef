/**
 * Sums over a million elements, in every reduction: of equal numbers, whose rounding errors do not cancel, of numbers of
 * one sign and of both. PyTorch 2.15 errs by 2e-4 of the sum of absolute terms in the dot product of equal numbers.
 */
import { ok } from "node:assert/strict";
import {
  crossEntropy,
  einsum,
  layerNorm,
  mseLoss,
  ones,
  rmsNorm,
  type Scope,
  scope,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";
import { Random, testSeed } from "../random.ts";

const N = 1 << 20;
/** Of the sum of absolute terms: products add blocks of 256 in f32, all other sums theirs in f64. */
const PRODUCT = 5e-5, SUM = 1e-6;

const draws: Record<string, (random: Random) => number> = {
  "equal numbers": () => 0.1,
  "numbers of one sign": (random) => random.next(),
  "numbers of both signs": (random) => random.normal(),
};

const sumOf = (values: Iterable<number>) => {
  let sum = 0;
  for (const v of values) sum += v;
  return sum;
};

/** A reduction to one number, what it should be, and what its error is relative to. */
type Reduction = [name: string, got: Tensor, want: number, scale: number, bound: number];

function* reductions(x: Float32Array, y: Float32Array, own: Scope): Iterable<Reduction> {
  const [X, Y] = [x, y].map((v) => tensor(v, { scope: own }));
  const first = (t: Tensor) => t.flatten().narrow(0, 0, 1);
  const sum = sumOf(x), size = sumOf(x.map(Math.abs)), squares = sumOf(Float64Array.from(x, (v) => v * v));
  const products = Float64Array.from(x, (v, i) => v * y[i]);
  const dot = sumOf(products), dotSize = sumOf(products.map(Math.abs));
  const mean = sum / N, spread = sumOf(Float64Array.from(x, (v) => (v - mean) ** 2));
  const powers = sumOf(Float64Array.from(x, (v) => Math.exp(v))), lse = Math.log(powers);
  const row = X.reshape(1, N), column = X.reshape(N, 1);
  yield ["sum", X.sum(), sum, size, SUM];
  yield ["sum of a column", first(column.sum(0)), sum, size, SUM];
  yield ["mean", X.mean(), mean, size / N, SUM];
  yield ["norm", X.norm(), Math.sqrt(squares), Math.sqrt(squares), SUM];
  yield ["norm of p = 1", X.norm(1), size, size, SUM];
  yield ["var", X.var(), spread / (N - 1), squares / N, SUM];
  yield ["logSumExp", X.logSumExp(0), lse, lse, SUM];
  yield ["cumsum", first(X.cumsum(0).narrow(0, N - 1, 1)), sum, size, SUM];
  yield ["softmax", X.softmax(0).sum(), 1, 1, 2 * SUM];
  yield ["logSoftmax", first(X.logSoftmax(0)), x[0] - lse, lse, SUM];
  yield ["crossEntropy", crossEntropy(row, tensor([3], { dtype: "i32", scope: own })), lse - x[3], lse, SUM];
  const apart = sumOf(Float64Array.from(x, (v, i) => (v - y[i]) ** 2)) / N;
  yield ["mseLoss", mseLoss(X, Y), apart, apart || 1, SUM];
  const rms = Math.sqrt(squares / N + 1e-5), deviation = Math.sqrt(spread / N + 1e-5);
  yield [
    "rmsNorm",
    first(rmsNorm(row, ones([N], { scope: own }), 1e-5)),
    x[0] / rms,
    Math.abs(x[0] / rms),
    SUM,
  ];
  const normed = layerNorm(row, ones([N], { scope: own }), zeros([N], { scope: own }), 1e-5);
  yield ["layerNorm", first(normed), (x[0] - mean) / deviation, (Math.abs(x[0]) + rms) / deviation, SUM];
  yield ["dot", X.dot(Y), dot, dotSize, PRODUCT];
  yield ["einsum", einsum("i,i->", X, Y), dot, dotSize, PRODUCT];
  for (const n of [1, 3, 16]) {
    yield [`row x ${n} columns`, first(row.matmul(Y.reshape(N, 1).expand(N, n))), dot, dotSize, PRODUCT];
    yield [`row x ${n} rows, turned`, first(row.matmul(Y.expand(n, N).t())), dot, dotSize, PRODUCT];
    yield [`${n} rows x column`, first(X.expand(n, N).matmul(Y.reshape(N, 1))), dot, dotSize, PRODUCT];
  }
}

for (const [name, draw] of Object.entries(draws)) {
  Deno.test(`every reduction of a million ${name} stays near the sum in f64`, async () => {
    const random = new Random(testSeed());
    const [x, y] = [0, 1].map(() => Float32Array.from({ length: N }, () => draw(random)));
    using own = scope();
    for (const [reduction, got, want, scale, bound] of reductions(x, y, own)) {
      const error = Math.abs(await got.item() - want) / scale;
      ok(error <= bound, `${reduction} errs by ${error} of its terms' sizes, at most ${bound}`);
    }
  });
}
