/**
 * Rounding, signs and bounds of dtypes that have no rows for them: f64 and integers, composed of ops.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { noGrad, track } from "../autograd.ts";
import { isFloat, isPlain, isUnsigned, type PlainDtype } from "../dtype.ts";
import { fits } from "../encode.ts";
import type { Tensor } from "../tensor.ts";
import { floorDiv } from "./arithmetic.ts";
import { compare, where } from "./compare.ts";
import { filled } from "./fill.ts";

/** The functions that are flat between their jumps. */
export type Step = "floor" | "ceil" | "round" | "trunc" | "sign";

/** Whether values of x are rounded here: numbers that are neither f32 nor go by way of it. */
export function isRoundedHere(x: Tensor): boolean {
  return x.dtype === "f64" || (isPlain(x.dtype) && !isFloat(x.dtype) && x.dtype !== "bool");
}

/** A step of f64 or integers: integers are whole already. Its gradient is 0. */
export function stepped(name: Step, x: Tensor): Tensor {
  if (x.dtype !== "f64") return name === "sign" ? signs(x) : x.contiguous();
  const y = noGrad(() => steps[name](x));
  return track(name, y, [x], [], (dy) => [filled(dy, 0, dy.dtype, dy.shape, dy.rows)]);
}

/** min(max(x, low), high) of f64 or integers; the gradient passes between them. */
export function bounded(x: Tensor, low: number, high: number): Tensor {
  for (const bound of [low, high]) {
    if (x.dtype === "f64" || Number.isInteger(bound) || !Number.isFinite(bound)) continue;
    throw new WickError("INVALID_ARGUMENT", `Cannot clamp ${x}: its bounds must be whole, got ${bound}`);
  }
  using raised = low === -Infinity ? x.contiguous() : replaced("le", x, low);
  return high === Infinity ? raised.contiguous() : replaced("ge", raised, high);
}

/** The bound where x lies beyond it or on it, so that no gradient passes there; nowhere, where x's dtype holds none such. */
function replaced(beyond: "le" | "ge", x: Tensor, bound: number): Tensor {
  const isOpen = beyond === "le" ? bound < 0 : bound > 0;
  if (isOpen && !fits(bound, x.dtype as PlainDtype)) return x.contiguous();
  using outside = compare(beyond, x, bound);
  return where(outside, bound, x);
}

const steps: Readonly<Record<Step, (x: Tensor) => Tensor>> = {
  floor: (x) => floored(x),
  ceil: (x) => {
    using turned = x.neg();
    using below = floored(turned);
    return below.neg();
  },
  round: nearest,
  trunc: (x) => {
    using size = x.abs();
    using whole = floored(size);
    using sign = signs(x);
    return whole.mul(sign);
  },
  sign: signs,
};

/** The quotient by 1, rounded down; it is no number where x is infinite. */
function floored(x: Tensor): Tensor {
  using whole = floorDiv(x, 1);
  using size = x.abs();
  using finite = compare("lt", size, Infinity);
  return where(finite, whole, x);
}

/** The nearest whole number; of two, the even one. The distance to the floor is exact. */
function nearest(x: Tensor): Tensor {
  using below = floored(x);
  using above = below.add(1);
  using distance = x.sub(below);
  using left = below.remainder(2);
  using isEven = compare("eq", left, 0);
  using even = where(isEven, below, above);
  using up = compare("gt", distance, 0.5);
  using half = compare("eq", distance, 0.5);
  using whole = where(up, above, below);
  return where(half, even, whole);
}

/** -1, 0 or 1; NaN stays. */
function signs(x: Tensor): Tensor {
  return noGrad(() => {
    using above = compare("gt", x, 0);
    using upper = where(above, 1, x);
    if (isUnsigned(x.dtype)) return upper.contiguous();
    using below = compare("lt", upper, 0);
    return where(below, -1, upper);
  });
}
