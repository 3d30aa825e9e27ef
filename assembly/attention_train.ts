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
// queries in ascending order. Keys after a causal row's own have p = 0; a NaN among them reaches up to ROWS rows.
//
//   scratch   p [ROWS][S] | panel [max(D, S, ROWS)][8]  and in the backward  | ds [ROWS][S] | turned [S][ROWS]
//
// Cost: 4 T S D operations a head forward, 10 backward (half where causal), bound by the multipliers; p and ds stay in
// the second-level cache up to S of 1024. Parts divide blocks of queries forward, groups backward.

import { cell, integer, pointer, real, share } from "./common/args";
import { panelRows } from "./common/panel";
import { loadPart, storePart } from "./common/partial";
import { F32 } from "./common/storage";
import { dot } from "./common/sums";
import { packPanel, packRows } from "./matmul_f32";
import { softmaxRow } from "./softmax";

const ROWS: i32 = 48; // eight tiles of six

/** args: q, k, v, y | scratch, bytes | T, H, G, D, S, scale, causal | B (cell) */
export function attention_train_f32(args: usize, part: i32, parts: i32): void {
  const T = integer(args, 6), H = integer(args, 7), G = integer(args, 8), D = integer(args, 9), S = integer(args, 10);
  const p = pointer(args, 4) + <usize> part * integer(args, 5), panel = p + (<usize> (ROWS * S) << 2);
  const blocks = (T + ROWS - 1) / ROWS, all = cell(args, 13) * H * blocks, end = share(all, part + 1, parts);
  for (let i = share(all, part, parts); i < end; i++) {
    const head = i / blocks, from = i % blocks * ROWS, rows = min(ROWS, T - from), h = head % H, b = head / H;
    const at = ((<usize> (b * T + from) * H + h) * D) << 2, group = (<usize> (b * G + h / (H / G)) * S * D) << 2;
    const keys = seen(from + rows, S, integer(args, 12));
    weigh(
      pointer(args, 0) + at, pointer(args, 1) + group, p, panel, rows, keys, from, H, D, S, real(args, 11),
      integer(args, 12),
    );
    times(p, S, pointer(args, 2) + group, D, keys, D, pointer(args, 3) + at, H * D, rows, panel, false);
  }
}

/** args: q, k, v, dy, dq, dkv | scratch, bytes | T, H, G, D, S, scale, causal | B (cell) */
export function attention_train_backward_f32(args: usize, part: i32, parts: i32): void {
  const T = integer(args, 8), H = integer(args, 9), G = integer(args, 10), D = integer(args, 11), S = integer(args, 12);
  const all = cell(args, 15) * G, end = share(all, part + 1, parts), bytes = <usize> S * D << 2;
  for (let i = share(all, part, parts); i < end; i++) {
    const b = i / G, g = i % G, heads = H / G;
    const dk = pointer(args, 5) + <usize> (b * 2 * G + g) * bytes, dv = dk + <usize> G * bytes;
    memory.fill(dk, 0, bytes), memory.fill(dv, 0, bytes);
    for (let h = g * heads; h < (g + 1) * heads; h++) {
      for (let from = 0; from < T; from += ROWS) {
        const at = ((<usize> (b * T + from) * H + h) * D) << 2;
        backwardRows(args, part, at, <usize> i * bytes, dk, dv, from, min(ROWS, T - from));
      }
    }
  }
}

/** `rows` queries of one head, whose first one lies at byte `at`; its keys at byte `group`. */
function backwardRows(
  args: usize, part: i32, at: usize, group: usize, dk: usize, dv: usize, from: i32, rows: i32,
): void {
  const H = integer(args, 9), D = integer(args, 11), S = integer(args, 12), scale = real(args, 13);
  const q = pointer(args, 0) + at, k = pointer(args, 1) + group, v = pointer(args, 2) + group;
  const dy = pointer(args, 3) + at, dq = pointer(args, 4) + at, size = <usize> (ROWS * S) << 2;
  const p = pointer(args, 6) + <usize> part * integer(args, 7), ds = p + size, turned = ds + size, panel = turned + size;
  const keys = seen(from + rows, S, integer(args, 14));
  weigh(q, k, p, panel, rows, keys, from, H, D, S, scale, integer(args, 14));
  timesKeys(dy, v, ds, panel, rows, keys, H, D, S);
  for (let r: usize = 0; r < <usize> rows; r++) {
    slopes(p + (r * <usize> S << 2), ds + (r * <usize> S << 2), keys, scale);
  }
  packRows(p, 1, S, keys, rows, turned);
  times(turned, rows, dy, H * D, rows, D, dv, D, keys, panel, true);
  packRows(ds, 1, S, keys, rows, turned);
  times(turned, rows, q, H * D, rows, D, dk, D, keys, panel, true);
  times(ds, S, k, D, keys, D, dq, H * D, rows, panel, false);
}

/** Keys that queries before `end` see. */
// @ts-ignore: decorator
@inline
function seen(end: i32, S: i32, causal: i32): i32 {
  return causal != 0 ? min(end, S) : S;
}

/** p of `rows` queries from position `from` on, over `keys` keys. */
function weigh(
  q: usize, k: usize, p: usize, panel: usize, rows: i32, keys: i32, from: i32, H: i32, D: i32, S: i32, scale: f32,
  causal: i32,
): void {
  timesKeys(q, k, p, panel, rows, keys, H, D, S);
  for (let r = 0; r < rows; r++) {
    const row = p + (<usize> (r * S) << 2), n = seen(from + r + 1, S, causal);
    multiply(row, n, scale);
    softmaxRow(row, row, n);
    memory.fill(row + (<usize> n << 2), 0, <usize> (keys - n) << 2);
  }
}

/** out[r, j] = x[r] . keys[j], rows of out S apart. */
function timesKeys(x: usize, k: usize, out: usize, panel: usize, rows: i32, keys: i32, H: i32, D: i32, S: i32): void {
  for (let j = 0; j < keys; j += 8) {
    const columns = min(8, keys - j);
    packPanel<F32>(k + (<usize> (j * D) << 2), 1, D, columns, D, panel);
    panelRows(x, <usize> (H * D) << 2, panel, out + (<usize> j << 2), <usize> S << 2, rows, columns, D);
  }
}

/** y = a b, or y += a b: a [rows, depth], b [depth, columns], their rows and those of y so many elements apart. */
function times(
  a: usize, aRow: i32, b: usize, bRow: i32, depth: i32, columns: i32, y: usize, yRow: i32, rows: i32, panel: usize,
  onto: bool,
): void {
  for (let c = 0; c < columns; c += 8) {
    const n = min(8, columns - c), at = <usize> c << 2;
    packPanel<F32>(b + at, bRow, 1, n, depth, panel);
    panelRows(a, <usize> aRow << 2, panel, y + at, <usize> yRow << 2, rows, n, depth, onto);
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
