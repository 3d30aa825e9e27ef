// Normalisation over rows.
//
//   rms_norm        y[r, c] = x[r, c] / sqrt(mean over c of x[r, c]^2 + eps) * w[c]
//   add_rms_norm    sum = x + delta, y = rms_norm(sum): the residual stream and the norm after it in one pass
//   layer_norm      y[r, c] = (x[r, c] - m[r]) / sqrt(mean over c of (x[r, c] - m[r])^2 + eps) * w[c] + b[c]
//
//   x, delta, sum, y [R, C] f32, contiguous rows; w, b [C]; y may be x, sum may be x or delta
//
// Cost: 2 reads of a row, which stays in the cache, and one write (layer_norm: 4 reads where the first 16 columns are
// no guide to the mean): bound by memory where x is not cached. Accuracy: squares are summed in 16 lanes (common/sums.ts), the variance
// around a number near the mean; what is left between the two is found with the variance, so that the mean's own
// rounding does not count where a row's values lie close together. 2e-6 relative (tested).
// Rows are independent and parts divide them.

import { cell, integer, pointer, real, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";
import { LONG, squares, sum16, total } from "./common/sums";

/** args: x, w, y | C, eps | R (cell) */
export function rms_norm_f32(args: usize, part: i32, parts: i32): void {
  const x = pointer(args, 0), w = pointer(args, 1), y = pointer(args, 2);
  const columns = integer(args, 3), eps = real(args, 4);
  const rows = cell(args, 5), bytes = <usize> columns << 2;
  const end = share(rows, part + 1, parts);
  for (let r = share(rows, part, parts); r < end; r++) {
    const at = <usize> r * bytes;
    scaleRow(x + at, w, y + at, columns, inverseRoot(squares(x + at, columns), columns, eps));
  }
}

/** args: x, delta, w, sum, y | C, eps | R (cell) */
export function add_rms_norm_f32(args: usize, part: i32, parts: i32): void {
  const w = pointer(args, 2), sum = pointer(args, 3), y = pointer(args, 4);
  const columns = integer(args, 5), eps = real(args, 6);
  const rows = cell(args, 7), bytes = <usize> columns << 2;
  const end = share(rows, part + 1, parts);
  for (let r = share(rows, part, parts); r < end; r++) {
    const at = <usize> r * bytes;
    addRow(pointer(args, 0) + at, pointer(args, 1) + at, sum + at, columns);
    scaleRow(sum + at, w, y + at, columns, inverseRoot(squares(sum + at, columns), columns, eps));
  }
}

/** args: x, w, b (optional), y | C, eps | R (cell) */
export function layer_norm_f32(args: usize, part: i32, parts: i32): void {
  const x = pointer(args, 0), y = pointer(args, 3);
  const columns = integer(args, 4), eps = real(args, 5);
  const rows = cell(args, 6), bytes = <usize> columns << 2;
  const end = share(rows, part + 1, parts);
  for (let r = share(rows, part, parts); r < end; r++) {
    const at = <usize> r * bytes;
    const sums = spread(x + at, columns), near = f32x4.extract_lane(sums, 2);
    const left = leftOver(sums, columns), scale = spreadScale(sums, columns, eps);
    shiftRow(x + at, pointer(args, 1), pointer(args, 2), y + at, columns, near, left, scale);
  }
}

// @ts-ignore: decorator
@inline
export function inverseRoot(sum: f32, columns: i32, eps: f32): f32 {
  return <f32> 1 / sqrt<f32>(sum / <f32> columns + eps);
}

/**
 * Sums over a row of the distances from a number near its mean (lane 0) and of their squares (lane 1), and that number
 * (lane 2): the mean of the first columns where the row's own is within a standard deviation of it, which saves a pass,
 * else the row's own as f32 holds it.
 */
export function spread(x: usize, columns: i32): v128 {
  const few = min(columns, 16), near = total(x, few) / <f32> few, sums = distances(x, columns, near);
  const sum = f32x4.extract_lane(sums, 0), square = f32x4.extract_lane(sums, 1);
  if (sum * sum * 2 <= square * <f32> columns) return sums;
  return distances(x, columns, total(x, columns) / <f32> columns);
}

/** As spread, for `mean`. */
function distances(x: usize, columns: i32, mean: f32): v128 {
  if (columns <= LONG) return distancesPiece(x, columns, mean);
  let sum: f64 = 0, square: f64 = 0;
  for (let n = columns; n > 0; n -= LONG, x += LONG << 2) {
    const piece = distancesPiece(x, min(n, LONG), mean);
    sum += <f64> f32x4.extract_lane(piece, 0), square += <f64> f32x4.extract_lane(piece, 1);
  }
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(<f32> sum), 1, <f32> square), 2, mean);
}

