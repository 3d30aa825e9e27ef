// Backward of the norms, with g = dy w and sums over the C columns of a row:
//
//   rms     scale = 1 / sqrt(mean x^2 + eps)
//           dx = scale (g - x scale^2 mean(g x))                 dw[c] = sum over r of dy x scale
//   layer   scale = 1 / sqrt(mean (x - m)^2 + eps), n = (x - m) scale
//           dx = scale (g - mean(g) - n mean(g n))               dw[c] = sum over r of dy n,  db[c] = sum of dy
//
//   x, dy, dx [R, C] f32, contiguous rows; w, dw, db [C]; mean, scale [R]; dx may be dy or x
//
// The first row of each pair writes dx and what it found of each row (mean, scale); parts divide its rows. The second
// reads them for dw and db; parts divide its columns, and each column adds its rows in ascending order in one
// accumulator, whatever the parts. Cost: bound by memory. Accuracy: 3e-6 relative to the terms (tested).

import { cell, integer, pointer, real, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { madd, sum4 } from "./common/simd";
import { dot3, LONG, squares } from "./common/sums";
import { inverseRoot, leftOver, spread, spreadScale } from "./norm";

/** args: x, w, dy, dx, scale | C, eps | R (cell) */
export function rms_norm_backward_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 5), R = cell(args, 7), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const at = <usize> r * <usize> C << 2;
    let x = pointer(args, 0) + at, w = pointer(args, 1), dy = pointer(args, 2) + at, dx = pointer(args, 3) + at;
    const scale = inverseRoot(squares(x, C), C, real(args, 6));
    const along = dot3(dy, w, x, C) / <f32> C * scale * scale;
    store<f32>(pointer(args, 4) + (<usize> r << 2), scale);
    const s = f32x4.splat(scale), a = f32x4.splat(-along);
    let n = C;
    for (; n >= 8; n -= 8, x += 32, w += 32, dy += 32, dx += 32) {
      rmsAt(x, w, dy, dx, 4, s, a), rmsAt(x + 16, w + 16, dy + 16, dx + 16, 4, s, a);
    }
    for (; n > 0; n -= 4, x += 16, w += 16, dy += 16, dx += 16) rmsAt(x, w, dy, dx, n, s, a);
  }
}

/** dx of n columns, at most 4. */
// @ts-ignore: decorator
@inline
function rmsAt(x: usize, w: usize, dy: usize, dx: usize, n: i32, scale: v128, along: v128): void {
  const g = f32x4.mul(loadPart(dy, n), loadPart(w, n));
  storePart(dx, f32x4.mul(scale, madd(loadPart(x, n), along, g)), n);
}

/** args: x, w, dy, dx, mean, scale | C, eps | R (cell) */
export function layer_norm_backward_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 6), R = cell(args, 8), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const at = <usize> r * <usize> C << 2;
    let x = pointer(args, 0) + at, w = pointer(args, 1), dy = pointer(args, 2) + at, dx = pointer(args, 3) + at;
    const spreads = spread(x, C), mean = f32x4.extract_lane(spreads, 2) + leftOver(spreads, C);
    const scale = spreadScale(spreads, C, real(args, 7));
    store<f32>(pointer(args, 4) + (<usize> r << 2), mean);
    store<f32>(pointer(args, 5) + (<usize> r << 2), scale);
    const sums = alongRow(x, w, dy, C, mean, scale);
    const average = f32x4.splat(f32x4.extract_lane(sums, 0) / <f32> C);
    const along = f32x4.splat(-f32x4.extract_lane(sums, 1) / <f32> C);
    const m = f32x4.splat(mean), s = f32x4.splat(scale);
    let n = C;
    for (; n >= 8; n -= 8, x += 32, w += 32, dy += 32, dx += 32) {
      layerAt(x, w, dy, dx, 4, m, s, average, along);
      layerAt(x + 16, w + 16, dy + 16, dx + 16, 4, m, s, average, along);
    }
    for (; n > 0; n -= 4, x += 16, w += 16, dy += 16, dx += 16) layerAt(x, w, dy, dx, n, m, s, average, along);
  }
}

/** dx of n columns, at most 4. */
// @ts-ignore: decorator
@inline
function layerAt(
  x: usize, w: usize, dy: usize, dx: usize, n: i32, mean: v128, scale: v128, average: v128, along: v128,
): void {
  const g = f32x4.sub(f32x4.mul(loadPart(dy, n), loadPart(w, n)), average);
  const normal = f32x4.mul(f32x4.sub(loadPart(x, n), mean), scale);
  storePart(dx, f32x4.mul(scale, madd(normal, along, g)), n);
}

