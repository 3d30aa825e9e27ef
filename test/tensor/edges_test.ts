/**
 * Elementwise ops at 0, beside it, at their kinks and far out: values, first derivatives (fused and composed) and second
 * ones, held to PyTorch's in float64 (test/golden/edges.json).
 */
import { equal, ok } from "node:assert/strict";
import { grad, type Tensor, tensor } from "../../mod.ts";
import { type Numbers, plain } from "../golden/calls.ts";
import { readGolden } from "../golden_file.ts";

/** A function of one has numbers where one of two has pairs: points [a, b], derivatives by place. */
interface Edge {
  op: string;
  args: unknown[];
  points: Numbers | [Numbers[0], Numbers[0]][];
  y: Numbers;
  first: Numbers | Numbers[];
  second: Numbers | Numbers[];
}

const edges = readGolden<Edge[]>("edges.json");

const softplus: Record<string, (x: number) => number> = {
  y: (x) => x + Math.exp(-x),
  first: (x) => 1 / (1 + Math.exp(-x)),
  second: (x) => Math.exp(-x),
};

/** The right value, where it is another than PyTorch's or a choice; undefined where it is PyTorch's. */
function instead({ op, args }: Edge, order: string, [a, b]: number[], golden: number): number | undefined {
  // PyTorch takes x itself from 20 on
  if (op === "softplus" && args.length === 0 && a >= 20 && a < 21) return softplus[order](a);
  if (order === "second" && a === 0) { // the derivative from below, as PyTorch's first one is
    if (op === "elu") return args[0] as number ?? 1;
    if (op === "selu") return 1.7580993408473766;
  }
  if (!Number.isNaN(golden)) return;
  if (op === "mish" && order === "second" && Number.isFinite(a)) return 0; // PyTorch's is 0 times an infinite number
  if (op !== "pow" || order === "y" || order === "first 1") return;
  if (order === "second 2") return a === 0 && b >= 0 ? 0 : undefined; // as the first is 0 for all b
  if (b === 0 || (a === 0 && b === Infinity && order === "second 1")) return 0; // as the first is 0 for all a
}

/** What f32 cannot hold on the way: a^(b - 2) is 1e60. */
const tooLarge = (op: string, order: string, [a, b]: number[]) =>
  op === "pow" && order === "second 0" && a < 1e-29 && a > 0 && b < 1e-29 && b > 0;

for (const dtype of ["f64", "f32"] as const) {
  Deno.test(`elementwise ops and their derivatives at the edges in ${dtype}`, async (t) => {
    for (const edge of edges) {
      await t.step(`${edge.op}(${edge.args})`, async () => {
        for (const [order, got, golden] of await found(edge, dtype)) compare(edge, dtype, order, got, golden);
      });
    }
  });
}

function compare(
  edge: Edge,
  dtype: "f64" | "f32",
  order: string,
  got: ArrayLike<number>,
  golden: Numbers,
): void {
  const bound = dtype === "f64" ? 1e-12 : 2e-6;
  equal(got.length, golden.length);
  plain(golden).forEach((value, i) => {
    const point = [edge.points[i]].flat() as Numbers;
    const at = plain(point);
    if (dtype === "f32" && tooLarge(edge.op, order, at)) return;
    const exact = instead(edge, order.replace(", fused", ""), at, value) ?? value;
    const expected = dtype === "f32" ? Math.fround(exact) : exact;
    const isSame = Object.is(expected, got[i]) ||
      Math.abs(got[i] - expected) <= bound * (1 + Math.abs(expected));
    ok(isSame, `${order} of ${edge.op}(${[at, edge.args]}) is ${got[i]}, expected ${expected}`);
  });
}

/** Values and derivatives, by their order, with PyTorch's. */
async function found(edge: Edge, dtype: "f64" | "f32"): Promise<[string, ArrayLike<number>, Numbers][]> {
  const isUnary = !Array.isArray(edge.points[0]);
  const xs = isUnary
    ? [tensor(plain(edge.points as Numbers), { dtype })]
    : [0, 1].map((k) => tensor(plain((edge.points as Numbers[]).map((p) => p[k])), { dtype }));
  const f = (...[x, ...others]: Tensor[]): Tensor =>
    (x[edge.op as keyof Tensor] as (...args: unknown[]) => Tensor).call(x, ...others, ...edge.args);
  const first = (...xs: Tensor[]) => grad((...xs) => f(...xs).sum())(...xs);
  const slopes = (k: number) => grad((...xs: Tensor[]) => first(...xs)[k].sum());
  const second = isUnary ? slopes(0)(xs[0]) : [...slopes(0)(...xs), slopes(1)(...xs)[1]];
  const read = (t: Tensor) => t.data() as Promise<Float64Array>;
  const name = (order: string, k: number) => isUnary ? order : `${order} ${k}`;
  const golden = (of: Numbers | Numbers[], k: number) => isUnary ? of as Numbers : (of as Numbers[])[k];
  const all: [string, ArrayLike<number>, Numbers][] = [["y", await read(f(...xs)), edge.y]];
  for (const [k, t] of first(...xs).entries()) {
    all.push([name("first", k), await read(t), golden(edge.first, k)]);
  }
  for (const [k, t] of second.entries()) all.push([name("second", k), await read(t), golden(edge.second, k)]);
  for (const [k, t] of fused(f, xs).entries()) {
    all.push([name("first", k) + ", fused", await read(t), golden(edge.first, k)]);
  }
  return all;
}

/** First derivatives by rows of their own, where there are such. */
function fused(f: (...xs: Tensor[]) => Tensor, xs: Tensor[]): Tensor[] {
  const leaves = xs.map((x) => x.copy().requiresGrad());
  const gradients = f(...leaves).sum().backward();
  return leaves.map((leaf) => gradients.get(leaf));
}

Deno.test("gelu's second derivative at 0 and beside it", async () => {
  for (const dtype of ["f32", "f64"] as const) {
    const x = tensor([0, 1e-7, -1e-30], { dtype });
    const [second] = grad((x) => grad((x) => x.gelu().sum())(x)[0].sum())(x);
    const values = await second.toArray() as number[];
    ok(values.every((v) => Math.abs(v - Math.sqrt(2 / Math.PI)) < 1e-6), `${dtype}: ${values}`);
  }
});
