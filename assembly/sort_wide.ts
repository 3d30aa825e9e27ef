// Sorting rows of i64:  values[r, :] = x[r, :] in order, indices[r, j] = where values[r, j] stood
//
//   x, values [R, C] i64, indices [R, C] i32, contiguous
//
// A merge sort of indices from below: runs of RUN by insertion, then pairs of runs, from one half of scratch to the
// other. An index goes before another where its element is less (more, where descending) or stands first among
// equals, so equals keep their order in both directions.
//
//   scratch   [ indices, 4 C bytes | indices, 4 C bytes ]
//
// Cost: C log2(C) comparisons, each reading x by index: bound by the cache. Exact. Parts divide the rows.

import { cell, integer, pointer, share } from "./common/args";

const RUN: i32 = 8;

/** args: x, values, indices | scratch, bytes | C, descending | R (cell) */
export function sort_i64(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 5), R = cell(args, 7), end = share(R, part + 1, parts);
  const turn: i64 = integer(args, 6) != 0 ? -1 : 0;
  const scratch = pointer(args, 3) + <usize> part * pointer(args, 4);
  for (let r = share(R, part, parts); r < end; r++) {
    const row = <usize> r * <usize> C, x = pointer(args, 0) + (row << 3);
    insertRuns(x, scratch, C, turn);
    const sorted = mergeRuns(x, scratch, scratch + (<usize> C << 2), C, turn);
    for (let c: usize = 0; c < <usize> C; c++) {
      const index = load<u32>(sorted + (c << 2));
      store<i64>(pointer(args, 1) + (row + c << 3), load<i64>(x + (<usize> index << 3)));
      store<u32>(pointer(args, 2) + (row + c << 2), index);
    }
  }
}

/** The element of an index, its bits turned for a descending order. */
// @ts-ignore: decorator
@inline
function key(x: usize, index: u32, turn: i64): i64 { return load<i64>(x + (<usize> index << 3)) ^ turn; }

function insertRuns(x: usize, indices: usize, C: i32, turn: i64): void {
  for (let c = 0; c < C; c++) {
    const own = key(x, c, turn);
    let q = c;
    for (; q % RUN != 0; q--) {
      const before = load<u32>(indices + (<usize> q << 2) - 4);
      if (key(x, before, turn) <= own) break;
      store<u32>(indices + (<usize> q << 2), before);
    }
    store<u32>(indices + (<usize> q << 2), c);
  }
}

/** Merges neighbouring runs until one is left, and gives the half of scratch that holds it. */
function mergeRuns(x: usize, from: usize, to: usize, C: i32, turn: i64): usize {
  for (let size = RUN; size < C; size <<= 1) {
    for (let start = 0; start < C; start += size << 1) {
      merge(x, from, to, start, min(start + size, C), min(start + (size << 1), C), turn);
    }
    const other = from;
    from = to, to = other;
  }
  return from;
}

/** The runs start .. middle - 1 and middle .. end - 1 as one. */
function merge(x: usize, from: usize, to: usize, start: i32, middle: i32, end: i32, turn: i64): void {
  let a = start, b = middle;
  for (let c = start; c < end; c++) {
    const first = load<u32>(from + (<usize> min(a, middle - 1) << 2));
    const second = load<u32>(from + (<usize> min(b, end - 1) << 2));
    const takesFirst = b >= end || (a < middle && key(x, first, turn) <= key(x, second, turn));
    store<u32>(to + (<usize> c << 2), takesFirst ? first : second);
    if (takesFirst) a++;
    else b++;
  }
}
