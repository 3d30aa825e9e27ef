// The gradient of quantized matmuls with respect to activations:  dx[t, k] = sum over n of dy[t, n] w[n, k]
//
//   w  [N, K] packed blocks (src/quant/interleave.ts draws them)      dy  [T, N] f32      dx  [T, K] f32
//
// COLUMNS columns of DEPTH rows at a time are unpacked as float.ts does and turned into panels [DEPTH][8 columns] for
// the inner kernel of all f32 matmuls; longer sums continue through dx, in ascending n, the same for one row of dy and
// for many. Weights are those of the format to the bit. Parts divide the chunks of COLUMNS.
//
//   scratch: panel of codes (panel.ts) | floats of eight rows [COLUMNS][8] | panels [COLUMNS / 8][DEPTH][8]
//
// Cost: 2 T operations a weight, and unpacking and turning it once.

import { cell, integer, pointer, share } from "../common/args";
import { ADDED, FRESH, panelRows } from "../common/panel";
import { the } from "../common/the";
import { Quads } from "./dot";
import { toFloats } from "./float";
import { Q2_K, Q3_K, Q4_K, Q5_K, Q6_K } from "./k_groups";
import { IQ4_NL, MXFP4, Q4_0, Q4_1, Q5_0, Q5_1 } from "./nibbles";
import { PANEL_BYTES, unpack } from "./panel";
import { Q8_0 } from "./q8_0";

const ROWS: i32 = 8;
const COLUMNS: i32 = 256; // a multiple of every block
const DEPTH: i32 = 128; // rows: panels of 128 KB stay in the second-level cache

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q4_0_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q4_0>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q4_1_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q4_1>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q5_0_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q5_0>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q5_1_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q5_1>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q8_0_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q8_0>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q2_k_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q2_K>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q3_k_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q3_K>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q4_k_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q4_K>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q5_k_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q5_K>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_q6_k_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<Q6_K>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_iq4_nl_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<IQ4_NL>(args, part, parts);
}

/** args: w, dy, dx | scratch, bytes | N, K | T (cell) */
export function matmul_mxfp4_f32_backward(args: usize, part: i32, parts: i32): void {
  matmul<MXFP4>(args, part, parts);
}

// @ts-ignore: decorator
@inline
function matmul<F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 5), K = integer(args, 6), T = cell(args, 7);
  const scratch = pointer(args, 3) + <usize> part * pointer(args, 4);
  const blockBytes = the<F>().bytes, groupBytes = <usize> (K / the<F>().values) * blockBytes;
  const all = (K + COLUMNS - 1) / COLUMNS, end = share(all, part + 1, parts);
  for (let chunk = share(all, part, parts); chunk < end; chunk++) {
    const k = chunk * COLUMNS, length = min(COLUMNS, K - k);
    const w = pointer(args, 0) + <usize> (k / the<F>().values) * blockBytes;
    columns<F>(w, groupBytes, pointer(args, 1), pointer(args, 2) + (<usize> k << 2), scratch, T, N, K, length);
  }
}

/** `length` columns of dx. */
function columns<F>(
  w: usize, groupBytes: usize, dy: usize, dx: usize, scratch: usize, T: i32, N: i32, K: i32, length: i32,
): void {
  const floats = scratch + PANEL_BYTES, panels = floats + (<usize> COLUMNS << 5);
  const panelBytes = <usize> DEPTH << 5;
  for (let n = 0; n == 0 || n < N; n += DEPTH) {
    const depth = min(DEPTH, N - n);
    for (let r = 0; r < depth; r += ROWS, w += groupBytes) {
      unpack<F, Quads>(w, scratch, length, i8x16.splat(-128), 0);
      toFloats<F>(scratch, floats, length);
      turnPanels(floats, panels + (<usize> r << 5), length);
    }
    for (let k = 0; k < length; k += 8) {
      const panel = panels + <usize> (k >> 3) * panelBytes;
      panelRows(dy + (<usize> n << 2), <usize> N << 2, panel, dx + (<usize> k << 2), <usize> K << 2, T, 8, depth, n > 0 ? ADDED : FRESH);
    }
  }
}

/** [length][8 rows] into [8 rows][8 columns] of each panel. */
function turnPanels(floats: usize, panel: usize, length: i32): void {
  const end = floats + (<usize> length << 5);
  for (; floats < end; floats += 256, panel += <usize> DEPTH << 5) {
    turn(floats, panel), turn(floats + 16, panel + 128);
    turn(floats + 128, panel + 16), turn(floats + 144, panel + 144);
  }
}

/** A square of four, both with rows 32 bytes apart. */
// @ts-ignore: decorator
@inline
function turn(from: usize, to: usize): void {
  const a = v128.load(from), b = v128.load(from, 32), c = v128.load(from, 64), d = v128.load(from, 96);
  const lowAB = v128.shuffle<f32>(a, b, 0, 4, 1, 5), highAB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const lowCD = v128.shuffle<f32>(c, d, 0, 4, 1, 5), highCD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(lowAB, lowCD, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(lowAB, lowCD, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(highAB, highCD, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(highAB, highCD, 2, 3, 6, 7), 96);
}
