// Quantized weights times activations:  y[t, n] = sum over k of w[n, k] x[t, k]
//
//   w  [N, K] packed blocks (src/quant/interleave.ts draws them)      y  [T, N] f32
//   x  [T, K / 32] activation blocks (src/quant/q8.ts)                K a multiple of the format's block
//
// Integer products of codes and activation bytes are exact in every build and on every machine; each group of
// 16 or 32 then adds once (tile.ts) or twice (with mins), in ascending order, the same for one token and for
// many. Up to three tokens read the blocks straight (the nibble formats and Q8_0), more of them a panel that
// is unpacked once for eight rows (panel.ts). Parts divide the groups of eight rows.
//
// Cost: one token is bound by memory (or by unpacking, at 4 bits), many by the dot products. Accuracy: 1e-6
// of the sum of absolute terms, given x.

import { cell, integer, pointer, share } from "../common/args";
import { the } from "../common/the";
import { Pairs, Quads } from "./dot";
import { Q2_K, Q3_K, Q4_K, Q5_K, Q6_K } from "./k_groups";
import { IQ4_NL, MXFP4, nibbleRows, Q4_0, Q4_1, Q5_0, Q5_1 } from "./nibbles";
import { CHUNK, unpack } from "./panel";
import { byteRows, Q8_0 } from "./q8_0";
import { Four, One, tile } from "./tile";

const ROWS: i32 = 8;
const TOKENS: i32 = 4;
const BLOCK: usize = 48;

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q4_0_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q4_0>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q4_1_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q4_1>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q5_0_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q5_0>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q5_1_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q5_1>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q8_0_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q8_0>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q2_k_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q2_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q3_k_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q3_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q4_k_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q4_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q5_k_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q5_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_q6_k_q8(args: usize, part: i32, parts: i32): void {
  matmul<Q6_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_iq4_nl_q8(args: usize, part: i32, parts: i32): void {
  matmul<IQ4_NL>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K, dot | T (cell) */
export function matmul_mxfp4_q8(args: usize, part: i32, parts: i32): void {
  matmul<MXFP4>(args, part, parts);
}

/** `dot`: 0 pairs, 1 quads with an unsigned second operand, 2 with a signed one. */
// @ts-ignore: decorator
@inline
function matmul<F>(args: usize, part: i32, parts: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD && integer(args, 7) != 0) rows<F, Quads>(args, part, parts);
  else rows<F, Pairs>(args, part, parts);
}

function rows<F, M>(args: usize, part: i32, parts: i32): void {
  const f = the<F>();
  const N = integer(args, 5), K = integer(args, 6), T = cell(args, 8);
  const groupBytes = <usize> (K / f.values) * f.bytes;
  const scratch = pointer(args, 3) + <usize> part * pointer(args, 4);
  const signed = f.bits == 8 && integer(args, 7) == 2;
  const all = (N + ROWS - 1) / ROWS, end = share(all, part + 1, parts);
  const wEnd = pointer(args, 0) + <usize> all * groupBytes;
  for (let g = share(all, part, parts); g < end; g++) {
    const w = pointer(args, 0) + <usize> g * groupBytes, y = pointer(args, 2) + (<usize> g << 5);
    const columns = min(ROWS, N - g * ROWS);
    if (T < TOKENS && (f.nibbles != 0 || f.bits == 8)) few<F, M>(w, pointer(args, 1), y, T, N, K, columns, signed);
    else if (T < TOKENS) many<F, M, One>(w, wEnd, pointer(args, 1), y, scratch, T, N, K, columns, signed);
    else many<F, M, Four>(w, wEnd, pointer(args, 1), y, scratch, T, N, K, columns, signed);
  }
}

/** One token after the other, straight from the blocks. */
// @ts-ignore: decorator
@inline
function few<F, M>(w: usize, x: usize, y: usize, T: i32, N: i32, K: i32, columns: i32, signed: bool): void {
  const f = the<F>(), blocks = K >> 5;
  const flip = i8x16.splat(signed ? 0 : -128), bias = signed ? 0 : f.bias;
  for (let t = 0; t < T; t++) {
    if (f.nibbles != 0) nibbleRows<F, M>(w, x, y, blocks, columns, flip, bias);
    else byteRows<M>(w, x, y, blocks, columns, flip, bias);
    x += <usize> blocks * BLOCK;
    y += <usize> N << 2;
  }
}

/** The panel, chunk by chunk, and all tokens over it, four at a time. */
// @ts-ignore: decorator
@inline
function many<F, M, N>(
  w: usize, end: usize, x: usize, y: usize, panel: usize, T: i32, rows: i32, K: i32, columns: i32, signed: bool,
): void {
  const f = the<F>();
  const xRow = <usize> (K >> 5) * BLOCK, yRow = <usize> rows << 2;
  const flip = i8x16.splat(signed ? 0 : -128), bias = signed ? 0 : f.bias;
  for (let k = 0; k < K; k += CHUNK) {
    const length = min(CHUNK, K - k);
    w = unpack<F, M>(w, panel, length, flip, end);
    const chunk = x + <usize> (k >> 5) * BLOCK;
    for (let t = 0, step = the<N>().four ? TOKENS : 1; t < T; t += step) {
      const count = min(step, T - t);
      const xt = chunk + <usize> t * xRow, yt = y + <usize> t * yRow;
      tile<F, M, N>(panel, xt, xRow, yt, yRow, count, columns, length >> 5, bias, k > 0);
    }
  }
}
