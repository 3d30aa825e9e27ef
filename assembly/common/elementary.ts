// Elementary functions on four lanes: logarithms, e^x - 1, sines, tanh, erf, powers. Coefficients as those of math.ts. A
// lane whose value leaves the range of the short way (subnormal numbers, angles from 8192 on, results that overflow) takes
// the long one; the others have the same bits with it as without.

import { turned } from "./angle";
import { Share, through4 } from "./math";
import { madd, madd2 } from "./simd";
import { the } from "./the";

// Logarithms: x = 2^e m with m in sqrt(1/2) .. sqrt(2), log m = s (k0 + z K(z)) with s = 2 (m - 1) / (m + 1), z = s^2,
// where the series of the inverse hyperbolic tangent converges fast (8e-10).

@unmanaged export class Natural {
  @inline of(e: v128, s: v128): v128 { return madd(e, f32x4.splat(0.69314718), this.ofMantissa(s)); }
  @inline ofMantissa(s: v128): v128 {
    const z = f32x4.mul(s, s);
    const k = madd(madd(f32x4.splat(2.333677607e-3), z, f32x4.splat(1.249299292e-2)), z, f32x4.splat(8.333346993e-2));
    return madd(f32x4.mul(s, z), k, s);
  }
}
@unmanaged export class Binary {
  @inline of(e: v128, s: v128): v128 {
    const z = f32x4.mul(s, s);
    const k = madd(madd(f32x4.splat(3.74893751e-3), z, f32x4.splat(1.795645803e-2)), z, f32x4.splat(0.1202277243));
    return f32x4.add(e, madd(f32x4.mul(s, z), k, f32x4.mul(s, f32x4.splat(1.442695022))));
  }
}
@unmanaged export class Decimal {
  @inline of(e: v128, s: v128): v128 {
    const z = f32x4.mul(s, s);
    const k = madd(madd(f32x4.splat(8.176008991e-4), z, f32x4.splat(5.460377783e-3)), z, f32x4.splat(3.618972376e-2));
    const log = madd(f32x4.mul(s, z), k, f32x4.mul(s, f32x4.splat(0.434294492)));
    return madd(e, f32x4.splat(0.30103), log);
  }
}

/** The logarithm to the base of B, of one rounding more than exact beside 1 + |y|. */
// @ts-ignore: decorator
@inline
export function log4<B>(x: v128): v128 {
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3)); // sqrt(1/2)
  return i32x4.bitmask(isNormal4(x)) == 15 ? the<B>().of(exponentOf(shifted), seriesOf(mantissaOf(shifted))) : anyLog4<B>(x);
}

/** Where x is positive, finite and at least 2^-126: other bits lie below, as integers that wrap around. */
// @ts-ignore: decorator
@inline
function isNormal4(x: v128): v128 {
  return i32x4.gt_s(i32x4.add(x, i32x4.splat(0x00800000)), i32x4.splat(0x00ffffff));
}

// @ts-ignore: decorator
@inline
function exponentOf(shifted: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
}

/** m - 1 */
// @ts-ignore: decorator
@inline
function mantissaOf(shifted: v128): v128 {
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  return f32x4.sub(m, f32x4.splat(1));
}

/** s, of m - 1 */
// @ts-ignore: decorator
@inline
function seriesOf(m: v128): v128 {
  return f32x4.div(m, madd(m, f32x4.splat(0.5), f32x4.splat(1)));
}

function anyLog4<B>(x: v128): v128 {
  const small = f32x4.lt(x, f32x4.splat(1.17549435e-38)), infinity = f32x4.splat(Infinity);
  // subnormals are brought up by 2^23
  const shifted = i32x4.sub(v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, small), i32x4.splat(0x3f3504f3));
  const e = f32x4.sub(exponentOf(shifted), v128.and(f32x4.splat(23), small));
  let y = the<B>().of(e, seriesOf(mantissaOf(shifted)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, f32x4.splat(0)));
  y = v128.bitselect(x, y, f32x4.eq(x, infinity));
  const invalid = v128.or(f32x4.lt(x, f32x4.splat(0)), f32x4.ne(x, x));
  return v128.bitselect(f32x4.splat(NaN), y, invalid);
}

