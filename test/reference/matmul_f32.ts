/**
 * Oracles of the float matmul family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { brainToNumber, halfToNumber } from "./half.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

/** Strides of [B0, B1, rows, columns]: as they lie, or with rows and columns changed over. */
function strides(B1: number, rows: number, columns: number, transposed: boolean): number[] {
  const inner = transposed ? [1, rows] : [columns, 1];
  return [B1 * rows * columns, rows * columns, ...inner];
}

// B0, B1, M, N, K, a transposed, b transposed
const shapes: [number, number, number, number, number, boolean, boolean][] = [
  [1, 1, 1, 1, 1, false, false],
  [1, 1, 0, 3, 2, false, false],
  [1, 1, 2, 0, 2, false, true],
  [0, 2, 2, 3, 2, false, true],
  [1, 1, 2, 9, 0, false, true],
  [1, 1, 1, 17, 9, false, true],
  [1, 1, 1, 33, 40, false, true],
  [1, 1, 1, 12, 33, false, false],
  [2, 1, 5, 7, 3, false, false],
  [1, 2, 6, 8, 4, true, false],
  [1, 1, 7, 9, 5, true, true],
  [2, 3, 13, 10, 6, false, true],
  [1, 1, 4, 140, 5, false, true],
  [1, 1, 50, 8, 7, true, false],
  [1, 1, 3, 5, 260, true, true],
  [1, 1, 2, 20, 513, false, true],
];

type Decode = (value: number) => number;

type Draw = (random: Random, count: number) => OperandValue;

/** Calls on all shapes: a and b are drawn, y is made by its length. */
export function* products(
  random: Random,
  [a, b]: readonly [Draw, Draw],
  into: (count: number) => OperandValue,
): Generator<Case> {
  const call = (label: string, [B0, B1, M, N, K]: number[], sizes: number[], steps: number[]) => ({
    label: `${label} ${[B0, B1, M, N, K]}`,
    operands: [a(random, sizes[0]), b(random, sizes[1]), into(B0 * B1 * M * N)],
    params: [B0, B1, N, K, ...steps],
    cells: [M],
  });
  for (const [B0, B1, M, N, K, aTurned, bTurned] of shapes) {
    const steps = [...strides(B1, M, K, aTurned), ...strides(B1, K, N, bTurned)];
    const label = `a${aTurned ? "t" : ""} b${bTurned ? "t" : ""}`;
    yield call(label, [B0, B1, M, N, K], [B0 * B1 * M * K, B0 * B1 * K * N], steps);
  }
  yield call("repeated batches", [2, 3, 2, 5, 4], [24, 40], [0, 8, 4, 1, 20, 0, 5, 1]);
  yield call("columns apart", [1, 1, 3, 9, 4], [3 * 13, 4 * 50], [0, 0, 13, 3, 0, 0, 45, 5]);
}

/** For each element of y the places in a and b whose products make it. */
export function terms({ params, cells: [M] }: Case): (readonly [number, number])[][] {
  const [B0, B1, N, K, a0, a1, a2, a3, b0, b1, b2, b3] = params;
  return Array.from({ length: B0 * B1 * M * N }, (_, at) => {
    const [n, m] = [at % N, Math.floor(at / N) % M];
    const [j, i] = [Math.floor(at / N / M) % B1, Math.floor(at / N / M / B1)];
    return Array.from(
      { length: K },
      (_, k) => [i * a0 + j * a1 + m * a2 + k * a3, i * b0 + j * b1 + k * b2 + n * b3] as const,
    );
  });
}

/** `array` holds a and y. */
export function reference(
  draw: Draw,
  decode: Decode,
  array: typeof Float32Array | typeof Float64Array = Float32Array,
): Reference {
  const left: Draw = (random, count) => array.from(random.floats(count));
  return {
    cases: (random) => products(random, [left, draw], (count) => new array(count)),
    oracle(call: Case): Expected[] {
      const [a, b] = call.operands;
      const each = terms(call).map((places) => places.map(([p, q]) => Number(a![p]) * decode(Number(b![q]))));
      const sum = (values: number[]) => values.reduce((x, y) => x + y, 0);
      return [{ operand: 2, values: each.map(sum), scale: each.map((v) => 1e-30 + sum(v.map(Math.abs))) }];
    },
  };
}

/** 16-bit words whose values are neither infinite nor NaN, some of them subnormal. */
function words(random: Random, count: number, top: number): Uint16Array {
  return Uint16Array.from({ length: count }, () => random.integer(0, 1) << 15 | random.integer(0, top));
}

export const matmul_f32: Reference = reference((random, count) => random.floats(count), (v) => v);

export const matmul_f32_f16: Reference = reference((random, n) => words(random, n, 0x7bff), halfToNumber);

export const matmul_f32_bf16: Reference = reference(
  (random, n) => words(random, n, 0x1fff).map((w) => w + 0x3000),
  brainToNumber,
);
