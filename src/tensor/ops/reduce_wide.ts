/**
 * Reductions of dtypes other than f32.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/reduce_wide.ts";
import { WickError } from "../../error.ts";
import { noGrad } from "../autograd.ts";
import { isFloat, isHalf, isPlain } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { cast, throughF32 } from "./cast.ts";

/** The folds that reduce() knows. */
export type Reduction = "sum" | "mean" | "max" | "min" | "argmax" | "argmin";

const wide: Partial<Record<string, Partial<Record<Reduction, Kernel>>>> = {
  f64: {
    sum: rows.sum_f64,
    mean: rows.mean_f64,
    max: rows.max_f64,
    min: rows.min_f64,
    argmax: rows.argmax_f64,
    argmin: rows.argmin_f64,
  },
  i64: {
    sum: rows.sum_i64,
    max: rows.max_i64,
    min: rows.min_i64,
    argmax: rows.argmax_i64,
    argmin: rows.argmin_i64,
  },
};

/** The row of a fold for what is not f32, where there is one. */
export function wideRow(op: Reduction, x: Tensor): Kernel | undefined {
  return wide[x.dtype]?.[op];
}

/**
 * A fold by way of a dtype that has rows: f16 and bf16 as f32, integers as i64. Sums of integers stay i64, as
 * PyTorch's; the others are of x's dtype, indices i32.
 */
export function reduceThrough(op: Reduction, x: Tensor, fold: (x: Tensor) => Tensor): Tensor {
  const isIndex = op.startsWith("arg");
  if (isHalf(x.dtype) && !isIndex) return throughF32(x, fold);
  if (!isPlain(x.dtype) || x.dtype === "f8e4m3" || (op === "mean" && !isFloat(x.dtype))) {
    throw new WickError("DTYPE_MISMATCH", `Cannot ${op} ${x}: convert it with to("f32")`);
  }
  using converted = cast(x, isHalf(x.dtype) ? "f32" : "i64");
  if (isIndex || op === "sum") return fold(converted);
  using y = fold(converted);
  return cast(y, x.dtype);
}

/** softmax, composed. */
export function softmaxWide(x: Tensor, dim: number): Tensor {
  using less = lessMax(x, dim);
  using e = less.exp();
  using total = e.sum(dim, true);
  return e.div(total);
}

/** The logarithm of softmax, composed. */
export function logSoftmaxWide(x: Tensor, dim: number): Tensor {
  using less = lessMax(x, dim);
  using e = less.exp();
  using total = e.sum(dim, true);
  using scale = total.log();
  return less.sub(scale);
}

/** x less the largest of its row, which shifts nothing that softmax sees. */
function lessMax(x: Tensor, dim: number): Tensor {
  using largest = noGrad(() => x.max(dim, true));
  return x.sub(largest);
}
