// Sorting rows of f64:
//
//   values[r, :] = x[r, :] in order, indices[r, j] = where values[r, j] stood
//
//   x, values [R, C] f64, indices [R, C] i32, contiguous rows; values is not x
//   scratch [ C indices ]
//
// Indices are merged (runs of 1, 2, 4 ..), from `indices` to scratch and back; values are read last, by them. A key of 64
// bits leaves no room for an index beside it, so that sort.ts's passes over pairs would move three words an element.
// Equals, 0 and -0 among them, keep the order of their indices in both directions; NaN is the largest. Cost: log2 C
// passes of 8 C bytes, and two scattered reads of x for each element in each: bound by them. Exact. Parts divide the rows.

import { cell, integer, pointer, share } from "./common/args";

/** args: x, values, indices | scratch, bytes | C, descending | R (cell) */
export function sort_f64(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 5), descending = integer(args, 6) != 0, R = cell(args, 7);
  const scratch = pointer(args, 3) + <usize> part * pointer(args, 4), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const first = <usize> r * <usize> C, x = pointer(args, 0) + (first << 3);
    const values = pointer(args, 1) + (first << 3), indices = pointer(args, 2) + (first << 2);
    const sorted = mergeSort(x, indices, scratch, C, descending);
    if (sorted != indices) memory.copy(indices, sorted, <usize> C << 2);
    for (let j: usize = 0; j < <usize> C; j++) store<f64>(values + (j << 3), valueAt(x, indices, j));
  }
}

/** The indices in order, in one of the two lists. */
function mergeSort(x: usize, a: usize, b: usize, C: i32, descending: bool): usize {
  for (let i = 0; i < C; i++) store<i32>(a + (<usize> i << 2), i);
  for (let width = 1; width < C; width <<= 1) {
    for (let from = 0; from < C; from += width << 1) {
      merge(x, a, b, from, min(from + width, C), min(from + (width << 1), C), descending);
    }
    const other = a;
    a = b;
    b = other;
  }
  return a;
}

/** The runs from .. middle and middle .. end of `a` as one in `b`; of equals those of the first come first. */
function merge(x: usize, a: usize, b: usize, from: usize, middle: usize, end: usize, descending: bool): void {
  let i = from, j = middle;
  for (let k = from; k < end; k++) {
    const second = i >= middle || (j < end && isBefore(valueAt(x, a, j), valueAt(x, a, i), descending));
    store<i32>(b + (k << 2), load<i32>(a + ((second ? j++ : i++) << 2)));
  }
}

// @ts-ignore: decorator
@inline
function valueAt(x: usize, indices: usize, j: usize): f64 {
  return load<f64>(x + (<usize> load<i32>(indices + (j << 2)) << 3));
}

// @ts-ignore: decorator
@inline
function isBefore(u: f64, v: f64, descending: bool): bool {
  return descending ? isGreater(u, v) : isGreater(v, u);
}

// @ts-ignore: decorator
@inline
function isGreater(u: f64, v: f64): bool {
  return u > v || (u != u && v == v);
}