/** log(1 + x): e as of u = 1 + x, but m - 1 from x, which u has rounded. Relative error <= 3e-7; -0 for -0. */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const one = f32x4.splat(1), u = f32x4.add(x, one);
  const falling = i32x4.sub(i32x4.splat(0x3fb504f2), u); // -e in the bits of the exponent: -0 where e is 0
  const scale = i32x4.add(i32x4.splat(0x3f800000), v128.and(falling, i32x4.splat(0xff800000))); // 2^-e
  const m = f32x4.sub(f32x4.mul(x, scale), f32x4.sub(one, scale));
  const y = madd(exponentOf(falling), f32x4.splat(-0.69314718), the<Natural>().ofMantissa(seriesOf(m)));
  // as in isNormal4, but below 2^126, from where on the scale is no number
  if (i32x4.bitmask(i32x4.lt_s(i32x4.add(u, i32x4.splat(0x01800000)), i32x4.splat(0x02000000))) == 0) return y;
  const fine = v128.and(f32x4.gt(u, f32x4.splat(0)), f32x4.lt(u, f32x4.splat(8.507059e37)));
  return v128.bitselect(y, anyLog4<Natural>(u), fine);
}

/** s of log(1 + e^x): 2 e^x / (2 + e^x), in the terms of Share. */
@unmanaged class Series {
  @inline magic(): v128 { return the<Share>().magic(); }
  @inline shifted(v: v128, magic: v128): v128 { return the<Share>().shifted(v, magic); }
  @inline rest(v: v128, n: v128): v128 { return the<Share>().rest(v, n); }
  @inline of(double: v128, scale: v128): v128 { return f32x4.div(double, madd(double, f32x4.splat(0.5), scale)); }
}

/** log(1 + 2^-|rate x|), rate > 0; relative error <= 3e-7; 0 where the power is below 2^-126.5. */
// @ts-ignore: decorator
@inline
export function softRest4(x: v128, rate: v128): v128 {
  const v = f32x4.mul(v128.or(x, i32x4.splat(0x80000000)), rate);
  const s = through4<Series>(f32x4.pmax(v, f32x4.splat(-127))), z = f32x4.mul(s, s);
  const k = madd(madd(f32x4.splat(5.47449803e-4), z, f32x4.splat(2.187360311e-3)), z, f32x4.splat(1.250679698e-2));
  return madd(f32x4.mul(s, z), madd(k, z, f32x4.splat(8.333301544e-2)), s);
}

/**
 * e^x - 1 = 2^n m + (2^n - 1), twice its half, m = e^r - 1 as r + r^2 times a polynomial (degree 4, 1.4e-8): nothing
 * cancels. Relative error <= 3e-7.
 */
// @ts-ignore: decorator
@inline
export function expm4(x: v128): v128 {
  const half = halfExpm4(f32x4.pmin(f32x4.pmax(x, f32x4.splat(-18)), f32x4.splat(89)));
  return signed4(x, f32x4.add(half, half));
}

/** (e^x - 1) / 2, x in -18 .. 89 (or NaN), from where on 2^n is no number; 0 for -0 */
// @ts-ignore: decorator
@inline
export function halfExpm4(x: v128): v128 {
  const magic = f32x4.splat(12583038), shifted = madd(x, f32x4.splat(1.44269504), magic); // scale = 2^(n - 1)
  const n = f32x4.sub(shifted, magic), scale = i32x4.shl(shifted, 23);
  const r = madd(n, f32x4.splat(2.12194440e-4), madd(n, f32x4.splat(-0.693359375), x)), z = f32x4.mul(r, r);
  const low = madd(f32x4.splat(0.1666654646), r, f32x4.splat(0.4999999702));
  const high = madd(f32x4.splat(8.366261609e-3), r, f32x4.splat(4.166743532e-2));
  const m = madd(madd(madd(f32x4.splat(1.387065742e-3), z, high), z, low), z, r);
  return madd(m, scale, f32x4.sub(scale, f32x4.splat(0.5)));
}

