/**
 * How elementwise ops go back: rules that name what they save.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import { WickError } from "../../error.ts";
import { track } from "../autograd.ts";
import type { Tensor } from "../tensor.ts";
import { walked } from "./walk.ts";

/** How to go back through y = f(x): which of x and y are saved, and the gradient. */
export interface UnaryRule {
  saves: string;
  x: (dy: Tensor, saved: Saved) => Tensor;
}

/** Tensors by the letter that a rule saves them under. */
export type Saved = Readonly<Record<string, Tensor>>;

/** The tensors that a rule saves. */
export function picked(names: string, from: Saved): Tensor[] {
  return [...names].map((name) => from[name]);
}

/** What a rule saved, by its letters. */
export function named(names: string, tensors: readonly Tensor[]): Saved {
  return Object.fromEntries([...names].map((name, i) => [name, tensors[i]]));
}

/** Sums what broadcasting repeated. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  let y = gradient;
  while (y.rank > shape.length) y = y.sum(0);
  shape.forEach((n, d) => {
    if (n === 1 && y.shape[d] !== 1) y = y.sum(d, true);
  });
  return y;
}

/** The caller knows that the row takes x. */
export function unaryBy(
  name: string,
  kernel: Kernel,
  x: Tensor,
  tail: readonly number[],
  rule: UnaryRule,
): Tensor {
  const y = walked(name, kernel, [x], x.dtype, tail);
  const save = picked(rule.saves, { x, y });
  return track(name, y, [x], save, (dy, saved) => [rule.x(dy, named(rule.saves, saved))]);
}

/** The error of a dtype that an op does not take. */
export function refused(name: string, x: Tensor): WickError {
  return new WickError("DTYPE_MISMATCH", `Cannot ${name} ${x}: it takes f32; convert with to("f32")`);
}
