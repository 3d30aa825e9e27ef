// Up to four tokens times the panel of eight rows: the inner kernel of the quantized matmuls.
//
//   sum[t, r] = madd(f32(exact integer), scale dx, sum), then madd(min, dx sum(x), sum), group after group
//
// That order is the same here and where a matvec reads blocks in registers, so a result's bits never depend
// on the number of tokens. Eight integer accumulators (two vectors of rows for each of four tokens), two
// vectors of codes and a broadcast fill the registers of x64; the sums wait on the stack, where locals that no
// register holds go without a check of bounds. Absent tokens of the last tile repeat the last one and are not stored.
//
// Cost: 8 dot products, 2 loads and 4 broadcasts for four columns; 25 to 30 instructions more a token and group. With
// the checks of loads 400 instructions for 1024 products: 109 GOPS of Q4_1 as pairs (Zen 4, 2026-11-23).

import { loadPart, storePart } from "../common/partial";
import { madd } from "../common/simd";
import { the } from "../common/the";
import { hold, unknownZero } from "../common/hold";
import { lane0, lane1, lane2, lane3 } from "./dot";
import { INTS, MINS, SCALES } from "./panel";

const BLOCK: usize = 48;

/** Tokens of a tile. */
@unmanaged
export class One {
  @inline get four(): bool { return false; }
}

@unmanaged
export class Four {
  @inline get four(): bool { return true; }
}

/**
 * `blocks` blocks of `count` tokens from x on (`xRow` bytes apart) times the panel, to y (`yRow` bytes apart);
 * with `onto`, added to what stands in y.
 */