/** x P(x^2) / Q(x^2), of degree 9 and 8 (2e-8), no more than 1. Relative error <= 3.5e-7. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1), t = f32x4.pmin(f32x4.abs(x), f32x4.splat(9.02)), z = f32x4.mul(t, t);
  let p = madd(f32x4.splat(1.33190694e-8), z, f32x4.splat(2.058347854e-5));
  let q = madd(f32x4.splat(7.762018299e-7), z, f32x4.splat(3.283092519e-4));
  p = madd(p, z, f32x4.splat(3.494034288e-3)), q = madd(q, z, f32x4.splat(2.587107196e-2));
  p = madd(p, z, f32x4.splat(0.1337971836)), q = madd(q, z, f32x4.splat(0.4671303332));
  return signedShare4(x, f32x4.mul(madd(p, z, one), t), madd(q, z, one));
}

/** As tanh4, of degree 11 and 10 (2e-8). Relative error <= 4e-7. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const t = f32x4.pmin(f32x4.abs(x), f32x4.splat(3.93)), z = f32x4.mul(t, t);
  let p = madd(f32x4.splat(2.041971584e-6), z, f32x4.splat(2.848087461e-4));
  let q = madd(f32x4.splat(3.800409104e-5), z, f32x4.splat(1.165213413e-3));
  p = madd(p, z, f32x4.splat(3.77961155e-3)), q = madd(q, z, f32x4.splat(1.499744225e-2));
  p = madd(p, z, f32x4.splat(5.279029161e-2)), q = madd(q, z, f32x4.splat(0.1142575443));
  p = madd(p, z, f32x4.splat(0.1907838732)), q = madd(q, z, f32x4.splat(0.502410531));
  return signedShare4(x, f32x4.mul(madd(p, z, f32x4.splat(1.128379107)), t), madd(q, z, f32x4.splat(1)));
}

/** p / q, at most 1, with the sign of x. */
// @ts-ignore: decorator
@inline
function signedShare4(x: v128, p: v128, q: v128): v128 {
  return signed4(x, f32x4.pmin(f32x4.div(p, q), f32x4.splat(1)));
}

/** y with the sign of x, which it has or, being 0, lost. */
// @ts-ignore: decorator
@inline
function signed4(x: v128, y: v128): v128 {
  return v128.or(y, v128.and(x, i32x4.splat(0x80000000)));
}

// Angles: x less a multiple of pi, or pi / 2, in three parts whose products with it are exact.

/** sin x for |x| < 8192: with r = x - n pi, sin r turned where n is odd; -0 for -0. */
// @ts-ignore: decorator
@inline
export function nearSin4(x: v128): v128 {
  const magic = f32x4.splat(12582912), shifted = madd(x, f32x4.splat(0.31830989), magic); // 1.5 * 2^23
  const r = lessPis4(x, f32x4.sub(shifted, magic));
  return v128.xor(signed4(r, sine4(r)), i32x4.shl(shifted, 31));
}

/** cos x = sin(x + pi / 2) for |x| < 8192: with n halfway between two integers. */
// @ts-ignore: decorator
@inline
export function nearCos4(x: v128): v128 {
  const magic = f32x4.splat(12582912), half = f32x4.splat(0.5);
  const shifted = f32x4.add(madd(x, f32x4.splat(0.31830989), half), magic);
  const r = lessPis4(x, f32x4.sub(f32x4.sub(shifted, magic), half));
  return v128.xor(sine4(r), i32x4.shl(shifted, 31));
}

/** sin x, for any x. */
// @ts-ignore: decorator
@inline
export function sin4(x: v128): v128 {
  const y = nearSin4(x), near = isNear4(x);
  return i32x4.bitmask(near) == 15 ? y : v128.bitselect(y, anyTurned4(x, 0), near);
}

/** cos x, for any x. */
// @ts-ignore: decorator
@inline
export function cos4(x: v128): v128 {
  const y = nearCos4(x), near = isNear4(x);
  return i32x4.bitmask(near) == 15 ? y : v128.bitselect(y, anyTurned4(x, 1), near);
}

/** x - n pi */
// @ts-ignore: decorator
@inline
function lessPis4(x: v128, n: v128): v128 {
  const rest = madd(n, f32x4.splat(-9.67502593994140625e-4), madd(n, f32x4.splat(-3.140625), x));
  return madd(n, f32x4.splat(-1.509957990978376e-7), rest);
}

