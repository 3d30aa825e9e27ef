/**
 * Ops at 0, beside it, at their kinks and far out: values, first derivatives (fused and composed) and second ones, held
 * to PyTorch's in float64 (test/golden/edges.json).
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { type Device, grad, type Tensor, tensor } from "../../mod.ts";
import { type Numbers, plain } from "../golden/calls.ts";
import { readGolden } from "../golden_file.ts";

/**
 * A function of one has numbers where one of two has pairs: points [a, b], derivatives by place. Of an op along rows the
 * points are rows, and derivatives follow row after row.
 */
export interface Edge {
  op: string;
  args: unknown[];
  points: Numbers | Numbers[];
  rows?: true;
  y: Numbers;
  first: Numbers | Numbers[];
  second: Numbers | Numbers[];
}

/** In what an op is held to PyTorch, and the largest error beside 1 + |y|. */
export interface Holding {
  dtype: "f32" | "f64";
  bound: number;
  device?: Device;
}

export const edges: readonly Edge[] = readGolden<Edge[]>("edges.json");

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
  if (op === "norm") return 0; // the first is 0 where an element is, and so is the second
  if (op === "mish" && order === "second" && Number.isFinite(a)) return 0; // PyTorch's is 0 times an infinite number
  if (op !== "pow" || order === "y" || order === "first 1") return;
  if (order === "second 2") return a === 0 && b >= 0 ? 0 : undefined; // as the first is 0 for all b
  if (b === 0 || (a === 0 && b === Infinity && order === "second 1")) return 0; // as the first is 0 for all a
}

/** What f32 cannot hold on the way: a^(b - 2) is 1e60. */
function leavesF32({ op }: Edge, order: string, [a, b]: number[]): boolean {
  const isTiny = (v: number) => v > 0 && v < 1e-29;
  return op === "pow" && order === "second 0" && isTiny(a) && isTiny(b);
}

/** Throws where an op's values or derivatives are others. */
export async function holds(edge: Edge, holding: Holding): Promise<void> {
  for (const [order, got, golden] of await found(edge, holding)) compare(edge, holding, order, got, golden);
}

function compare(
  edge: Edge,
  { dtype, bound, device }: Holding,
  order: string,
  got: ArrayLike<number>,
  golden: Numbers,
): void {
  equal(got.length, golden.length);
  const each = edge.rows ? golden.length / edge.points.length : 1;
  plain(golden).forEach((value, i) => {
    const at = plain([edge.points[Math.floor(i / each)]].flat() as Numbers);
    if (dtype === "f32" && leavesF32(edge, order, at)) return;
    if (device && at.some((v) => v !== 0 && Math.abs(v) < 2 ** -126)) return; // subnormal: it may count as 0
    const exact = instead(edge, order.replace(", fused", ""), at, value) ?? value;
    const expected = dtype === "f32" ? Math.fround(exact) : exact;
    const isSame = Object.is(expected, got[i]) ||
      Math.abs(got[i] - expected) <= bound * (1 + Math.abs(expected));
    ok(isSame, `${order} of ${edge.op}(${[at, ...edge.args].join(", ")}) is ${got[i]}, expected ${expected}`);
  });
}

/** Values and derivatives, by their order, with PyTorch's. */
async function found(
  edge: Edge,
  { dtype, device }: Holding,
): Promise<[string, ArrayLike<number>, Numbers][]> {
  const isBinary = Array.isArray(edge.points[0]) && !edge.rows;
  const of = (points: Numbers | number[]) => tensor(plain(points), { dtype, device });
  const points = edge.points as Numbers[];
  const xs = edge.rows
    ? [of(points.flat()).reshape(points.length, -1)]
    : isBinary
    ? [0, 1].map((k) => of(points.map((p) => p[k])))
    : [of(edge.points as Numbers)];
  const args = edge.args.map((v) => v === "inf" ? Infinity : v);
  const f = (...[x, ...others]: Tensor[]): Tensor =>
    (x[edge.op as keyof Tensor] as (...args: unknown[]) => Tensor).call(x, ...others, ...args);
  const first = (...xs: Tensor[]) => grad((...xs) => f(...xs).sum())(...xs);
  const slopes = (k: number) => grad((...xs: Tensor[]) => first(...xs)[k].sum())(...xs);
  const second = isBinary ? [...slopes(0), slopes(1)[1]] : slopes(0);
  const name = (order: string, k: number) => isBinary ? `${order} ${k}` : order;
  const golden = (of: Numbers | Numbers[], k: number) => (isBinary ? of[k] : of) as Numbers;
  const read = (t: Tensor) => t.data() as Promise<Float64Array>;
  const all: [string, ArrayLike<number>, Numbers][] = [["y", await read(f(...xs)), edge.y]];
  for (const [order, tensors] of Object.entries({ first: first(...xs), second, fused: fused(f, xs) })) {
    const [of, label] = order === "fused"
      ? ["first", ", fused"] as const
      : [order as "first" | "second", ""] as const;
    for (const [k, t] of tensors.entries()) {
      all.push([name(of, k) + label, await read(t), golden(edge[of], k)]);
    }
  }
  return all;
}

/** First derivatives by rows of their own, where there are such. */
function fused(f: (...xs: Tensor[]) => Tensor, xs: Tensor[]): Tensor[] {
  const leaves = xs.map((x) => x.copy().requiresGrad());
  const gradients = f(...leaves).sum().backward();
  return leaves.map((leaf) => gradients.get(leaf));
}
