// Causal attention over a key-value cache, with an online softmax (Milakov and Gimelshein, 2018; Dao et al., 2022).
//
//   y[t, h] = sum over j of w[j] v[g, j],   w = softmax over j of scale * (q[t, h] . k[g, j]),   g = h / (H / G)
//   row t has position p = P + t and sees the keys j <= p, with a window those with p - j < window
//
//   q, y  [T, H, D] f32     k, v  [G, S, D] f32: the positions of one head lie together
//
// Keys are folded in blocks of BLOCK, aligned to absolute positions. For each block and row:
//
//   s[j] = scale * (q . k[j])    m' = max(m, s)    w[j] = e^(s[j] - m')    c = e^(m - m')
//   l = l c + sum of w           y = y c + sum over j of w[j] v[j]         in the end y / l
//
// A row goes through the same operations in the same order whatever T, P of the call and the rows beside it, so
// chunked and whole prompts agree to the bit: a score sums its products in 4 lanes of ascending d, an element of y
// has one accumulator of ascending j.
//
// Rows are taken in tiles of up to 6 that share each loaded key and value: the H / G heads of one position (T = 1),
// else successive positions of one head. Parts divide the tiles.
//
// Scratch: 6 rows of BLOCK scores, then m, l and c of each row.
// Cost: 4 T H D p operations. T = 1: k and v are read once, bound by memory; T >= 6: bound by the multipliers.

import { cell, integer, pointer, real, share } from "./common/args";
import { exp1, exp4 } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { madd, max4, sum4 } from "./common/simd";
import { Five, Four, One, Six, Three, Two } from "./common/tiles";

const TILE: i32 = 6; // 6 x 2 accumulators, see common/panel.ts
const BLOCK: i32 = 32; // keys; 8 vectors of weights, and 8 KiB of k at D = 64
// A row's line of scratch: 32 weights, then its state.
const LINE: usize = 144;
const MAXIMUM: usize = 128; // m
const SUM: usize = 132; // l
const CORRECTION: usize = 136; // c

/** args: x, cache | G, D, S | T (cell), P (cell) */
export function kv_append_f32(args: usize, part: i32, parts: i32): void {
  const groups = integer(args, 2), D = integer(args, 3), S = integer(args, 4);
  const total = cell(args, 5) * groups, first = cell(args, 6);
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end; i++) {
    const p = first + i / groups, g = i % groups;
    if (<u32> p >= <u32> S) continue;
    let x = pointer(args, 0) + (<usize> i * D << 2);
    let y = pointer(args, 1) + ((<usize> g * S + p) * D << 2);
    for (let n = D; n > 0; n -= 4, x += 16, y += 16) storePart(y, loadPart(x, n), n);
  }
}

/** args: q, k, v, y | scratch, bytes | H, G, D, S, scale, window | T (cell), P (cell) */
export function attention_f32(args: usize, part: i32, parts: i32): void {
  const H = integer(args, 6), heads = H / integer(args, 7), D = integer(args, 8);
  const T = cell(args, 12), P = cell(args, 13);
  const across = T == 1; // a tile holds the heads of one position
  const span = across ? heads : T;
  const lines = across ? H / heads : H;
  const tiles = (span + TILE - 1) / TILE;
  const end = share(lines * tiles, part + 1, parts);
  for (let i = share(lines * tiles, part, parts); i < end; i++) {
    const line = i / tiles, from = i % tiles * TILE;
    const rows = min(TILE, span - from);
    const at = (across ? <usize> line * heads + from : <usize> from * H + line) * D << 2;
    const rowBytes = <usize> (across ? D : H * D) << 2;
    const group = across ? line : line / heads;
    attendRows(args, part, group, at, rowBytes, rows, across ? P : P + from, across ? 0 : 1);
  }
}

