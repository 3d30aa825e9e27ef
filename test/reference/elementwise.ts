/**
 * Oracles of the elementwise family.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** Sizes and strides of a walk in four loops. */
export interface Walk {
  sizes: number[];
  strides: number[];
  /** Elements that the strides reach. */
  reach: number;
}

/** Strides that read `sizes` in the order of a random layout, with some dimensions repeated. */
export function randomStrides(random: Random, sizes: readonly number[], contiguous: boolean): Walk {
  const order = contiguous ? [0, 1, 2, 3] : [0, 1, 2, 3].sort(() => random.next() - 0.5);
  const strides = [0, 0, 0, 0];
  let stride = 1;
  for (const d of order.toReversed()) {
    if (!contiguous && random.next() < 0.25) continue; // broadcast
    strides[d] = stride;
    stride *= sizes[d];
  }
  return { sizes: [...sizes], strides, reach: stride };
}

/** The element of the operand for each element of the result, in order. */
export function* indices({ sizes: [a, b, c, d], strides: [s, t, u, v] }: Walk): Generator<number> {
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) for (let l = 0; l < d; l++) yield i * s + j * t + k * u + l * v;
    }
  }
}

/** Sizes for cases: empty, one, around a vector, and all four loops at work. */
export const SIZES = [
  [0, 1, 1, 1],
  [1, 1, 1, 0],
  [1, 1, 1, 1],
  [1, 1, 1, 3],
  [1, 1, 1, 4],
  [1, 1, 1, 5],
  [1, 1, 1, 67],
  [3, 1, 1, 8],
  [2, 3, 4, 5],
  [5, 1, 7, 2],
] as const;

export const walkOf = (sizes: readonly number[], strides: readonly number[]): Walk => ({
  sizes: [...sizes],
  strides: [...strides],
  reach: 0,
});

export const product = (sizes: readonly number[]): number => sizes.reduce((p, q) => p * q, 1);

type Draw = (random: Random, length: number) => Float32Array;

/** What holds f32 or f64. */
export interface Reals {
  new (length: number): Float32Array | Float64Array;
  from(values: Iterable<number>): Float32Array | Float64Array;
}

/** How elements are kept, and what of a float64 that can hold. */
interface Width {
  array: Reals;
  held: (value: number) => number;
}
const single: Width = { array: Float32Array, held: asF32 };
/** For oracles of f64. */
export const double: Width = { array: Float64Array, held: (v) => v };
const normal: Draw = (random, length) => random.floats(length, 3);
export const SPECIAL = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  1e-40,
  -1e-40,
  3e38,
  -3e38,
  0.5,
  2,
  3,
  -2,
  87,
  -104,
];

/** Oracle of f(a, b); `draw` makes operands in f's domain. */
export function binary(f: (a: number, b: number) => number, special = true, width = single): Reference {
  const { array, held } = width;
  return {
    *cases(random: Random): Generator<Case> {
      for (const sizes of SIZES) {
        for (const contiguous of [true, false]) {
          const [a, b] = [0, 1].map(() => randomStrides(random, sizes, contiguous));
          const [x, y] = [a, b].map(({ reach }) => array.from(normal(random, reach)));
          const call = { params: [...sizes.slice(1), ...a.strides, ...b.strides], cells: [sizes[0]] };
          const size = product(sizes);
          const label = `[${sizes}] strides [${a.strides}] [${b.strides}]`;
          yield { ...call, label, operands: [x, y, new array(size)] };
          if (contiguous) {
            yield { ...call, label: label + " into a", operands: [x, y, x], shared: [[2, 0]] };
            yield { ...call, label: label + " into b", operands: [x, y, y], shared: [[2, 1]] };
          }
        }
      }
      const n = special ? SPECIAL.length : 0;
      const [a, b] = [0, 1].map((first) =>
        array.from(Array.from({ length: n * n }, (_, i) => SPECIAL[first ? i % n : Math.floor(i / n)]))
      );
      yield {
        label: "special values",
        params: [1, 1, n * n, 0, 0, 0, 1, 0, 0, 0, 1],
        cells: [1],
        operands: [a, b, new array(n * n)],
      };
    },
    oracle({ operands: [a, b], params, cells }: Case): Expected[] {
      const sizes = [cells[0], ...params.slice(0, 3)];
      const [x, y] = [a as Float32Array, b as Float32Array];
      const at = [...indices(walkOf(sizes, params.slice(3, 7)))];
      const bt = [...indices(walkOf(sizes, params.slice(7, 11)))];
      const values = at.map((i, e) => f(x[i], y[bt[e]])).map(held);
      return [{ operand: 2, values }];
    },
  };
}

interface UnaryOptions {
  draw?: Draw;
  numbers?: readonly number[];
  scale?: (x: number, p: number, q: number) => number;
  width?: Width;
  /** The row's parameters, where they are not the numbers themselves. */
  words?: readonly number[];
}

