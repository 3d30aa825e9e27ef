// The K formats: 256 values a block, in groups of 16 or 32 whose scales are quantized too. One block column
// of eight rows is made of 16-byte vectors of rows 0-3 and rows 4-7, four bytes a row, a pair of them for
// each word of the file's block; fields of single bytes (scales of Q2_K and Q6_K) stand as eight bytes, one a
// row; halves as vectors. The panel's code vectors of values k .. k + 3 begin at 8 k. Blocks are read in
// ascending order, as prefetchers like it: with the scales of Q6_K first a matvec out of memory is three
// times slower (Zen 4, 2026-11-23).

import { anyHigh, anyLow } from "./half";
import { hold } from "../common/hold";

const RUN: usize = 32 * 8; // the codes of 32 values

/** d scale for eight rows, scales being the bytes of an i16x8. */
// @ts-ignore: decorator
@inline
function storeScales(scales: v128, d0: v128, d1: v128, to: usize): void {
  v128.store(to, f32x4.mul(d0, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(scales))));
  v128.store(to, f32x4.mul(d1, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(scales))), 16);
}

/** d (scale - offset) for four groups and four rows, a byte of each lane a group. */
// @ts-ignore: decorator
@inline
function storeFour(scales: v128, offset: v128, byte: v128, d: v128, to: usize): void {
  v128.store(to, f32x4.mul(d, whole(v128.and(scales, byte), offset)));
  v128.store(to, f32x4.mul(d, whole(v128.and(i32x4.shr_u(scales, 8), byte), offset)), 32);
  v128.store(to, f32x4.mul(d, whole(v128.and(i32x4.shr_u(scales, 16), byte), offset)), 64);
  v128.store(to, f32x4.mul(d, whole(i32x4.shr_u(scales, 24), offset)), 96);
}

// @ts-ignore: decorator
@inline
function whole(scale: v128, offset: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.sub(scale, offset));
}

/** Two bits of each byte from bit `shift` on. */
// @ts-ignore: decorator
@inline
function two(v: v128, shift: i32, three: v128): v128 {
  return v128.and(i16x8.shr_u(v, shift), three);
}

/** Bit `shift` of each byte as bit `place`. */
// @ts-ignore: decorator
@inline
function bit(v: v128, shift: i32, place: i32, one: v128): v128 {
  return i16x8.shl(v128.and(i16x8.shr_u(v, shift), one), place);
}

// @ts-ignore: decorator
@inline
function low(v: v128, fifteen: v128): v128 {
  return v128.and(v, fifteen);
}

// @ts-ignore: decorator
@inline
function high(v: v128, fifteen: v128): v128 {
  return v128.and(i16x8.shr_u(v, 4), fifteen);
}

/** Scales and mins of Q4_K and Q5_K: six bits each in three words a row, those of groups 4 .. 7 in pieces. */
// @ts-ignore: decorator
@inline
function storeScalesMins(w: usize, d: v128, dMin: v128, scales: usize, mins: usize, zero: v128): void {
  const u0 = v128.load(w), u1 = v128.load(w, 32), u2 = v128.load(w, 64);
  const six = hold(i8x16.splat(63), zero), fifteen = hold(i8x16.splat(15), zero), three = hold(i8x16.splat(3), zero);
  const byte = hold(i32x4.splat(255), zero);
  storeFour(v128.and(u0, six), zero, byte, d, scales);
  storeFour(v128.and(u1, six), zero, byte, dMin, mins);
  const scaleTops = i32x4.shl(v128.and(i32x4.shr_u(u0, 6), three), 4);
  const minTops = i32x4.shl(v128.and(i32x4.shr_u(u1, 6), three), 4);
  storeFour(v128.or(v128.and(u2, fifteen), scaleTops), zero, byte, d, scales + 128);
  storeFour(v128.or(v128.and(i32x4.shr_u(u2, 4), fifteen), minTops), zero, byte, dMin, mins + 128);
}

