// e to a power on four lanes, and what is made of it while at hand. A polynomial is cut in two or four pieces that do not
// wait for each other (Estrin). Coefficients are minimax ones of the interval, found in float64 by Lawson's weights and rounded to f32 one
// after the other, the rest fitted anew each time; the figures after them are what that leaves.

import { BATCH, FAR, fetch, keep } from "./fetch";
import { loadPart, storePart } from "./partial";
import { madd, sum4 } from "./simd";
import { the } from "./the";

/**
 * e^x. Range reduction x = n ln 2 + r with |r| <= ln 2 / 2 (ln 2 in two parts, Cody and Waite), a polynomial of degree
 * 6 (3e-9), times 2^n. Relative error <= 1.2e-7 (tested) where the result is normal, 0 below -87.68, infinite above
 * 88.72; NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const y = usualExp4(x);
  return isLarge4(x) ? v128.bitselect(largeExp4(x), y, f32x4.gt(x, f32x4.splat(88))) : y;
}

/** e^x for x <= 88 (or NaN). */
// @ts-ignore: decorator
@inline
export function usualExp4(x: v128): v128 {
  const c = f32x4.pmax(x, f32x4.splat(-87.9)), shifted = expShifted4(c); // of which n is -127, and 2^n 0
  return f32x4.mul(powerOfRest4(c, shifted), i32x4.shl(shifted, 23));
}

/** Whether a lane is beyond usualExp4. */
// @ts-ignore: decorator
@inline
export function isLarge4(x: v128): bool {
  return i32x4.bitmask(f32x4.gt(x, f32x4.splat(88))) != 0;
}

/** n, as through4 has it, such that 2^n lies in the low bits. */
// @ts-ignore: decorator
@inline
function expShifted4(x: v128): v128 {
  return madd(x, f32x4.splat(1.44269504), f32x4.splat(12583039)); // 1.5 * 2^23 + 127
}

/** e^r */
// @ts-ignore: decorator
@inline
function powerOfRest4(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, f32x4.splat(12583039));
  const r = madd(n, f32x4.splat(2.12194440e-4), madd(n, f32x4.splat(-0.693359375), x)), z = f32x4.mul(r, r);
  const low = madd(f32x4.splat(0.1666652115), r, f32x4.splat(0.49999994));
  const middle = madd(f32x4.splat(8.3686691e-3), r, f32x4.splat(4.16682586e-2));
  const high = madd(f32x4.splat(1.3821289e-3), z, middle);
  return madd(madd(high, z, low), z, f32x4.add(r, f32x4.splat(1)));
}

/** e^x where it may be too large for 2^n: by twice 2^(n - 1). */
function largeExp4(x: v128): v128 {
  const c = f32x4.pmin(x, f32x4.splat(89.5)), shifted = expShifted4(c);
  const y = f32x4.mul(powerOfRest4(c, shifted), i32x4.shl(i32x4.sub(shifted, i32x4.splat(1)), 23));
  return f32x4.add(y, y);
}

// What comes of v = n + r, |r| <= 1/2. Adding `magic` rounds v to the integer n, or -n, which then stands, plus its
// last digits, in the low bits of the sum; shifted up by 23 they are a power of two: `scale`, 0 or infinite where n
// leaves the range of f32. `double` is 2 * 2^r.

/** 2^v, v in -126.4 .. 127: scale = 2^(n - 1), 0 from n = -126 down. */
@unmanaged export class Power {
  @inline magic(): v128 { return f32x4.splat(12583038); } // 1.5 * 2^23 + 126
  @inline shifted(v: v128, magic: v128): v128 { return f32x4.add(v, magic); }
  @inline rest(v: v128, n: v128): v128 { return f32x4.sub(v, n); }
  @inline of(double: v128, scale: v128): v128 { return f32x4.mul(double, scale); }
}
/** 1 / (1 + 2^-v) = 2 * 2^r / (2 * 2^r + 2^(1 - n)), v in -127.4 .. 128: scale = 2^(1 - n), infinite at n = -127. */
@unmanaged export class Share {
  @inline magic(): v128 { return f32x4.splat(12583040); } // 1.5 * 2^23 + 128
  @inline shifted(v: v128, magic: v128): v128 { return f32x4.sub(magic, v); }
  @inline rest(v: v128, n: v128): v128 { return f32x4.add(v, n); }
  @inline of(double: v128, scale: v128): v128 { return f32x4.div(double, f32x4.add(double, scale)); }
}

