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
// else successive positions of one head. Parts divide the tiles. Scratch of a tile, so that the inner loops need
// one address for all its rows:
//
//   0     weights [BLOCK][8]: scores, then w, of a key, a lane a row
//   1024  m [8], l [8], c [8]
//   1120  q [ceil(D / 4)][rows][4], zeros past D
//
// Cost: 4 T H D p operations. T = 1: k and v are read once, bound by memory; T >= 6: bound by the multipliers.

import { cell, integer, pointer, real, share } from "./common/args";
import { decay4, exponentials } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";
import { Five, Four, One, Six, Three, Two } from "./common/tiles";

const TILE: i32 = 6; // 6 x 2 accumulators, see common/panel.ts
const BLOCK: i32 = 32; // keys; 8 KiB of k at D = 64
const GROUP: i32 = 8; // keys whose values stream together
const KEY: usize = 32; // bytes of a key's weights
const MAXIMUM: usize = 1024;
const SUM: usize = 1056;
const CORRECTION: usize = 1088;
const QUERIES: usize = 1120;

/** args: as kv_append_b32 */
export function kv_append_b64(args: usize, part: i32, parts: i32): void { append<u64>(args, part, parts); }
/** args: x, cache | G, D, S | T (cell), P (cell) */
export function kv_append_b32(args: usize, part: i32, parts: i32): void { append<u32>(args, part, parts); }
/** args: as kv_append_b32 */
export function kv_append_b16(args: usize, part: i32, parts: i32): void { append<u16>(args, part, parts); }

/** cache[g, P + t] = x[t, g] of elements of so many bits. */
function append<T>(args: usize, part: i32, parts: i32): void {
  const groups = integer(args, 2), S = integer(args, 4), bytes = <usize> integer(args, 3) * sizeof<T>();
  const total = cell(args, 5) * groups, first = cell(args, 6);
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end; i++) {
    const p = first + i / groups, g = i % groups;
    if (<u32> p >= <u32> S) continue;
    memory.copy(pointer(args, 1) + (<usize> g * S + p) * bytes, pointer(args, 0) + <usize> i * bytes, bytes);
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
  for (let r: usize = 0; r < <usize> rows; r++) fill(y + r * rowBytes, D, inside ? 0 : NaN);
  if (!inside) return;
  begin(scratch);
  packQueries(rows, q, rowBytes, D, scratch + QUERIES);

  for (let block = firstKey(p, window) & -BLOCK; block <= last; block += BLOCK) {
    const from = <usize> block * keyBytes, n = min(BLOCK, last + 1 - block);
    scores(rows, scratch + QUERIES, k + from, n, D, real(args, 10), scratch);
    fold(scratch, n, block, p, step, window);
    if (rows > 4) fold(scratch + 16, n, block, p + 4 * step, step, window);
    const low = lowKey(block, p, window), high = highKey(block, p);
    if (step == 0) {
      streamValues(rows, scratch, v + from, low, high, D, y, rowBytes);
    } else if (high == BLOCK && lowKey(block, last, window) == 0) {
      addValues(rows, scratch, v + from, 0, BLOCK, D, y, rowBytes);
    } else { // each row sees keys of its own
      for (let r = 0; r < rows; r++) {
        const line = scratch + (<usize> r << 2), row = y + <usize> r * rowBytes;
        addValues(1, line, v + from, lowKey(block, p + r, window), highKey(block, p + r), D, row, rowBytes);
      }
    }
  }
  for (let r: usize = 0; r < <usize> rows; r++) divide(y + r * rowBytes, load<f32>(scratch + (r << 2), SUM), D);
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

/** m = -Infinity and l = 0 for all rows. */
function begin(scratch: usize): void {
  for (let p = scratch; p < scratch + 32; p += 16) {
    v128.store(p, f32x4.splat(-Infinity), MAXIMUM);
    v128.store(p, f32x4.splat(0), SUM);
  }
}

function fill(y: usize, D: i32, value: f32): void {
  for (let n = D; n > 0; n -= 4, y += 16) storePart(y, f32x4.splat(value), n);
}

function packQueries(rows: i32, q: usize, qRow: usize, D: i32, packed: usize): void {
  for (let n = D; n > 0; n -= 4, q += 16) {
    for (let r: usize = 0; r < <usize> rows; r++, packed += 16) v128.store(packed, loadPart(q + r * qRow, n));
  }
}

function divide(y: usize, sum: f32, D: i32): void {
  const scale = f32x4.splat(<f32> 1 / sum);
  for (let n = D; n > 0; n -= 4, y += 16) storePart(y, f32x4.mul(loadPart(y, n), scale), n);
}

/** Turns the scores of four rows, at positions p, p + step .., into weights; brings m, l and c up to date. */
function fold(line: usize, n: i32, block: i32, p: i32, step: i32, window: i32): void {
  const zero = i32x4.splat(0), one = i32x4.splat(1), lowest = f32x4.splat(-Infinity);
  const position = i32x4.add(i32x4.splat(p - block), i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(step)));
  const first = window > 0 ? i32x4.sub(position, i32x4.splat(window - 1)) : zero;
  const before = v128.load(line, MAXIMUM), end = line + <usize> n * KEY;
  let largest = before, j = zero;
  for (let s = line; s < end; s += KEY, j = i32x4.add(j, one)) {
    const seen = v128.and(i32x4.ge_s(j, first), i32x4.le_s(j, position));
    const score = v128.bitselect(v128.load(s), lowest, seen);
    v128.store(s, score);
    largest = f32x4.pmax(largest, score);
  }
  // NaN passes by m (pmax keeps the other) and comes out in w;
  // a row that has seen no key yet: -Infinity - 0, for -Infinity - -Infinity would be NaN
  const shift = v128.andnot(largest, f32x4.eq(largest, lowest));
  const sum = exponentials(line, line, KEY, n, shift);
  const correction = decay4(f32x4.sub(before, shift));
  v128.store(line, largest, MAXIMUM);
  v128.store(line, f32x4.add(f32x4.mul(v128.load(line, SUM), correction), sum), SUM);
  v128.store(line, correction, CORRECTION);
}

