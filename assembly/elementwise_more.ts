// More elementwise functions, in the form of elementwise.ts:  y[i] = f(x[i])  and  y[i] = f(a[i], b[i])
//
//   y        contiguous [D0, D1, D2, D3] f32, or i32 for *_i32, u32 for *_u32
//   a, b, x  read through four strides in elements: 0 repeats, negative ones go backwards
//
// An operand may be y itself where it is contiguous and not broadcast. NaN stays NaN. i32 wraps around, and so does u32 by the
// same rows where their bits agree. Cost: bound
// by memory where the innermost strides are 0 or 1. Accuracy (tested): floor, ceil, round, sign, clamp and i32 exact;
// expm1, log1p 3e-7 and erf 4e-7 relative to the result, however small; softplus 2e-7 of 1 + |y|, those built on them
// 5e-7; pow_scalar that of pow, exponents +-1/2, +-1, +-2 and 3 by roots and products.

import { real } from "./common/args";
import { erf4, expm4, halfExpm4, log1p4, pow4, powScalar4, softRest4 } from "./common/elementary";
import { decayRange4, Power } from "./common/math";
import { madd } from "./common/simd";
import { the } from "./common/the";
import { binary, curved, long, longUnary, plain, Reciprocal, unary } from "./elementwise";

@unmanaged class Floor { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.floor(x); } }
@unmanaged class Ceil { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.ceil(x); } }
@unmanaged class Round { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.nearest(x); } }
@unmanaged class Sign {
  @inline of(x: v128, p: v128, q: v128): v128 {
    const zero = f32x4.splat(0), one = f32x4.splat(1);
    const size = v128.andnot(one, f32x4.eq(x, zero)); // 1, but 0 where x is
    const signed = v128.or(size, v128.and(x, i32x4.splat(<i32> 0x80000000)));
    return v128.bitselect(x, signed, f32x4.ne(x, x));
  }
}
@unmanaged class Clamp {
  @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.pmin(f32x4.pmax(x, p), q); }
}
@unmanaged class Rsqrt {
  @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.div(f32x4.splat(1), f32x4.sqrt(x)); }
}
@unmanaged class Expm1 { @inline of(x: v128, p: v128, q: v128): v128 { return expm4(x); } }
@unmanaged class Log1p { @inline of(x: v128, p: v128, q: v128): v128 { return log1p4(x); } }
@unmanaged class Erf { @inline of(x: v128, p: v128, q: v128): v128 { return erf4(x); } }
/** max(x, 0) + log(1 + 2^-|p x|) q */
@unmanaged class Softplus {
  @inline of(x: v128, p: v128, q: v128): v128 {
    return madd(softRest4(x, p), q, f32x4.pmax(x, f32x4.splat(0)));
  }
}
/** The same of min(x, 0). */
@unmanaged class SoftplusFalling {
  @inline of(x: v128, p: v128, q: v128): v128 {
    return madd(softRest4(x, p), q, f32x4.pmin(x, f32x4.splat(0)));
  }
}
/** p (e^x - 1) below 0, q x from there on; p comes doubled */
@unmanaged class Elu {
  @inline of(x: v128, p: v128, q: v128): v128 {
    const zero = f32x4.splat(0), below = f32x4.pmax(f32x4.pmin(x, zero), f32x4.splat(-18));
    return madd(halfExpm4(below), p, f32x4.mul(f32x4.pmax(x, zero), q));
  }
}
@unmanaged class LeakyRelu {
  @inline of(x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(f32x4.mul(x, p), x, f32x4.lt(x, f32x4.splat(0)));
  }
}
/**
 * x tanh(log(1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2); x itself where that rounds to it. In the form of throughExp.
 */
