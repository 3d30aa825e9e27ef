// Formats of 32 values a block whose codes are nibbles, with a fifth bit in some, and the matvec that reads
// them in registers. One block column of eight rows, in 16-byte vectors of rows 0-3 and rows 4-7, four bytes
// a row:
//
//   Q4_0  d         n0 n0' n1 n1' n2 n2' n3 n3'        d, m: eight halves, a vector
//   Q4_1  d m       n0 n0' ...                         h: eight words, bit k the fifth bit of value k
//   Q5_0  d   h h'  n0 n0' ...                         n[s]: values 4s .. 4s + 3 in the low nibbles,
//   Q5_1  d m h h'  n0 n0' ...                               16 + 4s .. in the high ones
//   MXFP4 e         n0 n0' ...                         e: eight bytes

import { storePart } from "../common/partial";
import { madd } from "../common/simd";
import { the } from "../common/the";
import { lane0, lane1, lane2, lane3 } from "./dot";
import {
  anyHigh, anyLow, EXPONENT, KEPT, NEXT, normalHigh, normalLow, REBIAS, special, storeHalves,
} from "./half";
import { hold, unknownZero } from "../common/hold";
import { storeWide } from "./q8_0";

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
function fifthBits(h: v128, s: i32, four: v128, spread: v128, place: v128): v128 {
  // n (2^4 + 2^11 + 2^18 + 2^25) puts bit i of n < 16 at bit 4 + 8 i, and no two others together
  return v128.and(i32x4.mul(v128.and(i32x4.shr_u(h, 4 * s), four), spread), place);
}

/** 2^(e - 128) of four lanes; the first two of them are subnormal. */
// @ts-ignore: decorator
@inline
function powers(e: v128): v128 {
  const normal = i32x4.shl(i32x4.sub(e, i32x4.splat(1)), 23);
  const tiny = i32x4.shl(i32x4.add(e, i32x4.splat(1)), 21); // e 0 or 1
  return v128.bitselect(tiny, normal, i32x4.lt_s(e, i32x4.splat(2)));
}

// @ts-ignore: decorator
@inline
function bytesLow(w: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load64_zero(w)));
}

// @ts-ignore: decorator
@inline
function bytesHigh(w: usize): v128 {
  return i32x4.extend_high_i16x8_u(i16x8.extend_low_i8x16_u(v128.load64_zero(w)));
}

/** Writes the scales of eight exponents. */
// @ts-ignore: decorator
@inline
function storePowers(w: usize, to: usize): void {
  v128.store(to, powers(bytesLow(w)));
  v128.store(to, powers(bytesHigh(w)), 16);
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
  @inline get nibbles(): usize { return 16; }
  @inline get powers(): bool { return false; }
  @inline k0(): v128 { return i32x4.splat(0); }
  @inline k1(): v128 { return i32x4.splat(0); }
  @inline k2(): v128 { return i32x4.splat(0); }
  @inline fifth0(w: usize): v128 { return i32x4.splat(0); }
  @inline fifth1(w: usize): v128 { return i32x4.splat(0); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return lowNibbles(n, mask);
  }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return highNibbles(n, mask);
  }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    unpackNibbles<Q4_0, M>(w, codes, scales, mins, flip, zero);
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
  @inline get nibbles(): usize { return 32; }
  @inline get powers(): bool { return false; }
  @inline k0(): v128 { return i32x4.splat(0); }
  @inline k1(): v128 { return i32x4.splat(0); }
  @inline k2(): v128 { return i32x4.splat(0); }
  @inline fifth0(w: usize): v128 { return i32x4.splat(0); }
  @inline fifth1(w: usize): v128 { return i32x4.splat(0); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return lowNibbles(n, mask);
  }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return highNibbles(n, mask);
  }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    unpackNibbles<Q4_1, M>(w, codes, scales, mins, flip, zero);
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
  @inline get nibbles(): usize { return 48; }
  @inline get powers(): bool { return false; }
  @inline k0(): v128 { return i32x4.splat(15); }
  @inline k1(): v128 { return i32x4.splat(0x02040810); }
  @inline k2(): v128 { return i8x16.splat(16); }
  @inline fifth0(w: usize): v128 { return v128.load(w, 16); }
  @inline fifth1(w: usize): v128 { return v128.load(w, 32); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return v128.or(lowNibbles(n, mask), fifthBits(fifth, s, k0, k1, k2));
  }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return v128.or(highNibbles(n, mask), fifthBits(fifth, 4 + s, k0, k1, k2));
  }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    unpackNibbles<Q5_0, M>(w, codes, scales, mins, flip, zero);
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
  @inline get nibbles(): usize { return 64; }
  @inline get powers(): bool { return false; }
  @inline k0(): v128 { return i32x4.splat(15); }
  @inline k1(): v128 { return i32x4.splat(0x02040810); }
  @inline k2(): v128 { return i8x16.splat(16); }
  @inline fifth0(w: usize): v128 { return v128.load(w, 32); }
  @inline fifth1(w: usize): v128 { return v128.load(w, 48); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return v128.or(lowNibbles(n, mask), fifthBits(fifth, s, k0, k1, k2));
  }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return v128.or(highNibbles(n, mask), fifthBits(fifth, 4 + s, k0, k1, k2));
  }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    unpackNibbles<Q5_1, M>(w, codes, scales, mins, flip, zero);
  }
}