/** Attends with `rows` rows that lie `rowBytes` apart, at positions p, p + step .. */
function attendRows(
  args: usize, part: i32, group: i32, at: usize, rowBytes: usize, rows: i32, p: i32, step: i32,
): void {
  const D = integer(args, 8), S = integer(args, 9), window = integer(args, 11);
  const q = pointer(args, 0) + at, y = pointer(args, 3) + at;
  const head = <usize> group * S * D << 2, keyBytes = <usize> D << 2;
  const k = pointer(args, 1) + head, v = pointer(args, 2) + head;
  const scratch = pointer(args, 4) + <usize> part * integer(args, 5);
  const last = p + (rows - 1) * step;
  const inside = p >= 0 && last < S;
  for (let r: usize = 0; r < <usize> rows; r++) begin(scratch + r * LINE, y + r * rowBytes, D, inside);
  if (!inside) return;

  for (let block = firstKey(p, window) & -BLOCK; block <= last; block += BLOCK) {
    const from = <usize> block * keyBytes;
    scores(rows, q, rowBytes, k + from, min(BLOCK, last + 1 - block), D, real(args, 10), scratch);
    for (let r = 0; r < rows; r++) {
      fold(scratch + <usize> r * LINE, lowKey(block, p + r * step, window), highKey(block, p + r * step));
    }
    const whole = highKey(block, p) == BLOCK && lowKey(block, last, window) == 0;
    if (step == 0 || whole) {
      addValues(rows, scratch, v + from, lowKey(block, p, window), highKey(block, p), D, y, rowBytes);
    } else { // each row sees keys of its own
      for (let r = 0; r < rows; r++) {
        const low = lowKey(block, p + r, window), high = highKey(block, p + r);
        addValues(1, scratch + <usize> r * LINE, v + from, low, high, D, y + <usize> r * rowBytes, rowBytes);
      }
    }
  }
  for (let r: usize = 0; r < <usize> rows; r++) divide(y + r * rowBytes, load<f32>(scratch + r * LINE, SUM), D);
}

/** The first key that position p sees. */
// @ts-ignore: decorator
@inline
function firstKey(p: i32, window: i32): i32 {
  return window > 0 ? max(0, p - window + 1) : 0;
}

// The keys of a block that position p sees: low .. high - 1, none where low >= high.

// @ts-ignore: decorator
@inline
function lowKey(block: i32, p: i32, window: i32): i32 {
  return max(0, firstKey(p, window) - block);
}

// @ts-ignore: decorator
@inline
function highKey(block: i32, p: i32): i32 {
  return min(BLOCK, p + 1 - block);
}

/** Empties a row: m = -Infinity, l = 0, y = 0 (NaN where it has no position). */
function begin(line: usize, y: usize, D: i32, inside: bool): void {
  store<f32>(line, -Infinity, MAXIMUM);
  store<f32>(line, 0, SUM);
  const value = f32x4.splat(inside ? 0 : NaN);
  for (let n = D; n > 0; n -= 4, y += 16) storePart(y, value, n);
}

function divide(y: usize, sum: f32, D: i32): void {
  const scale = f32x4.splat(<f32> 1 / sum);
  for (let n = D; n > 0; n -= 4, y += 16) storePart(y, f32x4.mul(loadPart(y, n), scale), n);
}

/** Turns a row's scores into weights and brings its m, l and c up to date. */
function fold(line: usize, low: i32, high: i32): void {
  if (low >= high) return;
  const from = i32x4.splat(low), to = i32x4.splat(high), before = load<f32>(line, MAXIMUM);
  let index = i32x4(0, 1, 2, 3), largest = f32x4.splat(before);
  for (let p = line; p < line + MAXIMUM; p += 16, index = i32x4.add(index, i32x4.splat(4))) {
    const seen = v128.and(i32x4.ge_s(index, from), i32x4.lt_s(index, to));
    const s = v128.bitselect(v128.load(p), f32x4.splat(-Infinity), seen);
    v128.store(p, s);
    largest = f32x4.max(largest, s);
  }
  const m = max4(largest), shift = f32x4.splat(m);
  let sums = f32x4.splat(0);
  for (let p = line; p < line + MAXIMUM; p += 16) {
    const w = exp4(f32x4.sub(v128.load(p), shift));
    v128.store(p, w);
    sums = f32x4.add(sums, w);
  }
  const correction = exp1(before - m);
  store<f32>(line, m, MAXIMUM);
  store<f32>(line, load<f32>(line, SUM) * correction + sum4(sums), SUM);
  store<f32>(line, correction, CORRECTION);
}

function scores(
  rows: i32, q: usize, qRow: usize, k: usize, n: i32, D: i32, scale: f32, scratch: usize,
): void {
  if (rows == 6) scoreTile<Six>(q, qRow, k, n, D, scale, scratch);
  else if (rows == 5) scoreTile<Five>(q, qRow, k, n, D, scale, scratch);
  else if (rows == 4) scoreTile<Four>(q, qRow, k, n, D, scale, scratch);
  else if (rows == 3) scoreTile<Three>(q, qRow, k, n, D, scale, scratch);
  else if (rows == 2) scoreTile<Two>(q, qRow, k, n, D, scale, scratch);
  else scoreTile<One>(q, qRow, k, n, D, scale, scratch);
}