export function tile<F, M, N>(
  panel: usize, x: usize, xRow: usize, y: usize, yRow: usize,
  count: i32, columns: i32, blocks: i32, bias: i32, onto: bool,
): void {
  const f = the<F>(), m = the<M>(), four = the<N>().four;
  const wide = m.paired && f.bits == 8;
  let p0 = x;
  let p1 = count > 1 ? p0 + xRow : p0;
  let p2 = count > 2 ? p1 + xRow : p1;
  let p3 = count > 3 ? p2 + xRow : p2;
  const last = x + <usize> blocks * BLOCK;
  let codes = panel, scales = panel + SCALES;
  const biases = i32x4.splat(bias), ones = hold(i16x8.splat(1), unknownZero(blocks));
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow;
  let s00 = start(y, columns, onto), s01 = start(y + 16, columns - 4, onto);
  let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
  if (four) {
    if (count > 1) s10 = start(y1, columns, onto), s11 = start(y1 + 16, columns - 4, onto);
    if (count > 2) s20 = start(y2, columns, onto), s21 = start(y2 + 16, columns - 4, onto);
    if (count > 3) s30 = start(y3, columns, onto), s31 = start(y3 + 16, columns - 4, onto);
  }

  const zeros = i32x4.splat(0);
  let x0: v128, x1 = zeros, x2 = zeros, x3 = zeros, v: v128, v0: v128, v1: v128;
  let scale0: v128, scale1: v128, min0 = zeros, min1 = zeros;
  for (; p0 < last; p0 += BLOCK, p1 += BLOCK, p2 += BLOCK, p3 += BLOCK) {
    let g: usize = 0;
    do {
      let a0: v128, a1 = zeros, a2 = zeros, a3 = zeros, b0: v128, b1 = zeros, b2 = zeros, b3 = zeros;
      let plane = wide ? 1 : 0;
      do {
        x0 = v128.load(p0 + g, 16);
        if (four) x1 = v128.load(p1 + g, 16), x2 = v128.load(p2 + g, 16), x3 = v128.load(p3 + g, 16);
        v0 = v128.load(codes), v1 = v128.load(codes, 16);
        v = lane0(x0), a0 = m.first(v, v0), b0 = m.first(v, v1);
        if (four) {
          v = lane0(x1), a1 = m.first(v, v0), b1 = m.first(v, v1);
          v = lane0(x2), a2 = m.first(v, v0), b2 = m.first(v, v1);
          v = lane0(x3), a3 = m.first(v, v0), b3 = m.first(v, v1);
        }
        v0 = v128.load(codes, 32), v1 = v128.load(codes, 48);
        v = lane1(x0), a0 = m.add(v, v0, a0), b0 = m.add(v, v1, b0);
        if (four) {
          v = lane1(x1), a1 = m.add(v, v0, a1), b1 = m.add(v, v1, b1);
          v = lane1(x2), a2 = m.add(v, v0, a2), b2 = m.add(v, v1, b2);
          v = lane1(x3), a3 = m.add(v, v0, a3), b3 = m.add(v, v1, b3);
        }
        if (m.paired && f.bits == 6) {
          // 6-bit codes: an i16 lane is full after two sums
          keep<M, N>(panel, 0, ones, a0, a1, a2, a3, b0, b1, b2, b3);
        }
        v0 = v128.load(codes, 64), v1 = v128.load(codes, 80);
        v = lane2(x0), a0 = next<F, M>(6, v, v0, a0), b0 = next<F, M>(6, v, v1, b0);
        if (four) {
          v = lane2(x1), a1 = next<F, M>(6, v, v0, a1), b1 = next<F, M>(6, v, v1, b1);
          v = lane2(x2), a2 = next<F, M>(6, v, v0, a2), b2 = next<F, M>(6, v, v1, b2);
          v = lane2(x3), a3 = next<F, M>(6, v, v0, a3), b3 = next<F, M>(6, v, v1, b3);
        }
        v0 = v128.load(codes, 96), v1 = v128.load(codes, 112);
        v = lane3(x0), a0 = m.add(v, v0, a0), b0 = m.add(v, v1, b0);
        if (four) {
          v = lane3(x1), a1 = m.add(v, v0, a1), b1 = m.add(v, v1, b1);
          v = lane3(x2), a2 = m.add(v, v0, a2), b2 = m.add(v, v1, b2);
          v = lane3(x3), a3 = m.add(v, v0, a3), b3 = m.add(v, v1, b3);
        }
        // both halves of a group of 32 are written out: a loop of two costs 1 to 6 %
        if (f.group == 32) {
          if (m.paired && f.bits == 5) {
            // 5-bit codes: full after four
            keep<M, N>(panel, 0, ones, a0, a1, a2, a3, b0, b1, b2, b3);
          }
          x0 = v128.load(p0 + g, 32);
          if (four) x1 = v128.load(p1 + g, 32), x2 = v128.load(p2 + g, 32), x3 = v128.load(p3 + g, 32);
          v0 = v128.load(codes, 128), v1 = v128.load(codes, 144);
          v = lane0(x0), a0 = next<F, M>(5, v, v0, a0), b0 = next<F, M>(5, v, v1, b0);
          if (four) {
            v = lane0(x1), a1 = next<F, M>(5, v, v0, a1), b1 = next<F, M>(5, v, v1, b1);
            v = lane0(x2), a2 = next<F, M>(5, v, v0, a2), b2 = next<F, M>(5, v, v1, b2);
            v = lane0(x3), a3 = next<F, M>(5, v, v0, a3), b3 = next<F, M>(5, v, v1, b3);
          }
          v0 = v128.load(codes, 160), v1 = v128.load(codes, 176);
          v = lane1(x0), a0 = m.add(v, v0, a0), b0 = m.add(v, v1, b0);
          if (four) {
            v = lane1(x1), a1 = m.add(v, v0, a1), b1 = m.add(v, v1, b1);
            v = lane1(x2), a2 = m.add(v, v0, a2), b2 = m.add(v, v1, b2);
            v = lane1(x3), a3 = m.add(v, v0, a3), b3 = m.add(v, v1, b3);
          }
          v0 = v128.load(codes, 192), v1 = v128.load(codes, 208);
          v = lane2(x0), a0 = m.add(v, v0, a0), b0 = m.add(v, v1, b0);
          if (four) {
            v = lane2(x1), a1 = m.add(v, v0, a1), b1 = m.add(v, v1, b1);
            v = lane2(x2), a2 = m.add(v, v0, a2), b2 = m.add(v, v1, b2);
            v = lane2(x3), a3 = m.add(v, v0, a3), b3 = m.add(v, v1, b3);
          }
          v0 = v128.load(codes, 224), v1 = v128.load(codes, 240);
          v = lane3(x0), a0 = m.add(v, v0, a0), b0 = m.add(v, v1, b0);
          if (four) {
            v = lane3(x1), a1 = m.add(v, v0, a1), b1 = m.add(v, v1, b1);
            v = lane3(x2), a2 = m.add(v, v0, a2), b2 = m.add(v, v1, b2);
            v = lane3(x3), a3 = m.add(v, v0, a3), b3 = m.add(v, v1, b3);
          }
        }
        codes += f.group << 3;
        if (wide && plane == 1) {
          keep<M, N>(panel, 4, ones, a0, a1, a2, a3, b0, b1, b2, b3);
        }
      } while (wide && --plane >= 0);
      scale0 = v128.load(scales), scale1 = v128.load(scales, 16);
      if (f.mins) min0 = v128.load(scales + (MINS - SCALES)), min1 = v128.load(scales + (MINS - SCALES), 16);
      x0 = v128.load(p0), v = lane0(x0), v0 = termOf<F>(x0, g, v, biases);
      s00 = finish<F, M>(s00, panel + (INTS + 0), a0, scale0, v, min0, v0, ones);
      s01 = finish<F, M>(s01, panel + (INTS + 16), b0, scale1, v, min1, v0, ones);
      if (four) {
        x0 = v128.load(p1), v = lane0(x0), v0 = termOf<F>(x0, g, v, biases);
        s10 = finish<F, M>(s10, panel + (INTS + 32), a1, scale0, v, min0, v0, ones);
        s11 = finish<F, M>(s11, panel + (INTS + 48), b1, scale1, v, min1, v0, ones);
        x0 = v128.load(p2), v = lane0(x0), v0 = termOf<F>(x0, g, v, biases);
        s20 = finish<F, M>(s20, panel + (INTS + 64), a2, scale0, v, min0, v0, ones);
        s21 = finish<F, M>(s21, panel + (INTS + 80), b2, scale1, v, min1, v0, ones);
        x0 = v128.load(p3), v = lane0(x0), v0 = termOf<F>(x0, g, v, biases);
        s30 = finish<F, M>(s30, panel + (INTS + 96), a3, scale0, v, min0, v0, ones);
        s31 = finish<F, M>(s31, panel + (INTS + 112), b3, scale1, v, min1, v0, ones);
      }
      scales += 32;
      g += f.group;
    } while (f.group < 32 && g < 32);
  }
  storePart(y, s00, columns), storePart(y + 16, s01, columns - 4);
  if (!four) return;
  if (count > 1) storePart(y1, s10, columns), storePart(y1 + 16, s11, columns - 4);
  if (count > 2) storePart(y2, s20, columns), storePart(y2 + 16, s21, columns - 4);
  if (count > 3) storePart(y3, s30, columns), storePart(y3 + 16, s31, columns - 4);
}