function scores(rows: i32, q: usize, k: usize, n: i32, D: i32, scale: f32, s: usize): void {
  if (rows == 6) scoreTile<Six>(q, k, n, D, scale, s);
  else if (rows == 5) scoreTile<Five>(q, k, n, D, scale, s);
  else if (rows == 4) scoreTile<Four>(q, k, n, D, scale, s);
  else if (rows == 3) scoreTile<Three>(q, k, n, D, scale, s);
  else if (rows == 2) scoreTile<Two>(q, k, n, D, scale, s);
  else scoreTile<One>(q, k, n, D, scale, s);
}

/** scale * (q . k) of each row with n keys, two keys at a time (an odd last one beside itself). */
function scoreTile<T>(queries: usize, k: usize, n: i32, D: i32, scale: f32, s: usize): void {
  const bytes = <usize> D << 2, zero = f32x4.splat(0);
  for (let j = 0; j < n; j += 2, k += bytes << 1, s += 2 * KEY) {
    let other = j + 1 < n ? k + bytes : k;
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero;
    let b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero;
    let q = queries, key = k, left = D;
    for (; left >= 4; left -= 4, key += 16, other += 16, q += 16 * lengthof<T>()) {
      const a = v128.load(key), b = v128.load(other);
      let x = v128.load(q);
      a0 = madd(x, a, a0), b0 = madd(x, b, b0);
      if (lengthof<T>() > 1) x = v128.load(q, 16), a1 = madd(x, a, a1), b1 = madd(x, b, b1);
      if (lengthof<T>() > 2) x = v128.load(q, 32), a2 = madd(x, a, a2), b2 = madd(x, b, b2);
      if (lengthof<T>() > 3) x = v128.load(q, 48), a3 = madd(x, a, a3), b3 = madd(x, b, b3);
      if (lengthof<T>() > 4) x = v128.load(q, 64), a4 = madd(x, a, a4), b4 = madd(x, b, b4);
      if (lengthof<T>() > 5) x = v128.load(q, 80), a5 = madd(x, a, a5), b5 = madd(x, b, b5);
    }
    if (left > 0) {
      const a = loadPart(key, left), b = loadPart(other, left);
      let x = v128.load(q);
      a0 = madd(x, a, a0), b0 = madd(x, b, b0);
      if (lengthof<T>() > 1) x = v128.load(q, 16), a1 = madd(x, a, a1), b1 = madd(x, b, b1);
      if (lengthof<T>() > 2) x = v128.load(q, 32), a2 = madd(x, a, a2), b2 = madd(x, b, b2);
      if (lengthof<T>() > 3) x = v128.load(q, 48), a3 = madd(x, a, a3), b3 = madd(x, b, b3);
      if (lengthof<T>() > 4) x = v128.load(q, 64), a4 = madd(x, a, a4), b4 = madd(x, b, b4);
      if (lengthof<T>() > 5) x = v128.load(q, 80), a5 = madd(x, a, a5), b5 = madd(x, b, b5);
    }
    v128.store(s, sums(a0, a1, a2, a3, scale));
    v128.store(s, sums(b0, b1, b2, b3, scale), 32);
    if (lengthof<T>() > 4) v128.store(s, sums(a4, a5, zero, zero, scale), 16);
    if (lengthof<T>() > 4) v128.store(s, sums(b4, b5, zero, zero, scale), 48);
  }
}