/** scale * (q . k) of each row with n keys, two keys at a time (an odd last one beside itself). */
function scoreTile<T>(q: usize, qRow: usize, k: usize, n: i32, D: i32, scale: f32, scratch: usize): void {
  const q1 = q + qRow, q2 = q1 + qRow, q3 = q2 + qRow, q4 = q3 + qRow, q5 = q4 + qRow;
  const bytes = <usize> D << 2, whole = <usize> (D & ~3) << 2, zero = f32x4.splat(0);
  for (let j = 0; j < n; j += 2) {
    const other = j + 1 < n ? k + bytes : k;
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero;
    let d: usize = 0, x: v128;
    for (; d < whole; d += 16) {
      const a = v128.load(k + d), b = v128.load(other + d);
      x = v128.load(q + d), a0 = madd(x, a, a0), b0 = madd(x, b, b0);
      if (lengthof<T>() > 1) x = v128.load(q1 + d), a1 = madd(x, a, a1), b1 = madd(x, b, b1);
      if (lengthof<T>() > 2) x = v128.load(q2 + d), a2 = madd(x, a, a2), b2 = madd(x, b, b2);
      if (lengthof<T>() > 3) x = v128.load(q3 + d), a3 = madd(x, a, a3), b3 = madd(x, b, b3);
      if (lengthof<T>() > 4) x = v128.load(q4 + d), a4 = madd(x, a, a4), b4 = madd(x, b, b4);
      if (lengthof<T>() > 5) x = v128.load(q5 + d), a5 = madd(x, a, a5), b5 = madd(x, b, b5);
    }
    if (d < bytes) {
      const a = loadPart(k + d, D & 3), b = loadPart(other + d, D & 3);
      x = loadPart(q + d, D & 3), a0 = madd(x, a, a0), b0 = madd(x, b, b0);
      if (lengthof<T>() > 1) x = loadPart(q1 + d, D & 3), a1 = madd(x, a, a1), b1 = madd(x, b, b1);
      if (lengthof<T>() > 2) x = loadPart(q2 + d, D & 3), a2 = madd(x, a, a2), b2 = madd(x, b, b2);
      if (lengthof<T>() > 3) x = loadPart(q3 + d, D & 3), a3 = madd(x, a, a3), b3 = madd(x, b, b3);
      if (lengthof<T>() > 4) x = loadPart(q4 + d, D & 3), a4 = madd(x, a, a4), b4 = madd(x, b, b4);
      if (lengthof<T>() > 5) x = loadPart(q5 + d, D & 3), a5 = madd(x, a, a5), b5 = madd(x, b, b5);
    }
    const s = scratch + (<usize> j << 2);
    v128.store64_lane(s, pairSum(a0, b0, scale), 0);
    if (lengthof<T>() > 1) v128.store64_lane(s + LINE, pairSum(a1, b1, scale), 0);
    if (lengthof<T>() > 2) v128.store64_lane(s + 2 * LINE, pairSum(a2, b2, scale), 0);
    if (lengthof<T>() > 3) v128.store64_lane(s + 3 * LINE, pairSum(a3, b3, scale), 0);
    if (lengthof<T>() > 4) v128.store64_lane(s + 4 * LINE, pairSum(a4, b4, scale), 0);
    if (lengthof<T>() > 5) v128.store64_lane(s + 5 * LINE, pairSum(a5, b5, scale), 0);
    k += bytes << 1;
  }
}

/** scale times the sums of a's and of b's lanes, (0 + 2) + (1 + 3), in lanes 0 and 1. */
// @ts-ignore: decorator
@inline
function pairSum(a: v128, b: v128, scale: f32): v128 {
  const halves = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const even = v128.shuffle<f32>(halves, halves, 0, 2, 0, 2), odd = v128.shuffle<f32>(halves, halves, 1, 3, 1, 3);
  return f32x4.mul(f32x4.add(even, odd), f32x4.splat(scale));
}

/** y = y c + sum of weights times values of the keys low .. high - 1, for each row. */
function addValues(
  rows: i32, scratch: usize, v: usize, low: i32, high: i32, D: i32, y: usize, yRow: usize,
): void {
  if (low >= high) return;
  const w = scratch + (<usize> low << 2);
  v += <usize> low * D << 2;
  if (rows == 6) valueTile<Six>(scratch, w, v, high - low, D, y, yRow);
  else if (rows == 5) valueTile<Five>(scratch, w, v, high - low, D, y, yRow);
  else if (rows == 4) valueTile<Four>(scratch, w, v, high - low, D, y, yRow);
  else if (rows == 3) valueTile<Three>(scratch, w, v, high - low, D, y, yRow);
  else if (rows == 2) valueTile<Two>(scratch, w, v, high - low, D, y, yRow);
  else valueTile<One>(scratch, w, v, high - low, D, y, yRow);
}

