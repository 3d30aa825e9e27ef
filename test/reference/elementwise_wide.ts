/**
 * Oracles of the elementwise family over f64 and i64, and of division with a floor.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { walk } from "./compare.ts";
import { binary, double, erf, positive, power, unary } from "./elementwise.ts";
import { longs, type OperandValue, type Reference } from "./reference.ts";

const f64 = (f: (a: number, b: number) => number): Reference => binary(f, true, double);

/** As Python's %. */
export function remainder(a: number, b: number): number {
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

/** As Python's //; a / b where b is 0. */
export function floorDiv(a: number, b: number): number {
  if (b === 0 || Number.isNaN(a) || Math.abs(a) === Infinity) return b === 0 ? a / b : a % b;
  if (Math.abs(b) === Infinity) return a !== 0 && a < 0 !== b < 0 ? -1 : 0;
  return Math.round((a - remainder(a, b)) / b);
}

export const add_f64: Reference = f64((a, b) => a + b);
export const sub_f64: Reference = f64((a, b) => a - b);
export const mul_f64: Reference = f64((a, b) => a * b);
export const div_f64: Reference = f64((a, b) => a / b);
export const maximum_f64: Reference = f64(Math.max);
export const minimum_f64: Reference = f64(Math.min);
export const pow_f64: Reference = f64(power);
export const floor_div_f64: Reference = f64(floorDiv);
export const remainder_f64: Reference = f64(remainder);

const great = (random: Random, length: number) =>
  longs(BigInt64Array.from({ length }, () => {
    const [high, low] = random.ints(2, -(2 ** 31), 2 ** 31 - 1);
    return random.pick([
      BigInt(high) << 32n | BigInt(low),
      BigInt(random.integer(-9, 9)),
      -(2n ** 63n),
      2n ** 63n - 1n,
    ]);
  }));
const i64 = (f: (a: bigint, b: bigint) => bigint, draw = great): Reference =>
  walk<bigint>((a, b) => BigInt.asIntN(64, f(a, b)), [draw, draw], (n) => longs(new BigInt64Array(n)));
const few = (random: Random, n: number) => longs(BigInt64Array.from(random.ints(n, -9, 70), BigInt));

const wholeRemainder = (a: bigint, b: bigint) => {
  if (b === 0n) return 0n;
  const r = a % b;
  return r !== 0n && r < 0n !== b < 0n ? r + b : r;
};
const wholeFloorDiv = (a: bigint, b: bigint) => b === 0n ? 0n : (a - wholeRemainder(a, b)) / b;
const wholePower = (a: bigint, b: bigint) => {
  if (b >= 0n) return a ** b;
  return a === 1n ? 1n : a === -1n ? (b % 2n ? -1n : 1n) : 0n;
};

export const add_i64: Reference = i64((a, b) => a + b);
export const sub_i64: Reference = i64((a, b) => a - b);
export const mul_i64: Reference = i64((a, b) => a * b);
export const maximum_i64: Reference = i64((a, b) => a > b ? a : b);
export const minimum_i64: Reference = i64((a, b) => a < b ? a : b);
export const pow_i64: Reference = i64(wholePower, few);
export const floor_div_i64: Reference = i64(wholeFloorDiv);
export const remainder_i64: Reference = i64(wholeRemainder);

const integers = (random: Random, length: number) =>
  Int32Array.from(
    { length },
    () => random.pick([random.integer(-(2 ** 31), 2 ** 31 - 1), random.integer(-9, 9), -(2 ** 31)]),
  );
const i32 = (f: (a: bigint, b: bigint) => bigint): Reference =>
  walk(
    (a, b) => Number(BigInt.asIntN(32, f(BigInt(a), BigInt(b)))),
    [integers, integers],
    (n) => new Int32Array(n),
  );

export const floor_div_i32: Reference = i32(wholeFloorDiv);
export const remainder_i32: Reference = i32(wholeRemainder);

const u32 = (f: (a: bigint, b: bigint) => bigint): Reference =>
  walk(
    (a, b) => Number(f(BigInt(a), BigInt(b))),
    [naturals, naturals],
    (n) => new Uint32Array(n),
  );
const naturals = (random: Random, length: number) => Uint32Array.from(integers(random, length));

export const floor_div_u32: Reference = u32(wholeFloorDiv);
export const remainder_u32: Reference = u32(wholeRemainder);

/** The two words of a float64, low first. */
function words(value: number): number[] {
  return Array.from(new Int32Array(Float64Array.of(value).buffer));
}

export const affine_f64: Reference = unary((x, p, q) => x * p + q, {
  numbers: [1.7, -0.3],
  words: [...words(1.7), ...words(-0.3)],
  width: double,
});
export const quotient_f64: Reference = unary((x, p) => x / p, {
  numbers: [49],
  words: words(49),
  width: double,
});

/** x * scale + shift with numbers beyond 32 bits. */
function affine(
  draw: (random: Random, length: number) => Exclude<OperandValue, null>,
  bits: number,
  [scale, shift]: bigint[],
  params: readonly number[],
): Reference {
  const own = walk<number | bigint>(
    (x) => {
      const y = BigInt.asIntN(bits, BigInt(x) * scale + shift);
      return bits === 64 ? y : Number(y);
    },
    [draw],
    (n) => bits === 64 ? longs(new BigInt64Array(n)) : new Int32Array(n),
  );
  return {
    *cases(random) {
      for (const one of own.cases(random)) yield { ...one, params: [...one.params, ...params] };
    },
    oracle: (call) => own.oracle({ ...call, params: call.params.slice(0, 7) }),
  };
}

export const affine_i64: Reference = affine(great, 64, [-(2n ** 33n) - 5n, 2n ** 40n + 7n], [-5, -3, 7, 256]);
export const affine_i32: Reference = affine(integers, 32, [-3n, 7n], [-3, 7]);

const mapped = (
  f: (x: number) => number,
  options: { draw?: typeof positive; scale?: (x: number) => number } = {},
) => unary(f, { ...options, width: double });

export const neg_f64: Reference = mapped((x) => -x);
export const abs_f64: Reference = mapped(Math.abs);
export const sqrt_f64: Reference = mapped(Math.sqrt, { draw: positive });
export const exp_f64: Reference = mapped(Math.exp);
export const log_f64: Reference = mapped(Math.log, { draw: positive });
export const log2_f64: Reference = mapped(Math.log2, { draw: positive });
export const log10_f64: Reference = mapped(Math.log10, { draw: positive });
export const sin_f64: Reference = mapped(Math.sin);
export const cos_f64: Reference = mapped(Math.cos);
export const tan_f64: Reference = mapped(Math.tan, { scale: (x) => 1 + Math.tan(x) ** 2 });
export const tanh_f64: Reference = mapped(Math.tanh);
export const sigmoid_f64: Reference = mapped((x) => 1 / (1 + Math.exp(-x)));
export const silu_f64: Reference = mapped((x) => x / (1 + Math.exp(-x)));
export const relu_f64: Reference = mapped((x) => Math.max(x, 0));
export const gelu_f64: Reference = mapped((x) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))
);
export const gelu_erf_f64: Reference = mapped((x) => 0.5 * x * (1 + erf(x / Math.SQRT2)));
export const rsqrt_f64: Reference = mapped((x) => 1 / Math.sqrt(x), { draw: positive });
export const expm1_f64: Reference = mapped(Math.expm1);
export const log1p_f64: Reference = mapped(Math.log1p, { draw: positive });
export const erf_f64: Reference = mapped(erf);
