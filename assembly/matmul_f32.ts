// Matrix product of f32 with f32, f16 or bf16:  y[i, j, m, n] = sum over k of a[i, j, m, k] b[i, j, k, n]
//
//   a [B0, B1, M, K] f32, b [B0, B1, K, N]: any strides, in elements (0 repeats); y [B0, B1, M, N] contiguous
//
// Each output adds its K terms in ascending order, DEPTH of them in one accumulator (common/panel.ts), and the sums of
// these blocks one by one, whatever M and the parts. Blocks:
//
//   GROUP columns of b x DEPTH of k    packed to panels of 8 columns in scratch, f32    128 KiB, stays in L2
//   ROWS rows of a x DEPTH of k        packed only where a's columns lie apart           48 KiB
//
//   scratch: panels [min(N, GROUP) / 8][min(K, DEPTH)][8] | block of a [ROWS][min(K, DEPTH)]
//
// Cost: 2 M N K operations, at 85 to 90 % of what the multipliers do (see bench/matmul_f32.ts); M = 1 reads b once,
// bound by memory. Parts divide the panels of all batches.

import { cell, integer, pointer, share } from "./common/args";
import { ADDED, FRESH, panelRows } from "./common/panel";
import { madd, storeTurned } from "./common/simd";
import { BF16, F16, F32 } from "./common/storage";

const GROUP: i32 = 128; // columns: 128 KiB of panels, an eighth of L2 here
const DEPTH: i32 = 256; // of k: a panel (8 KiB) and six rows of a stay in L1
const ROWS: i32 = 48;

/** args: a, b, y | scratch, bytes | B0, B1, N, K, strides of a (4), strides of b (4) | M (cell) */
export function matmul_f32(args: usize, part: i32, parts: i32): void {
  matmul<F32>(args, part, parts);
}

/** args as matmul_f32; b is f16 */
export function matmul_f32_f16(args: usize, part: i32, parts: i32): void {
  matmul<F16>(args, part, parts);
}

/** args as matmul_f32; b is bf16 */
export function matmul_f32_bf16(args: usize, part: i32, parts: i32): void {
  matmul<BF16>(args, part, parts);
}

function matmul<B>(args: usize, part: i32, parts: i32): void {
  const B1 = integer(args, 6), N = integer(args, 7), M = cell(args, 17);
  const panels = (N + 7) >> 3, total = integer(args, 5) * B1 * panels;
  const scratch = pointer(args, 3) + <usize> part * integer(args, 4);
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end;) {
    const batch = i / panels, first = i % panels;
    const count = min(min(GROUP >> 3, panels - first), end - i);
    const i0 = batch / B1, i1 = batch % B1;
    const a = pointer(args, 0) + (<usize> (i0 * integer(args, 9) + i1 * integer(args, 10)) << 2);
    const from = <usize> (i0 * integer(args, 13) + i1 * integer(args, 14));
    const b = pointer(args, 1) + (from << changetype<B>(0).shift());
    const y = pointer(args, 2) + (<usize> batch * M * N << 2);
    const streamed = streamPanels<B>(args, a, b, y, first, count);
    group<B>(args, a, b, y, first + streamed, count - streamed, scratch);
    i += count;
  }
}

/**
 * The product of one row with columns that are contiguous in k, 16 at a time and without packing: b is read once.
 * Gives the number of panels done; the rest, and all other products, are group's.
 */
function streamPanels<B>(args: usize, a: usize, b: usize, y: usize, first: i32, count: i32): i32 {
  const N = integer(args, 7), K = integer(args, 8), stride = <usize> integer(args, 16) << changetype<B>(0).shift();
  if (cell(args, 17) != 1 || integer(args, 12) != 1 || integer(args, 15) != 1) return 0;
  let p = 0;
  for (; p + 2 <= count && (first + p + 2) << 3 <= N; p += 2) {
    const n = <usize> (first + p) << 3;
    streamColumns<B>(a, b + n * stride, stride, K, y + (n << 2));
  }
  return p;
}

function streamColumns<B>(a: usize, b: usize, stride: usize, K: i32, y: usize): void {
  const bytes = <usize> DEPTH << changetype<B>(0).shift();
  streamDepth<B>(a, b, stride, min(K, DEPTH), y, false);
  for (let k = K - DEPTH; k > 0; k -= DEPTH) {
    a += DEPTH << 2, b += bytes;
    streamDepth<B>(a, b, stride, min(k, DEPTH), y, true);
  }
}

