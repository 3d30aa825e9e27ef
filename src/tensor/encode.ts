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
 * Numbers as a typed array of a dtype's elements: floats rounded to nearest even, integers toward zero and to their
 * low bits.
 */
export function encode(values: readonly Scalar[], dtype: PlainDtype): PlainArray {
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
  return isFloat(dtype) || (Number.isFinite(value) && Number(encode([value], dtype)[0]) === value);
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
