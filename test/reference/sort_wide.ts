/**
 * The oracle of sorting i64.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { type Case, type Expected, longs, type Reference } from "./reference.ts";

/** Rows of small values, of few, with ties, and of great ones. */
const draws = [
  (random: Random, n: number) => BigInt64Array.from(random.ints(n, -300, 300), BigInt),
  (random: Random, n: number) => BigInt64Array.from(random.ints(n, -2, 2), (v) => BigInt(v) * 2n ** 62n),
  (random: Random, n: number) =>
    BigInt64Array.from(random.ints(n, -(2 ** 31), 2 ** 31 - 1), (v) => BigInt(v) * 2n ** 32n + BigInt(v)),
];

export const sort_i64: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const C of [0, 1, 2, 7, 47, 48, 49, 300]) {
      for (const draw of draws) {
        for (const descending of [0, 1]) {
          const R = C > 100 ? 1 : random.integer(0, 3), x = longs(draw(random, R * C));
          const operands = [x, longs(new BigInt64Array(R * C)), new Int32Array(R * C)];
          yield { label: `${R}x${C}, ${descending}`, operands, params: [C, descending], cells: [R] };
        }
      }
    }
  },
  oracle({ operands: [x], params: [C, descending], cells: [R] }: Case): Expected[] {
    const all = Array.from(x as unknown as BigInt64Array);
    const sign = descending ? -1 : 1;
    const indices = Array.from({ length: R }, (_, r) => {
      const row = all.slice(r * C, (r + 1) * C);
      return row.map((_, i) => i).sort((i, j) =>
        sign * (Number(row[i] > row[j]) - Number(row[i] < row[j])) || i - j
      );
    });
    return [
      { operand: 1, values: indices.flatMap((row, r) => row.map((i) => all[r * C + i])) },
      { operand: 2, values: indices.flat() },
    ];
  },
};