/**
 * sin r for |r| <= pi / 2 by an odd polynomial (degree 9, 1.1e-7): of such coefficients the best that give no more than
 * 1 for any r, however madd rounds.
 */
// @ts-ignore: decorator
@inline
function sine4(r: v128): v128 {
  const z = f32x4.mul(r, r);
  let p = madd(f32x4.splat(2.598641458e-6), z, f32x4.splat(-1.980594825e-4));
  p = madd(p, z, f32x4.splat(8.333006874e-3));
  p = madd(p, z, f32x4.splat(-0.1666665673));
  return madd(f32x4.mul(r, z), p, r);
}

/** tan x for |x| < 8192: with r = x - n pi / 2, r P(r^2) / Q(r^2) (degree 3 and 4, 1.4e-8), or -Q / (r P) where n is odd. */
// @ts-ignore: decorator
@inline
export function nearTan4(x: v128): v128 {
  const magic = f32x4.splat(12582912), shifted = madd(x, f32x4.splat(0.63661977), magic), n = f32x4.sub(shifted, magic);
  const rest = madd(n, f32x4.splat(-4.837512969970703125e-4), madd(n, f32x4.splat(-1.5703125), x));
  const r = madd(n, f32x4.splat(-7.54978995489188e-8), rest), z = f32x4.mul(r, r), one = f32x4.splat(1);
  const p = f32x4.mul(madd(f32x4.splat(-9.580233693e-2), z, one), r);
  const q = madd(madd(f32x4.splat(9.717057459e-3), z, f32x4.splat(-0.4291363358)), z, one);
  const sign = i32x4.shl(shifted, 31), changed = v128.and(v128.xor(p, q), i32x4.shr_s(sign, 31));
  return v128.xor(f32x4.div(v128.xor(p, changed), v128.xor(q, changed)), sign);
}

/** tan x, for any x. */
// @ts-ignore: decorator
@inline
export function tan4(x: v128): v128 {
  const y = nearTan4(x), near = isNear4(x);
  if (i32x4.bitmask(near) == 15) return y;
  return v128.bitselect(y, f32x4.div(anyTurned4(x, 0), anyTurned4(x, 1)), near);
}

/** Whether a number of two vectors lies where the functions of near angles do not reach. */
// @ts-ignore: decorator
@inline
export function someFar4(x0: v128, x1: v128): bool {
  return i32x4.bitmask(isNear4(f32x4.pmax(f32x4.abs(x0), f32x4.abs(x1)))) != 15;
}

// @ts-ignore: decorator
@inline
function isNear4(x: v128): v128 {
  return f32x4.lt(f32x4.abs(x), f32x4.splat(8192));
}

/** sin(x + quarters pi / 2) */
function anyTurned4(x: v128, quarters: i32): v128 {
  let y = f32x4.splat(turned1(f32x4.extract_lane(x, 0), quarters));
  y = f32x4.replace_lane(y, 1, turned1(f32x4.extract_lane(x, 1), quarters));
  y = f32x4.replace_lane(y, 2, turned1(f32x4.extract_lane(x, 2), quarters));
  return f32x4.replace_lane(y, 3, turned1(f32x4.extract_lane(x, 3), quarters));
}

/**
 * To 1e7, x less the nearest multiple of pi / 2 (in two parts, float64), then the polynomials of FreeBSD's k_sinf and
 * k_cosf; beyond, as f64 has it. Error <= 1e-7.
 */
function turned1(x: f32, quarters: i32): f32 {
  if (!(abs(x) < 1e7)) return <f32> turned(x, quarters);
  const n = nearest<f64>(<f64> x * 0.6366197723675814), quarter = <i32> n + quarters;
  const r = (<f64> x - n * 1.5707963267341256) - n * 6.077100506506192e-11;
  const z = r * r, w = z * z;
  let y: f64;
  if (quarter & 1) {
    y = 1 - 0.499999997251031 * z + 0.04166662332373906 * w + w * z * (-0.001388676377460993 + 2.439044879627741e-5 * z);
  } else {
    const s = z * r;
    y = r + s * (-0.16666666641626524 + z * 0.008333329385889463) + s * w * (-1.9839334836096632e-4 + 2.718311493989822e-6 * z);
  }
  return <f32> (quarter & 2 ? -y : y);
}

