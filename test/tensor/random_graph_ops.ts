/**
 * Ops that random expressions are made of: each draws its parameters for the shapes at hand.
 *
 * @module
 */
import { cat, stack, type Tensor, tensor } from "../../mod.ts";
import type { Random } from "../random.ts";

type Shape = readonly number[];
/** An op with its parameters. */
export type Drawn = (...xs: Tensor[]) => Tensor;
/** Draws an op on values of these shapes; undefined where it does not take them. */
export type Draw = (random: Random, ...shapes: Shape[]) => Drawn | undefined;

/** Ops by name, of one value or of two. */
export interface Choices {
  readonly one: Readonly<Record<string, Draw>>;
  readonly two: Readonly<Record<string, Draw>>;
}

/** Numbers for an op with a domain above 0. */
const positive = (x: Tensor) => x.sqr().add(0.5);
const sizeOf = (shape: Shape) => shape.reduce((a, b) => a * b, 1);
const always = (op: Drawn): Draw => () => op;
const indices = (random: Random, shape: Shape, below: number) => {
  const ids = random.ints(sizeOf(shape), 0, below - 1);
  return ({ scope, device }: Tensor) => tensor(ids, { shape, scope, device });
};

/** An op of one of the dimensions that hold at least `least`. */
function along(op: (x: Tensor, dim: number) => Tensor, least = 1): Draw {
  return (random, shape) => {
    const dim = random.integer(-shape.length, shape.length - 1);
    return (shape.at(dim) ?? 0) >= least ? (x) => op(x, dim) : undefined;
  };
}

/** An op of at least so many dimensions. */
function ranked(rank: number, op: (x: Tensor, shape: Shape) => Tensor, most = 4): Draw {
  return (_, shape) =>
    shape.length >= rank && shape.length <= most && shape.every((n) => n > 0)
      ? (x) => op(x, shape)
      : undefined;
}

const elementwise: Record<string, Drawn> = {
  neg: (x) => x.neg(),
  abs: (x) => x.abs(),
  exp: (x) => x.tanh().exp(),
  log: (x) => positive(x).log(),
  sqrt: (x) => positive(x).sqrt(),
  rsqrt: (x) => positive(x).rsqrt(),
  reciprocal: (x) => positive(x).reciprocal(),
  log1p: (x) => positive(x).log1p(),
  log2: (x) => positive(x).log2(),
  log10: (x) => positive(x).log10(),
  expm1: (x) => x.tanh().expm1(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  tan: (x) => x.tanh().tan(),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  erf: (x) => x.erf(),
  relu: (x) => x.relu(),
  relu6: (x) => x.mul(4).relu6(),
  silu: (x) => x.silu(),
  gelu: (x) => x.gelu(),
  "gelu by tanh": (x) => x.gelu("tanh"),
  elu: (x) => x.elu(0.7),
  selu: (x) => x.selu(),
  leakyRelu: (x) => x.leakyRelu(0.2),
  softplus: (x) => x.softplus(1.5),
  logSigmoid: (x) => x.logSigmoid(),
  mish: (x) => x.mish(),
  hardSigmoid: (x) => x.mul(2).hardSigmoid(),
  hardSwish: (x) => x.mul(2).hardSwish(),
  clamp: (x) => x.clamp(-0.7, 0.9),
  sqr: (x) => x.tanh().sqr(),
  affine: (x) => x.affine(-0.5, 0.25),
  "pow of a number": (x) => positive(x).pow(-1.5),
  "cube": (x) => x.tanh().pow(3),
  "arithmetic with numbers": (x) => x.add(1).mul(0.5).sub(0.25).div(2),
  "rounding, which is flat": (x) => x.add(x.round()),
  "where it is positive": (x) => x.gt(0).where(x, x.mul(0.3)),
  maskedFill: (x) => x.maskedFill(x.lt(-0.5), 0.1),
};

const shaped: Record<string, Draw> = {
  sum: along((x, dim) => x.sum(dim)),
  "sum, kept": along((x, dim) => x.sum(dim, true)),
  "mean of all": always((x) => x.mean()),
  mean: along((x, dim) => x.mean(dim)),
  max: along((x, dim) => x.max(dim)),
  "min, kept": along((x, dim) => x.min(dim, true)),
  logSumExp: along((x, dim) => x.logSumExp(dim)),
  norm: along((x, dim) => x.add(3).norm(2, dim)),
  var: along((x, dim) => x.var(dim), 2),
  std: along((x, dim) => cat([x, x.affine(2, 1)], dim).std(dim, { keepDim: true })), // 0 has no slope
  softmax: along((x, dim) => x.softmax(dim)),
  logSoftmax: along((x, dim) => x.logSoftmax(dim)),
  flip: along((x, dim) => x.flip(dim)),
  roll: along((x, dim) => x.roll(1, dim)),
  unsqueeze: along((x, dim) => x.unsqueeze(dim)),
  squeeze: always((x) => x.squeeze()),
  repeatInterleave: along((x, dim) => x.repeatInterleave(2, dim)),
  "split and joined": along((x, dim) => cat(x.split(1, dim).reverse(), dim)),
  unbind: along((x, dim) => x.unbind(dim).at(-1)!),
  "unbound and stacked": along((x, dim) => stack(x.unbind(dim).reverse(), dim)),
  unfold: along((x, dim) => x.unfold(dim, 2, 1), 2),
  reshape: ranked(1, (x, shape) => x.reshape(-1, shape[shape.length - 1])),
  flatten: always((x) => x.reshape(-1)),
  permute: ranked(2, (x, shape) => x.permute(...shape.keys().map((d) => (d + 1) % shape.length))),
  t: ranked(2, (x) => x.t()),
  copy: always((x) => x.copy()),
  contiguous: always((x) => x.contiguous()),
  expand: ranked(0, (x, shape) => x.expand(2, ...shape), 3),
  repeat: ranked(1, (x, shape) => x.repeat(...shape.map(() => 1), 2), 3),
  diagonal: ranked(2, (x) => x.diagonal(0, 0, -1)),
  tril: ranked(2, (x) => x.tril(-1)),
  pad: ranked(1, (x) => x.pad([1, -1], 0.5)),
  "pad by its edge": ranked(1, (x) => x.pad([1, 2], "edge")),
  "every second": ranked(1, (x, [n]) => x.i([0, n, 2])),
  "the last": ranked(2, (x) => x.i(-1)),
  narrow: (random, shape) => {
    const dim = random.integer(0, shape.length - 1);
    if (!shape[dim]) return undefined;
    const start = random.integer(0, shape[dim] - 1);
    const length = random.integer(1, shape[dim] - start);
    return (x) => x.narrow(dim, start, length);
  },
  indexSelect: (random, shape) => {
    const dim = random.integer(0, shape.length - 1);
    if (!shape[dim]) return undefined;
    const ids = indices(random, [3], shape[dim]);
    return (x) => x.indexSelect(dim, ids(x));
  },
  "i by a tensor": (random, shape) => {
    if (!shape[0]) return undefined;
    const ids = indices(random, [2, 2], shape[0]);
    return shape.length < 4 ? (x) => x.i(ids(x)) : undefined;
  },
  gather: (random, shape) => {
    const dim = random.integer(0, shape.length - 1);
    if (!shape[dim]) return undefined;
    const ids = indices(random, shape.with(dim, 2), shape[dim]);
    return (x) => x.gather(dim, ids(x));
  },
  prod: along((x, dim) => x.tanh().add(1.5).prod(dim)),
  cumsum: along((x, dim) => x.cumsum(dim)),
  cumprod: along((x, dim) => x.tanh().add(1.5).cumprod(dim)),
  cummax: along((x, dim) => x.cummax(dim).values),
  sort: along((x, dim) => x.sort(dim).values),
  topK: along((x, dim) => x.topK(1, dim).values),
  maxPool2d: ranked(4, (x) => x.maxPool2d(1)),
  avgPool1d: (_, shape) =>
    shape.length === 3 && shape.every((n) => n > 1) ? (x) => x.avgPool1d(2, { stride: 1 }) : undefined,
  median: along((x, dim) => x.median(dim).values),
};

const broadcasting: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  div: (a, b) => a.div(positive(b)),
  maximum: (a, b) => a.maximum(b),
  minimum: (a, b) => a.minimum(b),
  pow: (a, b) => positive(a).pow(b.tanh()),
  remainder: (a, b) => a.remainder(positive(b)),
  where: (a, b) => a.gt(b).where(a.mul(b), b),
};

