// Sums over a row, in four vectors of four lanes, which hides what an addition takes; what is left of a row by four
// columns, the last ones by loadPart, whose zeros add nothing. A row of more than LONG columns goes in pieces, whose sums
// are added in f64: the error does not grow with the row.

import { loadPart } from "./partial";
import { madd, sum4 } from "./simd";

/** Columns of a piece: 256 in each of 16 lanes. */
export const LONG: i32 = 4096;

/** sum of a[i] b[i], i < n. */
export function dot(a: usize, b: usize, n: i32): f32 {
  if (n <= LONG) return dotPiece(a, b, n);
  let sum: f64 = 0;
  for (; n > LONG; n -= LONG, a += LONG << 2, b += LONG << 2) sum += <f64> dotPiece(a, b, LONG);
  return <f32> (sum + <f64> dotPiece(a, b, n));
}

function dotPiece(a: usize, b: usize, n: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; n >= 16; n -= 16, a += 64, b += 64) {
    s0 = madd(v128.load(a), v128.load(b), s0), s1 = madd(v128.load(a, 16), v128.load(b, 16), s1);
    s2 = madd(v128.load(a, 32), v128.load(b, 32), s2), s3 = madd(v128.load(a, 48), v128.load(b, 48), s3);
  }
  for (; n > 0; n -= 4, a += 16, b += 16) s0 = madd(loadPart(a, n), loadPart(b, n), s0);
  return sum16(s0, s1, s2, s3);
}

/** sum of a[i] b[i] c[i], i < n. */
export function dot3(a: usize, b: usize, c: usize, n: i32): f32 {
  if (n <= LONG) return dot3Piece(a, b, c, n);
  let sum: f64 = 0;
  for (; n > LONG; n -= LONG, a += LONG << 2, b += LONG << 2, c += LONG << 2) sum += <f64> dot3Piece(a, b, c, LONG);
  return <f32> (sum + <f64> dot3Piece(a, b, c, n));
}

function dot3Piece(a: usize, b: usize, c: usize, n: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0;
  for (; n >= 8; n -= 8, a += 32, b += 32, c += 32) {
    s0 = madd(f32x4.mul(v128.load(a), v128.load(b)), v128.load(c), s0);
    s1 = madd(f32x4.mul(v128.load(a, 16), v128.load(b, 16)), v128.load(c, 16), s1);
  }
  for (; n > 0; n -= 4, a += 16, b += 16, c += 16) {
    s0 = madd(f32x4.mul(loadPart(a, n), loadPart(b, n)), loadPart(c, n), s0);
  }
  return sum4(f32x4.add(s0, s1));
}

/** sum of x[i], i < n. */
export function total(x: usize, n: i32): f32 {
  if (n <= LONG) return totalPiece(x, n);
  let sum: f64 = 0;
  for (; n > LONG; n -= LONG, x += LONG << 2) sum += <f64> totalPiece(x, LONG);
  return <f32> (sum + <f64> totalPiece(x, n));
}

function totalPiece(x: usize, n: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; n >= 16; n -= 16, x += 64) {
    s0 = f32x4.add(s0, v128.load(x)), s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32)), s3 = f32x4.add(s3, v128.load(x, 48));
  }
  for (; n > 0; n -= 4, x += 16) s0 = f32x4.add(s0, loadPart(x, n));
  return sum16(s0, s1, s2, s3);
}

/** sum of x[i]^2, i < n. */
export function squares(x: usize, n: i32): f32 {
  if (n <= LONG) return squaresPiece(x, n);
  let sum: f64 = 0;
  for (; n > LONG; n -= LONG, x += LONG << 2) sum += <f64> squaresPiece(x, LONG);
  return <f32> (sum + <f64> squaresPiece(x, n));
}

function squaresPiece(x: usize, n: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; n >= 16; n -= 16, x += 64) {
    let a = v128.load(x), b = v128.load(x, 16);
    s0 = madd(a, a, s0), s1 = madd(b, b, s1);
    a = v128.load(x, 32), b = v128.load(x, 48);
    s2 = madd(a, a, s2), s3 = madd(b, b, s3);
  }
  for (; n > 0; n -= 4, x += 16) {
    const a = loadPart(x, n);
    s0 = madd(a, a, s0);
  }
  return sum16(s0, s1, s2, s3);
}

/** The sum of the lanes of four vectors. */
// @ts-ignore: decorator
@inline
export function sum16(a: v128, b: v128, c: v128, d: v128): f32 {
  return sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}
