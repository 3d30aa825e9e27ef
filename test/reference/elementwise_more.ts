/**
 * Oracles of more elementwise functions.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { walk } from "./compare.ts";
import { erf, unary } from "./elementwise.ts";
import type { Case, Reference } from "./reference.ts";

/** The result itself, so that small ones are held to relative accuracy; a subnormal has fewer places. */
const relative = (f: (x: number) => number) => (x: number) => Math.abs(f(x)) + 1e-37;
/** A normal value that is as likely small as large. */
const anySize = (random: Random, length: number) =>
  random.floats(length).map((v) => v * 10 ** random.integer(-12, 1));
const positive = (random: Random, length: number) => random.floats(length, 3).map((v) => Math.exp(v));
const halves = (random: Random, length: number) =>
  Float32Array.from(random.ints(length, -9, 9), (v) => v / 2);
const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

/** Round half to even. */
function round(x: number): number {
  const down = Math.floor(x);
  if (x - down === 0.5) return down % 2 === 0 ? down : down + 1;
  return Math.round(x);
}

/** The cases of several oracles of one row, which differ in their numbers. */
function each(references: readonly Reference[]): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const reference of references) yield* reference.cases(random);
    },
    oracle: (call) => references[0].oracle(call),
  };
}

const pow = (x: number, e: number) => x === 1 || e === 0 ? 1 : x ** e;
const elu = (x: number, alpha: number) => x < 0 ? alpha * Math.expm1(x) : x;

export const floor_f32: Reference = unary(Math.floor, { draw: halves });
export const ceil_f32: Reference = unary(Math.ceil, { draw: halves });
export const round_f32: Reference = unary(round, { draw: halves });
export const sign_f32: Reference = unary(Math.sign);
export const clamp_f32: Reference = each([
  unary(clamp, { numbers: [-1.5, 2] }),
  unary(clamp, { numbers: [2, -1.5] }),
  unary(clamp, { numbers: [-Infinity, 0] }),
]);
export const rsqrt_f32: Reference = unary((x) => 1 / Math.sqrt(x), { draw: positive });
export const expm1_f32: Reference = unary(Math.expm1, { draw: anySize, scale: relative(Math.expm1) });
export const log1p_f32: Reference = unary(Math.log1p, { draw: anySize, scale: relative(Math.log1p) });
export const erf_f32: Reference = unary(erf, { draw: anySize, scale: relative(erf) });
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const softplus_f32: Reference = each(
  [1, -1, 2.5].map((beta) => unary((x, beta) => softplus(beta * x) / beta, { numbers: [beta] })),
);
export const elu_f32: Reference = each([
  unary(elu, { numbers: [1] }),
  unary(elu, { numbers: [0.3] }),
]);
export const selu_f32: Reference = unary((x) => 1.0507009873554805 * elu(x, 1.6732632423543772));
export const leaky_relu_f32: Reference = unary((x, slope) => x < 0 ? x * slope : x, { numbers: [0.01] });
export const mish_f32: Reference = unary((x) => x * Math.tanh(softplus(x)));
export const hard_sigmoid_f32: Reference = unary((x) => clamp(x + 3, 0, 6) / 6);
export const hard_swish_f32: Reference = unary((x) => x * (clamp(x + 3, 0, 6) / 6));
export const pow_scalar_f32: Reference = each(
  [2, 3, -1, -2, 0, 0.5, -0.5, 5, -2.5, 0.37, 2 ** 21].map((e) => unary(pow, { numbers: [e] })),
);

const integers = (random: Random, length: number) => random.ints(length, -(2 ** 31), 2 ** 31 - 1);
const i32 = (f: (a: number, b: number) => number): Reference =>
  walk(f, [integers, integers], (n) => new Int32Array(n));

export const add_i32: Reference = i32((a, b) => a + b | 0);
export const sub_i32: Reference = i32((a, b) => a - b | 0);
export const mul_i32: Reference = i32(Math.imul);
export const maximum_i32: Reference = i32(Math.max);
export const minimum_i32: Reference = i32(Math.min);

const naturals = (random: Random, n: number) => Uint32Array.from(integers(random, n));
const u32 = (f: (a: number, b: number) => number): Reference =>
  walk(f, [naturals, naturals], (n) => new Uint32Array(n));
export const maximum_u32: Reference = u32(Math.max);
export const minimum_u32: Reference = u32(Math.min);
