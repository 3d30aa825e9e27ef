/**
 * Oracles of the quantized matmuls: dequantized weights times dequantized activations, in float64.
 *
 * @module
 */
import { Dot } from "../../src/quant/dot.ts";
import type { BlockDtype } from "../../src/quant/format.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import type { Random } from "../random.ts";
import { activationsOf, products, quantized, randomWeights, weightsOf } from "./quantized.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** [T, N, columns in blocks]: no token, tiles of four tokens and eight rows more or less one, two chunks. */
const shapes = [
  [0, 8, 1],
  [1, 1, 1],
  [1, 17, 3],
  [2, 7, 2],
  [3, 8, 1],
  [4, 9, 2],
  [5, 8, 1],
  [7, 3, 1],
  [9, 17, 2],
];

/** Columns just past one panel. */
function pastChunk(block: number): number {
  return 1024 / block + 1;
}

function blocks(dtype: BlockDtype): Reference {
  const { block } = blockFormats.get(dtype)!;
  // 8-bit codes need the machine's own mechanism for four at a time: test/quant/dot_test.ts
  const dots = dtype === "q8_0" || dtype === "iq4_nl" ? [Dot.pairs] : [Dot.pairs, Dot.unsigned];
  return {
    *cases(random: Random): Generator<Case> {
      for (const [T, N, columns] of [...shapes, [2, 9, pastChunk(block)], [5, 2, pastChunk(block)]]) {
        const K = columns * block;
        const w = randomWeights(random, dtype, N, K);
        const x = quantized(random.floats(T * K));
        for (const dot of dots) {
          const label = `T ${T} N ${N} K ${K} dot ${dot}`;
          yield { label, operands: [w, x, new Float32Array(T * N)], params: [N, K, dot], cells: [T] };
        }
      }
    },
    oracle({ operands: [w, x], params: [N, K], cells: [T] }: Case): Expected[] {
      const weights = weightsOf(dtype, w as Uint8Array, N, K);
      return [{ operand: 2, ...products(weights, activationsOf(x as Uint8Array), T, N, K) }];
    },
  };
}

function floats(dtype: BlockDtype): Reference {
  const { block } = blockFormats.get(dtype)!;
  return {
    *cases(random: Random): Generator<Case> {
      for (const [T, N, columns] of [...shapes, [2, 9, Math.ceil(pastChunk(block) / 2)]]) {
        const K = columns * block;
        const operands = [
          randomWeights(random, dtype, N, K),
          random.floats(T * K),
          new Float32Array(T * N),
        ];
        yield { label: `T ${T} N ${N} K ${K}`, operands, params: [N, K], cells: [T] };
      }
    },
    oracle({ operands: [w, x], params: [N, K], cells: [T] }: Case): Expected[] {
      return [{
        operand: 2,
        ...products(weightsOf(dtype, w as Uint8Array, N, K), x as Float32Array, T, N, K),
      }];
    },
  };
}

export const matmul_q4_0_q8: Reference = blocks("q4_0");
export const matmul_q4_1_q8: Reference = blocks("q4_1");
export const matmul_q5_0_q8: Reference = blocks("q5_0");
export const matmul_q5_1_q8: Reference = blocks("q5_1");
export const matmul_q8_0_q8: Reference = blocks("q8_0");
export const matmul_q2_k_q8: Reference = blocks("q2_k");
export const matmul_q3_k_q8: Reference = blocks("q3_k");
export const matmul_q4_k_q8: Reference = blocks("q4_k");
export const matmul_q5_k_q8: Reference = blocks("q5_k");
export const matmul_q6_k_q8: Reference = blocks("q6_k");
export const matmul_iq4_nl_q8: Reference = blocks("iq4_nl");
export const matmul_mxfp4_q8: Reference = blocks("mxfp4");

export const matmul_q4_0_f32: Reference = floats("q4_0");
export const matmul_q4_1_f32: Reference = floats("q4_1");
export const matmul_q5_0_f32: Reference = floats("q5_0");
export const matmul_q5_1_f32: Reference = floats("q5_1");
export const matmul_q8_0_f32: Reference = floats("q8_0");
export const matmul_q2_k_f32: Reference = floats("q2_k");
export const matmul_q3_k_f32: Reference = floats("q3_k");
export const matmul_q4_k_f32: Reference = floats("q4_k");
export const matmul_q5_k_f32: Reference = floats("q5_k");
export const matmul_q6_k_f32: Reference = floats("q6_k");
export const matmul_iq4_nl_f32: Reference = floats("iq4_nl");
export const matmul_mxfp4_f32: Reference = floats("mxfp4");

/** [T, N, columns in blocks]: tiles of eight rows more or less one, two chunks of rows, two of columns. */
function backwardShapes(block: number): number[][] {
  return [[0, 8, 1], [1, 1, 1], [2, 7, 2], [7, 9, 1], [1, 137, 1], [2, 9, 256 / block + 1]];
}

function backward(dtype: BlockDtype): Reference {
  const { block } = blockFormats.get(dtype)!;
  return {
    *cases(random: Random): Generator<Case> {
      for (const [T, N, columns] of backwardShapes(block)) {
        const K = columns * block;
        const operands = [randomWeights(random, dtype, N, K), random.floats(T * N), new Float32Array(T * K)];
        yield { label: `T ${T} N ${N} K ${K}`, operands, params: [N, K], cells: [T] };
      }
    },
    oracle({ operands: [w, dy], params: [N, K], cells: [T] }: Case): Expected[] {
      const { weights, mins } = weightsOf(dtype, w as Uint8Array, N, K);
      const turned = { weights: transposed(weights, N, K), mins: transposed(mins, N, K) };
      return [{ operand: 2, ...products(turned, dy as Float32Array, T, K, N) }];
    },
  };
}

function transposed(x: Float32Array, rows: number, columns: number): Float32Array {
  return x.map((_, i) => x[i % rows * columns + Math.floor(i / rows)]);
}

export const matmul_q4_0_f32_backward: Reference = backward("q4_0");
export const matmul_q4_1_f32_backward: Reference = backward("q4_1");
export const matmul_q5_0_f32_backward: Reference = backward("q5_0");
export const matmul_q5_1_f32_backward: Reference = backward("q5_1");
export const matmul_q8_0_f32_backward: Reference = backward("q8_0");
export const matmul_q2_k_f32_backward: Reference = backward("q2_k");
export const matmul_q3_k_f32_backward: Reference = backward("q3_k");
export const matmul_q4_k_f32_backward: Reference = backward("q4_k");
export const matmul_q5_k_f32_backward: Reference = backward("q5_k");
export const matmul_q6_k_f32_backward: Reference = backward("q6_k");
export const matmul_iq4_nl_f32_backward: Reference = backward("iq4_nl");
export const matmul_mxfp4_f32_backward: Reference = backward("mxfp4");
