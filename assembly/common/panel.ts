// Rows times a panel of eight columns: the inner kernel of every f32 matmul.
//
//   y[r, c] = sum over k of a[r, k] panel[k, c],   r < rows, c < columns <= 8
//
//   a      rows of K f32, `aRowBytes` apart
//   panel  [K][8] f32: 32 bytes a k, lanes past `columns` hold anything
//   y      rows of `columns` f32, `yRowBytes` apart
//
// Each output has one accumulator and adds its terms in ascending k, whatever the row, the number of rows and the
// tile that holds it. A K of more than DEEP is cut into blocks, whose sums are added one by one, so that the error of a
// sum grows with the number of blocks and not with K; who cuts it himself adds to y (ADDED), or continues one sum through
// y (CHAIN). So the result's bits depend on nothing but the row of a and the column of the panel.
//
// Cost: a tile of 6 rows takes 12 madds, 2 loads and 6 broadcasts a k. 12 accumulators + 2 panel vectors +
// 1 broadcast fit the 16 vector registers of x64 and cover the latency of two multipliers: 55 GFLOP/s where the
// multipliers alone reach 58; one k a turn of the loop gives 45, four 53; 4 rows are a fifth slower (Zen 5,
// 2026-11-23).

import { loadPart, storePart } from "./partial";
import { madd } from "./simd";
import { Five, Four, One, Six, Three, Two } from "./tiles";

const TILE: i32 = 6;
/** Terms of one sum: an error of 2^-24 at each, and of the sums of all blocks. */
const DEEP: i32 = 512;

/** The sum stands alone. */
export const FRESH: i32 = 0;
/** It continues the one that stands in y. */
export const CHAIN: i32 = 1;
/** It is added to what stands in y. */
export const ADDED: i32 = 2;

/** Writes `rows` x `columns` of a times the panel; `how` is FRESH, CHAIN or ADDED. */
export function panelRows(
  a: usize, aRowBytes: usize, panel: usize, y: usize, yRowBytes: usize,
  rows: i32, columns: i32, K: i32, how: i32 = 0,
): void {
  let depth = min(K, DEEP);
  block(a, aRowBytes, panel, y, yRowBytes, rows, columns, depth, how);
  for (let k = depth; k < K; k += depth) {
    a += <usize> depth << 2, panel += <usize> depth << 5, depth = min(K - k, DEEP);
    block(a, aRowBytes, panel, y, yRowBytes, rows, columns, depth, ADDED);
  }
}

/** The same for at most DEEP terms. */
function block(
  a: usize, aRowBytes: usize, panel: usize, y: usize, yRowBytes: usize, rows: i32, columns: i32, K: i32, how: i32,
): void {
  for (; rows >= TILE; rows -= TILE) {
    tile<Six>(a, aRowBytes, panel, y, yRowBytes, columns, K, how);
    a += <usize> TILE * aRowBytes;
    y += <usize> TILE * yRowBytes;
  }
  if (rows == 5) tile<Five>(a, aRowBytes, panel, y, yRowBytes, columns, K, how);
  else if (rows == 4) tile<Four>(a, aRowBytes, panel, y, yRowBytes, columns, K, how);
  else if (rows == 3) tile<Three>(a, aRowBytes, panel, y, yRowBytes, columns, K, how);
  else if (rows == 2) tile<Two>(a, aRowBytes, panel, y, yRowBytes, columns, K, how);
  else if (rows == 1) tile<One>(a, aRowBytes, panel, y, yRowBytes, columns, K, how);
}

