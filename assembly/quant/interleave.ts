// Rows of blocks, as they lie in a file, to the packed layout and back (src/quant/interleave.ts is the twin):
//
//   rows    [R] [block] [field] [granule]                      as in the file, rows one after the other
//   packed  [ceil(R / 8)] [block] [field] [granule] [8 rows]   absent rows are zero
//
// Packing is a bijection of bytes. Up to five fields, each (size, granule) in bytes, granule 1, 2 or 4; a
// size of 0 ends the list. A caller with a small staging window packs a whole number of groups a call. Cost:
// each byte is read and written once, a granule a load and a store: 4 to 6 GB/s (Zen 4,
// 2026-11-23).

import { cell, integer, pointer, share } from "../common/args";
import { the } from "../common/the";

const ROWS: i32 = 8;
const FIELDS: usize = 5;
const LIST: usize = 4; // the word at which the list of fields begins
const COUNT: usize = 14; // the word of R

/** args: rows, packed | block bytes, blocks a row, size0, granule0 .. size4, granule4 | R (cell) */
export function interleave_rows(args: usize, part: i32, parts: i32): void {
  groups<Packing>(args, pointer(args, 0), pointer(args, 1), part, parts);
}

/** args: packed, rows | block bytes, blocks a row, size0, granule0 .. size4, granule4 | R (cell) */
export function deinterleave_rows(args: usize, part: i32, parts: i32): void {
  groups<Unpacking>(args, pointer(args, 1), pointer(args, 0), part, parts);
}

function groups<D>(args: usize, rows: usize, packed: usize, part: i32, parts: i32): void {
  const rowBytes = <usize> integer(args, 2) * <usize> integer(args, 3);
  const count = cell(args, COUNT);
  const all = (count + ROWS - 1) / ROWS;
  const end = share(all, part + 1, parts);
  for (let g = share(all, part, parts); g < end; g++) {
    const first = <usize> g * ROWS;
    group<D>(args, rows + first * rowBytes, packed + first * rowBytes, rowBytes, min(ROWS, count - g * ROWS));
  }
}

/** The blocks of up to eight rows, column by column. */
function group<D>(args: usize, rows: usize, packed: usize, rowBytes: usize, present: i32): void {
  for (let block = integer(args, 3); block > 0; block--) {
    for (let f: usize = 0; f < FIELDS; f++) {
      const size = <usize> integer(args, LIST + 2 * f);
      const granule = integer(args, LIST + 2 * f + 1);
      const rowsEnd = rows + size, packedEnd = packed + size * ROWS;
      if (granule == 4) field<D, u32>(rows, rowsEnd, packed, rowBytes, present);
      else if (granule == 2) field<D, u16>(rows, rowsEnd, packed, rowBytes, present);
      else field<D, u8>(rows, rowsEnd, packed, rowBytes, present);
      rows = rowsEnd, packed = packedEnd;
    }
  }
}

/** The granules of one field of eight blocks. */
// @ts-ignore: decorator
@inline
function field<D, G>(rows: usize, rowsEnd: usize, packed: usize, rowBytes: usize, present: i32): void {
  const direction = the<D>();
  for (; rows < rowsEnd; rows += sizeof<G>(), packed += ROWS * sizeof<G>()) {
    let row = rows, to = packed;
    const some = to + <usize> present * sizeof<G>(), all = to + ROWS * sizeof<G>();
    for (; to < some; to += sizeof<G>(), row += rowBytes) direction.move<G>(row, to);
    for (; to < all; to += sizeof<G>()) direction.absent<G>(to);
  }
}

@unmanaged
class Packing {
  @inline move<G>(row: usize, packed: usize): void { store<G>(packed, load<G>(row)); }
  @inline absent<G>(packed: usize): void { store<G>(packed, 0); }
}

@unmanaged
class Unpacking {
  @inline move<G>(row: usize, packed: usize): void { store<G>(row, load<G>(packed)); }
  @inline absent<G>(packed: usize): void {}
}
