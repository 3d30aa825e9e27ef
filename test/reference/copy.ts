/**
 * Oracles of copies and conversions.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { indices, randomStrides, SIZES } from "./elementwise.ts";
import { brainToNumber, halfToNumber } from "./half.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

type Elements = Exclude<OperandValue, null>;

/** Copies of elements that `make` draws. */
function copy(make: (random: Random, length: number) => Elements): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const sizes of SIZES) {
        for (const contiguous of [true, false]) {
          const x = randomStrides(random, sizes, contiguous);
          const y = { ...randomStrides(random, sizes, true) };
          const order = [0, 1, 2, 3].sort(() => random.next() - 0.5);
          if (!contiguous) y.strides = scattered(sizes, order);
          const reach = 1 +
            (sizes as readonly number[]).reduce((sum, n, d) => sum + Math.max(0, n - 1) * y.strides[d], 0);
          yield {
            label: `[${sizes}] strides [${x.strides}] to [${y.strides}]`,
            operands: [make(random, x.reach), make(random, reach)],
            params: [...sizes.slice(1), ...x.strides, ...y.strides],
            cells: [sizes[0]],
          };
        }
      }
      yield* turnedCases(make, random);
    },
    oracle({ operands: [x, y], params, cells }: Case): Expected[] {
      const sizes = [cells[0], ...params.slice(0, 3)];
      const from = [...indices({ sizes, strides: params.slice(3, 7), reach: 0 })];
      const to = [...indices({ sizes, strides: params.slice(7, 11), reach: 0 })];
      const values = Array.from(y as ArrayLike<number>);
      to.forEach((place, e) => values[place] = x![from[e]]);
      return [{ operand: 1, values }];
    },
  };
}

/** Two contiguous layouts of which each is innermost in another loop, through sizes around those of a tile. */
function* turnedCases(
  make: (random: Random, length: number) => Elements,
  random: Random,
): Generator<Case> {
  const sizes = [[1, 1, 17, 40], [2, 3, 4, 16], [1, 2, 33, 5], [3, 20, 2, 19], [2, 1, 3, 300], [
    1,
    35,
    1,
    33,
  ]];
  for (const [i, size] of sizes.entries()) {
    const along = dense(size, [0, 1, 2, 3]);
    for (const d of [1, 2]) {
      const order = [0, 1, 2, 3].filter((loop) => loop !== d);
      for (const [x, y] of [[dense(size, [...order, d]), along], [along, dense(size, [...order, d])]]) {
        const length = size.reduce((a, b) => a * b, 1);
        yield {
          label: `${i}: [${size}] strides [${x}] to [${y}]`,
          operands: [make(random, length), make(random, length)],
          params: [...size.slice(1), ...x, ...y],
          cells: [size[0]],
        };
      }
    }
  }
}

/** Strides of a contiguous layout whose dimensions lie in an order, the innermost last. */
function dense(sizes: readonly number[], order: readonly number[]): number[] {
  const strides = [0, 0, 0, 0];
  order.reduceRight((stride, d) => {
    strides[d] = stride;
    return stride * sizes[d];
  }, 1);
  return strides;
}

/** Strides of a layout in another order, with a hole between the innermost elements. */
function scattered(sizes: readonly number[], order: number[]): number[] {
  const strides = [0, 0, 0, 0];
  let stride = 2;
  for (const d of order) {
    strides[d] = stride;
    stride *= Math.max(1, sizes[d]);
  }
  return strides;
}

export const copy_b64: Reference = copy((random, length) => Float64Array.from(random.floats(length)));
export const copy_b32: Reference = copy((random, length) => random.ints(length, -(2 ** 31), 2 ** 31 - 1));
export const copy_b16: Reference = copy((random, length) => Uint16Array.from(random.ints(length, 0, 65535)));
export const copy_b8: Reference = copy((random, length) => random.bytes(length));

/** Conversions: cases by rows of different lengths, and one of values that matter. */
function cast(
  draw: (random: Random, length: number) => Elements,
  special: Elements,
  into: (length: number) => Elements,
  convert: (value: number) => number,
): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [rows, columns] of [[0, 4], [1, 1], [2, 4], [3, 5], [1, 8], [7, 9], [2, 31]]) {
        const operands = [draw(random, rows * columns), into(rows * columns)];
        yield { label: `${rows}x${columns}`, operands, params: [columns], cells: [rows] };
      }
      yield {
        label: "special",
        operands: [special, into(special.length)],
        params: [1],
        cells: [special.length],
      };
    },
    oracle: ({ operands: [x] }: Case): Expected[] => [{ operand: 1, values: Array.from(x!, convert) }],
  };
}

const words = (random: Random, length: number) => Uint16Array.from(random.ints(length, 0, 65535));
const singles = (length: number) => new Float32Array(length);
const halves = (length: number) => new Uint16Array(length);

/** The bits of the nearest value among all non-negative ones, ties to the even pattern. */
function nearest(value: number, valueOf: (bits: number) => number, infinity: number, step: number): number {
  if (Number.isNaN(value)) return NaN_BITS;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  let [low, high] = [0, infinity];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (valueOf(middle) <= size) low = middle;
    else high = middle;
  }
  if (size === Infinity) return sign | infinity;
  const above = high === infinity ? valueOf(infinity - 1) + step : valueOf(high);
  const [down, up] = [size - valueOf(low), above - size];
  return sign | (down < up || (down === up && low % 2 === 0) ? low : high);
}
const NaN_BITS = -1;

const FLOATS = Float32Array.from([
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  65504,
  65519.99,
  65520,
  -65520,
  1e6,
  6e-5,
  6.1e-5,
  5.96e-8,
  2.98e-8,
  2.9802322e-8,
  2.99e-8,
  1e-9,
  1.0004883,
  1.0014648,
  1.00390625,
  1.01171875,
  3e38,
  3.39e38,
  3.3961775e38,
  1e-40,
]);
const drawFloats = (random: Random, length: number) =>
  random.floats(length).map((v) => v * 2 ** random.integer(-26, 17));
const allHalves = Uint16Array.from({ length: 65536 / 16 }, (_, i) => i * 16 + i % 16);

export const cast_f16_f32: Reference = cast(words, allHalves, singles, halfToNumber);
export const cast_bf16_f32: Reference = cast(words, allHalves, singles, brainToNumber);
export const cast_i32_f32: Reference = cast(
  (random, length) => random.ints(length, -(2 ** 31), 2 ** 31 - 1),
  Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 16777217),
  singles,
  (v) => v,
);
export const cast_f32_f16: Reference = cast(
  drawFloats,
  FLOATS,
  halves,
  (v) => nearest(v, halfToNumber, 0x7c00, 32),
);
export const cast_f32_bf16: Reference = cast(
  drawFloats,
  FLOATS,
  halves,
  (v) => nearest(v, brainToNumber, 0x7f80, 2 ** 120),
);
