/**
 * What the elements of a tensor are.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { blockFormats, packedBytes } from "../quant/formats.ts";
import type { BlockDtype } from "../quant/format.ts";

/** Dtypes whose elements lie one by one. */
export type PlainDtype = "f32" | "i32" | "f16" | "bf16" | "u8";

/**
 * A tensor's dtype: plain elements, the blocks of a quantized format (weights), or "q8": activations as 8-bit
 * blocks of 32 with their scale and sums, as quantize_q8 makes them.
 */
export type Dtype = PlainDtype | BlockDtype | "q8";

/** Typed arrays that hold plain elements; f16 and bf16 as their 16-bit patterns. */
export type PlainArray = Float32Array | Int32Array | Uint16Array | Uint8Array;

const plain: Readonly<Record<PlainDtype, { bytes: number; array: new (buffer: ArrayBuffer) => PlainArray }>> =
  {
    f32: { bytes: 4, array: Float32Array },
    i32: { bytes: 4, array: Int32Array },
    f16: { bytes: 2, array: Uint16Array },
    bf16: { bytes: 2, array: Uint16Array },
    u8: { bytes: 1, array: Uint8Array },
  };

/** Values and bytes of a block of 8-bit activations: scale, three sums, 32 values. */
export const Q8_BLOCK: { readonly values: number; readonly bytes: number } = { values: 32, bytes: 48 };

/** Whether elements lie one by one. */
export function isPlain(dtype: Dtype): dtype is PlainDtype {
  return dtype in plain;
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
