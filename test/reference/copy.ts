/**
 * Oracles of the copy and cast family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { brainToNumber, halfToNumber, numberToBrain, numberToHalf } from "./half.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

type Draw = (random: Random, count: number) => Exclude<OperandValue, null>;

// D0 .. D3, strides of x, strides of y, elements of x and of y
const views: [string, number[], number[], number[], number, number][] = [
  ["empty", [0, 2, 2, 2], [8, 4, 2, 1], [8, 4, 2, 1], 0, 8],
  ["one", [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0], 1, 1],
  ["contiguous", [2, 3, 2, 17], [102, 34, 17, 1], [102, 34, 17, 1], 204, 204],
  ["turned", [2, 3, 4, 5], [60, 20, 1, 4], [60, 20, 5, 1], 120, 120],
  ["repeated", [2, 3, 2, 9], [0, 9, 0, 1], [54, 18, 9, 1], 27, 108],
  ["into a larger one", [2, 1, 3, 5], [15, 0, 5, 1], [40, 0, 10, 2], 30, 80],
  ["columns apart", [1, 1, 1, 19], [0, 0, 0, 2], [0, 0, 0, 1], 38, 19],
];

function copyReference(draw: Draw): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [label, [D0, ...D], xStrides, yStrides, from, to] of views) {
        const params = [...D, ...xStrides, ...yStrides];
        yield { label, operands: [draw(random, from), draw(random, to)], params, cells: [D0] };
      }
    },
    oracle({ operands: [x, y], params: [D1, D2, D3, ...strides], cells: [D0] }: Case): Expected[] {
      const values = Array.from(y!);
      for (let at = 0; at < D0 * D1 * D2 * D3; at++) {
        const index = [
          Math.floor(at / D1 / D2 / D3),
          Math.floor(at / D2 / D3) % D1,
          Math.floor(at / D3) % D2,
          at % D3,
        ];
        const place = (first: number) => index.reduce((sum, i, d) => sum + i * strides[first + d], 0);
        values[place(4)] = x![place(0)];
      }
      return [{ operand: 1, values }];
    },
  };
}

export const copy_b32: Reference = copyReference((random, n) => random.floats(n));
export const copy_b16: Reference = copyReference((random, n) => Uint16Array.from(random.ints(n, 0, 65535)));
export const copy_b8: Reference = copyReference((random, n) => random.bytes(n));

type Output = Float32ArrayConstructor | Uint16ArrayConstructor;

function castReference(
  draw: Draw,
  Out: Output,
  convert: (x: number) => number,
  special: OperandValue,
): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [R, C] of [[0, 5], [1, 1], [1, 3], [2, 4], [5, 9]]) {
        yield {
          label: `${R}x${C}`,
          operands: [draw(random, R * C), new Out(R * C)],
          params: [C],
          cells: [R],
        };
      }
      const operands = [special, new Out(special!.length)];
      yield { label: "special values", operands, params: [1], cells: [special!.length] };
    },
    oracle({ operands: [x] }: Case): Expected[] {
      return [{ operand: 1, values: Array.from(x!, convert) }];
    },
  };
}

/** All words: 16 bits are few enough. */
const everyWord = Uint16Array.from({ length: 65536 }, (_, i) => i);

const words: Draw = (random, n) => Uint16Array.from(random.ints(n, 0, 65535));

/** Ties, subnormals, the ends of the range and what lies beyond them, in f32. */
const edges = Float32Array.of(
  ...[
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    65504,
    65519.996,
    65520,
    -65520,
    1e30,
    3.4028234e38,
    1e-45,
    -1e-40,
  ],
  ...[
    2 ** -14,
    2 ** -24,
    2 ** -25,
    -(2 ** -25),
    2 ** -25 * 1.0000001,
    3 * 2 ** -25,
    5 * 2 ** -25,
    1023.5 * 2 ** -24,
  ],
  ...[
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    1 + 2 ** -11 + 2 ** -23,
    2047.5,
    1 + 2 ** -8,
    1 + 3 * 2 ** -8,
    1 + 2 ** -8 + 2 ** -23,
  ],
);

/** f32 over the whole range of f16 and beyond. */
const wide: Draw = (random, n) => random.floats(n).map((v) => v * 2 ** random.integer(-30, 20));

export const cast_f16_f32: Reference = castReference(words, Float32Array, halfToNumber, everyWord);
export const cast_bf16_f32: Reference = castReference(words, Float32Array, brainToNumber, everyWord);
export const cast_i32_f32: Reference = castReference(
  (random, n) => random.ints(n, -1e9, 1e9),
  Float32Array,
  Math.fround,
  Int32Array.of(0, 1, -1, 16777217, 2147483647, -2147483648),
);
export const cast_f32_f16: Reference = castReference(wide, Uint16Array, numberToHalf, edges);
export const cast_f32_bf16: Reference = castReference(wide, Uint16Array, numberToBrain, edges);
