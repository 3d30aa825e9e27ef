/**
 * Values at indices of a row, and its adjoint.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import { max_pool2d_backward_f32, max_pool2d_gather_f32 } from "../../device/kernels/pool.ts";
import { noGrad, track } from "../autograd.ts";
import { lead, result, run } from "../dispatch.ts";
import type { Tensor } from "../tensor.ts";
import { compare, where } from "./compare.ts";
import { filled } from "./fill.ts";
import { gatherAt, scatterAddAt } from "./scatter.ts";
import { clamp } from "./unary.ts";

/** y[b, c, n] = x[b, c, indices[b, c, n]], for x [B, C, M] and indices [B, C, N] (i32); 0 for an index outside. */
export function pick(x: Tensor, indices: Tensor): Tensor {
  const M = x.shape[2];
  if (x.dtype === "f64") {
    return among(indices, M, (ids, inside) => {
      using taken = gatherAt(x, 2, ids);
      return where(inside, taken, 0);
    });
  }
  const y = move(max_pool2d_gather_f32, x, indices, M, indices.shape);
  return track("pick", y, [x], [indices], (dy, [indices]) => [spread(dy, indices, M)]);
}

/** Zeros [B, C, M], with each y [B, C, N] added at its index; an index outside adds nothing. */
export function spread(y: Tensor, indices: Tensor, M: number): Tensor {
  if (y.dtype === "f64") {
    return among(indices, M, (ids, inside) => {
      using none = filled(y, 0, y.dtype, y.shape.with(2, M), y.rows);
      using given = where(inside, y, 0);
      return scatterAddAt(none, 2, ids, given);
    });
  }
  const x = move(max_pool2d_backward_f32, y, indices, M, y.shape.with(2, M));
  return track("spread", x, [y], [indices], (dx, [indices]) => [pick(dx, indices)]);
}

/** With indices brought into 0 .. M - 1, and whether they were there: what f64 has are rows without a check. */
function among(indices: Tensor, M: number, op: (ids: Tensor, inside: Tensor) => Tensor): Tensor {
  using bounded = clamp(indices, 0, M - 1);
  using ids = bounded.contiguous();
  using inside = compare("eq", ids, indices);
  return op(ids, inside);
}

function move(row: Kernel, from: Tensor, indices: Tensor, M: number, shape: readonly number[]): Tensor {
  return noGrad(() => {
    using dense = from.contiguous();
    using places = indices.contiguous();
    const to = result(row.name, [dense, places], "f32", shape, from.rows);
    run(row, [dense, places, to], [indices.shape[2], M, shape[1]], [lead(dense)]);
    return to;
  });
}