/** Oracle of f(x, p, q). */
export function unary(
  f: (x: number, p: number, q: number) => number,
  options: UnaryOptions = {},
): Reference {
  const numbers = options.numbers ?? [];
  const words = options.words ?? numbers;
  const { array, held } = options.width ?? single;
  return {
    *cases(random: Random): Generator<Case> {
      for (const sizes of SIZES) {
        for (const contiguous of [true, false]) {
          const walk = randomStrides(random, sizes, contiguous);
          const x = array.from((options.draw ?? normal)(random, walk.reach));
          const call = { params: [...sizes.slice(1), ...walk.strides, ...words], cells: [sizes[0]] };
          const label = `[${sizes}] strides [${walk.strides}]`;
          yield { ...call, label, operands: [x, new array(product(sizes))] };
          if (contiguous) yield { ...call, label: label + " in place", operands: [x, x], shared: [[1, 0]] };
        }
      }
      const x = array.from([...SPECIAL, 0.1, -0.29, 0.31, -4, 9, 20, -20, 1e5, -1e6, 9.9e6]);
      yield {
        label: "special values",
        params: [1, 1, x.length, 0, 0, 0, 1, ...words],
        cells: [1],
        operands: [x, new array(x.length)],
      };
    },
    oracle({ operands: [operand], params, cells }: Case): Expected[] {
      const [p, q] = options.words ? numbers : params.slice(7).map(Math.fround);
      const walk = walkOf([cells[0], ...params.slice(0, 3)], params.slice(3, 7));
      const x = [...indices(walk)].map((i) => (operand as Float32Array)[i]);
      const scale = options.scale && x.map((v) => options.scale!(v, p, q));
      return [{ operand: 1, values: x.map((v) => held(f(v, p, q))), ...(scale ? { scale } : {}) }];
    },
  };
}

/** What float32 can hold: overflow becomes infinite. */
export function asF32(value: number): number {
  return Math.abs(value) > 3.4028235677973366e38 ? Math.sign(value) * Infinity : value;
}

export const positive: Draw = (random, length) => random.floats(length, 3).map((v) => Math.exp(v));

export const add_f32: Reference = binary((a, b) => a + b);
export const sub_f32: Reference = binary((a, b) => a - b);
export const mul_f32: Reference = binary((a, b) => a * b);
export const div_f32: Reference = binary((a, b) => a / b);
export const maximum_f32: Reference = binary((a, b) => Math.max(a, b));
export const minimum_f32: Reference = binary((a, b) => Math.min(a, b));
/** C's. */
export const power = (a: number, b: number): number =>
  a === 1 || b === 0 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
export const pow_f32: Reference = binary(power);
export const affine_f32: Reference = unary((x, p, q) => x * p + q, {
  numbers: [1.7, -0.3],
  scale: (x, p, q) => Math.abs(x * p) + Math.abs(q),
});
export const neg_f32: Reference = unary((x) => -x);
export const abs_f32: Reference = unary((x) => Math.abs(x));
export const sqrt_f32: Reference = unary((x) => Math.sqrt(x), { draw: positive });
export const reciprocal_f32: Reference = unary((x) => 1 / x);
export const exp_f32: Reference = unary((x) => x < -87.33654 ? 0 : Math.exp(x));
export const log_f32: Reference = unary((x) => Math.log(x), { draw: positive });
export const log2_f32: Reference = unary((x) => Math.log2(x), { draw: positive });
export const log10_f32: Reference = unary((x) => Math.log10(x), { draw: positive });
export const sin_f32: Reference = unary((x) => Math.sin(x));
export const cos_f32: Reference = unary((x) => Math.cos(x));
export const tan_f32: Reference = unary((x) => Math.tan(x), {
  scale: (x) => 1 + Math.tan(x) ** 2,
});
export const tanh_f32: Reference = unary((x) => Math.tanh(x));
export const sigmoid_f32: Reference = unary((x) => 1 / (1 + Math.exp(-x)));
export const silu_f32: Reference = unary((x) => x / (1 + Math.exp(-x)));
export const relu_f32: Reference = unary((x) => Math.max(x, 0));
export const gelu_f32: Reference = unary((x) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
);
export const gelu_erf_f32: Reference = unary((x) => 0.5 * x * (1 + erf(x / Math.SQRT2)));

/** erf by its Maclaurin series, and 1 - erfc by continued fraction far out: 1e-14. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size < 3)) {
    if (Number.isNaN(x)) return NaN;
    let fraction = 0;
    for (let n = 60; n > 0; n--) fraction = n / 2 / (size + fraction);
    return Math.sign(x) * (1 - Math.exp(-size * size) / (size + fraction) / Math.sqrt(Math.PI));
  }
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}
