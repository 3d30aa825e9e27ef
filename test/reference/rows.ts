/**
 * Oracles of the family that picks rows of a table.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { brainToNumber, halfToNumber } from "./half.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

function reference(
  draw: (random: Random, count: number) => OperandValue,
  decode: (value: number) => number,
): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [V, C, T] of [[1, 1, 0], [1, 1, 1], [5, 3, 4], [3, 4, 2], [7, 9, 5], [2, 64, 3]]) {
        const operands = [draw(random, V * C), random.ints(T, 0, V - 1), new Float32Array(T * C)];
        yield { label: `${T} of ${V}x${C}`, operands, params: [V, C], cells: [T] };
      }
      const operands = [draw(random, 15), Int32Array.of(2, 3, -1, 0, 1 << 30), new Float32Array(25)];
      yield { label: "ids outside", operands, params: [3, 5], cells: [5] };
    },
    oracle({ operands: [x, ids], params: [V, C], cells: [T] }: Case): Expected[] {
      const values = new Float64Array(T * C).fill(NaN);
      ids!.forEach((id, t) => {
        for (let c = 0; c < C && id >= 0 && id < V; c++) values[t * C + c] = decode(x![id * C + c]);
      });
      return [{ operand: 2, values }];
    },
  };
}

const words = (random: Random, count: number) => Uint16Array.from(random.ints(count, 0, 65535));

export const take_rows_f32: Reference = reference((random, count) => random.floats(count), (v) => v);

export const take_rows_f16: Reference = reference(words, halfToNumber);

export const take_rows_bf16: Reference = reference(words, brainToNumber);
