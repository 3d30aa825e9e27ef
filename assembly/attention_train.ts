// Attention without a cache, for training: heads h of a batch b share the keys and values of group g = h / (H / G)
//
//   p[t, j] = softmax over j of scale * (q[t] . k[j]),  j <= t where causal      y[t] = sum over j of p[t, j] v[j]
//
//   ds[t, j] = scale p[t, j] (dp[t, j] - sum over i of p[t, i] dp[t, i]),   dp[t, j] = dy[t] . v[j]
//   dq[t] = sum over j of ds[t, j] k[j]
//   dk[j] = sum over h of g and t of ds[t, j] q[t]     dv[j] = sum over h of g and t of p[t, j] dy[t]
//
//   q, y, dy, dq [B, T, H, D]    k, v [B, G, S, D]    dkv [B, 2, G, S, D]: dk, then dv, of each batch; all f32
//   dq may be dy or q
//
// ROWS queries of a head are taken at a time with all their keys: their p lies whole in scratch, so its softmax is the
// exact one and the backward makes it anew in the same bits instead of keeping it. All five products run on the inner
// kernel of the f32 matmuls, which adds each sum in one ascending order; dk and dv add the heads of a group and their
// queries in ascending order. Keys after a causal row's own have p = 0, and each tile of rows leaves out what lies
// beyond the last of its own; a NaN among the few keys that are left reaches the other rows of the tile.
//
//   scratch, forward    p [ROWS][S] | keys [S / 8][D][8] | values [D / 8][S][8]
//            backward   p, ds, turned [ROWS][S] each | panel [ROWS][8]
//                       keys, values [S / 8][D][8] each | wide keys [D / 8][S][8]
//
// The keys and values of a group lie there as the panels of common/panel.ts, packed once for all its queries (by blocks
// of queries it was a tenth of the time at T = 256); S / 8 and D / 8 are rounded up.
//
// Cost: 4 T S D operations a head forward, 10 backward (half where causal), bound by the multipliers; p and ds stay in
// the second-level cache up to S of 1024. Parts divide blocks of queries forward, groups backward.

import { cell, integer, pointer, real, share } from "./common/args";
import { ADDED, panelRows } from "./common/panel";
import { loadPart, storePart } from "./common/partial";
import { F32 } from "./common/storage";
import { dot } from "./common/sums";
import { packPanel, packRows } from "./matmul_f32";
import { softmaxRow } from "./softmax";

const ROWS: i32 = 48; // eight tiles of six
const TILE: i32 = 6; // common/panel.ts

/** args: q, k, v, y | scratch, bytes | T, H, G, D, S, scale, causal | B (cell) */
export function attention_train_f32(args: usize, part: i32, parts: i32): void {
  const T = integer(args, 6), H = integer(args, 7), G = integer(args, 8), D = integer(args, 9), S = integer(args, 10);
  const scale = real(args, 11), causal = integer(args, 12), bytes = <usize> S * D << 2;
  const p = pointer(args, 4) + <usize> part * integer(args, 5);
  const keys = p + (<usize> (ROWS * S) << 2), values = keys + deepBytes(S, D);
  const blocks = (T + ROWS - 1) / ROWS, all = cell(args, 13) * H * blocks, end = share(all, part + 1, parts);
  for (let i = share(all, part, parts), packed = -1; i < end; i++) {
    const head = i / blocks, from = i % blocks * ROWS, rows = min(ROWS, T - from), h = head % H, b = head / H;
    const at = ((<usize> (b * T + from) * H + h) * D) << 2, group = b * G + h / (H / G);
    if (group != packed) {
      packed = group;
      packKeys(pointer(args, 1) + <usize> group * bytes, seen(T, S, causal), D, keys);
      packValues(pointer(args, 2) + <usize> group * bytes, seen(T, S, causal), S, D, values);
    }
    weigh(pointer(args, 0) + at, keys, p, rows, from, H, D, S, scale, causal);
    timesValues(p, values, pointer(args, 3) + at, rows, from, H, D, S, causal);
  }
}

