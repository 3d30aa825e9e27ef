/**
 * Every block format, by dtype, and the size of a packed matrix.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { BlockDtype, BlockFormat } from "./format.ts";
import { q2_k, q3_k, q4_k, q5_k, q6_k } from "./k_groups.ts";
import { iq4_nl, mxfp4, q4_0, q4_1, q5_0, q5_1 } from "./nibbles.ts";
import { q8_0 } from "./q8_0.ts";

/** The block formats, by dtype. */
export const blockFormats: ReadonlyMap<BlockDtype, BlockFormat> = new Map(
  [q4_0, q4_1, q5_0, q5_1, q8_0, q2_k, q3_k, q4_k, q5_k, q6_k, iq4_nl, mxfp4].map((f) => [f.dtype, f]),
);

/** Rows that the packed layout interleaves. */
export const INTERLEAVED_ROWS = 8;

/** Bytes of one row of `columns` values; `columns` must be a multiple of the format's block. */
export function rowBytes(format: BlockFormat, columns: number): number {
  if (!Number.isSafeInteger(columns) || columns < 0 || columns % format.block !== 0) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot lay out a row of ${format.name}: columns must be a multiple of ${format.block}, got ${columns}`,
    );
  }
  return columns / format.block * format.bytes;
}

/**
 * Bytes of a packed matrix [rows, columns]: rows go in groups of 8, the last one filled with zero blocks.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(packedBytes(blockFormats.get("q4_0")!, 9, 64), 16 * 2 * 18);
 * ```
 */
export function packedBytes(format: BlockFormat, rows: number, columns: number): number {
  return Math.ceil(rows / INTERLEAVED_ROWS) * INTERLEAVED_ROWS * rowBytes(format, columns);
}
