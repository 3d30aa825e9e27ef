// Activations to signed bytes in blocks of 32 (src/quant/q8.ts draws the block):
//
//   d = max |x| / 127,  q[i] = round(x[i] / d) to the nearest even,  and the sums of q, of its first and last 16
//
//   x  [T, K] f32, contiguous rows, K a multiple of 32
//   y  [T, K / 32] blocks of 48 bytes
//
// The division is a product with 1 / d in f32. A d below 2^-126 counts as 0, and so do its q. Blocks are
// divided among the parts, so a single row has as many parts as any. Cost: 4 bytes read and 1.5 written a
// value; 5.7 GB/s of x (Zen 4, 2026-11-23). The same bits in every build.

import { cell, integer, pointer, share } from "../common/args";

const BLOCK: usize = 48;
const VALUES: i32 = 32;
const SMALLEST: f32 = 1.17549435e-38; // 2^-126: 1 / d is finite from here on

/** args: x, y | K | T (cell) */
export function quantize_q8(args: usize, part: i32, parts: i32): void {
  const blocks = integer(args, 2) / VALUES * cell(args, 3);
  const first = share(blocks, part, parts), end = share(blocks, part + 1, parts);
  let x = pointer(args, 0) + (<usize> first * VALUES << 2);
  let y = pointer(args, 1) + <usize> first * BLOCK;
  for (let b = first; b < end; b++) {
    quantizeBlock(x, y);
    x += VALUES << 2;
    y += BLOCK;
  }
}

// @ts-ignore: decorator
@inline
function largest(a: v128, b: v128): v128 {
  // sizes of floats are ordered as the integers of their bits are, NaN above all: one instruction, where f32x4.max
  // takes seven
  return i32x4.max_s(f32x4.abs(a), f32x4.abs(b));
}

/** The largest lane of sizes. */
// @ts-ignore: decorator
@inline
function largestLane(m: v128): f32 {
  m = i32x4.max_s(m, v128.shuffle<i32>(m, m, 2, 3, 0, 1));
  return f32x4.extract_lane(i32x4.max_s(m, v128.shuffle<i32>(m, m, 1, 0, 3, 2)), 0);
}

// @ts-ignore: decorator
@inline
function rounded(x: v128, scale: v128, magic: v128): v128 {
  // 1.5 * 2^23 added leaves the nearest integer, ties to even, in the low bits: two instructions on x64, where
  // nearest and trunc_sat take nine
  return i32x4.sub(f32x4.add(f32x4.mul(x, scale), magic), magic);
}

// @ts-ignore: decorator
@inline
function sum(v: v128): i32 {
  v = i32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.add(v, v128.shuffle<i32>(v, v, 1, 0, 3, 2)), 0);
}

// @ts-ignore: decorator
@inline
function quantizeBlock(x: usize, y: usize): void {
  const x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48);
  const x4 = v128.load(x, 64), x5 = v128.load(x, 80), x6 = v128.load(x, 96), x7 = v128.load(x, 112);
  const m = i32x4.max_s(
    i32x4.max_s(largest(x0, x1), largest(x2, x3)), i32x4.max_s(largest(x4, x5), largest(x6, x7)),
  );
  let d = largestLane(m) / 127;
  let inverse: f32 = 0;
  if (d < SMALLEST) d = 0;
  else inverse = <f32> 1 / d;
  const s = f32x4.splat(inverse), magic = f32x4.splat(12582912);
  const q0 = rounded(x0, s, magic), q1 = rounded(x1, s, magic), q2 = rounded(x2, s, magic), q3 = rounded(x3, s, magic);
  const q4 = rounded(x4, s, magic), q5 = rounded(x5, s, magic), q6 = rounded(x6, s, magic), q7 = rounded(x7, s, magic);
  const first = sum(i32x4.add(i32x4.add(q0, q1), i32x4.add(q2, q3)));
  const last = sum(i32x4.add(i32x4.add(q4, q5), i32x4.add(q6, q7)));
  store<f32>(y, d);
  store<i32>(y, first + last, 4);
  store<i32>(y, first, 8);
  store<i32>(y, last, 12);
  const low = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(q0, q1), i16x8.narrow_i32x4_s(q2, q3));
  const high = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(q4, q5), i16x8.narrow_i32x4_s(q6, q7));
  v128.store(y, low, 16);
  v128.store(y, high, 32);
}
