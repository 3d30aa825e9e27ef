// softmax over rows:  y[r, c] = e^(x[r, c] - m[r]) / sum over c of e^(x[r, c] - m[r]),  m[r] = max over c of x[r, c]
// and its relatives:
//
//   log_softmax            y = (x - m) - log(sum over c of e^(x - m))
//   softmax_backward       dx = y (dy - sum over c of dy y)
//   log_softmax_backward   dx = dy - e^y (sum over c of dy)
//
//   x, y, dy, dx [R, C] f32, contiguous rows; a result may be any of its operands
//
// Cost: 3 reads and 2 writes of a row (the second and third find it in the cache), one exp an element, which takes
// three quarters of the time in the second cache (8 cycles a vector, Zen 5, 2026-11-29). Accuracy: sums in four f32 lanes, of PIECE
// columns at a time, which are added in f64; 2e-7 relative to 1 (tested).
// A row of -Infinity alone gives NaN, as 0 / 0 does; the caller masks with finite values where that matters.

import { cell, integer, pointer, share } from "./common/args";
import { log4, Natural } from "./common/elementary";
import { decayRange4, exponentialRow, Power, shiftedRow, throughExpRow } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { madd, max4 } from "./common/simd";
import { dot, total } from "./common/sums";

/** Columns whose exponentials one f32 sum takes: 256 in each lane. */
const PIECE: i32 = 1024;

/** args: x, y | C | R (cell) */
export function softmax_f32(args: usize, part: i32, parts: i32): void {
  const columns = integer(args, 2);
  const rows = cell(args, 3);
  const bytes = <usize> columns << 2;
  const end = share(rows, part + 1, parts);
  for (let r = share(rows, part, parts); r < end; r++) {
    softmaxRow(pointer(args, 0) + <usize> r * bytes, pointer(args, 1) + <usize> r * bytes, columns);
  }
}

/** The softmax of one row; y may be x. */
export function softmaxRow(x: usize, y: usize, columns: i32): void {
  const sum = exponentials(x, y, columns, largestOf(x, columns));
  const scale = f32x4.splat(<f32> 1 / sum);
  let n = columns;
  for (; n >= 8; n -= 8, y += 32) {
    v128.store(y, f32x4.mul(v128.load(y), scale)), v128.store(y, f32x4.mul(v128.load(y, 16), scale), 16);
  }
  for (; n > 0; n -= 4, y += 16) storePart(y, f32x4.mul(loadPart(y, n), scale), n);
}

/** args: x, y | C | R (cell) */
export function log_softmax_f32(args: usize, part: i32, parts: i32): void {
  const columns = integer(args, 2), rows = cell(args, 3);
  const end = share(rows, part + 1, parts);
  for (let r = share(rows, part, parts); r < end; r++) {
    const at = <usize> r * <usize> columns << 2;
    const x = pointer(args, 0) + at;
    let y = pointer(args, 1) + at;
    const log = f32x4.splat(logarithm(shifted(x, y, columns, largestOf(x, columns))));
    let n = columns;
    for (; n >= 8; n -= 8, y += 32) {
      v128.store(y, f32x4.sub(v128.load(y), log)), v128.store(y, f32x4.sub(v128.load(y, 16), log), 16);
    }
    for (; n > 0; n -= 4, y += 16) storePart(y, f32x4.sub(loadPart(y, n), log), n);
  }
}

/** The largest of a row, NaN left out: it comes out in the sum of exponentials. */
export function largestOf(x: usize, n: i32): f32 {
  let a = f32x4.splat(-Infinity), b = a, c = a, d = a;
  for (; n >= 16; n -= 16, x += 64) {
    a = f32x4.pmax(a, v128.load(x)), b = f32x4.pmax(b, v128.load(x, 16));
    c = f32x4.pmax(c, v128.load(x, 32)), d = f32x4.pmax(d, v128.load(x, 48));
  }
  for (; n >= 4; n -= 4, x += 16) a = f32x4.pmax(a, v128.load(x));
  let m = max4(f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)));
  for (; n > 0; n--, x += 4) {
    const v = load<f32>(x);
    if (v > m) m = v;
  }
  return m;
}

/** y[i] = e^(x[i] - m), i < n; y may be 0. Gives their sum. */
function exponentials(x: usize, y: usize, n: i32, m: f32): f32 {
  if (n <= PIECE) return exponentialRow(x, y, n, m);
  let sum: f64 = 0;
  for (; n > 0; n -= PIECE, x += PIECE << 2) {
    sum += <f64> exponentialRow(x, y, min(n, PIECE), m);
    if (y != 0) y += PIECE << 2;
  }
  return <f32> sum;
}

/** y[i] = x[i] - m, i < n. Gives the sum of e to their power. */
function shifted(x: usize, y: usize, n: i32, m: f32): f32 {
  if (n <= PIECE) return shiftedRow(x, y, n, m);
  let sum: f64 = 0;
  for (; n > 0; n -= PIECE, x += PIECE << 2, y += PIECE << 2) sum += <f64> shiftedRow(x, y, min(n, PIECE), m);
  return <f32> sum;
}

/** sum of e^(x[i] - m), i < n. */
export function expSum(x: usize, n: i32, m: f32): f32 {
  return exponentials(x, 0, n, m);
}

/** The natural logarithm of one value. */
export function logarithm(x: f32): f32 {
  return f32x4.extract_lane(log4<Natural>(f32x4.splat(x)), 0);
}

/** args: y, dy, dx | C | R (cell) */
export function softmax_backward_f32(args: usize, part: i32, parts: i32): void {
  const columns = integer(args, 3), rows = cell(args, 4);
  const end = share(rows, part + 1, parts);
  for (let r = share(rows, part, parts); r < end; r++) {
    const at = <usize> r * <usize> columns << 2;
    let y = pointer(args, 0) + at, dy = pointer(args, 1) + at, dx = pointer(args, 2) + at;
    const sum = f32x4.splat(dot(y, dy, columns));
    let n = columns;
    for (; n >= 8; n -= 8, y += 32, dy += 32, dx += 32) {
      v128.store(dx, f32x4.mul(v128.load(y), f32x4.sub(v128.load(dy), sum)));
      v128.store(dx, f32x4.mul(v128.load(y, 16), f32x4.sub(v128.load(dy, 16), sum)), 16);
    }
    for (; n > 0; n -= 4, y += 16, dy += 16, dx += 16) {
      storePart(dx, f32x4.mul(loadPart(y, n), f32x4.sub(loadPart(dy, n), sum)), n);
    }
  }
}

/** args: y, dy, dx | C | R (cell) */
export function log_softmax_backward_f32(args: usize, part: i32, parts: i32): void {
  const columns = integer(args, 3), rows = cell(args, 4);
  const end = share(rows, part + 1, parts);
  for (let r = share(rows, part, parts); r < end; r++) {
    const at = <usize> r * <usize> columns << 2;
    const y = pointer(args, 0) + at, dy = pointer(args, 1) + at, dx = pointer(args, 2) + at;
    throughExpRow<Power, LogSlope>(y, dy, dx, columns, f32x4.splat(-total(dy, columns)));
  }
}

/** dy + p e^y, y <= 0 */
@unmanaged class LogSlope {
  @inline before(y: v128, p: v128): v128 { return decayRange4(y); }
  @inline after(y: v128, e: v128, dy: v128, p: v128): v128 { return madd(e, p, dy); }
}
