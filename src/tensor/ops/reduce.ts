/**
 * Reductions over one dimension, several, or all.
 *
 * @module
 */
import * as rows from "../../device/kernels/reduce.ts";
import * as middle from "../../device/kernels/reduce_middle.ts";
import * as bytes from "../../device/kernels/reduce_u8.ts";
import * as wide from "../../device/kernels/reduce_wide.ts";
import { prod_backward_f32 } from "../../device/kernels/scan.ts";
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad, refuseGradient, track, tracks } from "../autograd.ts";
import { constant } from "../constant.ts";
import { result, run } from "../dispatch.ts";
import { type Dtype, isHalf, type PlainDtype } from "../dtype.ts";
import { show, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { along } from "./along.ts";
import { cast } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { pow } from "./elementwise.ts";
import {
  type Dims,
  dimsOf,
  foldByPasses,
  foldedSize,
  type FoldRows,
  foldTogether,
  keptShape,
  type Reduction,
  reduction,
  widened,
} from "./fold.ts";
import { diagonalMask } from "./diagonal_mask.ts";
import { filled } from "./fill.ts";
import { cat } from "./join.ts";
import { scan } from "./scan.ts";
import { summedAs, type SumOptions } from "./summed_as.ts";

const longSums: FoldRows = { last: wide.sum_i64, middle: wide.sum_middle_i64 };

/** Rows by op and dtype. */
const folds = {
  sum: {
    f32: { last: rows.sum_f32, middle: middle.sum_middle_f32 },
    i32: { last: rows.sum_i32, middle: middle.sum_middle_i32 },
    u32: { last: rows.sum_i32, middle: middle.sum_middle_i32 },
    f64: { last: wide.sum_f64 },
    i64: longSums,
  },
  mean: {
    f32: { last: rows.mean_f32, middle: middle.mean_middle_f32 },
    f64: { last: wide.mean_f64 },
  },
  prod: {
    f32: { last: rows.prod_f32, middle: middle.prod_middle_f32 },
    i32: { last: rows.prod_i32, middle: middle.prod_middle_i32 },
    u32: { last: rows.prod_i32, middle: middle.prod_middle_i32 },
    i64: { last: wide.prod_i64, middle: wide.prod_middle_i64 },
    f64: { last: wide.prod_f64 },
  },
  norm: { f32: { last: rows.norm_f32, middle: middle.norm_middle_f32 } },
  sumAbs: { f32: { last: rows.sum_abs_f32, middle: middle.sum_abs_middle_f32 } },
  max: {
    f32: { last: rows.max_f32, middle: middle.max_middle_f32 },
    i32: { last: rows.max_i32, middle: middle.max_middle_i32 },
    u32: { last: rows.max_u32, middle: middle.max_middle_u32 },
    f64: { last: wide.max_f64 },
    i64: { last: wide.max_i64 },
  },
  min: {
    f32: { last: rows.min_f32, middle: middle.min_middle_f32 },
    i32: { last: rows.min_i32, middle: middle.min_middle_i32 },
    u32: { last: rows.min_u32, middle: middle.min_middle_u32 },
    f64: { last: wide.min_f64 },
    i64: { last: wide.min_i64 },
  },
} satisfies Record<string, Partial<Record<string, FoldRows>>>;

/** Sums as i64 of what is shorter. */
const longer: Partial<Record<string, FoldRows>> = {
  i32: { last: wide.sum_i32_i64, middle: wide.sum_middle_i32_i64, then: longSums },
  u32: { last: wide.sum_u32_i64, middle: wide.sum_middle_u32_i64, then: longSums },
  u8: { last: bytes.sum_u8_i64 },
  bool: { last: bytes.sum_u8_i64 },
};

const bests = {
  argmax: {
    f32: rows.argmax_f32,
    i32: rows.argmax_i32,
    u32: rows.argmax_u32,
    f64: wide.argmax_f64,
    i64: wide.argmax_i64,
  },
  argmin: {
    f32: rows.argmin_f32,
    i32: rows.argmin_i32,
    u32: rows.argmin_u32,
    f64: wide.argmin_f64,
    i64: wide.argmin_i64,
  },
};

function fold(op: keyof typeof folds, to: Reduction): Tensor {
  return foldBy(ofDtype<FoldRows>(op, folds[op], to.x), to, to.x.dtype);
}

function foldBy(rows: FoldRows, to: Reduction, dtype: Dtype): Tensor {
  return rows.middle ? foldByPasses(to, rows, dtype) : foldTogether(to, rows.last, dtype);
}

/** What dtypes without rows fold as: f16 and bf16 as f32, small integers and bool as i32. */
function wider(x: Tensor): "f32" | "i32" | undefined {
  if (isHalf(x.dtype)) return "f32";
  return x.dtype === "i16" || x.dtype === "u8" || x.dtype === "bool" ? "i32" : undefined;
}

/** A fold by way of another dtype, its result in x's own. */
function through(x: Tensor, within: "f32" | "i32", fold: (x: Tensor) => Tensor): Tensor {
  using converted = cast(x, within);
  using y = fold(converted);
  return cast(y, x.dtype as PlainDtype);
}

/** What a table by dtype has for x. */
function ofDtype<T>(op: string, table: Partial<Record<string, T>>, x: Tensor): T {
  const found = table[x.dtype];
  if (found) return found;
  throw new WickError("DTYPE_MISMATCH", `Cannot ${op} ${x}: it takes ${Object.keys(table).join(" or ")}`);
}

function refuseEmpty({ name, x, goes }: Reduction): void {
  const d = x.shape.findIndex((n, d) => n === 0 && goes[d]);
  if (d < 0) return;
  throw new WickError("SHAPE_MISMATCH", `Cannot ${name} dimension ${d} of ${show(x.shape)}: it is empty`);
}

/** The sum: of floats in their own dtype, of integers and bool as i64 unless another is given; it wraps around. */
export function sum(x: Tensor, dim: Dims, keepDim: boolean, options: SumOptions = {}): Tensor {
  const to = reduction("sum", x, dim, keepDim);
  const dtype = summedAs("sum", x, options);
  if (dtype === "i64" && x.dtype === "i16") {
    using words = cast(x, "i32");
    return sum(words, dim, keepDim);
  }
  if (dtype === "i64" && longer[x.dtype]) return foldBy(longer[x.dtype]!, to, dtype);
  return inDtype(x, dtype, (x, dtype) => sum(x, dim, keepDim, { dtype })) ??
    track("sum", fold("sum", to), [x], [], (dy) => [widened(dy, to).expand(...x.shape)]);
}

/** A fold of x as another dtype than its own, or by way of one; nothing where rows take it as it is. */
function inDtype(
  x: Tensor,
  dtype: Dtype,
  fold: (x: Tensor, dtype: PlainDtype) => Tensor,
): Tensor | undefined {
  const within = wider(x);
  if (dtype === x.dtype) return within && through(x, within, (x) => fold(x, within));
  using converted = cast(x, dtype as PlainDtype);
  return fold(converted, dtype as PlainDtype);
}

/** The mean; NaN of nothing. */
export function mean(x: Tensor, dim: Dims, keepDim: boolean): Tensor {
  const to = reduction("mean", x, dim, keepDim);
  if (isHalf(x.dtype)) return through(x, "f32", (x) => mean(x, dim, keepDim));
  const shape = x.shape;
  return track(
    "mean",
    fold("mean", to),
    [x],
    [],
    (dy) => [widened(dy.mul(1 / foldedSize(to)), to).expand(...shape)],
  );
}

/** The largest or smallest; NaN where there is one. Equals share the gradient evenly. */
export function extreme(op: "max" | "min", x: Tensor, dim: Dims, keepDim: boolean): Tensor {
  const to = reduction(op, x, dim, keepDim);
  refuseEmpty(to);
  const within = wider(x);
  if (within) return through(x, within, (x) => extreme(op, x, dim, keepDim));
  const y = fold(op, to);
  return track(op, y, [x], [x, y], (dy, [x, y]) => {
    const best = compare("eq", x, widened(y, to));
    return [where(best, widened(dy, to), 0).div(where(best, 1, 0).sum(dimsOf(to), true))];
  });
}

/** The index of the first of the largest (or smallest) as i32; in the flattened tensor where no dimension is given. */
export function best(op: keyof typeof bests, x: Tensor, dim: number | undefined, keepDim: boolean): Tensor {
  const within = wider(x);
  if (within) {
    using converted = cast(x, within);
    return best(op, converted, dim, keepDim);
  }
  const row = ofDtype(op, bests[op], x);
  const to = reduction(op, x, dim, keepDim);
  refuseEmpty(to);
  return foldTogether(to, row, "i32"); // a whole number depends on nothing smoothly
}

/**
 * The product: of f32, of integers and bool as i64 unless another dtype is given, wrapping around; 1 of nothing. Its
 * gradient is right where factors are 0.
 */
export function prod(x: Tensor, dim: Dims, keepDim: boolean, options: SumOptions = {}): Tensor {
  const dtype = summedAs("prod", x, options);
  const converted = inDtype(x, dtype, (x, dtype) => prod(x, dim, keepDim, { dtype }));
  if (converted) return converted;
  const to = reduction("prod", x, dim, keepDim);
  const dims = dimsOf(to);
  if (tracks([x]) && dims.length !== 1) {
    using flat = gathered(x, to);
    using y = prod(flat, -1, false);
    return y.reshape(...keptShape(to));
  }
  return track("prod", fold("prod", to), [x], [x], (dy, [x]) => {
    const [d] = dims;
    return [gradientsEnabled() ? composedProd(widened(dy, to), x, d) : prodGradient(widened(dy, to), x, d)];
  });
}

/** x as [.., N] of what stays and what goes, in its gradient's sight. */
function gathered(x: Tensor, { goes }: Reduction): Tensor {
  const stay = x.shape.flatMap((_, d) => goes[d] ? [] : [d]);
  const go = x.shape.flatMap((_, d) => goes[d] ? [d] : []);
  using moved = x.permute(...stay, ...go);
  return moved.reshape(...stay.map((d) => x.shape[d]), sizeOf(go.map((d) => x.shape[d])));
}

/** dy times the product of the others. */
function prodGradient(dy: Tensor, x: Tensor, d: number): Tensor {
  if (x.dtype === "f64") return dy.mul(productsOfOthers(x, d));
  using dense = x.contiguous();
  using given = dy.contiguous();
  const dx = result("prod's gradient", [dense, given], "f32", x.shape, x.rows);
  const { O, N, I } = along(dense, d);
  run(prod_backward_f32, [dense, given, dx], [N, I], [O]);
  return dx;
}

/** For each factor, the product of those before it times that of those behind. */
function productsOfOthers(x: Tensor, d: number): Tensor {
  const N = x.shape[d];
  if (N === 0) return x;
  const one = filled(x, 1, x.dtype, x.shape.with(d, 1), x.rows);
  const before = scan("cumprod", cat([one, x.narrow(d, 0, N - 1)], d), d, false);
  return before.mul(scan("cumprod", cat([x.narrow(d, 1, N - 1), one], d), d, true));
}

/** The same of ops: a row of x for each factor, with 1 in its place. Takes N^2 elements. */
function composedProd(dy: Tensor, x: Tensor, d: number): Tensor {
  using own = diagonalMask("eq", x.device, x.shape[d], x.shape[d]);
  const others = where(own, 1, x.transpose(d, -1).unsqueeze(-2));
  return prod(others, -1, false).transpose(d, -1).mul(dy);
}

/** Options of {@linkcode Tensor.var} and {@linkcode Tensor.std}. */
export interface VarianceOptions {
  /** What is taken from the number of elements that the sum of squares is divided by: 1 is Bessel's, 0 none [1]. */
  correction?: number;
  /** Whether dimensions that go stay with extent 1 [false]. */
  keepDim?: boolean;
}

/** The variance about the mean. */
export function variance(x: Tensor, dim: Dims, options: VarianceOptions): Tensor {
  const { correction = 1, keepDim = false } = options;
  if (isHalf(x.dtype)) return through(x, "f32", (x) => variance(x, dim, options));
  if (x.dtype === "f64") return wideVariance(x, dim, correction, keepDim);
  const row = ofDtype("var", { f32: rows.var_f32 }, x);
  const to = reduction("var", x, dim, keepDim);
  const y = foldTogether(to, row, "f32", [correction]);
  return track("var", y, [x], [x], (dy, [x]) => {
    const free = Math.max(0, foldedSize(to) - correction);
    return [x.sub(mean(x, dimsOf(to), true)).mul(widened(dy.mul(2 / free), to))];
  });
}

/** In f64, which has no row for it. */
function wideVariance(x: Tensor, dim: Dims, correction: number, keepDim: boolean): Tensor {
  const to = reduction("var", x, dim, keepDim);
  using middle = mean(x, dimsOf(to), true);
  using distances = x.sub(middle);
  using squares = distances.sqr();
  using total = sum(squares, dimsOf(to), keepDim);
  return total.div(Math.max(0, foldedSize(to) - correction));
}

/** The standard deviation; its gradient is 0 where it is 0. */
export function deviation(x: Tensor, dim: Dims, options: VarianceOptions): Tensor {
  if (isHalf(x.dtype)) return through(x, "f32", (x) => deviation(x, dim, options));
  using squared = variance(x, dim, options);
  const y = noGrad(() => squared.sqrt());
  return track("std", y, [squared], [y], (dy, [y]) => [whereNot0(y, dy.div(y).mul(0.5))]);
}

/** t where y is not 0, else 0. */
function whereNot0(y: Tensor, t: Tensor): Tensor {
  return where(compare("eq", y, 0), 0, t);
}

/** The p-norm: (sum of |x|^p)^(1/p); for p = Infinity the largest |x|, for 0 the number of those that are not 0. */
export function norm(x: Tensor, p: number, dim: Dims, keepDim: boolean): Tensor {
  const to = reduction("norm", x, dim, keepDim);
  if (isHalf(x.dtype)) return through(x, "f32", (x) => norm(x, p, dim, keepDim));
  if (x.dtype !== "f64") ofDtype("norm", folds.norm, x);
  if (Number.isNaN(p)) {
    throw new WickError("INVALID_ARGUMENT", `Cannot norm ${x}: p must be a number, got ${p}`, { param: "p" });
  }
  if (p === 2) {
    const y = x.dtype === "f64" ? noGrad(() => wideNorm(to)) : fold("norm", to);
    return track("norm", y, [x], [x, y], (dy, [x, y]) => [x.mul(widened(whereNot0(y, dy.div(y)), to))]);
  }
  if (p === 0) return nonzeros(x, dim, keepDim);
  if (p === 1 && x.dtype === "f32") {
    return track("norm", fold("sumAbs", to), [x], [x], (dy, [x]) => [x.sign().mul(widened(dy, to))]);
  }
  if (p !== 1 && Number.isFinite(p)) return powerNorm(to, p);
  using sizes = x.abs();
  return p === 1 ? sum(sizes, dim, keepDim) : extreme(p > 0 ? "max" : "min", sizes, dim, keepDim);
}

/** The root of the sum of squares in f64, which has no row for it. */
function wideNorm(to: Reduction): Tensor {
  using squares = to.x.sqr();
  using total = sum(squares, dimsOf(to), to.keepDim);
  return total.sqrt();
}

function nonzeros(x: Tensor, dim: Dims, keepDim: boolean): Tensor {
  refuseGradient("norm", [x], "the number of elements that are not 0 has none");
  using truths = compare("ne", x, 0);
  using ones = where(truths, 1, 0);
  return sum(ones, dim, keepDim);
}

/** dx = dy sign(x) (|x| / y)^(p - 1). */
function powerNorm(to: Reduction, p: number): Tensor {
  const { x, keepDim } = to;
  const power = (t: Tensor, exponent: number) => pow(t, constant(t.device, exponent, t.dtype));
  const y = noGrad(() => {
    using sizes = x.abs();
    using powers = power(sizes, p);
    using total = sum(powers, dimsOf(to), keepDim);
    return power(total, 1 / p);
  });
  return track("norm", y, [x], [x, y], (dy, [x, y]) => {
    const wide = widened(y, to);
    const sizes = where(compare("eq", x, 0), wide, x.abs()); // what is not chosen below is a number
    const slope = power(sizes.div(wide), p - 1).mul(widened(dy, to));
    const signed = where(compare("gt", x, 0), slope, where(compare("lt", x, 0), slope.neg(), 0));
    return [whereNot0(wide, signed)];
  });
}

/** Whether all (or any) of the elements are not 0, as bool, or how many, as i32. NaN is not 0. */
export function truths(op: "all" | "any" | "countNonzero", x: Tensor, dim: Dims, keepDim: boolean): Tensor {
  const row = { all: bytes.all_u8, any: bytes.any_u8, countNonzero: bytes.count_u8 }[op];
  using truth = noGrad(() => cast(x, "bool"));
  return foldTogether(reduction(op, truth, dim, keepDim), row, op === "countNonzero" ? "i32" : "bool");
}