/** One sum of `depth` terms for each column, written or added. */
function streamDepth<B>(a: usize, b: usize, stride: usize, depth: i32, y: usize, added: bool): void {
  const size = changetype<B>(0).shift(), four = stride << 2, eight = four << 1;
  let y0 = f32x4.splat(0), y1 = y0, y2 = y0, y3 = y0;
  let k = depth;
  for (; k >= 4; k -= 4, a += 16, b += <usize> 4 << size) {
    const b2 = b + eight;
    y0 = changetype<B>(0).addColumns(b, stride, a, y0);
    y1 = changetype<B>(0).addColumns(b + four, stride, a, y1);
    y2 = changetype<B>(0).addColumns(b2, stride, a, y2);
    y3 = changetype<B>(0).addColumns(b2 + four, stride, a, y3);
  }
  for (; k > 0; k--, a += 4, b += <usize> 1 << size) {
    const x = v128.load32_splat(a), b2 = b + eight;
    y0 = madd(x, gather<B>(b, stride), y0), y1 = madd(x, gather<B>(b + four, stride), y1);
    y2 = madd(x, gather<B>(b2, stride), y2), y3 = madd(x, gather<B>(b2 + four, stride), y3);
  }
  if (added) {
    y0 = f32x4.add(v128.load(y), y0), y1 = f32x4.add(v128.load(y, 16), y1);
    y2 = f32x4.add(v128.load(y, 32), y2), y3 = f32x4.add(v128.load(y, 48), y3);
  }
  v128.store(y, y0), v128.store(y, y1, 16), v128.store(y, y2, 32), v128.store(y, y3, 48);
}

/** One element of four columns. */
// @ts-ignore: decorator
@inline
function gather<B>(p: usize, stride: usize): v128 {
  let v = f32x4.splat(changetype<B>(0).load1(p));
  v = f32x4.replace_lane(v, 1, changetype<B>(0).load1(p + stride));
  v = f32x4.replace_lane(v, 2, changetype<B>(0).load1(p + (stride << 1)));
  return f32x4.replace_lane(v, 3, changetype<B>(0).load1(p + 3 * stride));
}

/** `count` panels of one product, from panel `first` on. */
function group<B>(args: usize, a: usize, b: usize, y: usize, first: i32, count: i32, scratch: usize): void {
  const N = integer(args, 7), K = integer(args, 8), M = cell(args, 17);
  const rowStride = integer(args, 11), columnStride = integer(args, 12);
  const kStride = integer(args, 15), nStride = integer(args, 16), size = changetype<B>(0).shift();
  const panelBytes = <usize> min(K, DEPTH) << 5, block = scratch + <usize> min((N + 7) >> 3, GROUP >> 3) * panelBytes;
  for (let k = 0; k == 0 || k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k);
    for (let p = 0; p < count; p++) {
      const n = (first + p) << 3;
      const from = b + (<usize> (k * kStride + n * nStride) << size);
      packPanel<B>(from, kStride, nStride, min(8, N - n), depth, scratch + <usize> p * panelBytes);
    }
    for (let m = 0; m < M; m += ROWS) {
      const rows = min(ROWS, M - m);
      let x = a + (<usize> (m * rowStride + k * columnStride) << 2), rowBytes = <usize> rowStride << 2;
      if (columnStride != 1) {
        packRows(x, rowStride, columnStride, rows, depth, block);
        x = block, rowBytes = <usize> depth << 2;
      }
      for (let p = 0; p < count; p++) {
        const n = (first + p) << 3;
        const panel = scratch + <usize> p * panelBytes, out = y + ((<usize> m * N + n) << 2);
        panelRows(x, rowBytes, panel, out, <usize> N << 2, rows, min(8, N - n), depth, k > 0 ? ADDED : FRESH);
      }
    }
  }
}

