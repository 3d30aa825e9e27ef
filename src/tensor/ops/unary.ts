/**
 * Functions of one tensor beside those of elementwise.ts: powers, roots, logarithms, rounding, bounds.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import { affine_f32 } from "../../device/kernels/elementwise.ts";
import * as rows from "../../device/kernels/elementwise_more.ts";
import * as wide from "../../device/kernels/elementwise_wide.ts";
import { WickError } from "../../error.ts";
import { isHalf } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { throughF32 } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { zerosLike } from "./fill.ts";
import { bounded, isRoundedHere, stepped } from "./rounding.ts";
import { refused, unaryBy } from "./rule.ts";

/** The gradient of x, from that of y = f(x) and what was saved of the two. */
export type Slope = (dy: Tensor, saved: Tensor) => Tensor;

/** y = f(x) by a row, element by element; `tail` are the row's parameters after its strides. */
export function mapped(
  name: string,
  row: Kernel,
  x: Tensor,
  saves: "" | "x" | "y",
  slope: Slope,
  tail: readonly number[] = [],
): Tensor {
  if (isHalf(x.dtype)) return throughF32(x, (x) => mapped(name, row, x, saves, slope, tail));
  if (x.dtype !== "f32") throw refused(name, x);
  return unaryBy(name, row, x, tail, { saves, x: (dy, saved) => slope(dy, saved[saves]) });
}

/** A number that an option may hold; NaN is refused where it would make every comparison false. */
export function finite(op: string, name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new WickError("INVALID_ARGUMENT", `Cannot ${op}: ${name} must be finite, got ${value}`, {
    param: name,
  });
}

const { floor_f32, ceil_f32, round_f32, sign_f32 } = rows;
const steps = { floor: floor_f32, ceil: ceil_f32, round: round_f32, sign: sign_f32 };

/** A function that is flat between its jumps: its gradient is 0, at the jumps too, as in PyTorch. */
export function step(name: keyof typeof steps, x: Tensor): Tensor {
  return isRoundedHere(x) ? stepped(name, x) : mapped(name, steps[name], x, "", zerosLike);
}

/** x without its fraction. */
export function trunc(x: Tensor): Tensor {
  if (isRoundedHere(x)) return stepped("trunc", x);
  using below = step("ceil", x);
  using above = step("floor", x);
  using negative = compare("lt", x, 0);
  return where(negative, below, above);
}

const smooth = {
  rsqrt: {
    row: rows.rsqrt_f32,
    f64: wide.rsqrt_f64,
    saves: "y",
    slope: (dy, y) => dy.mul(y).mul(y).mul(y).mul(-0.5),
  },
  log1p: { row: rows.log1p_f32, f64: wide.log1p_f64, saves: "x", slope: (dy, x) => dy.div(x.add(1)) },
  expm1: { row: rows.expm1_f32, f64: wide.expm1_f64, saves: "y", slope: (dy, y) => dy.mul(y.add(1)) },
  erf: {
    row: rows.erf_f32,
    f64: wide.erf_f64,
    saves: "x",
    slope: (dy, x) => dy.mul(x.mul(x).neg().exp()).mul(2 / Math.sqrt(Math.PI)),
  },
} satisfies Record<string, { row: Kernel; f64: Kernel; saves: "x" | "y"; slope: Slope }>;

/** A function that is smooth where it is defined. */
export function analytic(name: keyof typeof smooth, x: Tensor): Tensor {
  const { row, f64, saves, slope } = smooth[name];
  if (x.dtype === "f64") {
    return unaryBy(name, f64, x, [], { saves, x: (dy, saved) => slope(dy, saved[saves]) });
  }
  return mapped(name, row, x, saves, slope);
}

/** x to the power of a number, as C's powf: a negative base has a result where the exponent is integral. */
export function powNumber(x: Tensor, exponent: number): Tensor {
  const slope: Slope = (dy, x) =>
    exponent === 0 ? zerosLike(dy) : dy.mul(powNumber(x, exponent - 1)).mul(exponent);
  return mapped("pow", rows.pow_scalar_f32, x, "x", slope, [exponent]);
}

/** x * scale + shift. */
export function affine(x: Tensor, scale: number, shift: number): Tensor {
  if (isRoundedHere(x)) {
    using scaled = x.mul(scale);
    return scaled.add(shift);
  }
  return mapped("affine", affine_f32, x, "", (dy) => dy.mul(scale), [scale, shift]);
}

/** min(max(x, low), high); the gradient passes between the bounds, as PyTorch's. */
export function clamp(x: Tensor, low = -Infinity, high = Infinity): Tensor {
  if (Number.isNaN(low) || Number.isNaN(high)) {
    throw new WickError("INVALID_ARGUMENT", `Cannot clamp ${x}: bounds must be numbers, got ${low}, ${high}`);
  }
  if (isRoundedHere(x)) return bounded(x, low, high);
  // where a bound is infinite, it bounds nothing: infinities pass, too
  const [above, below] = [low === -Infinity ? "ge" : "gt", high === Infinity ? "le" : "lt"] as const;
  const slope: Slope = (dy, x) => where(compare(above, x, low), where(compare(below, x, high), dy, 0), 0);
  return mapped("clamp", rows.clamp_f32, x, "x", slope, [low, high]);
}

/** bool: where x is NaN. */
export function isNan(x: Tensor): Tensor {
  return compare("ne", x, x);
}

/** bool: where x compares so to infinity, whatever its sign. */
export function besideInfinity(how: "lt" | "eq", x: Tensor): Tensor {
  using plain = x.detach(); // a whole number depends on nothing smoothly
  using size = plain.abs();
  return compare(how, size, Infinity);
}
