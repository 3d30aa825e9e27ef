// Rows of a quantized table by index:  y[t, k] = w[id[t], k], NaN where id[t] is not a row
//
//   w  [V, K] packed blocks      ids  [T] i32      y  [T, K] f32
//
// A row comes from the panel of its group of eight, chunk by chunk, which unpacks eight times what is needed:
// a microsecond a row, and one unpacker a format. Values are those of the format to the bit. Parts divide the
// tokens.

import { cell, integer, pointer, share } from "../common/args";
import { the } from "../common/the";
import { Quads } from "./dot";
import { Q2_K, Q3_K, Q4_K, Q5_K, Q6_K } from "./k_groups";
import { IQ4_NL, MXFP4, Q4_0, Q4_1, Q5_0, Q5_1 } from "./nibbles";
import { CHUNK, MINS, SCALES, unpack } from "./panel";
import { Q8_0 } from "./q8_0";

const ROWS: i32 = 8;

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q4_0(args: usize, part: i32, parts: i32): void {
  embed<Q4_0>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q4_1(args: usize, part: i32, parts: i32): void {
  embed<Q4_1>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q5_0(args: usize, part: i32, parts: i32): void {
  embed<Q5_0>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q5_1(args: usize, part: i32, parts: i32): void {
  embed<Q5_1>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q8_0(args: usize, part: i32, parts: i32): void {
  embed<Q8_0>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q2_k(args: usize, part: i32, parts: i32): void {
  embed<Q2_K>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q3_k(args: usize, part: i32, parts: i32): void {
  embed<Q3_K>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q4_k(args: usize, part: i32, parts: i32): void {
  embed<Q4_K>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q5_k(args: usize, part: i32, parts: i32): void {
  embed<Q5_K>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_q6_k(args: usize, part: i32, parts: i32): void {
  embed<Q6_K>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_iq4_nl(args: usize, part: i32, parts: i32): void {
  embed<IQ4_NL>(args, part, parts);
}

/** args: w, ids, y | scratch, bytes | V, K | T (cell) */
export function embed_mxfp4(args: usize, part: i32, parts: i32): void {
  embed<MXFP4>(args, part, parts);
}

function embed<F>(args: usize, part: i32, parts: i32): void {
  const V = integer(args, 5), K = integer(args, 6), T = cell(args, 7);
  const scratch = pointer(args, 3) + <usize> part * pointer(args, 4);
  const groupBytes = <usize> (K / the<F>().values) * the<F>().bytes;
  const end = share(T, part + 1, parts);
  for (let t = share(T, part, parts); t < end; t++) {
    const id = load<i32>(pointer(args, 1) + (<usize> t << 2));
    const y = pointer(args, 2) + (<usize> t * <usize> K << 2);
    if (<u32> id < <u32> V) row<F>(pointer(args, 0) + <usize> (id / ROWS) * groupBytes, id % ROWS, y, K, scratch);
    else fillNaN(y, K);
  }
}

function row<F>(w: usize, lane: usize, y: usize, K: i32, panel: usize): void {
  for (let k = 0; k < K; k += CHUNK) {
    const length = min(CHUNK, K - k);
    w = unpack<F, Quads>(w, panel, length, i8x16.splat(-128), 0);
    for (let i = 0; i < length; i++, y += 4) store<f32>(y, value<F>(panel, i, lane));
  }
}

/** One value of the panel. */
// @ts-ignore: decorator
@inline
function value<F>(panel: usize, k: i32, lane: usize): f32 {
  const f = the<F>();
  const code = <i32> load<u8>(panel + (<usize> (k >> 2) << 5) + (lane << 2) + (k & 3));
  const scale = panel + SCALES + (<usize> (k / f.group) << 5) + (lane << 2);
  const product = <f32> (code + f.bias) * load<f32>(scale);
  return f.mins ? product + load<f32>(scale + (MINS - SCALES)) : product;
}

function fillNaN(y: usize, K: i32): void {
  for (let i = 0; i < K; i++, y += 4) store<f32>(y, NaN);
}
