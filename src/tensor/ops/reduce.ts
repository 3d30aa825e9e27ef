/**
 * Reductions and softmax along one dimension.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/reduce.ts";
import { softmax_f32 } from "../../device/kernels/softmax.ts";
import { WickError } from "../../error.ts";
import { noGrad, refuseGradient, track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

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
  const d = dimension(op, dim, x.rank);
  if (x.shape[d] === 0 && op !== "sum" && op !== "mean") {
    throw new WickError("SHAPE_MISMATCH", `Cannot ${op} dimension ${dim} of ${show(x.shape)}: it is empty`);
  }
  if (op !== "sum" && op !== "mean") {
    refuseGradient(op, [x], op.startsWith("arg") ? "an index has none" : "it has none yet");
  }
  const y = alongLast(op, x, d, (dense) => {
    const y = result(
      op,
      [dense],
      op.startsWith("arg") ? "i32" : "f32",
      [...dense.shape.slice(0, -1), 1],
      dense.rows,
    );
    run(reductions[op], [dense, y], [dense.shape.at(-1)!], [rowCount(dense)]);
    return y;
  }, keepDim);
  return track(op, y, [x], [], (dy) => {
    const wide = (keepDim ? dy : dy.unsqueeze(d)).expand(...x.shape);
    return [op === "mean" ? wide.mul(1 / x.shape[d]) : wide];
  });
}

/** softmax over dimension `dim`. */
export function softmax(x: Tensor, dim: number): Tensor {
  const d = dimension("softmax", dim, x.rank);
  const y = alongLast("softmax", x, d, (dense) => {
    const y = result("softmax", [dense], "f32", dense.shape, dense.rows);
    run(softmax_f32, [dense, y], [dense.shape.at(-1)!], [rowCount(dense)]);
    return y;
  }, true);
  return track("softmax", y, [x], [y], (dy, [y]) => [y.mul(dy.sub(dy.mul(y).sum(d, true)))]);
}

/** Calls `op` with dimension `d` moved to the end and contiguous, and moves it back (or drops it). */
function alongLast(
  name: string,
  x: Tensor,
  d: number,
  op: (dense: Tensor) => Tensor,
  keepDim: boolean,
): Tensor {
  if (x.dtype !== "f32") throw new WickError("DTYPE_MISMATCH", `Cannot ${name} ${x}: it takes f32`);
  return noGrad(() => { // the caller tracks the whole
    using moved = x.transpose(d, -1);
    using dense = moved.contiguous();
    const y = op(dense);
    if (d === x.rank - 1 && keepDim) return y;
    using back = y.transpose(d, -1);
    y.dispose();
    return keepDim ? back.alias(back.shape, back) : back.squeeze(d);
  });
}
