/**
 * What the oracles of the quantized rows share: packed random weights and their parts in float64.
 *
 * @module
 */
import type { BlockDtype, BlockFormat } from "../../src/quant/format.ts";
import { blockFormats, rowBytes } from "../../src/quant/formats.ts";
import { deinterleave, interleave } from "../../src/quant/interleave.ts";
import { Q8_BYTES, Q8_VALUES, q8Bytes } from "../../src/quant/q8.ts";
import type { Random } from "../random.ts";

/** The fields that hold codes in the formats with mins: with zeros there, a block dequantizes to its mins. */
const codeFields: Partial<Record<BlockDtype, number[]>> = {
  q4_1: [2],
  q5_1: [2, 3],
  q2_k: [1],
  q4_k: [3],
  q5_k: [3, 4],
};

/** Where the halves of a block stand. */
function halves(format: BlockFormat): number[] {
  return format.fields.filter((f) => f.granule === 2).map((f) => f.offset);
}

/**
 * Packed rows of random bytes with finite scales near `size`, some of them subnormal, some zero: every pattern
 * that a file may hold but infinite and NaN scales.
 */
export function randomWeights(random: Random, dtype: BlockDtype, rows: number, columns: number): Uint8Array {
  const format = blockFormats.get(dtype)!;
  const bytes = random.bytes(rows * rowBytes(format, columns));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += format.bytes) {
    for (const offset of halves(format)) {
      const sign = random.integer(0, 1) << 15;
      const exponent = random.pick([0, 0, 5, 9, 10, 11, 14]);
      view.setUint16(at + offset, sign | exponent << 10 | random.integer(0, 1023), true);
    }
    if (dtype === "mxfp4") bytes[at] = random.integer(110, 130);
    if (random.integer(0, 15) === 0) bytes.fill(0, at, at + format.bytes);
  }
  return interleave(format, bytes, rows, columns);
}

/** The weights of packed rows, [rows, columns], and what of each is its min. */
export function weightsOf(
  dtype: BlockDtype,
  packed: Uint8Array,
  rows: number,
  columns: number,
): { weights: Float32Array; mins: Float32Array } {
  const format = blockFormats.get(dtype)!;
  const blocks = deinterleave(format, packed, rows, columns);
  const weights = new Float32Array(rows * columns), mins = new Float32Array(rows * columns);
  format.dequantize(blocks, weights);
  const fields = codeFields[dtype];
  if (fields) {
    for (let at = 0; at < blocks.length; at += format.bytes) {
      for (const f of fields) {
        const { offset, size } = format.fields[f];
        blocks.fill(0, at + offset, at + offset + size);
      }
    }
    format.dequantize(blocks, mins);
  }
  return { weights, mins };
}

/** Rows of activation blocks, as quantize_q8 makes them, in the same f32 steps. */
export function quantized(x: Float32Array): Uint8Array {
  const bytes = new Uint8Array(q8Bytes(1, x.length));
  const view = new DataView(bytes.buffer);
  for (let b = 0; b < x.length / Q8_VALUES; b++) {
    const values = x.subarray(b * Q8_VALUES, (b + 1) * Q8_VALUES);
    const amax = values.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
    let d = Math.fround(amax / 127);
    if (d < 2 ** -126) d = 0;
    const inverse = d === 0 ? 0 : Math.fround(1 / d);
    const q = Array.from(values, (v) => nearestEven(Math.fround(v * inverse)));
    const sum = (part: number[]) => part.reduce((a, v) => a + v, 0);
    view.setFloat32(b * Q8_BYTES, d, true);
    [sum(q), sum(q.slice(0, 16)), sum(q.slice(16))].forEach((s, i) =>
      view.setInt32(b * Q8_BYTES + 4 + 4 * i, s, true)
    );
    q.forEach((v, i) => view.setInt8(b * Q8_BYTES + 16 + i, v));
  }
  return bytes;
}

function nearestEven(v: number): number {
  if (Number.isNaN(v)) return 0;
  const low = Math.floor(v), rest = v - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
}

/** The values of activation blocks. */
export function activationsOf(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const x = new Float64Array(bytes.length / Q8_BYTES * Q8_VALUES);
  for (let i = 0; i < x.length; i++) {
    const at = Math.floor(i / Q8_VALUES) * Q8_BYTES;
    x[i] = view.getFloat32(at, true) * view.getInt8(at + 16 + i % Q8_VALUES);
  }
  return x;
}

/** y[t, n] = sum over k of weights[n, k] x[t, k], and the sums of the terms' sizes. */
export function products(
  { weights, mins }: { weights: Float32Array; mins: Float32Array },
  x: ArrayLike<number>,
  T: number,
  N: number,
  K: number,
): { values: Float64Array; scale: Float64Array } {
  const values = new Float64Array(T * N), scale = new Float64Array(T * N);
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < K; k++) {
        const w = weights[n * K + k], m = mins[n * K + k], v = x[t * K + k];
        values[t * N + n] += w * v;
        scale[t * N + n] += Math.abs((w - m) * v) + Math.abs(m * v);
      }
    }
  }
  return { values, scale };
}
