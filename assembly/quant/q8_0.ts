// Q8_0: one block column of eight rows, rows 0-3 and rows 4-7, four bytes a row:
//
//   d   q0 q0' q1 q1' ... q7 q7'        q[s]: values 4s .. 4s + 3, signed bytes

import { storePart } from "../common/partial";
import { madd } from "../common/simd";
import { the } from "../common/the";
import { lane0, lane1, lane2, lane3 } from "./dot";
import {
  anyHigh, anyLow, EXPONENT, KEPT, NEXT, normalHigh, normalLow, REBIAS, special, storeHalves,
} from "./half";
import { hold, unknownZero } from "../common/hold";

/** d q; as codes q + 128, or q itself where both operands of a dot product are signed (flip). */
@unmanaged
export class Q8_0 {
  @inline get values(): i32 { return 32; }
  @inline get bytes(): usize { return 8 * 34; }
  @inline get bias(): i32 { return -128; }
  @inline get group(): i32 { return 32; }
  @inline get mins(): bool { return false; }
  @inline get bits(): i32 { return 8; }
  @inline get nibbles(): usize { return 0; }
  @inline unpack<M>(w: usize, codes: usize, scales: usize, mins: usize, flip: v128, zero: v128): void {
    storeHalves(w, scales);
    const fifteen = hold(i8x16.splat(15), zero);
    w += 16;
    const end = w + 256;
    for (; w < end; w += 32, codes += 32) {
      storeWide<M>(codes, v128.xor(v128.load(w), flip), fifteen);
      storeWide<M>(codes + 16, v128.xor(v128.load(w, 16), flip), fifteen);
    }
  }
}

/** 8-bit codes to the panel: as they are, or as two planes of nibbles. */
// @ts-ignore: decorator
@inline
export function storeWide<M>(codes: usize, v: v128, fifteen: v128): void {
  if (the<M>().paired) {
    v128.store(codes, v128.and(i16x8.shr_u(v, 4), fifteen));
    v128.store(codes, v128.and(v, fifteen), 256);
  } else {
    v128.store(codes, v);
  }
}

/** y[0 .. columns - 1] = eight rows times one token, straight from the blocks; `bias` is what `flip` added. */
export function byteRows<M>(
  w: usize, x: usize, y: usize, blocks: i32, columns: i32, flip: v128, bias: i32,
): void {
  const m = the<M>();
  const zero = unknownZero(blocks), ones = hold(i16x8.splat(1), zero), biases = i32x4.splat(bias);
  const next = hold(i16x8.splat(NEXT), zero), exponent = hold(i16x8.splat(EXPONENT), zero);
  const kept = hold(i32x4.splat(KEPT), zero), rebias = hold(i32x4.splat(REBIAS), zero);
  let sum0 = f32x4.splat(0), sum1 = sum0;
  for (let b = 0; b < blocks; b++) {
    const head = v128.load(x);
    let a0 = m.paired ? i32x4.splat(0) : i32x4.mul(lane1(head), biases), a1 = a0;
    let b0 = i32x4.splat(0), b1 = b0;
    const end = w + 256;
    let q = x, p = w;
    for (; p < end; p += 128, q += 16) {
      const values = v128.load(q, 16);
      let v = lane0(values);
      a0 = m.addWide(v, v128.load(p, 16), flip, ones, a0), a1 = m.addWide(v, v128.load(p, 32), flip, ones, a1);
      v = lane1(values);
      b0 = m.addWide(v, v128.load(p, 48), flip, ones, b0), b1 = m.addWide(v, v128.load(p, 64), flip, ones, b1);
      v = lane2(values);
      a0 = m.addWide(v, v128.load(p, 80), flip, ones, a0), a1 = m.addWide(v, v128.load(p, 96), flip, ones, a1);
      v = lane3(values);
      b0 = m.addWide(v, v128.load(p, 112), flip, ones, b0), b1 = m.addWide(v, v128.load(p, 128), flip, ones, b1);
    }
    const d = lane0(head), halves = v128.load(w);
    let d0 = normalLow(halves, kept, rebias), d1 = normalHigh(halves, kept, rebias);
    if (special(halves, next, exponent)) d0 = anyLow(halves), d1 = anyHigh(halves);
    sum0 = madd(f32x4.convert_i32x4_s(i32x4.add(a0, b0)), f32x4.mul(d0, d), sum0);
    sum1 = madd(f32x4.convert_i32x4_s(i32x4.add(a1, b1)), f32x4.mul(d1, d), sum1);
    w += 272;
    x += 48;
  }
  storePart(y, sum0, columns);
  storePart(y + 16, sum1, columns - 4);
}
