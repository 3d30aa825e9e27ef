// Sorting rows of i64:  values[r, :] = x[r, :] in order, indices[r, j] = where values[r, j] stood
//
//   x, values [R, C] i64, indices [R, C] i32, contiguous
//
// Equals keep the order of their indices, in both directions: a descending order turns all bits of the keys.
//
// Rows to 48 elements are sorted by insertion of their indices. Longer ones by the radix sort of sort.ts, which is
// stable, two times over: by the lower words of the elements, then by the upper ones, their sign turned. A byte that all
// elements share takes no pass, so small numbers take few.
//
//   scratch   [ pairs, 8 C bytes | pairs, 8 C bytes | 4 counts of 256, 4 KiB ]: a word of the key above its index
//
// Cost: 16 C bytes a pass, bound by scattered writes, and one scattered read of the upper words. Exact. Parts divide
// the rows.

import { cell, integer, pointer, share } from "./common/args";
import { radixSort, SHORT } from "./sort";

/** args: x, values, indices | scratch, bytes | C, descending | R (cell) */
export function sort_i64(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 5), R = cell(args, 7), end = share(R, part + 1, parts);
  const turn: i64 = integer(args, 6) != 0 ? -1 : 0;
  const scratch = pointer(args, 3) + <usize> part * pointer(args, 4);
  for (let r = share(R, part, parts); r < end; r++) {
    const row = <usize> r * <usize> C, x = pointer(args, 0) + (row << 3);
    const sorted = C <= SHORT ? inserted(x, scratch, C, turn) : byWords(x, scratch, C, turn);
    for (let c: usize = 0; c < <usize> C; c++) {
      const index = load<u32>(sorted + (c << 3));
      store<i64>(pointer(args, 1) + (row + c << 3), load<i64>(x + (<usize> index << 3)));
      store<u32>(pointer(args, 2) + (row + c << 2), index);
    }
  }
}

/** The element of an index, turned for a descending order. */
// @ts-ignore: decorator
@inline
function key(x: usize, index: u32, turn: i64): i64 { return load<i64>(x + (<usize> index << 3)) ^ turn; }

/** Pairs of which only the indices are set. */
function inserted(x: usize, pairs: usize, C: i32, turn: i64): usize {
  for (let c = 0; c < C; c++) {
    const own = key(x, c, turn);
    let q = pairs + (<usize> c << 3);
    for (; q > pairs && key(x, load<u32>(q - 8), turn) > own; q -= 8) store<u32>(q, load<u32>(q - 8));
    store<u32>(q, c);
  }
  return pairs;
}

function byWords(x: usize, pairs: usize, C: i32, turn: i64): usize {
  for (let c = 0; c < C; c++) store<u64>(pairs + (<usize> c << 3), pairOf(<u32> key(x, c, turn), c));
  const half = radixSort(pairs, C);
  for (let at: usize = 0; at < <usize> C << 3; at += 8) {
    const index = load<u32>(half + at);
    store<u64>(pairs + at, pairOf(<u32> (key(x, index, turn) >> 32) ^ 0x80000000, index));
  }
  return radixSort(pairs, C);
}

// @ts-ignore: decorator
@inline
function pairOf(key: u32, index: u32): u64 { return <u64> key << 32 | <u64> index; }
