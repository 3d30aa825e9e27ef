// Elementary functions on four lanes.

import { madd } from "./simd";

/**
 * e^x. Range reduction x = n ln 2 + r with |r| <= ln 2 / 2 (ln 2 in two parts, Cody and Waite), then the
 * degree-6 polynomial of Cephes expf, then n added to the exponent's bits. Relative error <= 1.2e-7 (tested);
 * below -87.33 the result is 0, above 88.72 infinity, NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  return exponential(
    x,
    f32x4.splat(-87.33654), f32x4.splat(88.72283), f32x4.splat(1.44269504), f32x4.splat(12582912),
    f32x4.splat(-0.693359375), f32x4.splat(2.12194440e-4), f32x4.splat(1.9875691500e-4),
    f32x4.splat(1.3981999507e-3), f32x4.splat(8.3334519073e-3), f32x4.splat(4.1665795894e-2),
    f32x4.splat(1.6666665459e-1), f32x4.splat(5.0000001201e-1), f32x4.splat(1), f32x4.splat(Infinity),
  );
}


/** Writes exp4's constants to `table` (scratch), for tableExp4. */
export function exponentialTable(table: usize): void {
  v128.store(table, f32x4.splat(-87.33654));
  v128.store(table, f32x4.splat(88.72283), 16);
  v128.store(table, f32x4.splat(1.44269504), 32);
  v128.store(table, f32x4.splat(12582912), 48);
  v128.store(table, f32x4.splat(-0.693359375), 64);
  v128.store(table, f32x4.splat(2.12194440e-4), 80);
  v128.store(table, f32x4.splat(1.9875691500e-4), 96);
  v128.store(table, f32x4.splat(1.3981999507e-3), 112);
  v128.store(table, f32x4.splat(8.3334519073e-3), 128);
  v128.store(table, f32x4.splat(4.1665795894e-2), 144);
  v128.store(table, f32x4.splat(1.6666665459e-1), 160);
  v128.store(table, f32x4.splat(5.0000001201e-1), 176);
  v128.store(table, f32x4.splat(1), 192);
  v128.store(table, f32x4.splat(Infinity), 208);
}

/**
 * exp4, bit for bit, with its constants from memory: V8 builds a vector constant anew at each use, in three
 * instructions; 4.1 instead of 7.0 ns (Zen 5, 2026-11-23).
 */
// @ts-ignore: decorator
@inline
export function tableExp4(x: v128, table: usize): v128 {
  return exponential(
    x,
    v128.load(table), v128.load(table, 16), v128.load(table, 32), v128.load(table, 48),
    v128.load(table, 64), v128.load(table, 80), v128.load(table, 96),
    v128.load(table, 112), v128.load(table, 128), v128.load(table, 144),
    v128.load(table, 160), v128.load(table, 176), v128.load(table, 192), v128.load(table, 208),
  );
}

// Adding 1.5 * 2^23 (`magic`) rounds x / ln 2 to an integer that stands in the low bits of the sum; that and the
// plain comparisons of pmin and pmax cost half the instructions of nearest, trunc_sat, min and max on x64.
// @ts-ignore: decorator
@inline
function exponential(
  x: v128, low: v128, high: v128, log2e: v128, magic: v128, minusLn2: v128, ln2Rest: v128,
  c6: v128, c5: v128, c4: v128, c3: v128, c2: v128, c1: v128, one: v128, infinity: v128,
): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, low), high);
  const shifted = madd(clamped, log2e, magic);
  const n = f32x4.sub(shifted, magic);
  const r = madd(n, ln2Rest, madd(n, minusLn2, clamped));
  let p = madd(c6, r, c5);
  p = madd(p, r, c4);
  p = madd(p, r, c3);
  p = madd(p, r, c2);
  p = madd(p, r, c1);
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), one);
  const y = v128.andnot(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.lt(x, low));
  // where x is too large or NaN, x + Infinity is what it asks for
  return v128.bitselect(y, f32x4.add(x, infinity), f32x4.le(x, high));
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** exp4 of one value. */
// @ts-ignore: decorator
@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}
