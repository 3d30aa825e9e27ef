/**
 * Sums over whole tensors, as tensors: a recorded step reads nothing back.
 *
 * @module
 */
import { sum_of_squares_f32 } from "../device/kernels/optimizer.ts";
import { result, run } from "../tensor/dispatch.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The sum of the squares of all elements, of rank 0; in the scope of x. Of f64 in f64, of others in f32. */
export function sumOfSquares(x: Tensor): Tensor {
  using rows = squaresByRow(x);
  using flat = rows.reshape(-1);
  return flat.sum(0);
}

/** The sums of squares over the last dimension, [.., 1]; of f64 in f64, of others in f32. */
export function squaresByRow(x: Tensor): Tensor {
  if (x.dtype === "f64") {
    using squares = x.sqr();
    return x.rank === 0 ? squares.reshape(1) : squares.sum(-1, true);
  }
  const C = x.shape.at(-1) ?? 1;
  using wide = x.to("f32");
  using dense = wide.contiguous();
  const y = result("sumOfSquares", [dense], "f32", [...x.shape.slice(0, -1), 1]);
  run(sum_of_squares_f32, [dense, y], [C], [y.size]);
  return y;
}

/** The root of the mean square, of rank 0. */
export function rootMeanSquare(x: Tensor): Tensor {
  using sum = sumOfSquares(x);
  using mean = sum.mul(1 / x.size);
  return mean.sqrt();
}
