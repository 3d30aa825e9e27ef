/**
 * Oracles of comparisons, logic and choice.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { indices, product, randomStrides, SIZES, SPECIAL, walkOf } from "./elementwise.ts";
import { type Case, type Expected, longs, type OperandValue, type Reference } from "./reference.ts";

type Elements = Exclude<OperandValue, null>;
type Draw = (random: Random, length: number) => Elements;

const floats: Draw = (random, n) => Float32Array.from({ length: n }, () => random.pick([...SPECIAL, 4, 5]));
const integers: Draw = (random, n) => random.ints(n, -2, 2).map((v) => v * 2 ** 30);
const doubles: Draw = (random, n) => Float64Array.from({ length: n }, () => random.pick([...SPECIAL, 4, 5]));
const great: Draw = (random, n) =>
  longs(BigInt64Array.from(random.ints(n, -2, 2), (v) => BigInt(v) * 2n ** 62n));
const naturals: Draw = (random, n) => Uint32Array.from(integers(random, n));
const truths: Draw = (random, n) => Uint8Array.from(random.ints(n, 0, 3), (v) => [0, 0, 1, 255][v]);

/**
 * y[i] = f(the operands' elements there), over operands walked by strides.
 * Sizes add rows of 63 to 67 elements of stride 0 and 1, so that whole vectors meet every mixture of both.
 */
export function walk<E extends number | bigint = number>(
  f: (...elements: E[]) => number | bigint,
  draws: readonly Draw[],
  into: (length: number) => Elements,
): Reference {
  const call = (random: Random, sizes: readonly number[], strides: number[][], reach: number[]): Case => ({
    label: `[${sizes}] strides ${strides.map((s) => `[${s}]`).join(" ")}`,
    operands: [...draws.map((draw, i) => draw(random, reach[i])), into(product(sizes))],
    params: [...sizes.slice(1), ...strides.flat()],
    cells: [sizes[0]],
  });
  return {
    *cases(random: Random): Generator<Case> {
      for (const sizes of SIZES) {
        for (const contiguous of [true, false]) {
          const walks = draws.map(() => randomStrides(random, sizes, contiguous));
          yield call(random, sizes, walks.map((w) => w.strides), walks.map((w) => w.reach));
        }
      }
      for (let broadcast = 0; broadcast < 2 ** draws.length; broadcast++) {
        const steps = draws.map((_, i) => broadcast >> i & 1);
        const n = 63 + broadcast;
        yield call(random, [2, 1, 1, n], steps.map((s) => [s * n, 0, 0, s]), steps.map((s) => s ? 2 * n : 1));
      }
    },
    oracle({ operands, params, cells }: Case): Expected[] {
      const sizes = [cells[0], ...params.slice(0, 3)];
      const read = draws.map((_, i) => {
        const places = indices(walkOf(sizes, params.slice(3 + 4 * i, 7 + 4 * i)));
        return Array.from(places, (at) => operands[i]![at]);
      });
      const values = Array.from({ length: product(sizes) }, (_, e) => f(...read.map((r) => r[e] as E)));
      return [{ operand: draws.length, values }];
    },
  };
}

const bytes = (length: number) => new Uint8Array(length);
const compare = (f: (a: number, b: number) => boolean, draw: Draw): Reference =>
  walk((a, b) => Number(f(a, b)), [draw, draw], bytes);
const where = (draw: Draw, into: (length: number) => Elements): Reference =>
  walk((c, a, b) => c ? a : b, [truths, draw, draw], into);

export const eq_f32: Reference = compare((a, b) => a === b, floats);
export const ne_f32: Reference = compare((a, b) => a !== b, floats);
export const lt_f32: Reference = compare((a, b) => a < b, floats);
export const le_f32: Reference = compare((a, b) => a <= b, floats);
export const gt_f32: Reference = compare((a, b) => a > b, floats);
export const ge_f32: Reference = compare((a, b) => a >= b, floats);
export const abs_lt_f32: Reference = compare((a, b) => Math.abs(a) < b, floats);
export const abs_eq_f32: Reference = compare((a, b) => Math.abs(a) === b, floats);
export const eq_i32: Reference = compare((a, b) => a === b, integers);
export const ne_i32: Reference = compare((a, b) => a !== b, integers);
export const lt_i32: Reference = compare((a, b) => a < b, integers);
export const le_i32: Reference = compare((a, b) => a <= b, integers);
export const gt_i32: Reference = compare((a, b) => a > b, integers);
export const ge_i32: Reference = compare((a, b) => a >= b, integers);
export const lt_u32: Reference = compare((a, b) => a < b, naturals);
export const le_u32: Reference = compare((a, b) => a <= b, naturals);
export const eq_f64: Reference = compare((a, b) => a === b, doubles);
export const eq_i64: Reference = compare((a, b) => a === b, great);
export const ne_f64: Reference = compare((a, b) => a !== b, doubles);
export const ne_i64: Reference = compare((a, b) => a !== b, great);
export const lt_f64: Reference = compare((a, b) => a < b, doubles);
export const lt_i64: Reference = compare((a, b) => a < b, great);
export const le_f64: Reference = compare((a, b) => a <= b, doubles);
export const le_i64: Reference = compare((a, b) => a <= b, great);
export const where_f32: Reference = where(floats, (n) => new Float32Array(n));
export const where_i32: Reference = where(integers, (n) => new Int32Array(n));
export const where_b64: Reference = where(doubles, (n) => new Float64Array(n));
export const where_b16: Reference = where(
  (random, n) => Uint16Array.from(random.ints(n, 0, 65535)),
  (n) => new Uint16Array(n),
);
export const where_b8: Reference = where((random, n) => random.bytes(n), bytes);
export const logical_and_u8: Reference = walk((a, b) => Number(a && b) && 1, [truths, truths], bytes);
export const logical_or_u8: Reference = walk((a, b) => Number(a || b) && 1, [truths, truths], bytes);
export const logical_xor_u8: Reference = walk((a, b) => Number(!a !== !b), [truths, truths], bytes);
const isTrue = (x: number): boolean => x !== 0;
export const logical_and_f32: Reference = compare((a, b) => isTrue(a) && isTrue(b), floats);
export const logical_or_f32: Reference = compare((a, b) => isTrue(a) || isTrue(b), floats);
export const logical_xor_f32: Reference = compare((a, b) => isTrue(a) !== isTrue(b), floats);
export const logical_not_u8: Reference = walk((x) => Number(!x), [truths], bytes);