function distancesPiece(x: usize, columns: i32, mean: f32): v128 {
  const m = f32x4.splat(mean);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, q0 = s0, q1 = s0, q2 = s0, q3 = s0, i = columns;
  for (; i >= 16; i -= 16, x += 64) {
    let a = f32x4.sub(v128.load(x), m), b = f32x4.sub(v128.load(x, 16), m);
    s0 = f32x4.add(s0, a), q0 = madd(a, a, q0), s1 = f32x4.add(s1, b), q1 = madd(b, b, q1);
    a = f32x4.sub(v128.load(x, 32), m), b = f32x4.sub(v128.load(x, 48), m);
    s2 = f32x4.add(s2, a), q2 = madd(a, a, q2), s3 = f32x4.add(s3, b), q3 = madd(b, b, q3);
  }
  for (; i >= 4; i -= 4, x += 16) {
    const a = f32x4.sub(v128.load(x), m);
    s0 = f32x4.add(s0, a), q0 = madd(a, a, q0);
  }
  let sum = sum16(s0, s1, s2, s3), square = sum16(q0, q1, q2, q3);
  for (; i > 0; i--, x += 4) {
    const d = load<f32>(x) - mean;
    sum += d, square += d * d;
  }
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(sum), 1, square), 2, mean);
}

/** The mean less spread's number near it. */
// @ts-ignore: decorator
@inline
export function leftOver(distances: v128, columns: i32): f32 {
  return f32x4.extract_lane(distances, 0) / <f32> columns;
}

/** 1 / sqrt(variance + eps). */
// @ts-ignore: decorator
@inline
export function spreadScale(distances: v128, columns: i32, eps: f32): f32 {
  const left = leftOver(distances, columns);
  return inverseRoot(f32x4.extract_lane(distances, 1) - left * left * <f32> columns, columns, eps);
}

function addRow(x: usize, delta: usize, sum: usize, columns: i32): void {
  let i = columns;
  for (; i >= 4; i -= 4, x += 16, delta += 16, sum += 16) {
    v128.store(sum, f32x4.add(v128.load(x), v128.load(delta)));
  }
  if (i > 0) storePart(sum, f32x4.add(loadPart(x, i), loadPart(delta, i)), i);
}

function scaleRow(x: usize, w: usize, y: usize, columns: i32, scale: f32): void {
  const s = f32x4.splat(scale);
  let i = columns;
  for (; i >= 8; i -= 8, x += 32, w += 32, y += 32) {
    v128.store(y, f32x4.mul(f32x4.mul(v128.load(x), s), v128.load(w)));
    v128.store(y, f32x4.mul(f32x4.mul(v128.load(x, 16), s), v128.load(w, 16)), 16);
  }
  for (; i > 0; i -= 4, x += 16, w += 16, y += 16) {
    storePart(y, f32x4.mul(f32x4.mul(loadPart(x, i), s), loadPart(w, i)), i);
  }
}

/** y = ((x - mean) scale - left scale) w + b; w or b may be 0, for ones and zeros. */
export function shiftRow(
  x: usize, w: usize, b: usize, y: usize, columns: i32, mean: f32, left: f32, scale: f32,
): void {
  const m = f32x4.splat(mean), s = f32x4.splat(scale), l = f32x4.splat(-left * scale);
  if (w == 0) return shiftAlone(x, b, y, columns, m, s, l);
  let i = columns;
  for (; i >= 8; i -= 8, x += 32, w += 32, y += 32) {
    const u = madd(f32x4.sub(v128.load(x), m), s, l), v = madd(f32x4.sub(v128.load(x, 16), m), s, l);
    if (b != 0) {
      v128.store(y, madd(u, v128.load(w), v128.load(b)));
      v128.store(y, madd(v, v128.load(w, 16), v128.load(b, 16)), 16), b += 32;
    } else v128.store(y, f32x4.mul(u, v128.load(w))), v128.store(y, f32x4.mul(v, v128.load(w, 16)), 16);
  }
  for (; i > 0; i -= 4, x += 16, w += 16, y += 16) {
    const v = f32x4.mul(madd(f32x4.sub(loadPart(x, i), m), s, l), loadPart(w, i));
    if (b != 0) storePart(y, f32x4.add(v, loadPart(b, i)), i), b += 16;
    else storePart(y, v, i);
  }
}

function shiftAlone(x: usize, b: usize, y: usize, columns: i32, mean: v128, scale: v128, left: v128): void {
  for (let i = columns; i > 0; i -= 4, x += 16, y += 16) {
    const v = madd(f32x4.sub(loadPart(x, i), mean), scale, left);
    if (b != 0) storePart(y, f32x4.add(v, loadPart(b, i)), i), b += 16;
    else storePart(y, v, i);
  }
}