/** S of v (or NaN), 2^r by a polynomial of degree 5 (9.4e-8). */
// @ts-ignore: decorator
@inline
export function through4<S>(v: v128): v128 {
  const magic = the<S>().magic(), shifted = the<S>().shifted(v, magic);
  const r = the<S>().rest(v, f32x4.sub(shifted, magic)), z = f32x4.mul(r, r);
  const low = madd(f32x4.splat(1.3862940073), r, f32x4.splat(2));
  const middle = madd(f32x4.splat(0.1110142320), r, f32x4.splat(0.4804449379));
  const high = madd(f32x4.splat(2.653854666e-3), r, f32x4.splat(1.93426013e-2));
  return the<S>().of(madd(madd(high, z, middle), z, low), i32x4.shl(shifted, 23));
}

/** e^x for x <= 0 (or NaN): error <= 1.5e-7 relative to 1, exactly 1 at 0, 0 below -86.99. */
// @ts-ignore: decorator
@inline
export function decay4(x: v128): v128 {
  return through4<Power>(decayRange4(x));
}

/** The power of 2 that e^x is, x <= 0, where it is not 0. */
// @ts-ignore: decorator
@inline
export function decayRange4(x: v128): v128 {
  return f32x4.pmax(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(-126));
}

/** 1 / (1 + e^-x): error <= 1.5e-7 relative to 1, 2e-6 to small results; 0 below -87.68. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return through4<Share>(sigmoidRange4(x));
}

/** The power of 2 that e^x is, where 1 / (1 + e^-x) still changes with it. */
// @ts-ignore: decorator
@inline
export function sigmoidRange4(x: v128): v128 {
  return shareRange4(f32x4.mul(x, f32x4.splat(1.44269504)));
}

/** v where 1 / (1 + 2^-v) still changes with it. */
// @ts-ignore: decorator
@inline
export function shareRange4(v: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, f32x4.splat(-127)), f32x4.splat(92));
}

/**
 * y[i] = after(x[i], s, d[i], p) with s = S of before(x[i]), of n vectors that lie `step` bytes apart; gives the sums of
 * the lanes of s. F is a class with those two functions (common/the.ts); p is a number of theirs. y may be x or d, or 0 where only
 * the sums are wanted; d may be 0 as well.
 *
 * Two vectors go hand in hand and share what they load: e^x takes 6.1 cycles a vector one by one and 5.5 so, of which
 * the multipliers are busy for 4 (Zen 5, 2026-11-29).
 */
export function throughExp<S, F>(x: usize, d: usize, y: usize, step: usize, n: i32, p: v128): v128 {
  const f = the<F>(), s = the<S>(), twice = step << 1;
  let sums = f32x4.splat(0);
  for (; n >= 2; n -= 2, x += twice) {
    const x0 = v128.load(x), x1 = v128.load(x + step), v0 = f.before(x0, p), v1 = f.before(x1, p);
    const magic = s.magic(), s0 = s.shifted(v0, magic), s1 = s.shifted(v1, magic);
    const r0 = s.rest(v0, f32x4.sub(s0, magic)), r1 = s.rest(v1, f32x4.sub(s1, magic));
    const z0 = f32x4.mul(r0, r0), z1 = f32x4.mul(r1, r1);
    const k2 = f32x4.splat(0.4804449379), k3 = f32x4.splat(0.1110142320);
    const middle0 = madd(k3, r0, k2), middle1 = madd(k3, r1, k2);
    const k4 = f32x4.splat(1.93426013e-2), k5 = f32x4.splat(2.653854666e-3);
    const high0 = madd(madd(k5, r0, k4), z0, middle0), high1 = madd(madd(k5, r1, k4), z1, middle1);
    const k0 = f32x4.splat(2), k1 = f32x4.splat(1.3862940073), low0 = madd(k1, r0, k0), low1 = madd(k1, r1, k0);
    const e0 = s.of(madd(high0, z0, low0), i32x4.shl(s0, 23)), e1 = s.of(madd(high1, z1, low1), i32x4.shl(s1, 23));
    let d0 = x0, d1 = x1;
    if (d != 0) d0 = v128.load(d), d1 = v128.load(d + step), d += twice;
    const y0 = f.after(x0, e0, d0, p), y1 = f.after(x1, e1, d1, p);
    sums = f32x4.add(f32x4.add(sums, e0), e1);
    if (y != 0) v128.store(y, y0), v128.store(y + step, y1), y += twice;
  }
  if (n > 0) {
    const x0 = v128.load(x), e0 = through4<S>(f.before(x0, p));
    sums = f32x4.add(sums, e0);
    if (y != 0) v128.store(y, f.after(x0, e0, d != 0 ? v128.load(d) : x0, p));
  }
  return sums;
}

