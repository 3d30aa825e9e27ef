/**
 * Targets that are classes, and the weights of classes.
 *
 * @module
 */
import type { Tensor } from "../tensor.ts";
import { compare, where } from "./compare.ts";
import { indices } from "./indices.ts";
import { pick } from "./pick.ts";

/** Tells a target that is neither one of the classes (the last extent of `scores`) nor `ignoreIndex`. */
export function checkTargets(op: string, scores: Tensor, targets: Tensor, ignoreIndex = -100): void {
  using _ = indices(`take ${op} of ${scores}`, targets, scores.shape[1], ignoreIndex);
}

/**
 * Each target's weight [T]: that of its class among `weights` [V], or 1; 0 where `none` (u8) says that it does not
 * count, and NaN where it is another one outside 0 .. V - 1.
 */
export function weightsOf(targets: Tensor, V: number, weights: Tensor | null, none: Tensor): Tensor {
  using ids = targets.toF32();
  using below = compare("lt", ids, 0);
  using above = compare("ge", ids, V);
  using given = weights && ofClasses(targets, weights);
  using upTo = where(above, NaN, given ?? 1);
  using inside = where(below, NaN, upTo);
  return where(none, 0, inside);
}

/** weights[target], 0 outside. */
function ofClasses(targets: Tensor, weights: Tensor): Tensor {
  using row = weights.reshape(1, 1, weights.size);
  using ids = targets.reshape(1, 1, targets.size);
  using found = pick(row, ids);
  return found.reshape(targets.size);
}

/** 1 where a target is `ignoreIndex`, as u8. */
export function ignored(targets: Tensor, ignoreIndex: number): Tensor {
  using ids = targets.toF32(); // exact to 2^24
  return compare("eq", ids, ignoreIndex);
}