/** Adds products, or begins anew where sums of codes of `bits` bits were put aside. */
// @ts-ignore: decorator
@inline
function next<F, M>(bits: i32, x: v128, codes: v128, sums: v128): v128 {
  const m = the<M>();
  return m.paired && the<F>().bits == bits ? m.first(x, codes) : m.add(x, codes, sums);
}

/** The sum of a group of activations, in every lane, from the head of their block. */
// @ts-ignore: decorator
@inline
function sumOf<F>(head: v128, g: usize): v128 {
  return the<F>().group == 32 ? lane1(head) : g == 0 ? lane2(head) : lane3(head);
}

/** Puts widened sums aside, shifted, while the accumulators begin anew. */
// @ts-ignore: decorator
@inline
function keep<M, N>(
  panel: usize, shift: i32, ones: v128,
  a0: v128, a1: v128, a2: v128, a3: v128, b0: v128, b1: v128, b2: v128, b3: v128,
): void {
  keepOne<M>(panel + INTS, shift, ones, a0, b0);
  if (!the<N>().four) return;
  keepOne<M>(panel + INTS + 32, shift, ones, a1, b1);
  keepOne<M>(panel + INTS + 64, shift, ones, a2, b2);
  keepOne<M>(panel + INTS + 96, shift, ones, a3, b3);
}

// @ts-ignore: decorator
@inline
function keepOne<M>(to: usize, shift: i32, ones: v128, a: v128, b: v128): void {
  v128.store(to, i32x4.shl(the<M>().total(a, ones), shift));
  v128.store(to, i32x4.shl(the<M>().total(b, ones), shift), 16);
}

/** The part of a group that its codes do not know: what mins are multiplied with, or the bias' integer. */
// @ts-ignore: decorator
@inline
function termOf<F>(head: v128, g: usize, d: v128, biases: v128): v128 {
  const f = the<F>();
  if (f.mins) return f32x4.mul(d, f32x4.convert_i32x4_s(sumOf<F>(head, g)));
  return f.bias != 0 ? i32x4.mul(sumOf<F>(head, g), biases) : head;
}

/** Adds one group of one token to its sums of four rows. */
// @ts-ignore: decorator
@inline
function finish<F, M>(
  sums: v128, ints: usize, a: v128, scale: v128, d: v128, least: v128, term: v128, ones: v128,
): v128 {
  const f = the<F>(), m = the<M>();
  let total = m.total(a, ones);
  if (m.paired && f.bits > 4) total = i32x4.add(total, v128.load(ints));
  if (f.bias != 0) total = i32x4.add(total, term);
  sums = madd(f32x4.convert_i32x4_s(total), f32x4.mul(scale, d), sums);
  return f.mins ? madd(least, term, sums) : sums;
}

/** What a tile's sums of four rows begin with: zero, or y. */
// @ts-ignore: decorator
@inline
function start(y: usize, columns: i32, onto: bool): v128 {
  return onto ? loadPart(y, columns) : f32x4.splat(0);
}