function valueTile<T>(line: usize, w: usize, v: usize, n: i32, D: i32, y: usize, yRow: usize): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow, y4 = y3 + yRow, y5 = y4 + yRow;
  const bytes = <usize> D << 2, end = w + (<usize> n << 2);
  let d: usize = 0, x = v128.load32_splat(line, CORRECTION);
  for (; d + 32 <= bytes; d += 32) {
    x = v128.load32_splat(line, CORRECTION);
    let l0 = f32x4.mul(x, v128.load(y + d)), h0 = f32x4.mul(x, v128.load(y + d, 16));
    let l1 = l0, h1 = h0, l2 = l0, h2 = h0, l3 = l0, h3 = h0, l4 = l0, h4 = h0, l5 = l0, h5 = h0;
    if (lengthof<T>() > 1) {
      x = v128.load32_splat(line + LINE, CORRECTION);
      l1 = f32x4.mul(x, v128.load(y1 + d)), h1 = f32x4.mul(x, v128.load(y1 + d, 16));
    }
    if (lengthof<T>() > 2) {
      x = v128.load32_splat(line + 2 * LINE, CORRECTION);
      l2 = f32x4.mul(x, v128.load(y2 + d)), h2 = f32x4.mul(x, v128.load(y2 + d, 16));
    }
    if (lengthof<T>() > 3) {
      x = v128.load32_splat(line + 3 * LINE, CORRECTION);
      l3 = f32x4.mul(x, v128.load(y3 + d)), h3 = f32x4.mul(x, v128.load(y3 + d, 16));
    }
    if (lengthof<T>() > 4) {
      x = v128.load32_splat(line + 4 * LINE, CORRECTION);
      l4 = f32x4.mul(x, v128.load(y4 + d)), h4 = f32x4.mul(x, v128.load(y4 + d, 16));
    }
    if (lengthof<T>() > 5) {
      x = v128.load32_splat(line + 5 * LINE, CORRECTION);
      l5 = f32x4.mul(x, v128.load(y5 + d)), h5 = f32x4.mul(x, v128.load(y5 + d, 16));
    }
    for (let p = w, value = v + d; p < end; p += 4, value += bytes) {
      const a = v128.load(value), b = v128.load(value, 16);
      x = v128.load32_splat(p), l0 = madd(x, a, l0), h0 = madd(x, b, h0);
      if (lengthof<T>() > 1) x = v128.load32_splat(p + LINE), l1 = madd(x, a, l1), h1 = madd(x, b, h1);
      if (lengthof<T>() > 2) x = v128.load32_splat(p + 2 * LINE), l2 = madd(x, a, l2), h2 = madd(x, b, h2);
      if (lengthof<T>() > 3) x = v128.load32_splat(p + 3 * LINE), l3 = madd(x, a, l3), h3 = madd(x, b, h3);
      if (lengthof<T>() > 4) x = v128.load32_splat(p + 4 * LINE), l4 = madd(x, a, l4), h4 = madd(x, b, h4);
      if (lengthof<T>() > 5) x = v128.load32_splat(p + 5 * LINE), l5 = madd(x, a, l5), h5 = madd(x, b, h5);
    }
    v128.store(y + d, l0), v128.store(y + d, h0, 16);
    if (lengthof<T>() > 1) v128.store(y1 + d, l1), v128.store(y1 + d, h1, 16);
    if (lengthof<T>() > 2) v128.store(y2 + d, l2), v128.store(y2 + d, h2, 16);
    if (lengthof<T>() > 3) v128.store(y3 + d, l3), v128.store(y3 + d, h3, 16);
    if (lengthof<T>() > 4) v128.store(y4 + d, l4), v128.store(y4 + d, h4, 16);
    if (lengthof<T>() > 5) v128.store(y5 + d, l5), v128.store(y5 + d, h5, 16);
  }
  if (d < bytes) {
    for (let r = 0; r < lengthof<T>(); r++, line += LINE, w += LINE, y += yRow) lastValues(line, w, v, n, D, d, y);
  }
}

/** The columns from byte d on of one row, fewer than 8. */
function lastValues(line: usize, w: usize, v: usize, n: i32, D: i32, d: usize, y: usize): void {
  for (let left = D - <i32> (d >> 2); left > 0; left -= 4, d += 16) {
    let sum = f32x4.mul(v128.load32_splat(line, CORRECTION), loadPart(y + d, left));
    for (let j: usize = 0; j < <usize> n; j++) {
      sum = madd(v128.load32_splat(w + (j << 2)), loadPart(v + d + (j * D << 2), left), sum);
    }
    storePart(y + d, sum, left);
  }
}
