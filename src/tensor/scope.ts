/**
 * Ownership of intermediate tensors.
 *
 * @module
 */

import type { Tensor } from "./tensor.ts";

let counter = 0;

/**
 * Owns tensors and disposes them with itself. A scope travels with data, not with time: the result of an op
 * belongs to the youngest scope among its operands, so two tasks that await between ops never meet.
 *
 * @example
 * ```ts
 * import { scope, tensor } from "@wick/wick";
 * {
 *   using own = scope();
 *   const x = tensor([1, 2, 3], { scope: own });
 *   const y = x.mul(x); // belongs to `own`, as x does
 *   console.log(await y.toArray());
 * } // x and y are gone
 * ```
 */
export class Scope implements Disposable {
  /** Later scopes are younger. */
  readonly birth: number = counter++;
  private readonly owned = new Set<Disposable>();

  /** Takes something over; it goes with the scope. */
  own<T extends Disposable>(value: T): T {
    this.owned.add(value);
    return value;
  }

  /**
   * Another handle on a tensor's values, as one of this scope: what is computed from it goes with the scope, though the
   * tensor itself stays. So a step over data that outlives it leaves nothing behind.
   *
   * @example
   * ```ts
   * import { scope, tensor } from "@wick/wick";
   * using data = tensor([1, 2, 3]);
   * {
   *   using step = scope();
   *   const x = step.borrow(data);
   *   console.log(await x.mul(x).sum().item());
   * } // all but `data` is gone
   * ```
   */
  borrow(x: Tensor): Tensor {
    const handle = x.alias(x.shape, { offset: x.offset, strides: x.strides, rows: x.rows, scope: this });
    if (x.variable) handle.bind(x.variable);
    return handle;
  }

  /** Lets something go on beyond the scope: its owner disposes it from now on. */
  keep<T extends Disposable>(value: T): T {
    this.owned.delete(value);
    return value;
  }

  /** Disposes all that it owns. */
  [Symbol.dispose](): void {
    const values = [...this.owned];
    this.owned.clear();
    for (const value of values) value[Symbol.dispose]();
  }
}

/** The younger of two scopes. */
export function youngest(a: Scope | undefined, b: Scope | undefined): Scope | undefined {
  if (!a || !b) return a ?? b;
  return a.birth > b.birth ? a : b;
}