/** One vector of throughExp, in the same bits. */
// @ts-ignore: decorator
@inline
export function throughExp4<S, F>(x: v128, d: v128, p: v128): v128 {
  return the<F>().after(x, through4<S>(the<F>().before(x, p)), d, p);
}

/** throughExp of n floats that lie together. */
export function throughExpRow<S, F>(x: usize, d: usize, y: usize, n: i32, p: v128): void {
  const bytes = <usize> (n & ~3) << 2;
  throughExp<S, F>(x, d, y, 16, n >> 2, p);
  n &= 3;
  if (n <= 0) return;
  const last = loadPart(x + bytes, n);
  storePart(y + bytes, throughExp4<S, F>(last, d != 0 ? loadPart(d + bytes, n) : last, p), n);
}

/** throughExpRow of two operands, which are fetched where they lie far. */
export function throughExpFar<S, F>(x: usize, d: usize, y: usize, n: i32, p: v128): void {
  if (n < FAR) throughExpRow<S, F>(x, d, y, n, p);
  else {
    let seen = 0;
    for (; n > 0; n -= BATCH, x += BATCH << 2, d += BATCH << 2, y += BATCH << 2) {
      const some = min(n, BATCH);
      seen |= fetch(x, some) | fetch(d, some);
      throughExpRow<S, F>(x, d, y, some, p);
    }
    keep(seen);
  }
}

/** e^(x - p), x <= p */
@unmanaged class Decay {
  @inline before(x: v128, p: v128): v128 { return decayRange4(f32x4.sub(x, p)); }
  @inline after(x: v128, e: v128, d: v128, p: v128): v128 { return e; }
}

/** y[i] = e^(x[i] - m), none above m, in throughExp's form. */
export function exponentials(x: usize, y: usize, step: usize, n: i32, m: v128): v128 {
  return throughExp<Power, Decay>(x, 0, y, step, n, m);
}

/** exponentials of a row of n floats: gives their sum. */
export function exponentialRow(x: usize, y: usize, n: i32, m: f32): f32 {
  return rowThrough<Decay>(x, y, n, m);
}

/** e^(x - p), x <= p, of which x - p is kept */
@unmanaged class Shifted {
  @inline before(x: v128, p: v128): v128 { return decayRange4(f32x4.sub(x, p)); }
  @inline after(x: v128, e: v128, d: v128, p: v128): v128 { return f32x4.sub(x, p); }
}

/** y[i] = x[i] - m, none above 0, of n floats: gives the sum of e to their power. */
export function shiftedRow(x: usize, y: usize, n: i32, m: f32): f32 {
  return rowThrough<Shifted>(x, y, n, m);
}

function rowThrough<F>(x: usize, y: usize, n: i32, m: f32): f32 {
  const bytes = <usize> (n & ~3) << 2, p = f32x4.splat(m);
  let sums = throughExp<Power, F>(x, 0, y, 16, n >> 2, p);
  n &= 3;
  if (n > 0) {
    const last = loadPart(x + bytes, n), e = through4<Power>(the<F>().before(last, p));
    if (y != 0) storePart(y + bytes, the<F>().after(last, e, last, p), n);
    sums = f32x4.add(sums, v128.and(e, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n))));
  }
  return sum4(sums);
}