/** args: q, k, v, dy, dq, dkv | scratch, bytes | T, H, G, D, S, scale, causal | B (cell) */
export function attention_train_backward_f32(args: usize, part: i32, parts: i32): void {
  const T = integer(args, 8), H = integer(args, 9), G = integer(args, 10), D = integer(args, 11), S = integer(args, 12);
  const all = cell(args, 15) * G, end = share(all, part + 1, parts), bytes = <usize> S * D << 2;
  const most = seen(T, S, integer(args, 14));
  const keys = pointer(args, 6) + <usize> part * integer(args, 7) + (<usize> (3 * ROWS * S + 8 * ROWS) << 2);
  const values = keys + deepBytes(S, D), wide = values + deepBytes(S, D);
  for (let i = share(all, part, parts); i < end; i++) {
    const b = i / G, g = i % G, heads = H / G, k = pointer(args, 1) + <usize> i * bytes;
    const dk = pointer(args, 5) + <usize> (b * 2 * G + g) * bytes, dv = dk + <usize> G * bytes;
    memory.fill(dk, 0, bytes), memory.fill(dv, 0, bytes);
    packKeys(k, most, D, keys), packKeys(pointer(args, 2) + <usize> i * bytes, most, D, values);
    packValues(k, most, S, D, wide);
    for (let h = g * heads; h < (g + 1) * heads; h++) {
      for (let from = 0; from < T; from += ROWS) {
        const at = ((<usize> (b * T + from) * H + h) * D) << 2;
        backwardRows(args, part, at, keys, values, wide, dk, dv, from, min(ROWS, T - from));
      }
    }
  }
}

/** `rows` queries of one head, whose first one lies at byte `at`. */
function backwardRows(
  args: usize, part: i32, at: usize, keys: usize, values: usize, wide: usize, dk: usize, dv: usize, from: i32, rows: i32,
): void {
  const H = integer(args, 9), D = integer(args, 11), S = integer(args, 12), scale = real(args, 13);
  const q = pointer(args, 0) + at, dy = pointer(args, 3) + at, dq = pointer(args, 4) + at;
  const size = <usize> (ROWS * S) << 2, causal = integer(args, 14), n = seen(from + rows, S, causal);
  const p = pointer(args, 6) + <usize> part * integer(args, 7), ds = p + size, turned = ds + size, panel = turned + size;
  weigh(q, keys, p, rows, from, H, D, S, scale, causal);
  timesKeys(dy, values, ds, rows, from, H, D, S, causal);
  for (let r = 0; r < rows; r++) {
    const row = <usize> (r * S) << 2, own = seen(from + r + 1, S, causal);
    slopes(p + row, ds + row, own, scale);
    memory.fill(ds + row + (<usize> own << 2), 0, <usize> (n - own) << 2);
  }
  packRows(p, 1, S, n, rows, turned);
  addQueries(turned, dy, dv, panel, rows, n, from, H, D, causal);
  packRows(ds, 1, S, n, rows, turned);
  addQueries(turned, q, dk, panel, rows, n, from, H, D, causal);
  timesValues(ds, wide, dq, rows, from, H, D, S, causal);
}

/** Keys that queries before `end` see. */
// @ts-ignore: decorator
@inline
function seen(end: i32, S: i32, causal: i32): i32 {
  return causal != 0 ? min(end, S) : S;
}

/** Bytes of S keys or values of D as panels of eight of them. */
// @ts-ignore: decorator
@inline
function deepBytes(S: i32, D: i32): usize {
  return <usize> ((S + 7) & ~7) * D << 2;
}

/** Panels of eight keys each, D deep. */
function packKeys(k: usize, n: i32, D: i32, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    const at = <usize> j * D << 2;
    packPanel<F32>(k + at, 1, D, min(8, n - j), D, to + at);
  }
}

/** Panels of eight columns each, n of the S values deep. */
function packValues(v: usize, n: i32, S: i32, D: i32, to: usize): void {
  for (let c = 0; c < D; c += 8) {
    packPanel<F32>(v + (<usize> c << 2), D, 1, min(8, D - c), n, to + (<usize> c * S << 2));
  }
}

