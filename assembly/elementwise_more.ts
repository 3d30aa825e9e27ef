// More elementwise functions, in the form of elementwise.ts:  y[i] = f(x[i])  and  y[i] = f(a[i], b[i])
//
//   y        contiguous [D0, D1, D2, D3] f32, or i32 for *_i32, u32 for *_u32
//   a, b, x  read through four strides in elements: 0 repeats, negative ones go backwards
//
// An operand may be y itself where it is contiguous and not broadcast. NaN stays NaN. i32 wraps around, and so does u32 by the
// same rows where their bits agree. Cost: bound
// by memory where the innermost strides are 0 or 1. Accuracy (tested): floor, ceil, round, sign, clamp and i32 exact;
// expm1, log1p 3e-7 relative to the result, however small; erf 3e-7 absolute, and relative below 1; those built
// on them 5e-7; pow_scalar that of pow.

import { real } from "./common/args";
import { decay4, exp4 } from "./common/math";
import { madd } from "./common/simd";
import { binary, erf4, log4, plain, pow1, unary } from "./elementwise";

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
@unmanaged class Erf { @inline of(x: v128, p: v128, q: v128): v128 { return fullErf4(x); } }

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
@unmanaged class Softplus {
  @inline of(x: v128, p: v128, q: v128): v128 {
    return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1p4(decay4(f32x4.neg(f32x4.abs(x)))));
  }
}
/** p (e^x - 1) below 0, q x from there on */
@unmanaged class Elu {
  @inline of(x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(f32x4.mul(expm4(x), p), f32x4.mul(x, q), f32x4.lt(x, f32x4.splat(0)));
  }
}
@unmanaged class LeakyRelu {
  @inline of(x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(f32x4.mul(x, p), x, f32x4.lt(x, f32x4.splat(0)));
  }
}
/** x tanh(log(1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2); x itself where that rounds to it */
@unmanaged class Mish {
  @inline of(x: v128, p: v128, q: v128): v128 {
    const e = exp4(f32x4.pmin(x, f32x4.splat(20))), two = f32x4.splat(2);
    const n = f32x4.mul(e, f32x4.add(e, two));
    return f32x4.mul(x, f32x4.div(n, f32x4.add(n, two)));
  }
}
@unmanaged class HardSigmoid { @inline of(x: v128, p: v128, q: v128): v128 { return hardSigmoid4(x); } }
@unmanaged class HardSwish {
  @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.mul(x, hardSigmoid4(x)); }
}
@unmanaged class Square { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.mul(x, x); } }
@unmanaged class Cube { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.mul(f32x4.mul(x, x), x); } }
@unmanaged class PowScalar {
  @inline of(x: v128, p: v128, q: v128): v128 {
    const e = f32x4.extract_lane(p, 0);
    let y = f32x4.splat(pow1(f32x4.extract_lane(x, 0), e));
    y = f32x4.replace_lane(y, 1, pow1(f32x4.extract_lane(x, 1), e));
    y = f32x4.replace_lane(y, 2, pow1(f32x4.extract_lane(x, 2), e));
    return f32x4.replace_lane(y, 3, pow1(f32x4.extract_lane(x, 3), e));
  }
}

/** min(max(x + 3, 0), 6) / 6 */
// @ts-ignore: decorator
@inline
function hardSigmoid4(x: v128): v128 {
  const six = f32x4.splat(6);
  return f32x4.div(f32x4.pmin(f32x4.pmax(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0)), six), six);
}

/** e^x - 1: its series to x^10 below 0.7, where the difference would cancel. */
// @ts-ignore: decorator
@inline
function expm4(x: v128): v128 {
  let p = madd(x, f32x4.splat(2.7557319e-7), f32x4.splat(2.7557319e-6));
  p = madd(p, x, f32x4.splat(2.4801587e-5));
  p = madd(p, x, f32x4.splat(1.9841270e-4));
  p = madd(p, x, f32x4.splat(1.3888889e-3));
  p = madd(p, x, f32x4.splat(8.3333333e-3));
  p = madd(p, x, f32x4.splat(4.1666667e-2));
  p = madd(p, x, f32x4.splat(1.6666667e-1));
  p = madd(p, x, f32x4.splat(0.5));
  const near = madd(p, f32x4.mul(x, x), x);
  const far = f32x4.sub(exp4(x), f32x4.splat(1));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), f32x4.splat(0.7)));
}

/** log(1 + x): with u = 1 + x rounded, log(u) x / (u - 1) makes good what u lost; x where u is 1 (Kahan). */
// @ts-ignore: decorator
@inline
function log1p4(x: v128): v128 {
  const one = f32x4.splat(1), u = f32x4.add(x, one);
  const y = f32x4.mul(log4(u), f32x4.div(x, f32x4.sub(u, one)));
  const itself = v128.or(f32x4.eq(u, one), f32x4.eq(x, f32x4.splat(Infinity)));
  return v128.bitselect(x, y, itself);
}

/** erf4, but x times a polynomial of x^2 (minimax, relative error 1.2e-9) below 1, where 1 - e^.. would cancel. */
// @ts-ignore: decorator
@inline
function fullErf4(x: v128): v128 {
  const z = f32x4.mul(x, x);
  let p = madd(z, f32x4.splat(7.853848038e-5), f32x4.splat(-8.010189599e-4));
  p = madd(p, z, f32x4.splat(5.188327228e-3));
  p = madd(p, z, f32x4.splat(-2.685381170e-2));
  p = madd(p, z, f32x4.splat(1.128358514e-1));
  p = madd(p, z, f32x4.splat(-3.761262582e-1));
  p = madd(p, z, f32x4.splat(1.128379166));
  return v128.bitselect(f32x4.mul(p, x), erf4(x), f32x4.lt(f32x4.abs(x), f32x4.splat(1)));
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
export function expm1_f32(args: usize, part: i32, parts: i32): void { plain<Expm1>(args, part, parts); }
/** args: as floor_f32 */
export function log1p_f32(args: usize, part: i32, parts: i32): void { plain<Log1p>(args, part, parts); }
/** args: as floor_f32 */
export function erf_f32(args: usize, part: i32, parts: i32): void { plain<Erf>(args, part, parts); }
/** args: as floor_f32 */
export function softplus_f32(args: usize, part: i32, parts: i32): void { plain<Softplus>(args, part, parts); }
/** args: as floor_f32 */
export function mish_f32(args: usize, part: i32, parts: i32): void { plain<Mish>(args, part, parts); }
/** args: as floor_f32 */
export function hard_sigmoid_f32(args: usize, part: i32, parts: i32): void { plain<HardSigmoid>(args, part, parts); }
/** args: as floor_f32 */
export function hard_swish_f32(args: usize, part: i32, parts: i32): void { plain<HardSwish>(args, part, parts); }
/** args: as floor_f32; alpha and scale of Klambauer et al. 2017 */
export function selu_f32(args: usize, part: i32, parts: i32): void {
  unary<Elu>(args, part, parts, 9, f32x4.splat(1.7580993408473766), f32x4.splat(1.0507009873554805));
}
/** args: x, y | D1, D2, D3, x0..x3, alpha | D0 (cell) */
export function elu_f32(args: usize, part: i32, parts: i32): void {
  unary<Elu>(args, part, parts, 10, f32x4.splat(real(args, 9)), f32x4.splat(1));
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
  else unary<PowScalar>(args, part, parts, 10, p, p);
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
