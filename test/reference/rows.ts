/**
 * Oracles of taking rows by index.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { brainToNumber, halfToNumber } from "./half.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

function take(
  draw: (random: Random, length: number) => Exclude<OperandValue, null>,
  valueOf: (element: number) => number,
): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [V, C, T] of [[1, 1, 1], [5, 8, 0], [3, 4, 7], [9, 7, 3], [40, 33, 5], [2, 17, 2]]) {
        const ids = random.ints(T, 0, V - 1);
        yield {
          label: `${T} of [${V},${C}]`,
          operands: [draw(random, V * C), ids, new Float32Array(T * C)],
          params: [V, C],
          cells: [T],
        };
      }
      const ids = Int32Array.of(0, -1, 3, 2, 2 ** 31 - 1, -(2 ** 31), 1);
      yield {
        label: "ids outside give NaN",
        operands: [draw(random, 15), ids, new Float32Array(35)],
        params: [3, 5],
        cells: [7],
      };
    },
    oracle({ operands: [x, ids], params: [V, C] }: Case): Expected[] {
      const values = Array.from(ids as Int32Array).flatMap((id) =>
        Array.from({ length: C }, (_, c) => id >= 0 && id < V ? valueOf(x![id * C + c]) : NaN)
      );
      return [{ operand: 2, values }];
    },
  };
}

const words = (random: Random, length: number) => Uint16Array.from(random.ints(length, 0, 0x7bff));

export const take_rows_f16: Reference = take(words, halfToNumber);
export const take_rows_bf16: Reference = take(words, brainToNumber);