@unmanaged class Mish {
  @inline before(x: v128, p: v128): v128 { return decayRange4(f32x4.pmin(x, f32x4.splat(20))); }
  @inline after(x: v128, e: v128, d: v128, p: v128): v128 {
    const two = f32x4.splat(2), n = f32x4.mul(e, f32x4.add(e, two));
    return f32x4.mul(x, f32x4.div(n, f32x4.add(n, two)));
  }
}
@unmanaged class HardSigmoid { @inline of(x: v128, p: v128, q: v128): v128 { return hardSigmoid4(x); } }
@unmanaged class HardSwish {
  @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.mul(x, hardSigmoid4(x)); }
}
@unmanaged class Square { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.mul(x, x); } }
@unmanaged class Cube { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.mul(f32x4.mul(x, x), x); } }
@unmanaged class InverseSquare {
  @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.div(f32x4.splat(1), f32x4.mul(x, x)); }
}
/** By sqrt, but -0 gives 0 and -Infinity Infinity, as C's powf has it. */
@unmanaged class Root {
  @inline of(x: v128, p: v128, q: v128): v128 {
    const infinity = f32x4.splat(Infinity), root = f32x4.sqrt(f32x4.add(x, f32x4.splat(0)));
    return v128.bitselect(infinity, root, f32x4.eq(x, f32x4.splat(-Infinity)));
  }
}
@unmanaged class InverseRoot {
  @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.div(f32x4.splat(1), the<Root>().of(x, p, q)); }
}
@unmanaged class PowAny {
  @inline of(x: v128, p: v128, q: v128): v128 { return pow4(x, p); }
}
/** q is p in f64, below 2^20. */
@unmanaged class PowScalar {
  @inline of(x: v128, p: v128, q: v128): v128 { return powScalar4(x, p, q); }
}

/** min(max(x + 3, 0), 6) / 6 */
// @ts-ignore: decorator
@inline
function hardSigmoid4(x: v128): v128 {
  const six = f32x4.splat(6);
  return f32x4.div(f32x4.pmin(f32x4.pmax(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0)), six), six);
}

/** args: x, y | D1, D2, D3, x0..x3 | D0 (cell) */
export function floor_f32(args: usize, part: i32, parts: i32): void { plain<Floor>(args, part, parts); }
/** args: as floor_f32 */
export function ceil_f32(args: usize, part: i32, parts: i32): void { plain<Ceil>(args, part, parts); }
/** args: as floor_f32 */
export function round_f32(args: usize, part: i32, parts: i32): void { plain<Round>(args, part, parts); }
/** args: as floor_f32 */
export function sign_f32(args: usize, part: i32, parts: i32): void { plain<Sign>(args, part, parts); }
/** args: as floor_f32 */
export function rsqrt_f32(args: usize, part: i32, parts: i32): void { plain<Rsqrt>(args, part, parts); }
/** args: as floor_f32 */
export function expm1_f32(args: usize, part: i32, parts: i32): void { long<Expm1>(args, part, parts); }
/** args: as floor_f32 */
export function log1p_f32(args: usize, part: i32, parts: i32): void { long<Log1p>(args, part, parts); }
/** args: as floor_f32 */
export function erf_f32(args: usize, part: i32, parts: i32): void { long<Erf>(args, part, parts); }
/** args: x, y | D1, D2, D3, x0..x3, beta | D0 (cell) */
export function softplus_f32(args: usize, part: i32, parts: i32): void {
  const beta = real(args, 9), p = f32x4.splat(<f32> (abs(<f64> beta) * 1.4426950408889634)), q = f32x4.splat(<f32> 1 / beta);
  if (beta > 0) longUnary<Softplus>(args, part, parts, 10, p, q);
  else longUnary<SoftplusFalling>(args, part, parts, 10, p, q);
}
/** args: as floor_f32 */
export function mish_f32(args: usize, part: i32, parts: i32): void { curved<Power, Mish>(args, part, parts); }
/** args: as floor_f32 */
export function hard_sigmoid_f32(args: usize, part: i32, parts: i32): void { plain<HardSigmoid>(args, part, parts); }
/** args: as floor_f32 */
export function hard_swish_f32(args: usize, part: i32, parts: i32): void { plain<HardSwish>(args, part, parts); }
/** args: as floor_f32; alpha and scale of Klambauer et al. 2017 */
export function selu_f32(args: usize, part: i32, parts: i32): void {
  longUnary<Elu>(args, part, parts, 9, f32x4.splat(3.5161986816947532), f32x4.splat(1.0507009873554805));
}
/** args: x, y | D1, D2, D3, x0..x3, alpha | D0 (cell) */
export function elu_f32(args: usize, part: i32, parts: i32): void {
  longUnary<Elu>(args, part, parts, 10, f32x4.splat(2 * real(args, 9)), f32x4.splat(1));
}
/** args: x, y | D1, D2, D3, x0..x3, slope | D0 (cell) */
export function leaky_relu_f32(args: usize, part: i32, parts: i32): void {
  unary<LeakyRelu>(args, part, parts, 10, f32x4.splat(real(args, 9)), f32x4.splat(0));
}
/** args: x, y | D1, D2, D3, x0..x3, low, high | D0 (cell) */
export function clamp_f32(args: usize, part: i32, parts: i32): void {
  unary<Clamp>(args, part, parts, 11, f32x4.splat(real(args, 9)), f32x4.splat(real(args, 10)));
}
/** args: x, y | D1, D2, D3, x0..x3, exponent | D0 (cell) */
export function pow_scalar_f32(args: usize, part: i32, parts: i32): void {
  const exponent = real(args, 9), p = f32x4.splat(exponent);
  if (exponent == 2) unary<Square>(args, part, parts, 10, p, p);
  else if (exponent == 3) unary<Cube>(args, part, parts, 10, p, p);
  else if (exponent == 0.5) unary<Root>(args, part, parts, 10, p, p);
  else if (exponent == -1) unary<Reciprocal>(args, part, parts, 10, p, p);
  else if (exponent == -2) unary<InverseSquare>(args, part, parts, 10, p, p);
  else if (exponent == -0.5) unary<InverseRoot>(args, part, parts, 10, p, p);
  else if (abs(exponent) < 1048576) longUnary<PowScalar>(args, part, parts, 10, p, f64x2.splat(<f64> exponent));
  else longUnary<PowAny>(args, part, parts, 10, p, p);
}

