/**
 * Rows that bring quantized matrices into the packed layout (src/quant/interleave.ts) and back.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import type { BlockFormat } from "../../quant/format.ts";
import { rowBytes } from "../../quant/formats.ts";
import { input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

const FIELDS = 5;

const layout: Kernel["params"] = Object.fromEntries([
  ["blockBytes", "i32"],
  ["blocks", "i32"],
  ...Array.from({ length: FIELDS }, (_, i) => [[`size${i}`, "i32"], [`granule${i}`, "i32"]]).flat(),
]);

/** Packs R rows of blocks; a caller with more rows than its window holds packs a multiple of 8 a call. */
export const interleave_rows: Kernel = {
  name: "interleave_rows",
  operands: [
    input("rows", "bytes", "R,blocks,blockBytes"),
    output("packed", "bytes", "R8,blocks,blockBytes"),
  ],
  params: layout,
  cells: { R: "i32" },
  gradient: NO_GRADIENT.blocks,
  tolerance: 0,
};

/** The R rows that were packed. */
export const deinterleave_rows: Kernel = {
  name: "deinterleave_rows",
  operands: [
    input("packed", "bytes", "R8,blocks,blockBytes"),
    output("rows", "bytes", "R,blocks,blockBytes"),
  ],
  params: layout,
  cells: { R: "i32" },
  gradient: NO_GRADIENT.blocks,
  tolerance: 0,
};

/** The parameters of both rows for a format and a row of `columns` values. */
export function interleaveParams(format: BlockFormat, columns: number): number[] {
  if (format.fields.length > FIELDS) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot pack ${format.name}: a block must have at most ${FIELDS} fields, got ${format.fields.length}`,
    );
  }
  const fields = Array.from({ length: FIELDS }, (_, i) => format.fields[i] ?? { size: 0, granule: 1 });
  return [
    format.bytes,
    rowBytes(format, columns) / format.bytes,
    ...fields.flatMap(({ size, granule }) => [size, granule]),
  ];
}