/** p of `rows` queries from position `from` on. */
function weigh(
  q: usize, keys: usize, p: usize, rows: i32, from: i32, H: i32, D: i32, S: i32, scale: f32, causal: i32,
): void {
  timesKeys(q, keys, p, rows, from, H, D, S, causal);
  for (let r = 0; r < rows; r++) {
    const row = p + (<usize> (r * S) << 2), n = seen(from + r + 1, S, causal);
    multiply(row, n, scale);
    softmaxRow(row, row, n);
    memory.fill(row + (<usize> n << 2), 0, <usize> (seen(from + rows, S, causal) - n) << 2);
  }
}

// Of the products' operands, what causal rows do not see is left out tile by tile: query r sees key j <= from + r.

/** out[r, j] = x[r] . keys[j], rows of out S apart. */
function timesKeys(
  x: usize, keys: usize, out: usize, rows: i32, from: i32, H: i32, D: i32, S: i32, causal: i32,
): void {
  const xRow = <usize> (H * D) << 2, outRow = <usize> S << 2, n = seen(from + rows, S, causal);
  for (let j = 0; j < n; j += 8) {
    const r = causal != 0 ? max(0, j - from) / TILE * TILE : 0, y = out + (<usize> j << 2) + <usize> r * outRow;
    panelRows(x + <usize> r * xRow, xRow, keys + (<usize> j * D << 2), y, outRow, rows - r, min(8, n - j), D);
  }
}

/** y[r] = sum over the keys of a[r, j] values[j], rows of a S apart. */
function timesValues(
  a: usize, values: usize, y: usize, rows: i32, from: i32, H: i32, D: i32, S: i32, causal: i32,
): void {
  const aRow = <usize> S << 2, yRow = <usize> (H * D) << 2;
  for (let c = 0; c < D; c += 8) {
    const panel = values + (<usize> c * S << 2), to = y + (<usize> c << 2), n = min(8, D - c);
    for (let r = 0; r < rows; r += TILE) {
      const tile = min(TILE, rows - r), at = <usize> r;
      panelRows(a + at * aRow, aRow, panel, to + at * yRow, yRow, tile, n, seen(from + r + tile, S, causal));
    }
  }
}

/** y[j] += sum over the queries r that see key j of turned[j, r] x[r]. */
function addQueries(
  turned: usize, x: usize, y: usize, panel: usize, rows: i32, keys: i32, from: i32, H: i32, D: i32, causal: i32,
): void {
  const row = <usize> rows << 2, yRow = <usize> D << 2;
  for (let c = 0; c < D; c += 8) {
    const n = min(8, D - c), to = y + (<usize> c << 2);
    packPanel<F32>(x + (<usize> c << 2), H * D, 1, n, rows, panel);
    for (let j = 0; j < keys; j += TILE) {
      const first = causal != 0 ? max(0, j - from) : 0, at = <usize> j, skip = <usize> first;
      const a = turned + at * row + (skip << 2), tile = min(TILE, keys - j);
      panelRows(a, row, panel + (skip << 5), to + at * yRow, yRow, tile, n, rows - first, ADDED);
    }
  }
}

function multiply(x: usize, n: i32, scale: f32): void {
  const scales = f32x4.splat(scale);
  for (; n >= 4; n -= 4, x += 16) v128.store(x, f32x4.mul(v128.load(x), scales));
  if (n > 0) storePart(x, f32x4.mul(loadPart(x, n), scales), n);
}

/** ds of one row, in place of dp. */
function slopes(p: usize, ds: usize, n: i32, scale: f32): void {
  const mean = f32x4.splat(dot(p, ds, n)), scales = f32x4.splat(scale);
  for (; n >= 4; n -= 4, p += 16, ds += 16) {
    v128.store(ds, f32x4.mul(f32x4.mul(v128.load(p), f32x4.sub(v128.load(ds), mean)), scales));
  }
  if (n <= 0) return;
  storePart(ds, f32x4.mul(f32x4.mul(loadPart(p, n), f32x4.sub(loadPart(ds, n), mean)), scales), n);
}
