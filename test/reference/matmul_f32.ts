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

/** `array` holds a and y. */
export function reference(
  draw: (random: Random, count: number) => OperandValue,
  decode: Decode,
  array: typeof Float32Array | typeof Float64Array = Float32Array,
): Reference {
  const call = (
    random: Random,
    label: string,
    [B0, B1, M, N, K]: number[],
    sizes: number[],
    steps: number[],
  ) => ({
    label: `${label} ${[B0, B1, M, N, K]}`,
    operands: [array.from(random.floats(sizes[0])), draw(random, sizes[1]), new array(B0 * B1 * M * N)],
    params: [B0, B1, N, K, ...steps],
    cells: [M],
  });
  return {
    *cases(random: Random): Generator<Case> {
      for (const [B0, B1, M, N, K, aTurned, bTurned] of shapes) {
        const steps = [...strides(B1, M, K, aTurned), ...strides(B1, K, N, bTurned)];
        const label = `a${aTurned ? "t" : ""} b${bTurned ? "t" : ""}`;
        yield call(random, label, [B0, B1, M, N, K], [B0 * B1 * M * K, B0 * B1 * K * N], steps);
      }
      yield call(random, "repeated batches", [2, 3, 2, 5, 4], [24, 40], [0, 8, 4, 1, 20, 0, 5, 1]);
      yield call(random, "columns apart", [1, 1, 3, 9, 4], [3 * 13, 4 * 50], [0, 0, 13, 3, 0, 0, 45, 5]);
    },
    oracle({ operands: [a, b], params, cells: [M] }: Case): Expected[] {
      const [B0, B1, N, K, a0, a1, a2, a3, b0, b1, b2, b3] = params;
      const values = new Float64Array(B0 * B1 * M * N);
      const scale = values.map(() => 1e-30);
      for (let at = 0; at < values.length; at++) {
        const [n, m] = [at % N, Math.floor(at / N) % M];
        const [j, i] = [Math.floor(at / N / M) % B1, Math.floor(at / N / M / B1)];
        for (let k = 0; k < K; k++) {
          const x = Number(a![i * a0 + j * a1 + m * a2 + k * a3]);
          const term = x * decode(Number(b![i * b0 + j * b1 + k * b2 + n * b3]));
          values[at] += term;
          scale[at] += Math.abs(term);
        }
      }
      return [{ operand: 2, values, scale }];
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
