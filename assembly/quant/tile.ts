// Up to four tokens times the panel of eight rows: the inner kernel of the quantized matmuls.
//
//   sum[t, r] = madd(f32(exact integer), scale dx, sum), then madd(min, dx sum(x), sum), group after group
//
// That order is the same here and where a matvec reads blocks in registers, so a result's bits never depend
// on the number of tokens. Eight integer accumulators (two vectors of rows for each of four tokens), two
// vectors of codes and a broadcast fill the registers of x64; the sums wait in the panel's memory. Absent
// tokens of the last tile repeat the last one and are not stored.
//
// Cost: 8 dot products, 2 loads and 4 broadcasts for four columns; 24 to 32 instructions more a group.

import { loadPart, storePart } from "../common/partial";
import { madd } from "../common/simd";
import { the } from "../common/the";
import { lane0, lane1, lane2, lane3 } from "./dot";
import { hold, unknownZero } from "./hold";
import { INTS, MINS, SCALES, SUMS } from "./panel";

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
  begin(panel, y, yRow, count, columns, onto);

  let x0: v128, x1 = i32x4.splat(0), x2 = x1, x3 = x1, v: v128, v0: v128, v1: v128, scale0: v128, scale1: v128;
  for (; p0 < last; p0 += BLOCK, p1 += BLOCK, p2 += BLOCK, p3 += BLOCK) {
    for (let g: usize = 0; g < 32; g += f.group) {
      let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (let plane = wide ? 1 : 0; plane >= 0; plane--) {
        for (let o = g, end = g + f.group; o < end; o += 16, codes += 128) {
          x0 = v128.load(p0 + o, 16);
          if (four) x1 = v128.load(p1 + o, 16), x2 = v128.load(p2 + o, 16), x3 = v128.load(p3 + o, 16);
          v0 = v128.load(codes), v1 = v128.load(codes, 16);
          v = lane0(x0), a0 = m.add(v, v0, a0), b0 = m.add(v, v1, b0);
          if (four) {
            v = lane0(x1), a1 = m.add(v, v0, a1), b1 = m.add(v, v1, b1);
            v = lane0(x2), a2 = m.add(v, v0, a2), b2 = m.add(v, v1, b2);
            v = lane0(x3), a3 = m.add(v, v0, a3), b3 = m.add(v, v1, b3);
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
            a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
          }
          v0 = v128.load(codes, 64), v1 = v128.load(codes, 80);
          v = lane2(x0), a0 = m.add(v, v0, a0), b0 = m.add(v, v1, b0);
          if (four) {
            v = lane2(x1), a1 = m.add(v, v0, a1), b1 = m.add(v, v1, b1);
            v = lane2(x2), a2 = m.add(v, v0, a2), b2 = m.add(v, v1, b2);
            v = lane2(x3), a3 = m.add(v, v0, a3), b3 = m.add(v, v1, b3);
          }
          v0 = v128.load(codes, 96), v1 = v128.load(codes, 112);
          v = lane3(x0), a0 = m.add(v, v0, a0), b0 = m.add(v, v1, b0);
          if (four) {
            v = lane3(x1), a1 = m.add(v, v0, a1), b1 = m.add(v, v1, b1);
            v = lane3(x2), a2 = m.add(v, v0, a2), b2 = m.add(v, v1, b2);
            v = lane3(x3), a3 = m.add(v, v0, a3), b3 = m.add(v, v1, b3);
          }
          if (m.paired && f.bits == 5 && o == g) {
            // 5-bit codes: full after four
            keep<M, N>(panel, 0, ones, a0, a1, a2, a3, b0, b1, b2, b3);
            a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
          }
        }
        if (wide && plane == 1) {
          keep<M, N>(panel, 4, ones, a0, a1, a2, a3, b0, b1, b2, b3);
          a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        }
      }
      scale0 = v128.load(scales), scale1 = v128.load(scales, 16);
      finish<F, M>(panel, 0, p0, g, a0, b0, scale0, scale1, biases, ones, scales);
      if (four) {
        finish<F, M>(panel, 32, p1, g, a1, b1, scale0, scale1, biases, ones, scales);
        finish<F, M>(panel, 64, p2, g, a2, b2, scale0, scale1, biases, ones, scales);
        finish<F, M>(panel, 96, p3, g, a3, b3, scale0, scale1, biases, ones, scales);
      }
      scales += 32;
    }
  }
  end(panel, y, yRow, count, columns);
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

/** Adds one group of one token to its sums. */
// @ts-ignore: decorator
@inline
function finish<F, M>(
  panel: usize, at: usize, x: usize, g: usize, a: v128, b: v128,
  scale0: v128, scale1: v128, biases: v128, ones: v128, scales: usize,
): void {
  const f = the<F>(), m = the<M>();
  const sums = panel + SUMS + at, ints = panel + INTS + at;
  const head = v128.load(x), d = lane0(head);
  let i0 = m.total(a, ones), i1 = m.total(b, ones);
  if (m.paired && f.bits > 4) i0 = i32x4.add(i0, v128.load(ints)), i1 = i32x4.add(i1, v128.load(ints, 16));
  if (f.bias != 0) {
    const start = i32x4.mul(sumOf<F>(head, g), biases);
    i0 = i32x4.add(i0, start), i1 = i32x4.add(i1, start);
  }
  let y0 = madd(f32x4.convert_i32x4_s(i0), f32x4.mul(scale0, d), v128.load(sums));
  let y1 = madd(f32x4.convert_i32x4_s(i1), f32x4.mul(scale1, d), v128.load(sums, 16));
  if (f.mins) {
    const s = f32x4.mul(d, f32x4.convert_i32x4_s(sumOf<F>(head, g)));
    y0 = madd(v128.load(scales + (MINS - SCALES)), s, y0);
    y1 = madd(v128.load(scales + (MINS - SCALES), 16), s, y1);
  }
  v128.store(sums, y0);
  v128.store(sums, y1, 16);
}

/** The tile's sums: zero, or y. */
function begin(panel: usize, y: usize, yRow: usize, count: i32, columns: i32, onto: bool): void {
  let sums = panel + SUMS;
  for (let t = 0; t < count; t++, sums += 32, y += yRow) {
    v128.store(sums, onto ? loadPart(y, columns) : f32x4.splat(0));
    v128.store(sums, onto ? loadPart(y + 16, columns - 4) : f32x4.splat(0), 16);
  }
}

/** The tile's sums to y. */
function end(panel: usize, y: usize, yRow: usize, count: i32, columns: i32): void {
  let sums = panel + SUMS;
  for (let t = 0; t < count; t++, sums += 32, y += yRow) {
    storePart(y, v128.load(sums), columns);
    storePart(y + 16, v128.load(sums, 16), columns - 4);
  }
}
