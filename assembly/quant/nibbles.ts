// Formats of 32 values a block whose codes are nibbles, with a fifth bit in some, and the matvec that reads them in
// registers. One block column of eight rows, in 16-byte vectors of rows 0-3 and rows 4-7, four bytes a row:
//
//   Q4_0  d         n0 n0' n1 n1' n2 n2' n3 n3'        d, m: eight halves, a vector
//   Q4_1  d m       n0 n0' ...                         h: eight words, bit k the fifth bit of value k
//   Q5_0  d   h h'  n0 n0' ...                         n[s]: values 4s .. 4s + 3 in the low nibbles,
//   Q5_1  d m h h'  n0 n0' ...                               16 + 4s .. in the high ones
//   MXFP4 e         n0 n0' ...                         e: eight bytes

import { storePart } from "../common/partial";
import { madd } from "../common/simd";
import { lane0, lane1, lane2, lane3, the } from "./dot";
import {
  anyHigh, anyLow, EXPONENT, KEPT, NEXT, normalHigh, normalLow, REBIAS, special, storeHalves,
} from "./half";

// @ts-ignore: decorator
@inline
function lowNibbles(n: v128, mask: v128): v128 {
  return v128.and(n, mask);
}

// @ts-ignore: decorator
@inline
function highNibbles(n: v128, mask: v128): v128 {
  return v128.and(i16x8.shr_u(n, 4), mask);
}

/** Bits 4s .. 4s + 3 of each lane as bit 4 of the lane's four bytes. */
// @ts-ignore: decorator
@inline
function fifthBits(h: v128, s: i32): v128 {
  // n (2^4 + 2^11 + 2^18 + 2^25) puts bit i of n < 16 at bit 4 + 8 i, and no two others together
  const n = v128.and(i32x4.shr_u(h, 4 * s), i32x4.splat(15));
  return v128.and(i32x4.mul(n, i32x4.splat(0x02040810)), i8x16.splat(16));
}

/** d (code - 8) */
@unmanaged
export class Q4_0 {
  @inline get values(): i32 { return 32; }
  @inline get bytes(): usize { return 8 * 18; }
  @inline get bias(): i32 { return -8; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return false; }
  @inline get bits(): i32 { return 4; }
  @inline get nibbles(): usize { return 8 * 2; }
  @inline fifth0(w: usize): v128 { return i32x4.splat(0); }
  @inline fifth1(w: usize): v128 { return i32x4.splat(0); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128): v128 { return lowNibbles(n, mask); }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128): v128 { return highNibbles(n, mask); }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128): void {
    unpackNibbles<Q4_0>(w, codes, scales, mins);
  }
}

/** d code + m */
@unmanaged
export class Q4_1 {
  @inline get values(): i32 { return 32; }
  @inline get bytes(): usize { return 8 * 20; }
  @inline get bias(): i32 { return 0; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return true; }
  @inline get bits(): i32 { return 4; }
  @inline get nibbles(): usize { return 8 * 4; }
  @inline fifth0(w: usize): v128 { return i32x4.splat(0); }
  @inline fifth1(w: usize): v128 { return i32x4.splat(0); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128): v128 { return lowNibbles(n, mask); }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128): v128 { return highNibbles(n, mask); }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128): void {
    unpackNibbles<Q4_1>(w, codes, scales, mins);
  }
}

/** d (code - 16) */
@unmanaged
export class Q5_0 {
  @inline get values(): i32 { return 32; }
  @inline get bytes(): usize { return 8 * 22; }
  @inline get bias(): i32 { return -16; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return false; }
  @inline get bits(): i32 { return 5; }
  @inline get nibbles(): usize { return 8 * 6; }
  @inline fifth0(w: usize): v128 { return v128.load(w, 16); }
  @inline fifth1(w: usize): v128 { return v128.load(w, 32); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128): v128 { return v128.or(lowNibbles(n, mask), fifthBits(fifth, s)); }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128): v128 { return v128.or(highNibbles(n, mask), fifthBits(fifth, 4 + s)); }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128): void {
    unpackNibbles<Q5_0>(w, codes, scales, mins);
  }
}

/** d code + m */
@unmanaged
export class Q5_1 {
  @inline get values(): i32 { return 32; }
  @inline get bytes(): usize { return 8 * 24; }
  @inline get bias(): i32 { return 0; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return true; }
  @inline get bits(): i32 { return 5; }
  @inline get nibbles(): usize { return 8 * 8; }
  @inline fifth0(w: usize): v128 { return v128.load(w, 32); }
  @inline fifth1(w: usize): v128 { return v128.load(w, 48); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128): v128 { return v128.or(lowNibbles(n, mask), fifthBits(fifth, s)); }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128): v128 { return v128.or(highNibbles(n, mask), fifthBits(fifth, 4 + s)); }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128): void {
    unpackNibbles<Q5_1>(w, codes, scales, mins);
  }
}

