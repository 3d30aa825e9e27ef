/**
 * Oracles of sorting, and of moving elements by index.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

type Elements = Exclude<OperandValue, null>;
export type Draw = (random: Random, length: number) => Elements;

/** Indices of a row in order, equals in their own; NaN is the largest, and -0 is 0. */
export function order(row: ArrayLike<number>, descending: boolean): number[] {
  const compare = (a: number, b: number): number =>
    Number.isNaN(a) || Number.isNaN(b)
      ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
      : Number(a > b) - Number(a < b);
  const sign = descending ? -1 : 1;
  return Array.from(row, (_, i) => i).sort((i, j) => sign * compare(row[i], row[j]) || i - j);
}

const SPECIAL = [0, -0, NaN, Infinity, -Infinity, 1, -1, 1e-45, -1e-45, 3e38, -3e38];
export const floats: Draw = (random, n) => random.floats(n);
export const ties: Draw = (random, n) =>
  random.floats(n).map((v) => random.next() < 0.5 ? random.pick(SPECIAL) : Math.round(v));
const integers: Draw = (random, n) => random.ints(n, -0x80000000, 0x7fffffff);
const few: Draw = (random, n) => random.ints(n, -2, 2);

/** The first K of each row's order; params [C, K, turn] or, for all, [C, turn]. */
export function sorting(draws: readonly Draw[], top: boolean): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const C of [0, 1, 2, 5, 47, 48, 49, 300]) {
        for (const draw of draws) {
          for (const turn of [0, 1]) {
            for (const K of top ? new Set([0, 1, 2, 7, C].filter((k) => k <= C)) : [C]) {
              const R = C > 100 ? 1 : random.integer(0, 3), x = draw(random, R * C);
              const out = new (x.constructor as typeof Float32Array)(R * K);
              const params = top ? [C, K, turn] : [C, turn];
              const label = `${R}x${C}, ${K}, turn ${turn}`;
              yield { label, operands: [x, out, new Int32Array(R * K)], params, cells: [R] };
            }
          }
        }
      }
    },
    oracle({ operands: [x], params, cells: [R] }: Case): Expected[] {
      const C = params[0], K = top ? params[1] : C, turn = params.at(-1) !== 0;
      const indices = Array.from(
        { length: R },
        (_, r) => order(x!.subarray(r * C, (r + 1) * C), turn).slice(0, K),
      );
      return [
        { operand: 1, values: indices.flatMap((row, r) => row.map((i) => x![r * C + i])) },
        { operand: 2, values: indices.flat() },
      ];
    },
  };
}

export const sort_f32: Reference = sorting([floats, ties], false);
export const sort_i32: Reference = sorting([integers, few], false);
export const top_k_f32: Reference = sorting([floats, ties], true);
export const top_k_i32: Reference = sorting([integers, few], true);
const naturals: Draw = (random, n) => Uint32Array.from(random.ints(n, -2, 2), (v) => v * 2 ** 29);
export const sort_u32: Reference = sorting([naturals], false);
export const top_k_u32: Reference = sorting([naturals], true);

/** `from` is what the row reads: [R, C] to pick from, [R, K] to place. */
function move(from: "C" | "K", oracle: Reference["oracle"]): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [R, C, K] of [[0, 3, 2], [2, 0, 0], [1, 1, 1], [2, 5, 3], [3, 4, 4], [2, 3, 7]]) {
        for (const low of [0, -1]) {
          const indices = random.ints(R * K, low, C - 1 - low);
          const [x, y] = from === "C" ? [R * C, R * K] : [R * K, R * C];
          const operands = [random.floats(x), indices, new Float32Array(y)];
          yield { label: `${R}x${C} by ${K} from ${low}`, operands, params: [C, K], cells: [R] };
        }
      }
    },
    oracle,
  };
}

export const pick_f32: Reference = move("C", ({ operands: [x, indices], params: [C, K] }) => {
  const values = Array.from(indices!, (i, e) => i >= 0 && i < C ? x![Math.floor(e / K) * C + i] : NaN);
  return [{ operand: 2, values }];
});

export const place_f32: Reference = move("K", ({ operands: [x, indices, y], params: [C, K] }) => {
  const values = new Float64Array(y!.length);
  indices!.forEach((i, e) => {
    if (i >= 0 && i < C) values[Math.floor(e / K) * C + i] += x![e];
  });
  return [{ operand: 2, values }];
});
