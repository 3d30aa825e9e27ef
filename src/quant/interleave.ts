/**
 * The packed layout of quantized matrices, in plain TypeScript: the twin of the kernels `interleave_rows` and
 * `deinterleave_rows`. Eight rows form a group; for each column of blocks, the group holds the eight rows'
 * blocks field by field, and each field granule by granule:
 *
 *   group [block column] [field] [granule of the field] [row 0 .. 7] [bytes of the granule]
 *
 * So a vector load finds the same granule of neighbouring rows, nothing is added, and nothing is lost.
 *
 * @module
 */
import type { BlockFormat } from "./format.ts";
import { INTERLEAVED_ROWS, packedBytes, rowBytes } from "./formats.ts";

type Move = (row: number, packed: number) => void;

/** Packs `rows` rows of `columns` values; absent rows of the last group are zero. */
export function interleave(
  format: BlockFormat,
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Uint8Array {
  const packed = new Uint8Array(packedBytes(format, rows, columns));
  eachByte(format, rows, columns, (from, to) => packed[to] = bytes[from]);
  return packed;
}

/** The rows as they stood before {@linkcode interleave}. */
export function deinterleave(
  format: BlockFormat,
  packed: Uint8Array,
  rows: number,
  columns: number,
): Uint8Array {
  const bytes = new Uint8Array(rows * rowBytes(format, columns));
  eachByte(format, rows, columns, (to, from) => bytes[to] = packed[from]);
  return bytes;
}

/** Calls `move` with every byte's place in the rows and in the packed matrix. */
function eachByte(format: BlockFormat, rows: number, columns: number, move: Move): void {
  const blocks = columns / format.block;
  for (let r = 0; r < rows; r++) {
    const group = Math.floor(r / INTERLEAVED_ROWS), lane = r % INTERLEAVED_ROWS;
    for (let b = 0; b < blocks; b++) {
      const row = (r * blocks + b) * format.bytes;
      const packed = (group * blocks + b) * format.bytes * INTERLEAVED_ROWS;
      for (const { offset, size, granule } of format.fields) {
        for (let i = 0; i < size; i++) {
          const granules = Math.floor(i / granule) * INTERLEAVED_ROWS + lane;
          move(row + offset + i, packed + INTERLEAVED_ROWS * offset + granules * granule + i % granule);
        }
      }
    }
  }
}
