/**
 * Oracles of the quantized embeddings, which are exact.
 *
 * @module
 */
import type { BlockDtype } from "../../src/quant/format.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import type { Random } from "../random.ts";
import { randomWeights, weightsOf } from "./quantized.ts";
import type { Case, Expected, Reference } from "./reference.ts";

function table(dtype: BlockDtype): Reference {
  const { block } = blockFormats.get(dtype)!;
  return {
    *cases(random: Random): Generator<Case> {
      for (const [V, columns] of [[1, 1], [8, 2], [13, 1024 / block + 1]]) {
        const w = randomWeights(random, dtype, V, columns * block);
        for (const T of [0, 1, 5]) {
          const ids = random.ints(T, -1, V); // both ends are outside
          if (T > 0) ids[0] = V - 1;
          const y = new Float32Array(T * columns * block);
          const label = `V ${V} K ${columns * block} T ${T}`;
          yield { label, operands: [w, ids, y], params: [V, columns * block], cells: [T] };
        }
      }
    },
    oracle({ operands: [w, ids], params: [V, K] }: Case): Expected[] {
      const { weights } = weightsOf(dtype, w as Uint8Array, V, K);
      const rows = Array.from(
        ids as Int32Array,
        (id) => id >= 0 && id < V ? weights.subarray(id * K, (id + 1) * K) : new Float32Array(K).fill(NaN),
      );
      const values = new Float32Array(rows.length * K);
      rows.forEach((row, t) => values.set(row, t * K));
      return [{ operand: 2, values: values.map((v) => v === 0 ? 0 : v) }];
    },
  };
}

export const embed_q4_0: Reference = table("q4_0");
export const embed_q4_1: Reference = table("q4_1");
export const embed_q5_0: Reference = table("q5_0");
export const embed_q5_1: Reference = table("q5_1");
export const embed_q8_0: Reference = table("q8_0");
export const embed_q2_k: Reference = table("q2_k");
export const embed_q3_k: Reference = table("q3_k");
export const embed_q4_k: Reference = table("q4_k");
export const embed_q5_k: Reference = table("q5_k");
export const embed_q6_k: Reference = table("q6_k");
export const embed_iq4_nl: Reference = table("iq4_nl");
export const embed_mxfp4: Reference = table("mxfp4");