/** One block column to the panel. */
// @ts-ignore: decorator
@inline
function unpackNibbles<F>(w: usize, codes: usize, scales: usize, mins: usize): void {
  const f = the<F>();
  const mask = i8x16.splat(15);
  storeHalves(w, scales);
  if (f.mins) storeHalves(w + 16, mins);
  const p = w + f.nibbles, h0 = f.fifth0(w), h1 = f.fifth1(w);
  let n0 = v128.load(p), n1 = v128.load(p, 16);
  v128.store(codes, f.low(n0, h0, 0, mask)), v128.store(codes, f.low(n1, h1, 0, mask), 16);
  v128.store(codes, f.high(n0, h0, 0, mask), 128), v128.store(codes, f.high(n1, h1, 0, mask), 144);
  n0 = v128.load(p, 32), n1 = v128.load(p, 48);
  v128.store(codes, f.low(n0, h0, 1, mask), 32), v128.store(codes, f.low(n1, h1, 1, mask), 48);
  v128.store(codes, f.high(n0, h0, 1, mask), 160), v128.store(codes, f.high(n1, h1, 1, mask), 176);
  n0 = v128.load(p, 64), n1 = v128.load(p, 80);
  v128.store(codes, f.low(n0, h0, 2, mask), 64), v128.store(codes, f.low(n1, h1, 2, mask), 80);
  v128.store(codes, f.high(n0, h0, 2, mask), 192), v128.store(codes, f.high(n1, h1, 2, mask), 208);
  n0 = v128.load(p, 96), n1 = v128.load(p, 112);
  v128.store(codes, f.low(n0, h0, 3, mask), 96), v128.store(codes, f.low(n1, h1, 3, mask), 112);
  v128.store(codes, f.high(n0, h0, 3, mask), 224), v128.store(codes, f.high(n1, h1, 3, mask), 240);
}

/** y[0 .. columns - 1] = eight rows times one token, straight from the blocks. */
export function nibbleRows<F, M>(w: usize, x: usize, y: usize, blocks: i32, columns: i32): void {
  const f = the<F>(), m = the<M>();
  const mask = i8x16.splat(15), ones = i16x8.splat(1), bias = i32x4.splat(f.bias);
  const next = i16x8.splat(NEXT), exponent = i16x8.splat(EXPONENT);
  const kept = i32x4.splat(KEPT), rebias = i32x4.splat(REBIAS);
  let sum0 = f32x4.splat(0), sum1 = sum0;
  for (let b = 0; b < blocks; b++) {
    const p = w + f.nibbles, h0 = f.fifth0(w), h1 = f.fifth1(w);
    // low and high nibbles in sums of their own: two chains of additions, and room in i16 lanes
    let l0 = i32x4.splat(0), l1 = l0, u0 = l0, u1 = l0;
    let n0 = v128.load(p), n1 = v128.load(p, 16);
    const head = v128.load(x), first = v128.load(x, 16), last = v128.load(x, 32);
    let a = lane0(first), c = lane0(last);
    l0 = m.add(a, f.low(n0, h0, 0, mask), l0), l1 = m.add(a, f.low(n1, h1, 0, mask), l1);
    u0 = m.add(c, f.high(n0, h0, 0, mask), u0), u1 = m.add(c, f.high(n1, h1, 0, mask), u1);
    n0 = v128.load(p, 32), n1 = v128.load(p, 48);
    a = lane1(first), c = lane1(last);
    l0 = m.add(a, f.low(n0, h0, 1, mask), l0), l1 = m.add(a, f.low(n1, h1, 1, mask), l1);
    u0 = m.add(c, f.high(n0, h0, 1, mask), u0), u1 = m.add(c, f.high(n1, h1, 1, mask), u1);
    n0 = v128.load(p, 64), n1 = v128.load(p, 80);
    a = lane2(first), c = lane2(last);
    l0 = m.add(a, f.low(n0, h0, 2, mask), l0), l1 = m.add(a, f.low(n1, h1, 2, mask), l1);
    u0 = m.add(c, f.high(n0, h0, 2, mask), u0), u1 = m.add(c, f.high(n1, h1, 2, mask), u1);
    n0 = v128.load(p, 96), n1 = v128.load(p, 112);
    a = lane3(first), c = lane3(last);
    l0 = m.add(a, f.low(n0, h0, 3, mask), l0), l1 = m.add(a, f.low(n1, h1, 3, mask), l1);
    u0 = m.add(c, f.high(n0, h0, 3, mask), u0), u1 = m.add(c, f.high(n1, h1, 3, mask), u1);

    let i0 = m.both(l0, u0, f.bits, ones), i1 = m.both(l1, u1, f.bits, ones);
    if (f.bias != 0) {
      const start = i32x4.mul(lane1(head), bias);
      i0 = i32x4.add(i0, start), i1 = i32x4.add(i1, start);
    }
    const d = lane0(head), halves = v128.load(w);
    let d0 = normalLow(halves, kept, rebias), d1 = normalHigh(halves, kept, rebias);
    if (special(halves, next, exponent)) d0 = anyLow(halves), d1 = anyHigh(halves);
    sum0 = madd(f32x4.convert_i32x4_s(i0), f32x4.mul(d0, d), sum0);
    sum1 = madd(f32x4.convert_i32x4_s(i1), f32x4.mul(d1, d), sum1);
    if (f.mins) {
      const total = f32x4.mul(d, f32x4.convert_i32x4_s(lane1(head)));
      const mins = v128.load(w, 16);
      let m0 = normalLow(mins, kept, rebias), m1 = normalHigh(mins, kept, rebias);
      if (special(mins, next, exponent)) m0 = anyLow(mins), m1 = anyHigh(mins);
      sum0 = madd(m0, total, sum0);
      sum1 = madd(m1, total, sum1);
    }
    w += f.bytes;
    x += 48;
  }
  storePart(y, sum0, columns);
  storePart(y + 16, sum1, columns - 4);
}
