// Normalisation over rows.
//
//   rms_norm        y[r, c] = x[r, c] / sqrt(mean over c of x[r, c]^2 + eps) * w[c]
//   add_rms_norm    sum = x + delta, y = rms_norm(sum): the residual stream and the norm after it in one pass
//   layer_norm      y[r, c] = (x[r, c] - m[r]) / sqrt(mean over c of (x[r, c] - m[r])^2 + eps) * w[c] + b[c]
//
//   x, delta, sum, y [R, C] f32, contiguous rows; w, b [C]; y may be x, sum may be x or delta
//
// Cost: 2 (rms) or 3 (layer) reads of a row, which stays in the cache, and one write: bound by memory where x is
// not cached. Accuracy: squares are summed in 8 lanes, the variance around the mean; where a row's values lie close
// together, the mean's own rounding counts: what it left over is found with the variance. 2e-6 relative (tested).
// Rows are independent and parts divide them.

import { cell, integer, pointer, real, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { madd, sum4 } from "./common/simd";
import { total } from "./common/sums";

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
    const mean = total(x + at, columns) / <f32> columns, sums = distances(x + at, columns, mean);
    const left = leftOver(sums, columns), scale = spreadScale(sums, columns, eps);
    shiftRow(x + at, pointer(args, 1), pointer(args, 2), y + at, columns, mean, left, scale);
  }
}

// @ts-ignore: decorator
@inline
export function inverseRoot(sum: f32, columns: i32, eps: f32): f32 {
  return <f32> 1 / sqrt<f32>(sum / <f32> columns + eps);
}

// Sums run in two vectors of four lanes; the last four columns go by loadPart, whose zeros add nothing.

/** The sum of squares. */
export function squares(x: usize, columns: i32): f32 {
  let even = f32x4.splat(0), odd = even, i = columns;
  for (; i >= 8; i -= 8, x += 32) {
    const a = v128.load(x), b = v128.load(x, 16);
    even = madd(a, a, even), odd = madd(b, b, odd);
  }
  for (; i > 0; i -= 4, x += 16) {
    const a = loadPart(x, i);
    even = madd(a, a, even);
  }
  return sum4(f32x4.add(even, odd));
}

/** Sums over a row of the distances from `mean` (lane 0) and of their squares (lane 1). */
export function distances(x: usize, columns: i32, mean: f32): v128 {
  const m = f32x4.splat(mean);
  let sums = f32x4.splat(0), squares = sums, i = columns;
  for (; i >= 4; i -= 4, x += 16) {
    const d = f32x4.sub(v128.load(x), m);
    sums = f32x4.add(sums, d), squares = madd(d, d, squares);
  }
  let sum = sum4(sums), square = sum4(squares);
  for (; i > 0; i--, x += 4) {
    const d = load<f32>(x) - mean;
    sum += d, square += d * d;
  }
  return f32x4.replace_lane(f32x4.splat(sum), 1, square);
}

/** What rounding left between the mean and `mean`. */
// @ts-ignore: decorator
@inline
function leftOver(distances: v128, columns: i32): f32 {
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
  for (; i >= 4; i -= 4, x += 16, w += 16, y += 16) {
    v128.store(y, f32x4.mul(f32x4.mul(v128.load(x), s), v128.load(w)));
  }
  if (i > 0) storePart(y, f32x4.mul(f32x4.mul(loadPart(x, i), s), loadPart(w, i)), i);
}

function shiftRow(
  x: usize, w: usize, b: usize, y: usize, columns: i32, mean: f32, left: f32, scale: f32,
): void {
  const m = f32x4.splat(mean), l = f32x4.splat(left), s = f32x4.splat(scale);
  let i = columns;
  for (; i >= 4; i -= 4, x += 16, w += 16, y += 16) {
    let v = f32x4.mul(f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x), m), l), s), v128.load(w));
    if (b != 0) v = f32x4.add(v, v128.load(b)), b += 16;
    v128.store(y, v);
  }
  if (i <= 0) return;
  let v = f32x4.mul(f32x4.mul(f32x4.sub(f32x4.sub(loadPart(x, i), m), l), s), loadPart(w, i));
  if (b != 0) v = f32x4.add(v, loadPart(b, i));
  storePart(y, v, i);
}
