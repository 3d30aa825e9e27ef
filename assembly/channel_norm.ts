// What a normalisation of channels is made of (Ioffe and Szegedy 2015):
//
//   channel_moments   mean[c] = mean over b, s of x[b, c, s];  variance[c] = mean over b, s of (x[b, c, s] - mean[c])^2
//   channel_affine    y[b, c, s] = (x[b, c, s] - mean[c]) scale[c] + shift[c]
//
//   x, y [B, C, S] f32, contiguous; mean, variance, scale, shift [C]; y may be x
//
// Cost: moments read x twice, the second time from the cache where a channel of all examples fits in it; affine reads x
// once and writes y: bound by memory. Accuracy: means as sum_f32, the variance about the mean as var_f32 (reduce.ts):
// 1e-6; affine three roundings. Parts divide the channels of moments, whose values do not depend on the others, and the
// planes of affine (its rows where S is 1).

import { cell, integer, pointer, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";
import { the } from "./common/the";
import { distances, total } from "./reduce";
import { narrow, upper } from "./reduce_middle";

/** Columns that go together where S is 1: rows of 4 KiB; each four have 32 bytes of scratch, twice. */
const TILE: i32 = 1024;

/** args: x, mean, variance | scratch, bytes | C, S | B (cell) */
export function channel_moments_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 5), S = integer(args, 6), B = cell(args, 7);
  const from = share(C, part, parts), end = share(C, part + 1, parts);
  if (S == 1) {
    const scratch = pointer(args, 3) + <usize> part * pointer(args, 4), step = <usize> C << 2;
    for (let c = from; c < end; c += TILE) {
      const at = <usize> c << 2, mean = pointer(args, 1) + at, variance = pointer(args, 2) + at;
      columnMoments(pointer(args, 0) + at, mean, variance, scratch, step, B, min(TILE, end - c));
    }
    return;
  }
  const count = <f64> B * <f64> S, step = <usize> C * <usize> S << 2;
  for (let c = from; c < end; c++) {
    const x = pointer(args, 0) + (<usize> c * <usize> S << 2);
    let sum: f64 = 0;
    for (let b = 0, at = x; b < B; b++, at += step) sum += total(at, S);
    const mean = <f32> (sum / count);
    let all = f64x2.splat(0);
    for (let b = 0, at = x; b < B; b++, at += step) all = f64x2.add(all, distances(at, S, mean));
    const left = f64x2.extract_lane(all, 1), squared = f64x2.extract_lane(all, 0);
    store<f32>(pointer(args, 1) + (<usize> c << 2), mean);
    store<f32>(pointer(args, 2) + (<usize> c << 2), <f32> ((squared - left * left / count) / count));
  }
}

/** Of n columns of B numbers that lie `step` bytes apart. In scratch: sums, then what f32 leaves of the means. */
function columnMoments(x: usize, mean: usize, variance: usize, scratch: usize, step: usize, B: i32, n: i32): void {
  const count = f64x2.splat(<f64> B), rest = scratch + (TILE << 3);
  memory.fill(scratch, 0, TILE << 3);
  for (let b = 0, row = x; b < B; b++, row += step) addColumns<Value>(row, 0, scratch, n);
  for (let i = n, at = scratch, m = mean, left = rest; i > 0; i -= 4, at += 32, m += 16, left += 32) {
    const low = f64x2.div(v128.load(at), count), high = f64x2.div(v128.load(at, 16), count), held = narrow(low, high);
    storePart(m, held, i);
    v128.store(left, f64x2.sub(low, f64x2.promote_low_f32x4(held)));
    v128.store(left, f64x2.sub(high, f64x2.promote_low_f32x4(upper(held))), 16);
  }
  memory.fill(scratch, 0, TILE << 3);
  for (let b = 0, row = x; b < B; b++, row += step) addColumns<SquaredDistance>(row, mean, scratch, n);
  for (let i = n, at = scratch, left = rest; i > 0; i -= 4, at += 32, variance += 16, left += 32) {
    const a = v128.load(left), b = v128.load(left, 16);
    const low = f64x2.sub(f64x2.div(v128.load(at), count), f64x2.mul(a, a));
    storePart(variance, narrow(low, f64x2.sub(f64x2.div(v128.load(at, 16), count), f64x2.mul(b, b))), i);
  }
}

