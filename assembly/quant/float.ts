// Quantized weights times f32 activations:  y[t, n] = sum over k of w[n, k] x[t, k]
//
//   w  [N, K] packed blocks (src/quant/interleave.ts draws them)      x  [T, K] f32      y  [T, N] f32
//
// Eight rows at a time are unpacked, FLOATS columns a chunk, first to the panel of codes (panel.ts) and from
// there to a panel of floats [K][8], which the inner kernel of all f32 matmuls multiplies with every token.
// Weights are those of the format to the bit; sums are in ascending k, the same for one token and for many.
// One token alone meets each weight in registers, as it comes out of the panels of codes of sixteen rows.
// Parts divide the groups of eight rows. Cost: 2 T operations a weight, at 50 GFLOP/s, and 2 to 3
// instructions to unpack it; one token is bound by unpacking.
//
//   scratch: panel of codes | floats [FLOATS][8], or for one token the second panel of codes

import { cell, integer, pointer, share } from "../common/args";
import { CHAIN, FRESH, panelRows } from "../common/panel";
import { loadPart, storePart } from "../common/partial";
import { madd } from "../common/simd";
import { the } from "../common/the";
import { One, Two } from "../common/tiles";
import { Quads } from "./dot";
import { hold, unknownZero } from "../common/hold";
import { Q2_K, Q3_K, Q4_K, Q5_K, Q6_K } from "./k_groups";
import { IQ4_NL, MXFP4, Q4_0, Q4_1, Q5_0, Q5_1 } from "./nibbles";
import { CHUNK, MINS, PANEL_BYTES, SCALES, unpack } from "./panel";
import { Q8_0 } from "./q8_0";

const ROWS: i32 = 8;
const FLOATS: i32 = 512; // columns of a chunk: a panel of 16 KB stays in the first-level cache

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q4_0_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q4_0>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q4_1_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q4_1>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q5_0_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q5_0>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q5_1_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q5_1>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q8_0_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q8_0>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q2_k_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q2_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q3_k_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q3_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q4_k_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q4_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q5_k_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q5_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_q6_k_f32(args: usize, part: i32, parts: i32): void {
  matmul<Q6_K>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_iq4_nl_f32(args: usize, part: i32, parts: i32): void {
  matmul<IQ4_NL>(args, part, parts);
}

/** args: w, x, y | scratch, bytes | N, K | T (cell) */
export function matmul_mxfp4_f32(args: usize, part: i32, parts: i32): void {
  matmul<MXFP4>(args, part, parts);
}

// @ts-ignore: decorator
@inline
function matmul<F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 5), K = integer(args, 6), T = cell(args, 7);
  const scratch = pointer(args, 3) + <usize> part * pointer(args, 4);
  const groupBytes = <usize> (K / the<F>().values) * the<F>().bytes;
  const all = (N + ROWS - 1) / ROWS, end = share(all, part + 1, parts);
  const wEnd = pointer(args, 0) + <usize> all * groupBytes;
  let g = share(all, part, parts);
  if (T == 1) {
    const w = pointer(args, 0), x = pointer(args, 1), y = pointer(args, 2);
    for (; g < end - 1; g += 2) oneToken<F, Two>(w + <usize> g * groupBytes, groupBytes, wEnd, x, y, scratch, N, K, g);
    if (g < end) oneToken<F, One>(w + <usize> g * groupBytes, groupBytes, wEnd, x, y, scratch, N, K, g);
    return;
  }
  for (; g < end; g++) {
    const w = pointer(args, 0) + <usize> g * groupBytes, y = pointer(args, 2) + (<usize> g << 5);
    group<F>(w, wEnd, pointer(args, 1), y, scratch, T, N, K, min(ROWS, N - g * ROWS));
  }
}

/** All tokens times eight rows. */
function group<F>(
  w: usize, end: usize, x: usize, y: usize, panel: usize, T: i32, N: i32, K: i32, columns: i32,
): void {
  const floats = panel + PANEL_BYTES;
  for (let k = 0; k < K; k += FLOATS) {
    const length = min(FLOATS, K - k);
    w = unpack<F, Quads>(w, panel, length, i8x16.splat(-128), end);
    toFloats<F>(panel, floats, length);
    panelRows(x + (<usize> k << 2), <usize> K << 2, floats, y, <usize> N << 2, T, columns, length, k > 0 ? CHAIN : FRESH);
  }
}

/** One token times one or two groups of eight rows, from group g on. */
// @ts-ignore: decorator
@inline
function oneToken<F, G>(
  w: usize, groupBytes: usize, end: usize, x: usize, y: usize, panel: usize, N: i32, K: i32, g: i32,
): void {
  const columns = N - g * ROWS, second = panel + PANEL_BYTES;
  let other = w + groupBytes;
  y += <usize> g << 5;
  for (let k = 0; k < K; k += CHUNK) {
    const length = min(CHUNK, K - k);
    w = unpack<F, Quads>(w, panel, length, i8x16.splat(-128), end);
    if (lengthof<G>() > 1) other = unpack<F, Quads>(other, second, length, i8x16.splat(-128), end);
    dot<F, G>(x + (<usize> k << 2), panel, y, length, columns, k > 0);
  }
}

