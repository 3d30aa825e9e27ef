/**
 * The logarithm of a sum of exponentials.
 *
 * @module
 */
import { log_sum_exp_backward_f32, log_sum_exp_f32 } from "../../device/kernels/log_sum_exp.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { result, run } from "../dispatch.ts";
import { isFloat, isHalf } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast, throughF32 } from "./cast.ts";
import { compare, where } from "./compare.ts";
import {
  type Dims,
  dimsOf,
  foldedSize,
  foldTogether,
  keptShape,
  leading,
  type Reduction,
  reduction,
  widened,
} from "./fold.ts";
import { extreme, sum } from "./reduce.ts";

/** log of the sum of e^x, safe where e^x is not. */
export function logSumExp(x: Tensor, dim: Dims, keepDim: boolean): Tensor {
  const to = reduction("logSumExp", x, dim, keepDim);
  if (isHalf(x.dtype)) return throughF32(x, (x) => logSumExp(x, dim, keepDim));
  if (!isFloat(x.dtype)) { // differences of small integers would wrap around
    using converted = cast(x, "f32");
    return logSumExp(converted, dim, keepDim);
  }
  const byRows = x.dtype === "f32" && liesInRows(to);
  const y = byRows ? foldTogether(to, log_sum_exp_f32, "f32") : noGrad(() => composed(to));
  return track("logSumExp", y, [x], [x, y], (dy, [x, y]) => [
    byRows && !gradientsEnabled() ? gradient(dy, x, y, to) : x.sub(widened(y, to)).exp().mul(widened(dy, to)),
  ]);
}

/** Whether what goes is the end of x, each time in one piece: else putting it there takes longer than the passes. */
function liesInRows({ x, goes }: Reduction): boolean {
  const first = goes.indexOf(true);
  return x.isContiguous && first >= 0 && !goes.includes(false, first);
}

/** dy e^(x - y), by rows. */
function gradient(dy: Tensor, x: Tensor, y: Tensor, to: Reduction): Tensor {
  using dense = x.contiguous();
  using found = y.contiguous();
  using given = dy.contiguous();
  const dx = result("logSumExp's gradient", [dense, found, given], "f32", x.shape, x.rows);
  const R = sizeOf(x.shape.filter((_, d) => !to.goes[d]));
  run(log_sum_exp_backward_f32, [dense, found, given, dx], [foldedSize(to)], [leading(x, R)]);
  return dx;
}

function composed(to: Reduction): Tensor {
  const { x } = to;
  using shift = finiteMax(to);
  using shifted = x.sub(shift);
  using powers = shifted.exp();
  using total = sum(powers, dimsOf(to), true);
  using log = total.log();
  using kept = log.add(shift);
  return kept.reshape(...keptShape(to));
}

/** The largest, kept; 0 where there is none, or it is not finite, for Infinity - Infinity is no number. */
function finiteMax(to: Reduction): Tensor {
  const { x } = to;
  if (foldedSize(to) === 0) return sum(x, dimsOf(to), true);
  using largest = extreme("max", x, dimsOf(to), true);
  using size = largest.abs();
  using finite = compare("lt", size, Infinity);
  return where(finite, largest, 0);
}