@unmanaged class Value {
  @inline less(x: v128, m: usize): v128 { return x; }
  @inline lessOne(x: usize, m: usize): v128 { return v128.load32_splat(x); }
  @inline of(v: v128): v128 { return v; }
}
@unmanaged class SquaredDistance {
  @inline less(x: v128, m: usize): v128 { return f32x4.sub(x, v128.load(m)); }
  @inline lessOne(x: usize, m: usize): v128 { return f32x4.sub(v128.load32_splat(x), v128.load32_splat(m)); }
  @inline of(v: v128): v128 { return f64x2.mul(v, v); }
}

/** Adds what F makes of a row to the columns' sums. */
function addColumns<F>(x: usize, mean: usize, at: usize, n: i32): void {
  const f = the<F>();
  for (; n >= 4; n -= 4, x += 16, mean += 16, at += 32) {
    const v = f.less(v128.load(x), mean);
    v128.store(at, f64x2.add(v128.load(at), f.of(f64x2.promote_low_f32x4(v))));
    v128.store(at, f64x2.add(v128.load(at, 16), f.of(f64x2.promote_low_f32x4(upper(v)))), 16);
  }
  for (; n > 0; n--, x += 4, mean += 4, at += 8) {
    const v = f.of(f64x2.promote_low_f32x4(f.lessOne(x, mean)));
    store<f64>(at, load<f64>(at) + f64x2.extract_lane(v, 0));
  }
}

/** args: x, mean, scale, shift (optional), y | C, S | B (cell) */
export function channel_affine_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 5), S = integer(args, 6), B = cell(args, 7), planes = S == 1 ? B : B * C;
  const numbers = S == 1 ? C : S, end = share(planes, part + 1, parts);
  const mean = pointer(args, 1), scale = pointer(args, 2), shift = pointer(args, 3);
  for (let i = share(planes, part, parts); i < end; i++) {
    const at = <usize> i * <usize> numbers << 2, x = pointer(args, 0) + at, y = pointer(args, 4) + at;
    if (S == 1) {
      if (shift != 0) vector(x, mean, scale, shift, y, C);
      else vectorAlone(x, mean, scale, y, C);
    } else {
      const c = <usize> (i % C) << 2, q = shift != 0 ? load<f32>(shift + c) : 0;
      plane(x, y, S, v128.load32_splat(mean + c), v128.load32_splat(scale + c), f32x4.splat(q));
    }
  }
}

/** One number of each channel. */
function vector(x: usize, mean: usize, scale: usize, shift: usize, y: usize, C: i32): void {
  let n = C;
  for (; n >= 8; n -= 8, x += 32, mean += 32, scale += 32, shift += 32, y += 32) {
    v128.store(y, madd(f32x4.sub(v128.load(x), v128.load(mean)), v128.load(scale), v128.load(shift)));
    const d = f32x4.sub(v128.load(x, 16), v128.load(mean, 16));
    v128.store(y, madd(d, v128.load(scale, 16), v128.load(shift, 16)), 16);
  }
  for (; n > 0; n -= 4, x += 16, mean += 16, scale += 16, shift += 16, y += 16) {
    storePart(y, madd(f32x4.sub(loadPart(x, n), loadPart(mean, n)), loadPart(scale, n), loadPart(shift, n)), n);
  }
}

/** As vector, without a shift. */
function vectorAlone(x: usize, mean: usize, scale: usize, y: usize, C: i32): void {
  let n = C;
  for (; n >= 8; n -= 8, x += 32, mean += 32, scale += 32, y += 32) {
    v128.store(y, f32x4.mul(f32x4.sub(v128.load(x), v128.load(mean)), v128.load(scale)));
    v128.store(y, f32x4.mul(f32x4.sub(v128.load(x, 16), v128.load(mean, 16)), v128.load(scale, 16)), 16);
  }
  for (; n > 0; n -= 4, x += 16, mean += 16, scale += 16, y += 16) {
    storePart(y, f32x4.mul(f32x4.sub(loadPart(x, n), loadPart(mean, n)), loadPart(scale, n)), n);
  }
}

/** S numbers of one channel. */
function plane(x: usize, y: usize, S: i32, m: v128, p: v128, q: v128): void {
  let n = S;
  for (; n >= 8; n -= 8, x += 32, y += 32) {
    v128.store(y, madd(f32x4.sub(v128.load(x), m), p, q));
    v128.store(y, madd(f32x4.sub(v128.load(x, 16), m), p, q), 16);
  }
  for (; n > 0; n -= 4, x += 16, y += 16) storePart(y, madd(f32x4.sub(loadPart(x, n), m), p, q), n);
}
