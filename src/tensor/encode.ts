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
 * Numbers as a typed array of a dtype's elements: floats rounded to nearest even, integers toward zero.
 *
 * @throws WickError INVALID_ARGUMENT for what is no number, and for one that an integer dtype does not hold
 */
export function encode(values: readonly Scalar[], dtype: PlainDtype): PlainArray {
  for (const value of values) checkScalar(value, dtype);
  return lowBitsOf(values, dtype);
}

/** The least and the largest element of integer dtypes. */
const ranges: Readonly<Partial<Record<PlainDtype, readonly [low: number | bigint, high: number | bigint]>>> =
  {
    i64: [-(2n ** 63n), 2n ** 63n - 1n],
    i32: [-(2 ** 31), 2 ** 31 - 1],
    u32: [0, 2 ** 32 - 1],
    i16: [-(2 ** 15), 2 ** 15 - 1],
    u8: [0, 255],
  };

function checkScalar(value: unknown, dtype: PlainDtype): void {
  const kind = typeof value;
  if (kind === "boolean") return;
  if (kind !== "number" && kind !== "bigint") {
    const found = kind === "string" ? JSON.stringify(value) : value === null ? "null" : kind;
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot make an element of ${dtype}: expected a number, a bigint or a truth value, got ${found}`,
    );
  }
  const range = ranges[dtype];
  if (!range) return;
  const whole = kind === "number" ? Math.trunc(value as number) : value as bigint; // JavaScript compares both kinds exactly
  if (whole >= range[0] && whole <= range[1]) return; // NaN is not
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot make an element of ${dtype}: expected ${range[0]} to ${range[1]}, got ${value}`,
  );
}

/** As {@linkcode encode}, but of integers the low bits, whatever they mean: for words that are computed with modulo 2^n. */
export function lowBitsOf(values: readonly Scalar[], dtype: PlainDtype): PlainArray {
  switch (dtype) {
    case "f64":
      return Float64Array.from(values, Number);
    case "f32":
      return Float32Array.from(values, Number);
    case "i64":
      return BigInt64Array.from(values, whole);
    case "i32":
      return Int32Array.from(values, lowBits);
    case "u32":
      return Uint32Array.from(values, lowBits);
    case "i16":
      return Int16Array.from(values, lowBits);
    case "u8":
      return Uint8Array.from(values, lowBits);
    case "bool":
      return Uint8Array.from(values, (v) => v == 0 ? 0 : 1); // NaN is true
    case "f16":
      return Uint16Array.from(values, (v) => smallFloat(Number(v), 5, 10));
    case "bf16":
      return Uint16Array.from(values, (v) => smallFloat(Number(v), 8, 7));
    case "f8e4m3":
      return Uint8Array.from(values, (v) => eighth(Number(v)));
  }
}

/** Whether a dtype has an element for a number: floats do for all, rounded. */
export function fits(value: number, dtype: PlainDtype): boolean {
  return isFloat(dtype) || (Number.isFinite(value) && Number(lowBitsOf([value], dtype)[0]) === value);
}

function whole(value: Scalar): bigint {
  if (typeof value === "bigint") return value;
  const n = Math.trunc(Number(value));
  if (Number.isFinite(n)) return BigInt(n);
  throw new WickError("INVALID_ARGUMENT", `Cannot make i64 of a number: it must be finite, got ${value}`);
}

function lowBits(value: Scalar): number {
  return Number(typeof value === "bigint" ? BigInt.asIntN(32, value) : value);
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