/** scale times the sum of each vector's lanes, (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128, scale: f32): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  const even = v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), odd = v128.shuffle<f32>(ab, cd, 1, 3, 5, 7);
  return f32x4.mul(f32x4.add(even, odd), f32x4.splat(scale));
}

/**
 * addValues in groups of keys: v that is read once comes from memory, which the columns of 32 keys, one after the
 * other, would visit in 32 places at a time (9 against 35 GB/s).
 */
function streamValues(
  rows: i32, line: usize, v: usize, low: i32, high: i32, D: i32, y: usize, yRow: usize,
): void {
  for (let j = low; j < high; j += GROUP) {
    addValues(rows, line, v, j, min(j + GROUP, high), D, y, yRow);
    v128.store(line, f32x4.splat(1), CORRECTION); // y is corrected once
    v128.store(line + 16, f32x4.splat(1), CORRECTION);
  }
}

/** y = y c + sum of weights times values of the keys low .. high - 1, for each row. */
function addValues(
  rows: i32, line: usize, v: usize, low: i32, high: i32, D: i32, y: usize, yRow: usize,
): void {
  if (low >= high) return;
  const w = line + <usize> low * KEY, end = line + <usize> high * KEY;
  v += <usize> low * D << 2;
  if (rows == 6) valueTile<Six>(line, w, end, v, D, y, yRow);
  else if (rows == 5) valueTile<Five>(line, w, end, v, D, y, yRow);
  else if (rows == 4) valueTile<Four>(line, w, end, v, D, y, yRow);
  else if (rows == 3) valueTile<Three>(line, w, end, v, D, y, yRow);
  else if (rows == 2) valueTile<Two>(line, w, end, v, D, y, yRow);
  else valueTile<One>(line, w, end, v, D, y, yRow);
}