/** d table[code], a signed byte that `flip` makes a code */
@unmanaged
export class IQ4_NL {
  @inline get values(): i32 { return 32; }
  @inline get bytes(): usize { return 8 * 18; }
  @inline get bias(): i32 { return -128; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return false; }
  @inline get bits(): i32 { return 8; }
  @inline get nibbles(): usize { return 16; }
  @inline get powers(): bool { return false; }
  @inline k0(): v128 { return i8x16(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113); }
  @inline k1(): v128 { return i32x4.splat(0); }
  @inline k2(): v128 { return i32x4.splat(0); }
  @inline fifth0(w: usize): v128 { return i32x4.splat(0); }
  @inline fifth1(w: usize): v128 { return i32x4.splat(0); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return i8x16.swizzle(k0, lowNibbles(n, mask));
  }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return i8x16.swizzle(k0, highNibbles(n, mask));
  }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    unpackNibbles<IQ4_NL, M>(w, codes, scales, mins, flip, zero);
  }
}

/** 2^(e - 128) (table[code] - 12) */
@unmanaged
export class MXFP4 {
  @inline get values(): i32 { return 32; }
  @inline get bytes(): usize { return 8 * 17; }
  @inline get bias(): i32 { return -12; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return false; }
  @inline get bits(): i32 { return 5; }
  @inline get nibbles(): usize { return 8; }
  @inline get powers(): bool { return true; }
  @inline k0(): v128 { return i8x16(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0); }
  @inline k1(): v128 { return i32x4.splat(0); }
  @inline k2(): v128 { return i32x4.splat(0); }
  @inline fifth0(w: usize): v128 { return i32x4.splat(0); }
  @inline fifth1(w: usize): v128 { return i32x4.splat(0); }
  @inline low(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return i8x16.swizzle(k0, lowNibbles(n, mask));
  }
  @inline high(n: v128, fifth: v128, s: i32, mask: v128, k0: v128, k1: v128, k2: v128): v128 {
    return i8x16.swizzle(k0, highNibbles(n, mask));
  }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    unpackNibbles<MXFP4, M>(w, codes, scales, mins, flip, zero);
  }
}

/** One block column to the panel. */
// @ts-ignore: decorator
@inline
function unpackNibbles<F, M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
  const f = the<F>();
  if (f.powers) storePowers(w, scales);
  else storeHalves(w, scales);
  if (f.mins) storeHalves(w + 16, mins);
  const p = w + f.nibbles;
  const h0 = f.fifth0(w), h1 = f.fifth1(w);
  unpackStep<F, M>(p, codes, 0, h0, h1, flip, zero);
  unpackStep<F, M>(p, codes, 1, h0, h1, flip, zero);
  unpackStep<F, M>(p, codes, 2, h0, h1, flip, zero);
  unpackStep<F, M>(p, codes, 3, h0, h1, flip, zero);
}

/** Values 4s .. 4s + 3 and 16 + 4s .. 16 + 4s + 3. */
// @ts-ignore: decorator
@inline
function unpackStep<F, M>(p: usize, codes: usize, s: i32, h0: v128, h1: v128, flip: v128, zero: v128): void {
  const f = the<F>(), mask = hold(i8x16.splat(15), zero);
  const k0 = hold(f.k0(), zero), k1 = hold(f.k1(), zero), k2 = hold(f.k2(), zero);
  const n0 = v128.load(p + 32 * s), n1 = v128.load(p + 32 * s, 16), to = codes + 32 * s;
  storeCodes<F, M>(to, f.low(n0, h0, s, mask, k0, k1, k2), flip, mask);
  storeCodes<F, M>(to + 16, f.low(n1, h1, s, mask, k0, k1, k2), flip, mask);
  storeCodes<F, M>(to + 128, f.high(n0, h0, s, mask, k0, k1, k2), flip, mask);
  storeCodes<F, M>(to + 144, f.high(n1, h1, s, mask, k0, k1, k2), flip, mask);
}

// @ts-ignore: decorator
@inline
function storeCodes<F, M>(to: usize, codes: v128, flip: v128, mask: v128): void {
  if (the<F>().bits == 8) storeWide<M>(to, v128.xor(codes, flip), mask);
  else v128.store(to, codes);
}

/** Adds the products of four values of four rows. */
// @ts-ignore: decorator
@inline
function add<F, M>(x: v128, codes: v128, flip: v128, ones: v128, sums: v128): v128 {
  return the<F>().bits == 8 ? the<M>().addWide(x, codes, flip, ones, sums) : the<M>().add(x, codes, sums);
}