/** Adds x times the codes of one or two panels to y; with two, four sums under way hide the latency of a madd. */
// @ts-ignore: decorator
@inline
function dot<F, G>(x: usize, panel: usize, y: usize, length: i32, columns: i32, onto: bool): void {
  const f = the<F>(), zero = unknownZero(length), second = PANEL_BYTES;
  const byte = hold(i32x4.splat(255), zero), bias = hold(i32x4.splat(f.bias), zero);
  let sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
  if (onto) {
    sum0 = loadPart(y, columns), sum1 = loadPart(y + 16, columns - 4);
    if (lengthof<G>() > 1) sum2 = loadPart(y + 32, columns - 8), sum3 = loadPart(y + 48, columns - 12);
  }
  let codes = panel, scales = panel + SCALES;
  const end = panel + (<usize> length << 3);
  while (codes < end) {
    const scale0 = v128.load(scales), scale1 = v128.load(scales, 16);
    const min0 = minsOf<F>(scales, zero), min1 = minsOf<F>(scales + 16, zero);
    const scale2 = lengthof<G>() > 1 ? v128.load(scales + second) : zero;
    const scale3 = lengthof<G>() > 1 ? v128.load(scales + second, 16) : zero;
    const min2 = lengthof<G>() > 1 ? minsOf<F>(scales + second, zero) : zero;
    const min3 = lengthof<G>() > 1 ? minsOf<F>(scales + (second + 16), zero) : zero;
    const stop = codes + (<usize> f.group << 3);
    for (; codes < stop; codes += 32, x += 16) {
      const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 4);
      const x2 = v128.load32_splat(x, 8), x3 = v128.load32_splat(x, 12);
      sum0 = fourTerms<F>(sum0, v128.load(codes), x0, x1, x2, x3, scale0, min0, byte, bias);
      sum1 = fourTerms<F>(sum1, v128.load(codes, 16), x0, x1, x2, x3, scale1, min1, byte, bias);
      if (lengthof<G>() > 1) {
        sum2 = fourTerms<F>(sum2, v128.load(codes + second), x0, x1, x2, x3, scale2, min2, byte, bias);
        sum3 = fourTerms<F>(sum3, v128.load(codes + second, 16), x0, x1, x2, x3, scale3, min3, byte, bias);
      }
    }
    scales += 32;
  }
  storePart(y, sum0, columns);
  storePart(y + 16, sum1, columns - 4);
  if (lengthof<G>() > 1) {
    storePart(y + 32, sum2, columns - 8);
    storePart(y + 48, sum3, columns - 12);
  }
}

/** The sums of four rows and their next four terms. */
// @ts-ignore: decorator
@inline
function fourTerms<F>(
  sum: v128, codes: v128, x0: v128, x1: v128, x2: v128, x3: v128, scale: v128, min: v128, byte: v128, bias: v128,
): v128 {
  sum = madd(x0, value<F>(v128.and(codes, byte), scale, min, bias), sum);
  sum = madd(x1, value<F>(v128.and(i32x4.shr_u(codes, 8), byte), scale, min, bias), sum);
  sum = madd(x2, value<F>(v128.and(i32x4.shr_u(codes, 16), byte), scale, min, bias), sum);
  return madd(x3, value<F>(i32x4.shr_u(codes, 24), scale, min, bias), sum);
}

/** The panel of codes as floats [length][8]. */
// @ts-ignore: decorator
@inline
export function toFloats<F>(panel: usize, floats: usize, length: i32): void {
  const f = the<F>(), zero = unknownZero(length);
  const byte = hold(i32x4.splat(255), zero), bias = hold(i32x4.splat(f.bias), zero);
  let codes = panel, scales = panel + SCALES;
  const end = panel + (<usize> length << 3);
  while (codes < end) {
    const scale0 = v128.load(scales), scale1 = v128.load(scales, 16);
    const min0 = minsOf<F>(scales, zero), min1 = minsOf<F>(scales + 16, zero);
    const stop = codes + (<usize> f.group << 3);
    for (; codes < stop; codes += 32, floats += 128) {
      fourValues<F>(v128.load(codes), floats, scale0, min0, byte, bias);
      fourValues<F>(v128.load(codes, 16), floats + 16, scale1, min1, byte, bias);
    }
    scales += 32;
  }
}

/** The mins of the four rows whose scales stand at `scales`, where the format has them. */
// @ts-ignore: decorator
@inline
function minsOf<F>(scales: usize, zero: v128): v128 {
  return the<F>().mins ? v128.load(scales + (MINS - SCALES)) : zero;
}

/** Four values of four rows, transposed. */
// @ts-ignore: decorator
@inline
function fourValues<F>(codes: v128, to: usize, scale: v128, min: v128, byte: v128, bias: v128): void {
  v128.store(to, value<F>(v128.and(codes, byte), scale, min, bias));
  v128.store(to, value<F>(v128.and(i32x4.shr_u(codes, 8), byte), scale, min, bias), 32);
  v128.store(to, value<F>(v128.and(i32x4.shr_u(codes, 16), byte), scale, min, bias), 64);
  v128.store(to, value<F>(i32x4.shr_u(codes, 24), scale, min, bias), 96);
}

/** (code + bias) scale + min; the product is exact where there are mins. */
// @ts-ignore: decorator
@inline
function value<F>(code: v128, scale: v128, min: v128, bias: v128): v128 {
  const f = the<F>();
  const whole = f32x4.convert_i32x4_s(f.bias != 0 ? i32x4.add(code, bias) : code);
  return f.mins ? madd(whole, scale, min) : f32x4.mul(whole, scale);
}