/** The weights from w to end, over 8 columns at a time. */
function valueTile<T>(line: usize, w: usize, end: usize, v: usize, D: i32, y: usize, yRow: usize): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow, y4 = y3 + yRow, y5 = y4 + yRow;
  const bytes = <usize> D << 2;
  let d: usize = 0, x: v128;
  for (; d + 32 <= bytes; d += 32, v += 32) {
    x = v128.load32_splat(line, CORRECTION);
    let l0 = f32x4.mul(x, v128.load(y + d)), h0 = f32x4.mul(x, v128.load(y + d, 16));
    let l1 = l0, h1 = h0, l2 = l0, h2 = h0, l3 = l0, h3 = h0, l4 = l0, h4 = h0, l5 = l0, h5 = h0;
    if (lengthof<T>() > 1) {
      x = v128.load32_splat(line + 4, CORRECTION);
      l1 = f32x4.mul(x, v128.load(y1 + d)), h1 = f32x4.mul(x, v128.load(y1 + d, 16));
    }
    if (lengthof<T>() > 2) {
      x = v128.load32_splat(line + 8, CORRECTION);
      l2 = f32x4.mul(x, v128.load(y2 + d)), h2 = f32x4.mul(x, v128.load(y2 + d, 16));
    }
    if (lengthof<T>() > 3) {
      x = v128.load32_splat(line + 12, CORRECTION);
      l3 = f32x4.mul(x, v128.load(y3 + d)), h3 = f32x4.mul(x, v128.load(y3 + d, 16));
    }
    if (lengthof<T>() > 4) {
      x = v128.load32_splat(line + 16, CORRECTION);
      l4 = f32x4.mul(x, v128.load(y4 + d)), h4 = f32x4.mul(x, v128.load(y4 + d, 16));
    }
    if (lengthof<T>() > 5) {
      x = v128.load32_splat(line + 20, CORRECTION);
      l5 = f32x4.mul(x, v128.load(y5 + d)), h5 = f32x4.mul(x, v128.load(y5 + d, 16));
    }
    for (let p = w, value = v; p < end; p += KEY, value += bytes) {
      const a = v128.load(value), b = v128.load(value, 16);
      x = v128.load32_splat(p), l0 = madd(x, a, l0), h0 = madd(x, b, h0);
      if (lengthof<T>() > 1) x = v128.load32_splat(p, 4), l1 = madd(x, a, l1), h1 = madd(x, b, h1);
      if (lengthof<T>() > 2) x = v128.load32_splat(p, 8), l2 = madd(x, a, l2), h2 = madd(x, b, h2);
      if (lengthof<T>() > 3) x = v128.load32_splat(p, 12), l3 = madd(x, a, l3), h3 = madd(x, b, h3);
      if (lengthof<T>() > 4) x = v128.load32_splat(p, 16), l4 = madd(x, a, l4), h4 = madd(x, b, h4);
      if (lengthof<T>() > 5) x = v128.load32_splat(p, 20), l5 = madd(x, a, l5), h5 = madd(x, b, h5);
    }
    v128.store(y + d, l0), v128.store(y + d, h0, 16);
    if (lengthof<T>() > 1) v128.store(y1 + d, l1), v128.store(y1 + d, h1, 16);
    if (lengthof<T>() > 2) v128.store(y2 + d, l2), v128.store(y2 + d, h2, 16);
    if (lengthof<T>() > 3) v128.store(y3 + d, l3), v128.store(y3 + d, h3, 16);
    if (lengthof<T>() > 4) v128.store(y4 + d, l4), v128.store(y4 + d, h4, 16);
    if (lengthof<T>() > 5) v128.store(y5 + d, l5), v128.store(y5 + d, h5, 16);
  }
  if (d < bytes) {
    for (let r = 0; r < lengthof<T>(); r++, line += 4, w += 4, end += 4, y += yRow) {
      lastValues(line, w, end, v, D, D - <i32> (d >> 2), y + d);
    }
  }
}

/** The last columns of one row, fewer than 8. */
function lastValues(line: usize, w: usize, end: usize, v: usize, D: i32, left: i32, y: usize): void {
  const bytes = <usize> D << 2;
  for (; left > 0; left -= 4, v += 16, y += 16) {
    let sum = f32x4.mul(v128.load32_splat(line, CORRECTION), loadPart(y, left));
    for (let p = w, value = v; p < end; p += KEY, value += bytes) {
      sum = madd(v128.load32_splat(p), loadPart(value, left), sum);
    }
    storePart(y, sum, left);
  }
}
