/**
 * What the elements of a tensor are.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { blockFormats, packedBytes } from "../quant/formats.ts";
import type { BlockDtype } from "../quant/format.ts";

/**
 * Dtypes whose elements lie one by one. "f8e4m3" is OCP's e4m3fn (no infinities, 448 at most): for loading and
 * converting; "bool" is a byte of 0 or 1.
 */
export type PlainDtype =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "f8e4m3"
  | "i64"
  | "i32"
  | "u32"
  | "i16"
  | "u8"
  | "bool";

/**
 * A tensor's dtype: plain elements, the blocks of a quantized format (weights), or "q8": activations as 8-bit
 * blocks of 32 with their scale and sums, as quantize_q8 makes them.
 */
export type Dtype = PlainDtype | BlockDtype | "q8";

/** Typed arrays of numbers that hold plain elements; f16, bf16 and f8e4m3 as their bit patterns. */
export type NumericArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Uint8Array;

/** Typed arrays that hold plain elements: bigints for i64. */
export type PlainArray = NumericArray | BigInt64Array;

/** What a dtype's elements are: its category counts in promotion. */
interface Plain {
  bytes: number;
  category: "bool" | "integer" | "float";
  array: new (buffer: ArrayBuffer) => PlainArray;
}

const plain: Readonly<Record<PlainDtype, Plain>> = {
  f64: { bytes: 8, category: "float", array: Float64Array },
  f32: { bytes: 4, category: "float", array: Float32Array },
  f16: { bytes: 2, category: "float", array: Uint16Array },
  bf16: { bytes: 2, category: "float", array: Uint16Array },
  f8e4m3: { bytes: 1, category: "float", array: Uint8Array },
  i64: { bytes: 8, category: "integer", array: BigInt64Array },
  i32: { bytes: 4, category: "integer", array: Int32Array },
  u32: { bytes: 4, category: "integer", array: Uint32Array },
  i16: { bytes: 2, category: "integer", array: Int16Array },
  u8: { bytes: 1, category: "integer", array: Uint8Array },
  bool: { bytes: 1, category: "bool", array: Uint8Array },
};

/** Values and bytes of a block of 8-bit activations: scale, three sums, 32 values. */
export const Q8_BLOCK: { readonly values: number; readonly bytes: number } = { values: 32, bytes: 48 };

/** Whether elements lie one by one. */
export function isPlain(dtype: Dtype): dtype is PlainDtype {
  return Object.hasOwn(plain, dtype);
}

/** Throws where a dtype, as a caller gave it, is none whose elements lie one by one. */
export function checkPlain(action: string, dtype: Dtype): void {
  if (isPlain(dtype)) return;
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot ${action} ${dtype}: expected one of ${Object.keys(plain).join(", ")}`,
    { param: "dtype" },
  );
}

/** Whether elements are real numbers: "float"; or whole ones: "integer"; or truth: "bool". */
export function category(dtype: PlainDtype): "bool" | "integer" | "float" {
  return plain[dtype].category;
}

/** Whether elements are real numbers, one by one. */
export function isFloat(dtype: Dtype): boolean {
  return isPlain(dtype) && plain[dtype].category === "float";
}

/** Whether elements are whole numbers or truth. */
export function isWhole(dtype: Dtype): dtype is PlainDtype {
  return isPlain(dtype) && plain[dtype].category !== "float";
}

/** Whether elements are never negative. */
export function isUnsigned(dtype: Dtype): boolean {
  return dtype === "u32" || dtype === "u8" || dtype === "bool";
}

/** Whether elements are floats of 16 bits, which compute in f32. */
export function isHalf(dtype: Dtype): boolean {
  return dtype === "f16" || dtype === "bf16";
}

/** What a leaf that requires a gradient may be: floats that compute, or are converted to such. */
export type TrainableDtype = "f64" | "f32" | "f16" | "bf16";

/** Whether a leaf of it may require a gradient. */
export function isTrainable(dtype: Dtype): dtype is TrainableDtype {
  return isFloat(dtype) && dtype !== "f8e4m3";
}

/** Whether `data()` gives bit patterns, and numbers come by way of f32. */
export function isPacked(dtype: Dtype): boolean {
  return isHalf(dtype) || dtype === "f8e4m3";
}

/** Whether a typed array holds elements of a dtype. */
export function holds(values: PlainArray, dtype: PlainDtype): boolean {
  return values instanceof plain[dtype].array;
}

/** Bytes of an element; throws for dtypes that come in blocks. */
export function itemBytes(dtype: Dtype): number {
  if (isPlain(dtype)) return plain[dtype].bytes;
  throw new WickError(
    "DTYPE_MISMATCH",
    `Elements of ${dtype} come in blocks and cannot be addressed one by one`,
  );
}

/** The elements in `bytes`, which begin at its buffer's start. */
export function plainArray(dtype: PlainDtype, bytes: Uint8Array<ArrayBuffer>): PlainArray {
  return new plain[dtype].array(bytes.buffer);
}

/** Bytes that a contiguous tensor takes. Blocks run along the last dimension; weights come in groups of 8 rows. */
export function storageBytes(dtype: Dtype, shape: readonly number[]): number {
  const count = shape.reduce((a, b) => a * b, 1);
  if (isPlain(dtype)) return count * plain[dtype].bytes;
  const columns = shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : count / columns;
  if (dtype === "q8") return rows * columns / Q8_BLOCK.values * Q8_BLOCK.bytes;
  return packedBytes(blockFormats.get(dtype)!, rows, columns);
}