/** {u4 scale, min [16]; u2 code[256]; half d, d_min}, groups of 16. */
@unmanaged
export class Q2_K {
  @inline get values(): i32 { return 256; }
  @inline get bytes(): usize { return 8 * 84; }
  @inline get bias(): i32 { return 0; }
  @inline get group(): i32 { return 16; }
  @inline get mins(): bool { return true; }
  @inline get bits(): i32 { return 2; }
  @inline get nibbles(): usize { return 0; }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    const fifteen = hold(i16x8.splat(15), zero), three = hold(i8x16.splat(3), zero);
    const d = v128.load(w, 640), dMin = v128.load(w, 656);
    const d0 = anyLow(d), d1 = anyHigh(d), m0 = f32x4.neg(anyLow(dMin)), m1 = f32x4.neg(anyHigh(dMin));
    let p = w;
    for (const end = w + 128; p < end; p += 8, scales += 32, mins += 32) {
      const bytes = i16x8.extend_low_i8x16_u(v128.load64_zero(p));
      storeScales(v128.and(bytes, fifteen), d0, d1, scales);
      storeScales(i16x8.shr_u(bytes, 4), m0, m1, mins);
    }
    for (const end = w + 640; p < end; codes += 4 * RUN) {
      for (let to = codes, stop = codes + RUN; to < stop; to += 16, p += 16) {
        const v = v128.load(p);
        v128.store(to, two(v, 0, three));
        v128.store(to + RUN, two(v, 2, three));
        v128.store(to + 2 * RUN, two(v, 4, three));
        v128.store(to + 3 * RUN, two(v, 6, three));
      }
    }
  }
}

/** {u1 high[256]; u2 low[256]; u6 scale[16]; half d}, groups of 16, scale - 32, code - 4. */
@unmanaged
export class Q3_K {
  @inline get values(): i32 { return 256; }
  @inline get bytes(): usize { return 8 * 110; }
  @inline get bias(): i32 { return -4; }
  @inline get group(): i32 { return 16; }
  @inline get mins(): bool { return false; }
  @inline get bits(): i32 { return 3; }
  @inline get nibbles(): usize { return 0; }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    const three = hold(i8x16.splat(3), zero), one = hold(i8x16.splat(1), zero);
    let p = w + 256;
    for (let n = 0; n < 8; n += 4, codes += 4 * RUN) {
      for (let h = w, to = codes, stop = codes + RUN; to < stop; to += 16, h += 16, p += 16) {
        const v = v128.load(p), tops = v128.load(h);
        v128.store(to, v128.or(two(v, 0, three), bit(tops, n, 2, one)));
        v128.store(to + RUN, v128.or(two(v, 2, three), bit(tops, n + 1, 2, one)));
        v128.store(to + 2 * RUN, v128.or(two(v, 4, three), bit(tops, n + 2, 2, one)));
        v128.store(to + 3 * RUN, v128.or(two(v, 6, three), bit(tops, n + 3, 2, one)));
      }
    }
    const halves = v128.load(w, 864);
    storeScales3(w + 768, anyLow(halves), scales, zero);
    storeScales3(w + 784, anyHigh(halves), scales + 16, zero);
  }
}

/** Scales of Q3_K: four low bits in two words, two high bits in a third. */
// @ts-ignore: decorator
@inline
function storeScales3(w: usize, d: v128, to: usize, zero: v128): void {
  const u0 = v128.load(w), u1 = v128.load(w, 32), tops = v128.load(w, 64);
  const fifteen = hold(i8x16.splat(15), zero), three = hold(i8x16.splat(3), zero);
  const offset = hold(i32x4.splat(32), zero), byte = hold(i32x4.splat(255), zero);
  storeFour(v128.or(low(u0, fifteen), i16x8.shl(two(tops, 0, three), 4)), offset, byte, d, to);
  storeFour(v128.or(low(u1, fifteen), i16x8.shl(two(tops, 2, three), 4)), offset, byte, d, to + 128);
  storeFour(v128.or(high(u0, fifteen), i16x8.shl(two(tops, 4, three), 4)), offset, byte, d, to + 256);
  storeFour(v128.or(high(u1, fifteen), i16x8.shl(two(tops, 6, three), 4)), offset, byte, d, to + 384);
}

