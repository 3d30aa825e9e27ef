/**
 * Values at indices of a row, and its adjoint: without a check, for what lies outside counts as 0.
 *
 * @module
 */
import type { Tensor } from "../tensor.ts";
import { compare, where } from "./compare.ts";
import { filled } from "./fill.ts";
import { gatherAt, scatterAddAt } from "./scatter.ts";
import { clamp } from "./unary.ts";

/** y[b, c, n] = x[b, c, indices[b, c, n]], for x [B, C, M] and indices [B, C, N] (i32); 0 for an index outside. */
export function pick(x: Tensor, indices: Tensor): Tensor {
  return among(indices, x.shape[2], (ids, inside) => {
    using taken = gatherAt(x, 2, ids);
    return where(inside, taken, 0);
  });
}

/** Zeros [B, C, M], with each y [B, C, N] added at its index; an index outside adds nothing. */
export function spread(y: Tensor, indices: Tensor, M: number): Tensor {
  return among(indices, M, (ids, inside) => {
    using none = filled(y, 0, y.dtype, y.shape.with(2, M), y.rows);
    using given = where(inside, y, 0);
    return scatterAddAt(none, 2, ids, given);
  });
}

/** With indices brought into 0 .. M - 1, and whether they were there. */
function among(indices: Tensor, M: number, op: (ids: Tensor, inside: Tensor) => Tensor): Tensor {
  using bounded = clamp(indices, 0, M - 1);
  using ids = bounded.contiguous();
  using inside = compare("eq", ids, indices);
  return op(ids, inside);
}
