// Elementary functions on four lanes.

import { loadPart, storePart } from "./partial";
import { madd, sum4 } from "./simd";

/**
 * e^x. Range reduction x = n ln 2 + r with |r| <= ln 2 / 2 (ln 2 in two parts, Cody and Waite), then the
 * degree-6 polynomial of Cephes expf, then n added to the exponent's bits. Relative error <= 1.2e-7 (tested);
 * below -87.33 the result is 0, above 88.72 infinity, NaN stays NaN.
 *
 * Adding 1.5 * 2^23 (`magic`) rounds x / ln 2 to an integer that stands in the low bits of the sum; that and the
 * plain comparisons of pmin and pmax cost half the instructions of nearest, trunc_sat, min and max on x64.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const low = f32x4.splat(-87.33654), high = f32x4.splat(88.72283), magic = f32x4.splat(12582912);
  const clamped = f32x4.pmin(f32x4.pmax(x, low), high);
  const shifted = madd(clamped, f32x4.splat(1.44269504), magic);
  const n = f32x4.sub(shifted, magic);
  const r = madd(n, f32x4.splat(2.12194440e-4), madd(n, f32x4.splat(-0.693359375), clamped));
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const y = v128.andnot(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.lt(x, low));
  // where x is too large or NaN, x + Infinity is what it asks for
  return v128.bitselect(y, f32x4.add(x, f32x4.splat(Infinity)), f32x4.le(x, high));
}

/**
 * y[i] = e^(factor x[i] + shift) of n vectors that lie `step` bytes apart; gives the sums of the lanes. y may be x, or 0
 * where only the sums are wanted.
 */
export function exponentials(x: usize, y: usize, step: usize, n: i32, factor: v128, shift: v128): v128 {
  let sums = f32x4.splat(0);
  for (; n > 0; n--, x += step) {
    const e = exp4(madd(v128.load(x), factor, shift));
    sums = f32x4.add(sums, e);
    if (y != 0) v128.store(y, e), y += step;
  }
  return sums;
}

/** exponentials of a row of n floats: gives their sum. */
export function exponentialRow(x: usize, y: usize, n: i32, factor: v128, shift: v128): f32 {
  const bytes = <usize> (n & ~3) << 2;
  let sums = exponentials(x, y, 16, n >> 2, factor, shift);
  n &= 3;
  if (n > 0) {
    const e = exp4(madd(loadPart(x + bytes, n), factor, shift));
    if (y != 0) storePart(y + bytes, e, n);
    sums = f32x4.add(sums, v128.and(e, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n))));
  }
  return sum4(sums);
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}