/** {half d, d_min; u6 scale, min [8]; u4 code[256]}, groups of 32. */
@unmanaged
export class Q4_K {
  @inline get values(): i32 { return 256; }
  @inline get bytes(): usize { return 8 * 144; }
  @inline get bias(): i32 { return 0; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return true; }
  @inline get bits(): i32 { return 4; }
  @inline get nibbles(): usize { return 0; }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    storeEight(w, scales, mins, zero);
    const fifteen = hold(i8x16.splat(15), zero);
    let p = w + 128;
    for (let c = 0; c < 4; c++, codes += 2 * RUN) {
      for (let to = codes, stop = codes + RUN; to < stop; to += 16, p += 16) {
        const v = v128.load(p);
        v128.store(to, low(v, fifteen));
        v128.store(to + RUN, high(v, fifteen));
      }
    }
  }
}

/** Scales and mins of eight rows of Q4_K or Q5_K. */
// @ts-ignore: decorator
@inline
function storeEight(w: usize, scales: usize, mins: usize, zero: v128): void {
  const d = v128.load(w), dMin = v128.load(w, 16);
  storeScalesMins(w + 32, anyLow(d), f32x4.neg(anyLow(dMin)), scales, mins, zero);
  storeScalesMins(w + 48, anyHigh(d), f32x4.neg(anyHigh(dMin)), scales + 16, mins + 16, zero);
}

/** {half d, d_min; u6 scale, min [8]; u1 high[256]; u4 low[256]}, groups of 32. */
@unmanaged
export class Q5_K {
  @inline get values(): i32 { return 256; }
  @inline get bytes(): usize { return 8 * 176; }
  @inline get bias(): i32 { return 0; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return true; }
  @inline get bits(): i32 { return 5; }
  @inline get nibbles(): usize { return 0; }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    storeEight(w, scales, mins, zero);
    const fifteen = hold(i8x16.splat(15), zero), one = hold(i8x16.splat(1), zero);
    let p = w + 384;
    for (let c = 0; c < 8; c += 2, codes += 2 * RUN) {
      for (let h = w + 128, to = codes, stop = codes + RUN; to < stop; to += 16, h += 16, p += 16) {
        const v = v128.load(p), tops = v128.load(h);
        v128.store(to, v128.or(low(v, fifteen), bit(tops, c, 4, one)));
        v128.store(to + RUN, v128.or(high(v, fifteen), bit(tops, c + 1, 4, one)));
      }
    }
  }
}

/** {u4 low[256]; u2 high[256]; i8 scale[16]; half d}, groups of 16, code - 32. */
@unmanaged
export class Q6_K {
  @inline get values(): i32 { return 256; }
  @inline get bytes(): usize { return 8 * 210; }
  @inline get bias(): i32 { return -32; }
  @inline get group(): i32 { return 16; }
  @inline get mins(): bool { return false; }
  @inline get bits(): i32 { return 6; }
  @inline get nibbles(): usize { return 0; }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    const fifteen = hold(i8x16.splat(15), zero), three = hold(i8x16.splat(3), zero);
    let h = w + 1024;
    for (let p = w; p < w + 1024; p += RUN, codes += 4 * RUN) {
      for (let to = codes, stop = codes + RUN; to < stop; to += 16, h += 16, p += 16) {
        const a = v128.load(p), b = v128.load(p, RUN), tops = v128.load(h);
        v128.store(to, v128.or(low(a, fifteen), i16x8.shl(two(tops, 0, three), 4)));
        v128.store(to + RUN, v128.or(low(b, fifteen), i16x8.shl(two(tops, 2, three), 4)));
        v128.store(to + 2 * RUN, v128.or(high(a, fifteen), i16x8.shl(two(tops, 4, three), 4)));
        v128.store(to + 3 * RUN, v128.or(high(b, fifteen), i16x8.shl(two(tops, 6, three), 4)));
      }
    }
    const halves = v128.load(w, 1664), d0 = anyLow(halves), d1 = anyHigh(halves);
    for (let p = w + 1536, end = w + 1664; p < end; p += 8, scales += 32) {
      storeScales(i16x8.extend_low_i8x16_s(v128.load64_zero(p)), d0, d1, scales);
    }
  }
}
