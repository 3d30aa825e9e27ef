/**
 * Gradient clipping.
 *
 * @module
 */
import { checkNumber } from "../check_options.ts";
import { WickError } from "../error.ts";
import { type Gradients, inScope, noGrad } from "../tensor/autograd.ts";
import { constant } from "../tensor/constant.ts";
import { isHalf, type PlainDtype } from "../tensor/dtype.ts";
import { Scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { sumOfSquares } from "./sums.ts";

const ACTION = "clip gradients";

/**
 * Scales all gradients together so that their norm, taken as one vector, is at most `maxNorm`, and gives the norm
 * before. The norm is a tensor of rank 0 in the scope of the loss: nothing is read, so that a recorded step clips
 * too.
 *
 * @param normType the norm's exponent, from 1 to Infinity (the largest size) [2]
 *
 * @example
 * ```ts
 * import { equal, ok } from "node:assert/strict";
 * import { optim, scope, tensor } from "@wick/wick";
 * using own = scope();
 * const w = tensor([3, 4], { scope: own }).requiresGrad();
 * const gradients = w.mul(w).mul(0.5).sum(0).backward(); // w itself
 * equal(await optim.clipGradNorm(gradients, 2.5).item(), 5);
 * const [clipped] = await gradients.get(w).data();
 * ok(Math.abs(clipped - 1.5) < 1e-5);
 * ```
 */
export function clipGradNorm(gradients: Gradients, maxNorm: number, normType = 2): Tensor {
  checkNumber(ACTION, "maxNorm", maxNorm, { above: 0, to: Infinity });
  checkNumber(ACTION, "normType", normType, { from: 1, to: Infinity });
  return noGrad(() => {
    using own = new Scope();
    const parts = [...gradients.values()].filter((g) => g.size > 0).map((g) => inScope(g, own));
    if (parts.length === 0) {
      throw new WickError("INVALID_ARGUMENT", "Cannot clip gradients: there is none");
    }
    const norm = normOf(parts, normType);
    const factor = inverse(norm.add(1e-6)).mul(maxNorm).minimum(constant(norm.device, 1, norm.dtype));
    gradients.replace((g) => g.mul(factor.to(g.dtype as PlainDtype)));
    return inScope(norm, gradients.scope);
  });
}

/** Brings every element of every gradient into -limit .. limit; NaN stays. */
export function clipGradValue(gradients: Gradients, limit: number): void {
  checkNumber(ACTION, "limit", limit, { above: 0, to: Infinity });
  gradients.replace((g) => g.clamp(-limit, limit));
}

/** The norm of several tensors as one vector. */
function normOf(parts: readonly Tensor[], normType: number): Tensor {
  const { power, join, root } = normType === 2
    ? { power: sumOfSquares, join: sum, root: (t: Tensor) => t.sqrt() }
    : normType === 1
    ? { power: (t: Tensor) => flat(t).abs().sum(0), join: sum, root: (t: Tensor) => t }
    : normType === Infinity
    ? { power: (t: Tensor) => flat(t).abs().max(0), join: larger, root: (t: Tensor) => t }
    : {
      power: (t: Tensor) => flat(t).abs().pow(normType).sum(0),
      join: sum,
      root: (t: Tensor) => t.pow(1 / normType),
    };
  const exact = parts.map((t) => isHalf(t.dtype) ? t.to("f32") : t);
  return root(exact.map(power).reduce(join));
}

const sum = (a: Tensor, b: Tensor): Tensor => a.add(b);
const larger = (a: Tensor, b: Tensor): Tensor => a.maximum(b);
const flat = (t: Tensor): Tensor => t.reshape(-1);
const inverse = (t: Tensor): Tensor => t.reciprocal();
