/**
 * Targets that are classes, and the weights of classes.
 *
 * @module
 */
import { constant } from "../autograd.ts";
import type { Tensor } from "../tensor.ts";
import { compare, where } from "./compare.ts";
import { takeRows } from "./linear.ts";

/**
 * Each target's weight [T]: that of its class among `weights` [V], or 1; 0 where `none` (u8) says that it does not
 * count, and NaN where it is another one outside 0 .. V - 1.
 */
export function weightsOf(targets: Tensor, V: number, weights: Tensor | null, none: Tensor): Tensor {
  using one = constant(targets.device, 1).expand(V, 1);
  using table = weights ? weights.reshape(V, 1) : one.contiguous();
  using ids = targets.contiguous();
  using rows = takeRows(table, ids);
  using each = rows.reshape(targets.shape[0]);
  return where(none, 0, each);
}

/** 1 where a target is `ignoreIndex`, as u8. */
export function ignored(targets: Tensor, ignoreIndex: number): Tensor {
  using ids = targets.toF32(); // exact to 2^24
  return compare("eq", ids, ignoreIndex);
}
