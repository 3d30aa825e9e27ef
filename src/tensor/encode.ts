/**
 * JavaScript numbers as elements of a dtype.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { isFloat, type PlainArray, type PlainDtype } from "./dtype.ts";

/** A number, a bigint (for i64) or a truth value. */
export type Scalar = number | bigint | boolean;

/**
 * Numbers as a typed array of a dtype's elements: floats rounded to nearest even, integers toward zero as PyTorch has
 * it, and of truth all that is not 0.
 *
 * @throws WickError DTYPE_MISMATCH for what is no number, and for a number that integers of the dtype do not hold
 */
export function encode(values: readonly Scalar[], dtype: PlainDtype): PlainArray {
  switch (dtype) {
    case "f64":
      return Float64Array.from(values, real);
    case "f32":
      return Float32Array.from(values, real);
    case "i64":
      return BigInt64Array.from(values, longWhole);
    case "i32":
      return Int32Array.from(values, within(dtype));
    case "u32":
      return Uint32Array.from(values, within(dtype));
    case "i16":
      return Int16Array.from(values, within(dtype));
    case "u8":
      return Uint8Array.from(values, within(dtype));
    case "bool":
      return Uint8Array.from(values, (v) => real(v) === 0 ? 0 : 1); // NaN is true
    case "f16":
      return Uint16Array.from(values, (v) => smallFloat(real(v), 5, 10));
    case "bf16":
      return Uint16Array.from(values, (v) => smallFloat(real(v), 8, 7));
    case "f8e4m3":
      return Uint8Array.from(values, (v) => eighth(real(v)));
  }
}

type IntegerDtype = "i64" | "i32" | "u32" | "i16" | "u8";

/** The smallest and the largest element of integers. */
const ranges: Readonly<Record<IntegerDtype, readonly [bigint, bigint]>> = {
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
  i32: [-(2n ** 31n), 2n ** 31n - 1n],
  u32: [0n, 2n ** 32n - 1n],
  i16: [-(2n ** 15n), 2n ** 15n - 1n],
  u8: [0n, 255n],
};

/** Whether a dtype has an element for a number: floats do for all, rounded, and bool for 0 and 1. */
export function fits(value: number, dtype: PlainDtype): boolean {
  if (isFloat(dtype)) return true;
  if (dtype === "bool") return value === 0 || value === 1;
  return Number.isInteger(value) && isWithin(value, dtype as IntegerDtype);
}

/**
 * A number as 32-bit words, low first: for parameters of rows, where integers are taken modulo 2^32 or 2^64, as -b is
 * of an unsigned b.
 */
export function wordsOf(value: number, dtype: "f64" | "i64" | "i32" | "u32"): number[] {
  if (dtype === "f64") return [...new Int32Array(Float64Array.of(value).buffer)];
  const long = BigInt.asIntN(64, BigInt(value));
  const words = [...new Int32Array(BigInt64Array.of(long).buffer)];
  return dtype === "i64" ? words : words.slice(0, 1);
}

/** Whether a whole number lies in a dtype's range; of i64 the largest float below its end is the last. */
function isWithin(value: number, dtype: IntegerDtype): boolean {
  const [low, high] = ranges[dtype];
  return value >= Number(low) && (dtype === "i64" ? value < 2 ** 63 : value <= Number(high));
}

function real(value: Scalar): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot make a tensor of ${inWords(value)}: expected numbers, bigints or truth values`,
    { param: "values" },
  );
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "string" ? JSON.stringify(value) : `this ${typeof value}`;
}

/** Numbers as elements of at most 32 bits. */
function within(dtype: Exclude<IntegerDtype, "i64">): (value: Scalar) => number {
  const [low, high] = ranges[dtype].map(Number);
  return (value) => {
    const whole = Math.trunc(real(value));
    if (whole >= low && whole <= high) return whole;
    throw outside(value, dtype);
  };
}

function longWhole(value: Scalar): bigint {
  const [low, high] = ranges.i64;
  if (typeof value === "bigint" && value >= low && value <= high) return value;
  const whole = Math.trunc(real(value));
  if (typeof value === "bigint" || !isWithin(whole, "i64")) throw outside(value, "i64");
  return BigInt(whole);
}

/** The error of a number that a dtype's integers do not hold. */
function outside(value: Scalar, dtype: IntegerDtype): WickError {
  const [low, high] = ranges[dtype];
  return new WickError(
    "DTYPE_MISMATCH",
    `Cannot take ${value} as ${dtype}: it holds ${low} to ${high}; make it of another dtype, and convert with to() ` +
      "for what is left of it",
    { param: "values" },
  );
}

/** The bits of an IEEE float of so many bits of exponent and mantissa, through f32 as every conversion here. */
function smallFloat(value: number, exponentBits: number, mantissaBits: number): number {
  const x = Math.fround(value);
  const sign = (x < 0 || Object.is(x, -0) ? 1 : 0) << (exponentBits + mantissaBits);
  const infinity = ((1 << exponentBits) - 1) << mantissaBits;
  if (Number.isNaN(x)) return infinity | 1 << (mantissaBits - 1);
  const bias = (1 << (exponentBits - 1)) - 1;
  return sign | Math.min(infinity, grid(Math.abs(x), bias, mantissaBits));
}

function eighth(value: number): number {
  const x = Math.fround(value);
  if (Number.isNaN(x)) return 0x7f;
  return (x < 0 || Object.is(x, -0) ? 0x80 : 0) | Math.min(0x7e, grid(Math.abs(x), 7, 3));
}

/** The place of a size among the floats of a bias and so many bits of mantissa, ties to even; may pass their end. */
function grid(size: number, bias: number, mantissaBits: number): number {
  if (size === Infinity) return Infinity;
  const exponent = size === 0 ? 1 - bias : Math.max(1 - bias, Math.floor(Math.log2(size)));
  const steps = size / 2 ** (exponent - mantissaBits); // exact: a power of two
  const down = Math.floor(steps);
  const rest = steps - down;
  const rounded = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
  return (exponent + bias - 1) * 2 ** mantissaBits + rounded;
}
