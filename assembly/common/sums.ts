// Sums over a row, in two vectors of four lanes; the last four columns go by loadPart, whose zeros add nothing.

import { loadPart } from "./partial";
import { madd, sum4 } from "./simd";

/** sum of a[i] b[i], i < n. */
export function dot(a: usize, b: usize, n: i32): f32 {
  let even = f32x4.splat(0), odd = even;
  for (; n >= 8; n -= 8, a += 32, b += 32) {
    even = madd(v128.load(a), v128.load(b), even), odd = madd(v128.load(a, 16), v128.load(b, 16), odd);
  }
  for (; n > 0; n -= 4, a += 16, b += 16) even = madd(loadPart(a, n), loadPart(b, n), even);
  return sum4(f32x4.add(even, odd));
}

/** sum of a[i] b[i] c[i], i < n. */
export function dot3(a: usize, b: usize, c: usize, n: i32): f32 {
  let sums = f32x4.splat(0);
  for (; n >= 4; n -= 4, a += 16, b += 16, c += 16) {
    sums = madd(f32x4.mul(v128.load(a), v128.load(b)), v128.load(c), sums);
  }
  if (n > 0) sums = madd(f32x4.mul(loadPart(a, n), loadPart(b, n)), loadPart(c, n), sums);
  return sum4(sums);
}

/** sum of x[i], i < n. */
export function total(x: usize, n: i32): f32 {
  let even = f32x4.splat(0), odd = even;
  for (; n >= 8; n -= 8, x += 32) even = f32x4.add(even, v128.load(x)), odd = f32x4.add(odd, v128.load(x, 16));
  for (; n > 0; n -= 4, x += 16) even = f32x4.add(even, loadPart(x, n));
  return sum4(f32x4.add(even, odd));
}