/** C's powf: 1 to any power, anything to the power 0 (also NaN) and -1 to an infinite one are 1. */
// @ts-ignore: decorator
@inline
export function pow4(a: v128, b: v128): v128 {
  const small = f32x4.lt(f32x4.abs(b), f32x4.splat(1048576));
  return powOf4(a, b, f64x2.promote_low_f32x4(b), f64x2.promote_low_f32x4(upper(b)), small);
}

/** As pow4 for all lanes of a to the power b, below 2^20, once more in f64. */
// @ts-ignore: decorator
@inline
export function powScalar4(a: v128, b: v128, wide: v128): v128 {
  return powOf4(a, b, wide, wide, i32x4.splat(-1));
}

/** 2^(b log2 a), the exponent in f64, b once more as `low` and `high`, `small` where it is below 2^20. */
// @ts-ignore: decorator
@inline
function powOf4(a: v128, b: v128, low: v128, high: v128, small: v128): v128 {
  const shifted = i32x4.sub(a, i32x4.splat(0x3f3504f3)), e = i32x4.shr_s(shifted, 23), m = mantissaOf(shifted);
  const magic = f64x2.splat(6755399441055744); // 1.5 * 2^52
  const v = f64x2.mul(low, binaryLog2(m, e)), w = f64x2.mul(high, binaryLog2(upper(m), upper(e)));
  const roundV = f64x2.add(v, magic), roundW = f64x2.add(w, magic);
  const n = v128.shuffle<i32>(roundV, roundW, 0, 2, 4, 6);
  const restV = f32x4.demote_f64x2_zero(f64x2.sub(v, f64x2.sub(roundV, magic)));
  const restW = f32x4.demote_f64x2_zero(f64x2.sub(w, f64x2.sub(roundW, magic)));
  const r = v128.shuffle<i64>(restV, restW, 0, 2), z = f32x4.mul(r, r);
  const k0 = madd(f32x4.splat(0.6931471825), r, f32x4.splat(1));
  const k2 = madd(f32x4.splat(5.550359562e-2), r, f32x4.splat(0.2402264774));
  const k4 = madd(f32x4.splat(1.339100767e-3), r, f32x4.splat(9.618503042e-3));
  const power = madd(madd(madd(f32x4.splat(1.532803726e-4), z, k4), z, k2), z, k0);
  const y = i32x4.add(power, i32x4.shl(n, 23));
  // where a is normal, and the result is
  const fine = v128.and(v128.and(isNormal4(a), small), i32x4.lt_s(i32x4.abs(n), i32x4.splat(126)));
  return i32x4.bitmask(fine) == 15 ? y : v128.bitselect(y, anyPow4(a, b), fine);
}

// @ts-ignore: decorator
@inline
function upper(x: v128): v128 {
  return v128.shuffle<i64>(x, x, 1, 1);
}

/** log2 of the two lower numbers, m less 1 in f32 and e in i32: error <= 1e-11. */
// @ts-ignore: decorator
@inline
function binaryLog2(m: v128, e: v128): v128 {
  const u = f64x2.promote_low_f32x4(m), s = f64x2.div(u, f64x2.add(u, f64x2.splat(2))), z = f64x2.mul(s, s);
  const low = madd2(f64x2.splat(0.9617966731994), z, f64x2.splat(2.8853900817902));
  const middle = madd2(f64x2.splat(0.41167113012621), z, f64x2.splat(0.57708361166646));
  const w = f64x2.mul(z, z), k = madd2(madd2(f64x2.splat(0.34075943146974), w, middle), w, low);
  return madd2(s, k, f64x2.convert_low_i32x4_s(e));
}

function anyPow4(a: v128, b: v128): v128 {
  let y = f32x4.splat(pow1(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  y = f32x4.replace_lane(y, 1, pow1(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  y = f32x4.replace_lane(y, 2, pow1(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  return f32x4.replace_lane(y, 3, pow1(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
}

function pow1(a: f32, b: f32): f32 {
  return a == 1 || b == 0 || (a == -1 && abs(b) == Infinity) ? 1 : Mathf.pow(a, b);
}