/** Rows of a whose columns lie apart, side by side; rows that are neighbours go in squares of four. */
export function packRows(x: usize, rowStride: i32, columnStride: i32, rows: i32, depth: i32, block: usize): void {
  const column = <usize> columnStride << 2, rowBytes = <usize> depth << 2;
  const whole = rowStride == 1 ? depth & ~3 : 0, r4 = rows & ~3;
  for (let r = 0; r < r4; r += 4) {
    let p = x + (<usize> r << 2), to = block + <usize> r * rowBytes;
    for (let k = 0; k < whole; k += 4, p += column << 2, to += 16) {
      const p2 = p + (column << 1);
      turn<F32>(p, p + column, p2, p2 + column, to, rowBytes);
    }
  }
  for (let r = 0; r < rows; r++) {
    for (let k = r < r4 ? whole : 0; k < depth; k++) {
      const value = load<f32>(x + (<usize> (r * rowStride + k * columnStride) << 2));
      store<f32>(block + <usize> r * rowBytes + (<usize> k << 2), value);
    }
  }
}

/** [depth][8] of b from `p` on; lanes past `columns` hold anything. */
export function packPanel<B>(p: usize, kStride: i32, nStride: i32, columns: i32, depth: i32, panel: usize): void {
  if (kStride == 1) packDeep<B>(p, nStride, columns, depth, panel);
  else if (nStride == 1 && columns == 8) packWide<B>(p, kStride, depth, panel);
  else packAny<B>(p, kStride, nStride, columns, depth, panel);
}

/** Columns that are contiguous in k: four k of eight columns at a time, turned. */
function packDeep<B>(p: usize, nStride: i32, columns: i32, depth: i32, panel: usize): void {
  const size = changetype<B>(0).shift(), column = <usize> nStride << size;
  // a column past the last reads the last
  const p1 = p + (columns > 1 ? column : 0), p2 = p1 + (columns > 2 ? column : 0);
  const p3 = p2 + (columns > 3 ? column : 0), p4 = p3 + (columns > 4 ? column : 0);
  const p5 = p4 + (columns > 5 ? column : 0), p6 = p5 + (columns > 6 ? column : 0);
  const p7 = p6 + (columns > 7 ? column : 0), whole = <usize> (depth & ~3) << size, all = <usize> depth << size;
  let o: usize = 0;
  for (; o < whole; o += <usize> 4 << size, panel += 128) {
    turn<B>(p + o, p1 + o, p2 + o, p3 + o, panel, 32);
    turn<B>(p4 + o, p5 + o, p6 + o, p7 + o, panel + 16, 32);
  }
  for (; o < all; o += <usize> 1 << size, panel += 32) {
    store<f32>(panel, changetype<B>(0).load1(p + o));
    store<f32>(panel, changetype<B>(0).load1(p1 + o), 4);
    store<f32>(panel, changetype<B>(0).load1(p2 + o), 8);
    store<f32>(panel, changetype<B>(0).load1(p3 + o), 12);
    store<f32>(panel, changetype<B>(0).load1(p4 + o), 16);
    store<f32>(panel, changetype<B>(0).load1(p5 + o), 20);
    store<f32>(panel, changetype<B>(0).load1(p6 + o), 24);
    store<f32>(panel, changetype<B>(0).load1(p7 + o), 28);
  }
}

/** Four elements of four vectors, turned into four rows `step` bytes apart. */
// @ts-ignore: decorator
@inline
function turn<B>(p0: usize, p1: usize, p2: usize, p3: usize, to: usize, step: usize): void {
  const c0 = changetype<B>(0).load4(p0), c1 = changetype<B>(0).load4(p1);
  const c2 = changetype<B>(0).load4(p2), c3 = changetype<B>(0).load4(p3);
  storeTurned(c0, c1, c2, c3, to, step);
}

/** Eight columns that lie side by side. */
function packWide<B>(p: usize, kStride: i32, depth: i32, panel: usize): void {
  const size = changetype<B>(0).shift(), row = <usize> kStride << size;
  for (let k = 0; k < depth; k++, p += row, panel += 32) {
    v128.store(panel, changetype<B>(0).load4(p));
    v128.store(panel, changetype<B>(0).load4(p + (<usize> 4 << size)), 16);
  }
}

function packAny<B>(p: usize, kStride: i32, nStride: i32, columns: i32, depth: i32, panel: usize): void {
  const size = changetype<B>(0).shift();
  for (let k = 0; k < depth; k++, panel += 32) {
    for (let n = 0; n < columns; n++) {
      const from = p + (<usize> (k * kStride + n * nStride) << size);
      store<f32>(panel + (<usize> n << 2), changetype<B>(0).load1(from));
    }
  }
}
