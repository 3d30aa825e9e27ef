// Sines of f64 angles of any size: x = n pi / 2 + y, |y| <= pi / 4, of which n modulo 4 and y = y0 + y1 are wanted; then
// FreeBSD's k_sin and k_cos. Error <= 1 unit in the last place of the result, NaN for infinities and NaN.
//
//   |x| < 2^20   n and pi / 2 in three parts whose products with n are exact (Cody and Waite)
//   beyond       x 2 / pi modulo 4 in integers (Payne and Hanek), as where that loses most of its digits

import { leading } from "./pow";

/** 64 zeros, then the bits of 2 / pi. */
const TWO_OVER_PI: StaticArray<u64> = [
  0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
  0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
  0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
  0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
];
const NEAR: f64 = 1048576;
/** |y| from which three parts of pi / 2, right to 2^-119, leave more digits than are wanted. */
const CLEAR: f64 = 7.450580596923828e-9;

/** sin(x + quarters pi / 2) */
export function turned(x: f64, quarters: i32): f64 {
  if (abs(x) < 0.7853981633974483) return sineOf(x, 0, quarters);
  if (x - x != 0) return NaN;
  if (abs(x) >= NEAR) return turnedFar(x, quarters);
  const n = nearest<f64>(x * 0.6366197723675814);
  const r1 = x - n * 1.57079632673412561417;
  const w2 = n * 6.07710050630396597660e-11, r2 = r1 - w2;
  const lost = n * 2.02226624879595063154e-21 - ((r1 - r2) - w2);
  const y0 = r2 - lost;
  if (n != 0 && abs(y0) < CLEAR) return turnedFar(x, quarters);
  return sineOf(y0, (r2 - y0) - lost, <i32> n + quarters);
}

/** turned, for |x| >= 2^-10. */
function turnedFar(x: f64, quarters: i32): f64 {
  const bits = reinterpret<u64>(x), significand = bits & 0x000fffffffffffff | 0x0010000000000000;
  // the bits of 2 / pi from that on whose product with the significand's last has the weight 2
  const from = <i32> (bits >> 52 & 0x7ff) - 1013;
  const low = highWord(significand, window(from + 128)), middle = significand * window(from + 64);
  let rest = middle + low;
  let top = significand * window(from) + highWord(significand, window(from + 64)) + <u64> (rest < middle);
  const quarter = <i32> (top + 0x2000000000000000 >> 62);
  top -= <u64> quarter << 62;
  const isBelow = <i64> top < 0; // two's complement
  if (isBelow) rest = 0 - rest, top = ~top + <u64> (rest == 0);
  // in quarters, as z + left
  const first = <f64> (top >> 32) * 9.313225746154785e-10, second = <f64> (top & 0xffffffff) * 2.168404344971009e-19;
  const sum = first + second, third = <f64> rest * 1.1754943508222875e-38, z = sum + third;
  return scaledSine(x, z, ((first - sum) + second) + ((sum - z) + third), isBelow, quarter, quarters);
}

/** The sine of (z + left) pi / 2 from `quarter` on, the first as a sum of products that are exact. */
function scaledSine(x: f64, z: f64, left: f64, isBelow: bool, quarter: i32, quarters: i32): f64 {
  const high = leading(z), most = high * 1.570796012878418, more = (z - high) * 1.570796012878418;
  const least = more + (z * 3.139164786504813e-7 + left * 1.5707963267948966);
  const y0 = most + least, y1 = (most - y0) + least;
  const isTurned = isBelow != x < 0; // sin(-x) = -sin(x)
  return sineOf(isTurned ? -y0 : y0, isTurned ? -y1 : y1, (x < 0 ? -quarter : quarter) + quarters);
}

/** 64 bits of the table from bit `from` on. */
function window(from: i32): u64 {
  const word = from >> 6, shift = <u64> (from & 63), first = unchecked(TWO_OVER_PI[word]) << shift;
  return shift == 0 ? first : first | unchecked(TWO_OVER_PI[word + 1]) >> (64 - shift);
}

/** The upper half of a product. */
function highWord(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
  const middle = a1 * b0 + (a0 * b0 >> 32), rest = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (rest >> 32);
}

/** sin(x + low + quarter pi / 2), |x| <= pi / 4 */
function sineOf(x: f64, low: f64, quarter: i32): f64 {
  const y = quarter & 1 ? cosine(x, low) : sine(x, low);
  return quarter & 2 ? -y : y;
}

/** |x| <= pi / 4, -0 for -0 */
function sine(x: f64, low: f64): f64 {
  const z = x * x, v = z * x;
  let p = 1.58969099521155010221e-10 * z - 2.50507602534068634195e-8;
  p = p * z + 2.75573137070700676789e-6;
  p = p * z - 1.98412698298579493134e-4;
  p = p * z + 8.33333333332248946124e-3;
  return x - ((z * (0.5 * low - v * p) - low) - v * -1.66666666666666324348e-1);
}

function cosine(x: f64, low: f64): f64 {
  const z = x * x;
  let p = -1.13596475577881948265e-11 * z + 2.08757232129817482790e-9;
  p = p * z - 2.75573143513906633035e-7;
  p = p * z + 2.48015872894767294178e-5;
  p = p * z - 1.38888888888741095749e-3;
  p = p * z + 4.16666666666666019037e-2;
  const half = 0.5 * z, w = 1 - half;
  return w + (((1 - w) - half) + (z * (z * p) - x * low));
}
