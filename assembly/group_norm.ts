// Groups of an example's channels at mean 0 and variance 1 (Wu and He 2018), and the gradient: with k a channel of
// group r and n = (x - mean[r]) scale[r], scale = 1 / sqrt(variance + eps) over a row of K S numbers,
//
//   group_norm            y = n w[k] + b[k]
//   group_norm_backward   dx = scale (g - mean(g) - n mean(g n)),  g = dy w[k]
//                         dw[r, k] = sum over s of dy n,  db[r, k] = sum over s of dy
//
//   x, dy, y, dx [R, K, S] f32, contiguous, R = B G: row r is group r % G of an example
//   w, b [G, K]: row r takes its K from (r % G) K on; w absent is 1, b absent 0
//   dw, db [R, K], of each example: the caller adds those of a batch
//
// dx may be x or dy, y may be x. Cost: forth 2 reads of a row, which stays in the cache where it is short, and one
// write; back 3 reads of x and 2 of dy: bound by memory. Accuracy: as layer_norm's (norm.ts: `spread`); 2e-6 forth, 3e-6
// of the terms back (tested). Parts divide the rows.

import { cell, integer, pointer, real, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { madd, sum4 } from "./common/simd";
import { dot, LONG, total } from "./common/sums";
import { leftOver, shiftRow, spread, spreadScale } from "./norm";

/** args: x, w (optional), b (optional), y | G, K, S, eps | R (cell) */
export function group_norm_f32(args: usize, part: i32, parts: i32): void {
  const G = integer(args, 4), K = integer(args, 5), S = integer(args, 6), R = cell(args, 8);
  const end = share(R, part + 1, parts), columns = K * S;
  for (let r = share(R, part, parts); r < end; r++) {
    const at = <usize> r * <usize> columns << 2, x = pointer(args, 0) + at, y = pointer(args, 3) + at;
    const w = channels(pointer(args, 1), r, G, K), b = channels(pointer(args, 2), r, G, K);
    const sums = spread(x, columns), scale = spreadScale(sums, columns, real(args, 7));
    const near = f32x4.extract_lane(sums, 2), left = leftOver(sums, columns);
    if (S == 1) shiftRow(x, w, b, y, K, near, left, scale);
    else for (let k = 0; k < K; k++) normalPlane(x, w, b, y, k, S, near, left, scale);
  }
}

/** Where row r's K values begin, 0 where there are none. */
// @ts-ignore: decorator
@inline
function channels(p: usize, r: i32, G: i32, K: i32): usize {
  return p != 0 ? p + (<usize> (r % G) * <usize> K << 2) : 0;
}

/** y of channel k, S numbers. */
function normalPlane(
  x: usize, w: usize, b: usize, y: usize, k: i32, S: i32, near: f32, left: f32, scale: f32,
): void {
  const m = f32x4.splat(near), s = f32x4.splat(scale), l = f32x4.splat(-left * scale);
  const at = <usize> k * <usize> S << 2, p = oneOf(w, k, 1), q = oneOf(b, k, 0);
  x += at, y += at;
  let n = S;
  for (; n >= 8; n -= 8, x += 32, y += 32) {
    v128.store(y, madd(madd(f32x4.sub(v128.load(x), m), s, l), p, q));
    v128.store(y, madd(madd(f32x4.sub(v128.load(x, 16), m), s, l), p, q), 16);
  }
  for (; n > 0; n -= 4, x += 16, y += 16) storePart(y, madd(madd(f32x4.sub(loadPart(x, n), m), s, l), p, q), n);
}

/** The value of channel k in each lane. */
// @ts-ignore: decorator
@inline
function oneOf(p: usize, k: i32, absent: f32): v128 {
  return f32x4.splat(p != 0 ? load<f32>(p + (<usize> k << 2)) : absent);
}

/** args: x, w (optional), dy, dx, dw, db | G, K, S, eps | R (cell) */
export function group_norm_backward_f32(args: usize, part: i32, parts: i32): void {
  const G = integer(args, 6), K = integer(args, 7), S = integer(args, 8), R = cell(args, 10);
  const end = share(R, part + 1, parts), columns = K * S;
  for (let r = share(R, part, parts); r < end; r++) {
    const at = <usize> r * <usize> columns << 2, own = <usize> r * <usize> K << 2;
    const x = pointer(args, 0) + at, dy = pointer(args, 2) + at, dx = pointer(args, 3) + at;
    const w = channels(pointer(args, 1), r, G, K), dw = pointer(args, 4) + own, db = pointer(args, 5) + own;
    const spreads = spread(x, columns), scale = spreadScale(spreads, columns, real(args, 9));
    const m = f32x4.splat(f32x4.extract_lane(spreads, 2) + leftOver(spreads, columns)), s = f32x4.splat(scale);
    if (S == 1) vectorSums(x, dy, dw, db, K, m, s);
    else for (let k = 0; k < K; k++) planeSums(x, dy, dw, db, k, S, m, scale);
    const average = f32x4.splat((w != 0 ? dot(w, db, K) : total(db, K)) / <f32> columns);
    const along = f32x4.splat(-(w != 0 ? dot(w, dw, K) : total(dw, K)) / <f32> columns);
    if (S == 1) vectorGradient(x, w, dy, dx, K, m, s, average, along);
    else for (let k = 0; k < K; k++) planeGradient(x, w, dy, dx, k, S, m, s, average, along);
  }
}

/** dw = dy n and db = dy of channels of one number. */
function vectorSums(x: usize, dy: usize, dw: usize, db: usize, K: i32, m: v128, s: v128): void {
  for (let n = K; n > 0; n -= 4, x += 16, dy += 16, dw += 16, db += 16) {
    const d = loadPart(dy, n);
    storePart(dw, f32x4.mul(d, f32x4.mul(f32x4.sub(loadPart(x, n), m), s)), n);
    storePart(db, d, n);
  }
}

/** dw[k] and db[k], sums over S numbers. */
function planeSums(x: usize, dy: usize, dw: usize, db: usize, k: i32, S: i32, m: v128, scale: f32): void {
  const at = <usize> k * <usize> S << 2;
  x += at, dy += at;
  let along: f64 = 0, sum: f64 = 0;
  for (let n = S; n > 0; n -= LONG, x += LONG << 2, dy += LONG << 2) {
    const piece = planePiece(x, dy, min(n, LONG), m);
    along += <f64> f32x4.extract_lane(piece, 0), sum += <f64> f32x4.extract_lane(piece, 1);
  }
  store<f32>(dw + (<usize> k << 2), <f32> along * scale);
  store<f32>(db + (<usize> k << 2), <f32> sum);
}

/** Sums of dy (x - m) (lane 0) and of dy (lane 1); lanes past a piece have dy = 0. */
function planePiece(x: usize, dy: usize, S: i32, m: v128): v128 {
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0, n = S;
  for (; n >= 8; n -= 8, x += 32, dy += 32) {
    const d = v128.load(dy), e = v128.load(dy, 16);
    s0 = f32x4.add(s0, d), q0 = madd(d, f32x4.sub(v128.load(x), m), q0);
    s1 = f32x4.add(s1, e), q1 = madd(e, f32x4.sub(v128.load(x, 16), m), q1);
  }
  for (; n > 0; n -= 4, x += 16, dy += 16) {
    const d = loadPart(dy, n);
    s0 = f32x4.add(s0, d), q0 = madd(d, f32x4.sub(loadPart(x, n), m), q0);
  }
  return f32x4.replace_lane(f32x4.splat(sum4(f32x4.add(q0, q1))), 1, sum4(f32x4.add(s0, s1)));
}

function vectorGradient(
  x: usize, w: usize, dy: usize, dx: usize, K: i32, m: v128, s: v128, average: v128, along: v128,
): void {
  for (let n = K; n > 0; n -= 4, x += 16, dy += 16, dx += 16) {
    let g = loadPart(dy, n);
    if (w != 0) g = f32x4.mul(g, loadPart(w, n)), w += 16;
    storePart(dx, gradientAt(loadPart(x, n), g, m, s, average, along), n);
  }
}

function planeGradient(
  x: usize, w: usize, dy: usize, dx: usize, k: i32, S: i32, m: v128, s: v128, average: v128, along: v128,
): void {
  const at = <usize> k * <usize> S << 2, p = oneOf(w, k, 1);
  x += at, dy += at, dx += at;
  let n = S;
  for (; n >= 8; n -= 8, x += 32, dy += 32, dx += 32) {
    v128.store(dx, gradientAt(v128.load(x), f32x4.mul(v128.load(dy), p), m, s, average, along));
    v128.store(dx, gradientAt(v128.load(x, 16), f32x4.mul(v128.load(dy, 16), p), m, s, average, along), 16);
  }
  for (; n > 0; n -= 4, x += 16, dy += 16, dx += 16) {
    storePart(dx, gradientAt(loadPart(x, n), f32x4.mul(loadPart(dy, n), p), m, s, average, along), n);
  }
}

/** scale (g - average + n along). */
// @ts-ignore: decorator
@inline
function gradientAt(x: v128, g: v128, m: v128, s: v128, average: v128, along: v128): v128 {
  return f32x4.mul(s, madd(f32x4.mul(f32x4.sub(x, m), s), along, f32x4.sub(g, average)));
}