function tile<T>(
  a: usize, aRow: usize, panel: usize, y: usize, yRow: usize, columns: i32, K: i32, how: i32,
): void {
  let a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow;
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow, y4 = y3 + yRow, y5 = y4 + yRow;
  let l0 = f32x4.splat(0), h0 = l0, l1 = l0, h1 = l0, l2 = l0, h2 = l0, l3 = l0, h3 = l0, l4 = l0, h4 = l0, l5 = l0, h5 = l0;
  if (how == CHAIN) {
    l0 = loadPart(y, columns), h0 = loadPart(y + 16, columns - 4);
    if (lengthof<T>() > 1) l1 = loadPart(y1, columns), h1 = loadPart(y1 + 16, columns - 4);
    if (lengthof<T>() > 2) l2 = loadPart(y2, columns), h2 = loadPart(y2 + 16, columns - 4);
    if (lengthof<T>() > 3) l3 = loadPart(y3, columns), h3 = loadPart(y3 + 16, columns - 4);
    if (lengthof<T>() > 4) l4 = loadPart(y4, columns), h4 = loadPart(y4 + 16, columns - 4);
    if (lengthof<T>() > 5) l5 = loadPart(y5, columns), h5 = loadPart(y5 + 16, columns - 4);
  }

  let p = panel, x: v128, low: v128, high: v128;
  const whole = panel + (<usize> (K & ~7) << 5), end = panel + (<usize> K << 5);
  for (; p < whole; p += 256) {
    low = v128.load(p), high = v128.load(p, 16);
    x = v128.load32_splat(a), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5), l5 = madd(x, low, l5), h5 = madd(x, high, h5);

    low = v128.load(p, 32), high = v128.load(p, 48);
    x = v128.load32_splat(a, 4), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1, 4), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2, 4), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3, 4), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4, 4), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5, 4), l5 = madd(x, low, l5), h5 = madd(x, high, h5);

    low = v128.load(p, 64), high = v128.load(p, 80);
    x = v128.load32_splat(a, 8), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1, 8), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2, 8), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3, 8), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4, 8), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5, 8), l5 = madd(x, low, l5), h5 = madd(x, high, h5);

    low = v128.load(p, 96), high = v128.load(p, 112);
    x = v128.load32_splat(a, 12), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1, 12), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2, 12), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3, 12), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4, 12), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5, 12), l5 = madd(x, low, l5), h5 = madd(x, high, h5);

    low = v128.load(p, 128), high = v128.load(p, 144);
    x = v128.load32_splat(a, 16), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1, 16), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2, 16), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3, 16), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4, 16), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5, 16), l5 = madd(x, low, l5), h5 = madd(x, high, h5);

    low = v128.load(p, 160), high = v128.load(p, 176);
    x = v128.load32_splat(a, 20), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1, 20), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2, 20), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3, 20), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4, 20), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5, 20), l5 = madd(x, low, l5), h5 = madd(x, high, h5);

    low = v128.load(p, 192), high = v128.load(p, 208);
    x = v128.load32_splat(a, 24), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1, 24), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2, 24), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3, 24), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4, 24), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5, 24), l5 = madd(x, low, l5), h5 = madd(x, high, h5);

    low = v128.load(p, 224), high = v128.load(p, 240);
    x = v128.load32_splat(a, 28), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1, 28), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2, 28), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3, 28), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4, 28), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5, 28), l5 = madd(x, low, l5), h5 = madd(x, high, h5);

    a += 32, a1 += 32, a2 += 32, a3 += 32, a4 += 32, a5 += 32;
  }
  for (; p < end; p += 32) {
    low = v128.load(p), high = v128.load(p, 16);
    x = v128.load32_splat(a), l0 = madd(x, low, l0), h0 = madd(x, high, h0);
    if (lengthof<T>() > 1) x = v128.load32_splat(a1), l1 = madd(x, low, l1), h1 = madd(x, high, h1);
    if (lengthof<T>() > 2) x = v128.load32_splat(a2), l2 = madd(x, low, l2), h2 = madd(x, high, h2);
    if (lengthof<T>() > 3) x = v128.load32_splat(a3), l3 = madd(x, low, l3), h3 = madd(x, high, h3);
    if (lengthof<T>() > 4) x = v128.load32_splat(a4), l4 = madd(x, low, l4), h4 = madd(x, high, h4);
    if (lengthof<T>() > 5) x = v128.load32_splat(a5), l5 = madd(x, low, l5), h5 = madd(x, high, h5);
    a += 4, a1 += 4, a2 += 4, a3 += 4, a4 += 4, a5 += 4;
  }

  if (how == ADDED) {
    l0 = f32x4.add(loadPart(y, columns), l0), h0 = f32x4.add(loadPart(y + 16, columns - 4), h0);
    if (lengthof<T>() > 1) l1 = f32x4.add(loadPart(y1, columns), l1), h1 = f32x4.add(loadPart(y1 + 16, columns - 4), h1);
    if (lengthof<T>() > 2) l2 = f32x4.add(loadPart(y2, columns), l2), h2 = f32x4.add(loadPart(y2 + 16, columns - 4), h2);
    if (lengthof<T>() > 3) l3 = f32x4.add(loadPart(y3, columns), l3), h3 = f32x4.add(loadPart(y3 + 16, columns - 4), h3);
    if (lengthof<T>() > 4) l4 = f32x4.add(loadPart(y4, columns), l4), h4 = f32x4.add(loadPart(y4 + 16, columns - 4), h4);
    if (lengthof<T>() > 5) l5 = f32x4.add(loadPart(y5, columns), l5), h5 = f32x4.add(loadPart(y5 + 16, columns - 4), h5);
  }
  finish(y, columns, l0, h0);
  if (lengthof<T>() > 1) finish(y1, columns, l1, h1);
  if (lengthof<T>() > 2) finish(y2, columns, l2, h2);
  if (lengthof<T>() > 3) finish(y3, columns, l3, h3);
  if (lengthof<T>() > 4) finish(y4, columns, l4, h4);
  if (lengthof<T>() > 5) finish(y5, columns, l5, h5);
}

/** Writes one row of the tile. */
// @ts-ignore: decorator
@inline
function finish(y: usize, columns: i32, low: v128, high: v128): void {
  storePart(y, low, columns);
  storePart(y + 16, high, columns - 4);
}
