/**
 * softmax along one dimension.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/softmax.ts";
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { isHalf } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { throughF32 } from "./cast.ts";
import { alongLast, fixedDimension } from "./along_last.ts";
import { same } from "./view.ts";

/** softmax over dimension `dim`. */
export function softmax(x: Tensor, dim: number): Tensor {
  if (x.dtype === "f64") return softmaxWide(x, dim);
  if (isHalf(x.dtype)) return throughF32(x, (x) => softmax(x, dim));
  return normalized(
    "softmax",
    x,
    dim,
    rows.softmax_f32,
    rows.softmax_backward_f32,
    (dy, y, d) => y.mul(dy.sub(dy.mul(y).sum(d, true))),
  );
}

/** The logarithm of softmax over dimension `dim`. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  if (x.dtype === "f64") return logSoftmaxWide(x, dim);
  if (isHalf(x.dtype)) return throughF32(x, (x) => logSoftmax(x, dim));
  return normalized(
    "logSoftmax",
    x,
    dim,
    rows.log_softmax_f32,
    rows.log_softmax_backward_f32,
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
  if (x.dtype !== "f32") throw new WickError("DTYPE_MISMATCH", `Cannot ${name} ${x}: it takes f32`);
  const d = fixedDimension(name, x, dim);
  const apply = (row: Kernel, operands: readonly Tensor[]): Tensor =>
    alongLast(operands, d, (dense) => {
      const z = result(name, dense, "f32", dense[0].shape, dense[0].rows);
      run(row, [...dense, z], [dense[0].shape.at(-1)!], [rowCount(dense[0])]);
      return [z];
    })[0];
  const y = apply(row, [x]);
  return track(
    name,
    y,
    [x],
    [y],
    (dy, [y]) => [gradientsEnabled() ? composed(dy, y, d) : apply(backward, [y, dy])],
  );
}

/** softmax in f64, composed. */
function softmaxWide(x: Tensor, dim: number): Tensor {
  using less = lessMax("softmax", x, dim);
  using e = less.exp();
  using total = e.sum(dim, true);
  return e.div(total);
}

/** The logarithm of softmax, composed. */
function logSoftmaxWide(x: Tensor, dim: number): Tensor {
  using less = lessMax("logSoftmax", x, dim);
  using e = less.exp();
  using total = e.sum(dim, true);
  using scale = total.log();
  return less.sub(scale);
}

/** x less the largest of its row, which shifts nothing that softmax sees. */
function lessMax(name: string, x: Tensor, dim: number): Tensor {
  if (x.shape[fixedDimension(name, x, dim)] === 0) return same(x);
  using largest = noGrad(() => x.max(dim, true));
  return x.sub(largest);
}