@unmanaged class AddI32 { @inline of(a: v128, b: v128): v128 { return i32x4.add(a, b); } }
@unmanaged class SubI32 { @inline of(a: v128, b: v128): v128 { return i32x4.sub(a, b); } }
@unmanaged class MulI32 { @inline of(a: v128, b: v128): v128 { return i32x4.mul(a, b); } }
@unmanaged class MaximumI32 { @inline of(a: v128, b: v128): v128 { return i32x4.max_s(a, b); } }
@unmanaged class MinimumI32 { @inline of(a: v128, b: v128): v128 { return i32x4.min_s(a, b); } }
@unmanaged class MaximumU32 { @inline of(a: v128, b: v128): v128 { return i32x4.max_u(a, b); } }
@unmanaged class MinimumU32 { @inline of(a: v128, b: v128): v128 { return i32x4.min_u(a, b); } }

/** args: a, b, y | D1, D2, D3, a0..a3, b0..b3 | D0 (cell) */
export function add_i32(args: usize, part: i32, parts: i32): void { binary<AddI32>(args, part, parts); }
/** args: as add_i32 */
export function sub_i32(args: usize, part: i32, parts: i32): void { binary<SubI32>(args, part, parts); }
/** args: as add_i32 */
export function mul_i32(args: usize, part: i32, parts: i32): void { binary<MulI32>(args, part, parts); }
/** args: as add_i32 */
export function maximum_i32(args: usize, part: i32, parts: i32): void { binary<MaximumI32>(args, part, parts); }
/** args: as add_i32 */
export function minimum_i32(args: usize, part: i32, parts: i32): void { binary<MinimumI32>(args, part, parts); }
/** args: as add_i32 */
export function maximum_u32(args: usize, part: i32, parts: i32): void { binary<MaximumU32>(args, part, parts); }
/** args: as add_i32 */
export function minimum_u32(args: usize, part: i32, parts: i32): void { binary<MinimumU32>(args, part, parts); }