/** Such products that begin a sum. */
// @ts-ignore: decorator
@inline
function begin<F, M>(x: v128, codes: v128, flip: v128, ones: v128): v128 {
  return the<F>().bits == 8 ? the<M>().firstWide(x, codes, flip, ones) : the<M>().first(x, codes);
}

/** y[0 .. columns - 1] = eight rows times one token, straight from the blocks; `bias` is what `flip` made of it. */
export function nibbleRows<F, M>(
  w: usize, x: usize, y: usize, blocks: i32, columns: i32, flip: v128, bias: i32,
): void {
  const f = the<F>(), m = the<M>();
  const zero = unknownZero(blocks), mask = hold(i8x16.splat(15), zero), ones = hold(i16x8.splat(1), zero);
  const k0 = hold(f.k0(), zero), k1 = hold(f.k1(), zero), k2 = hold(f.k2(), zero);
  const next = hold(i16x8.splat(NEXT), zero), exponent = hold(i16x8.splat(EXPONENT), zero);
  const kept = hold(i32x4.splat(KEPT), zero), rebias = hold(i32x4.splat(REBIAS), zero);
  const biases = i32x4.splat(bias);
  let sum0 = f32x4.splat(0), sum1 = sum0;
  for (let i = 0; i < blocks; i++) {
    const p = w + f.nibbles, h0 = f.fifth0(w), h1 = f.fifth1(w);
    // low and high nibbles in sums of their own: two chains of additions, and room in i16 lanes
    let n0 = v128.load(p), n1 = v128.load(p, 16);
    const head = v128.load(x), first = v128.load(x, 16), last = v128.load(x, 32);
    let v = lane0(first), u = lane0(last);
    let a0 = begin<F, M>(v, f.low(n0, h0, 0, mask, k0, k1, k2), flip, ones);
    let a1 = begin<F, M>(v, f.low(n1, h1, 0, mask, k0, k1, k2), flip, ones);
    let b0 = begin<F, M>(u, f.high(n0, h0, 0, mask, k0, k1, k2), flip, ones);
    let b1 = begin<F, M>(u, f.high(n1, h1, 0, mask, k0, k1, k2), flip, ones);
    n0 = v128.load(p, 32), n1 = v128.load(p, 48), v = lane1(first), u = lane1(last);
    a0 = add<F, M>(v, f.low(n0, h0, 1, mask, k0, k1, k2), flip, ones, a0);
    a1 = add<F, M>(v, f.low(n1, h1, 1, mask, k0, k1, k2), flip, ones, a1);
    b0 = add<F, M>(u, f.high(n0, h0, 1, mask, k0, k1, k2), flip, ones, b0);
    b1 = add<F, M>(u, f.high(n1, h1, 1, mask, k0, k1, k2), flip, ones, b1);
    n0 = v128.load(p, 64), n1 = v128.load(p, 80), v = lane2(first), u = lane2(last);
    a0 = add<F, M>(v, f.low(n0, h0, 2, mask, k0, k1, k2), flip, ones, a0);
    a1 = add<F, M>(v, f.low(n1, h1, 2, mask, k0, k1, k2), flip, ones, a1);
    b0 = add<F, M>(u, f.high(n0, h0, 2, mask, k0, k1, k2), flip, ones, b0);
    b1 = add<F, M>(u, f.high(n1, h1, 2, mask, k0, k1, k2), flip, ones, b1);
    n0 = v128.load(p, 96), n1 = v128.load(p, 112), v = lane3(first), u = lane3(last);
    a0 = add<F, M>(v, f.low(n0, h0, 3, mask, k0, k1, k2), flip, ones, a0);
    a1 = add<F, M>(v, f.low(n1, h1, 3, mask, k0, k1, k2), flip, ones, a1);
    b0 = add<F, M>(u, f.high(n0, h0, 3, mask, k0, k1, k2), flip, ones, b0);
    b1 = add<F, M>(u, f.high(n1, h1, 3, mask, k0, k1, k2), flip, ones, b1);

    let i0 = m.both(a0, b0, f.bits, ones), i1 = m.both(a1, b1, f.bits, ones);
    if (f.bias != 0 && !(m.paired && f.bits == 8)) {
      const start = i32x4.mul(lane1(head), biases);
      i0 = i32x4.add(i0, start), i1 = i32x4.add(i1, start);
    }
    const d = lane0(head);
    let d0: v128, d1: v128;
    if (f.powers) {
      d0 = powers(bytesLow(w)), d1 = powers(bytesHigh(w));
    } else {
      const halves = v128.load(w);
      d0 = normalLow(halves, kept, rebias), d1 = normalHigh(halves, kept, rebias);
      if (special(halves, next, exponent)) d0 = anyLow(halves), d1 = anyHigh(halves);
    }
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