/** Sums over a row of g = dy w (lane 0) and of g n (lane 1). */
function alongRow(x: usize, w: usize, dy: usize, C: i32, mean: f32, scale: f32): v128 {
  if (C <= LONG) return alongPiece(x, w, dy, C, mean, scale);
  let sum: f64 = 0, along: f64 = 0;
  for (let n = C; n > 0; n -= LONG, x += LONG << 2, w += LONG << 2, dy += LONG << 2) {
    const piece = alongPiece(x, w, dy, min(n, LONG), mean, scale);
    sum += <f64> f32x4.extract_lane(piece, 0), along += <f64> f32x4.extract_lane(piece, 1);
  }
  return f32x4.replace_lane(f32x4.splat(<f32> sum), 1, <f32> along);
}

/** Lanes past a piece have dy = 0. */
function alongPiece(x: usize, w: usize, dy: usize, C: i32, mean: f32, scale: f32): v128 {
  const m = f32x4.splat(mean);
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0, n = C;
  for (; n >= 8; n -= 8, x += 32, w += 32, dy += 32) {
    const g = f32x4.mul(v128.load(dy), v128.load(w)), h = f32x4.mul(v128.load(dy, 16), v128.load(w, 16));
    s0 = f32x4.add(s0, g), q0 = madd(g, f32x4.sub(v128.load(x), m), q0);
    s1 = f32x4.add(s1, h), q1 = madd(h, f32x4.sub(v128.load(x, 16), m), q1);
  }
  for (; n > 0; n -= 4, x += 16, w += 16, dy += 16) {
    const g = f32x4.mul(loadPart(dy, n), loadPart(w, n));
    s0 = f32x4.add(s0, g), q0 = madd(g, f32x4.sub(loadPart(x, n), m), q0);
  }
  return f32x4.replace_lane(f32x4.splat(sum4(f32x4.add(s0, s1))), 1, sum4(f32x4.add(q0, q1)) * scale);
}

/** args: x, dy, scale, dw | C | R (cell) */
export function rms_norm_weight_backward_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 4), from = share(C, part, parts), count = share(C, part + 1, parts) - from;
  addRows(pointer(args, 0), pointer(args, 1), 0, pointer(args, 2), pointer(args, 3), 0, C, cell(args, 5), from, count);
}

/** args: x, dy, mean, scale, dw, db (optional) | C | R (cell) */
export function layer_norm_weight_backward_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 6), from = share(C, part, parts), count = share(C, part + 1, parts) - from;
  addRows(
    pointer(args, 0), pointer(args, 1), pointer(args, 2), pointer(args, 3), pointer(args, 4), pointer(args, 5),
    C, cell(args, 7), from, count,
  );
}

/** dw and db of `count` columns from `from` on; without means they are 0, without db it is left out. */
function addRows(
  x: usize, dy: usize, means: usize, scales: usize, dw: usize, db: usize, C: i32, R: i32, from: i32, count: i32,
): void {
  const offset = <usize> from << 2;
  memory.fill(dw + offset, 0, <usize> count << 2);
  if (db != 0) memory.fill(db + offset, 0, <usize> count << 2);
  for (let r: usize = 0; r < <usize> R; r++) {
    const at = (r * <usize> C << 2) + offset;
    const mean = f32x4.splat(means != 0 ? load<f32>(means + (r << 2)) : 0);
    const scale = f32x4.splat(load<f32>(scales + (r << 2)));
    let p = x + at, d = dy + at, to = dw + offset, n = count;
    for (; n >= 4; n -= 4, p += 16, d += 16, to += 16) weightAt(p, d, to, 4, mean, scale);
    if (n > 0) weightAt(p, d, to, n, mean, scale);
    if (db != 0) addRow(dy + at, db + offset, count);
  }
}

/** dw += dy n of n columns, at most 4. */
// @ts-ignore: decorator
@inline
function weightAt(x: usize, dy: usize, dw: usize, n: i32, mean: v128, scale: v128): void {
  const normal = f32x4.mul(f32x4.sub(loadPart(x, n), mean), scale);
  storePart(dw, madd(loadPart(dy, n), normal, loadPart(dw, n)), n);
}

/** y += x. */
function addRow(x: usize, y: usize, n: i32): void {
  for (; n >= 4; n -= 4, x += 16, y += 16) v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
  if (n > 0) storePart(y, f32x4.add(loadPart(y, n), loadPart(x, n)), n);
}
