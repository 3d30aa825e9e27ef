/**
 * Reductions and softmax along one dimension.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/reduce.ts";
import * as rowsOfSoftmax from "../../device/kernels/softmax.ts";
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { type Dtype, isHalf } from "../dtype.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { throughF32 } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { logSoftmaxWide, reduceThrough, softmaxWide, wideRow } from "./reduce_wide.ts";

const reductions = {
  sum: rows.sum_f32,
  mean: rows.mean_f32,
  max: rows.max_f32,
  min: rows.min_f32,
  argmax: rows.argmax_f32,
  argmin: rows.argmin_f32,
} satisfies Record<string, Kernel>;

/** Folds dimension `dim`. */
export function reduce(op: keyof typeof reductions, x: Tensor, dim: number, keepDim: boolean): Tensor {
  const row = x.dtype === "f32" ? reductions[op] : wideRow(op, x);
  if (!row) return reduceThrough(op, x, (x) => reduce(op, x, dim, keepDim));
  const d = dimension(op, dim, x.rank);
  if (x.shape[d] === 0 && op !== "sum" && op !== "mean") {
    throw new WickError("SHAPE_MISMATCH", `Cannot ${op} dimension ${dim} of ${show(x.shape)}: it is empty`);
  }
  const index = op.startsWith("arg"); // a whole number depends on nothing smoothly
  const y = alongLast(
    op,
    [x],
    d,
    ([dense]) => {
      const y = result(
        op,
        [dense],
        index ? "i32" : x.dtype,
        [...dense.shape.slice(0, -1), 1],
        dense.rows,
      );
      run(row, [dense, y], [dense.shape.at(-1)!], [rowCount(dense)]);
      return y;
    },
    keepDim,
    x.dtype,
  );
  if (index) return y;
  if (op === "max" || op === "min") {
    return track(op, y, [x], [x, y], (dy, [x, y]) => { // equals share the gradient evenly
      const wide = (t: Tensor) => keepDim ? t : t.unsqueeze(d);
      const best = where(compare("eq", x, wide(y)), 1, 0);
      return [best.mul(wide(dy)).div(best.sum(d, true))];
    });
  }
  return track(op, y, [x], [], (dy) => {
    const wide = (keepDim ? dy : dy.unsqueeze(d)).expand(...x.shape);
    return [op === "mean" ? wide.mul(1 / x.shape[d]) : wide];
  });
}

/** softmax over dimension `dim`. */
export function softmax(x: Tensor, dim: number): Tensor {
  if (x.dtype === "f64") return softmaxWide(x, dim);
  if (isHalf(x.dtype)) return throughF32(x, (x) => softmax(x, dim));
  return normalized(
    "softmax",
    x,
    dim,
    rowsOfSoftmax.softmax_f32,
    rowsOfSoftmax.softmax_backward_f32,
    (dy, y, d) => y.mul(dy.sub(dy.mul(y).sum(d, true))),
  );
}

/** The logarithm of softmax over dimension `dim`. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  if (x.dtype === "f64") return logSoftmaxWide(x, dim);
  if (isHalf(x.dtype)) return throughF32(x, (x) => logSoftmax(x, dim));
  const { log_softmax_f32, log_softmax_backward_f32 } = rowsOfSoftmax;
  return normalized(
    "logSoftmax",
    x,
    dim,
    log_softmax_f32,
    log_softmax_backward_f32,
    (dy, y, d) => dy.sub(y.exp().mul(dy.sum(d, true))),
  );
}

function normalized(
  name: string,
  x: Tensor,
  dim: number,
  row: Kernel,
  backward: Kernel,
  composed: (dy: Tensor, y: Tensor, d: number) => Tensor,
): Tensor {
  const d = dimension(name, dim, x.rank);
  const apply = (row: Kernel, operands: readonly Tensor[]) =>
    alongLast(name, operands, d, (dense) => {
      const z = result(name, dense, "f32", dense[0].shape, dense[0].rows);
      run(row, [...dense, z], [dense[0].shape.at(-1)!], [rowCount(dense[0])]);
      return z;
    }, true);
  const y = apply(row, [x]);
  return track(
    name,
    y,
    [x],
    [y],
    (dy, [y]) => [gradientsEnabled() ? composed(dy, y, d) : apply(backward, [y, dy])],
  );
}

/** Calls `op` with dimension `d` of its operands moved to the end and contiguous, and moves it back (or drops it). */
function alongLast(
  name: string,
  operands: readonly Tensor[],
  d: number,
  op: (dense: readonly Tensor[]) => Tensor,
  keepDim: boolean,
  dtype: Dtype = "f32",
): Tensor {
  for (const x of operands) {
    if (x.dtype !== dtype) throw new WickError("DTYPE_MISMATCH", `Cannot ${name} ${x}: it takes ${dtype}`);
  }
  return noGrad(() => { // the caller tracks the whole
    const dense = operands.map((x) => {
      using moved = x.transpose(d, -1);
      return moved.contiguous();
    });
    const y = op(dense);
    for (const x of dense) x.dispose();
    if (d === y.rank - 1 && keepDim) return y;
    using back = y.transpose(d, -1);
    y.dispose();
    return keepDim ? back.alias(back.shape, back) : back.squeeze(d);
  });
}
