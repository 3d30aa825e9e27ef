/**
 * How elementwise ops go back: rules that name what they save.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import { WickError } from "../../error.ts";
import { track } from "../autograd.ts";
import { Tensor } from "../tensor.ts";
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

/** Sums what broadcasting repeated, all of it at once. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  const more = gradient.rank - shape.length;
  const repeats = (n: number, d: number) => d < more || (n !== 1 && shape[d - more] === 1);
  const dims = gradient.shape.flatMap((n, d) => repeats(n, d) ? [d] : []);
  if (dims.length === 0) return gradient;
  const inside = dims.some((d) => d >= more);
  const y = gradient.sum(dims, inside);
  return inside && more > 0 ? y.reshape(...shape) : y;
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

/** Throws where what an untyped caller gave beside x is no tensor. */
export function needTensor(name: string, x: Tensor, other: unknown): asserts other is Tensor {
  if (other instanceof Tensor) return;
  const given = typeof other === "string"
    ? JSON.stringify(other)
    : Array.isArray(other)
    ? `[${other}]`
    : String(other);
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot ${name} ${x} and ${given}: expected a tensor or a number; tensor() makes one of nested numbers`,
  );
}