function fits(a: Shape, b: Shape): boolean {
  return Array.from(
    { length: Math.max(a.length, b.length) },
    (_, i) => [a.at(-1 - i) ?? 1, b.at(-1 - i) ?? 1],
  )
    .every(([x, y]) => x === y || x === 1 || y === 1);
}

const joining: Record<string, Draw> = {
  matmul: (_, a, b) => {
    if (a.length < 2 || b.length < 2 || !fits(a.slice(0, -2), b.slice(0, -2))) return undefined;
    if (a.at(-1) === b.at(-2)) return (x, y) => x.matmul(y);
    return a.at(-1) === b.at(-1) ? (x, y) => x.matmul(y.t()) : undefined;
  },
  outer: (_, a, b) => a.length === 1 && b.length === 1 ? (x, y) => x.outer(y) : undefined,
  cat: (_, a, b) =>
    a.length > 0 && b.length > 0 && `${a.slice(1)}` === `${b.slice(1)}` && a.length === b.length
      ? (x, y) => cat([x, y])
      : undefined,
  stack: (_, a, b) => `${a}` === `${b}` && a.length < 4 ? (x, y) => stack([x, y], -1) : undefined,
  scatterAdd: (random, a, b) => {
    if (a.length === 0 || `${a}` !== `${b}`) return undefined;
    const ids = indices(random, b, a[0]);
    return (x, y) => x.scatterAdd(0, ids(x), y);
  },
  sliceAssign: (_, a, b) =>
    a.length > 0 && `${a.slice(1)}` === `${b}` ? (x, y) => x.sliceAssign([0], y) : undefined,
};

const every = (ops: Record<string, Drawn>) =>
  Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, always(op)]));
const broadcast = Object.fromEntries(
  Object.entries(broadcasting).map((
    [name, op],
  ): [string, Draw] => [name, (_, a, b) => fits(a, b) ? (x, y) => op(x, y) : undefined]),
);

/** The ops. */
export const choices: Choices = {
  one: { ...every(elementwise), ...shaped },
  two: { ...broadcast, ...joining },
};
