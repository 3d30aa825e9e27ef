// softmax over rows:  y[r, c] = e^(x[r, c] - m[r]) / sum over c of e^(x[r, c] - m[r]),  m[r] = max over c of x[r, c]
//
//   x, y [R, C] f32, contiguous rows; y may be x
//
// Cost: 3 reads and 2 writes of a row (the second and third find it in the cache), one exp an element: bound by
// exp below 32 KiB a row, by memory above. Accuracy: sums in four f32 lanes; 2e-7 relative to 1 (tested).
// A row of -Infinity alone gives NaN, as 0 / 0 does; the caller masks with finite values where that matters.

import { cell, integer, pointer, share } from "./common/args";
import { exp1, exp4 } from "./common/math";
import { max4, sum4 } from "./common/simd";

/** args: x, y | C | R (cell) */
export function softmax_f32(args: usize, part: i32, parts: i32): void {
  const columns = integer(args, 2);
  const rows = cell(args, 3);
  const bytes = <usize> columns << 2;
  const end = share(rows, part + 1, parts);
  for (let r = share(rows, part, parts); r < end; r++) {
    softmaxRow(pointer(args, 0) + <usize> r * bytes, pointer(args, 1) + <usize> r * bytes, columns);
  }
}

function softmaxRow(x: usize, y: usize, columns: i32): void {
  const last = x + (<usize> columns << 2);
  const vectors = x + (<usize> (columns & ~3) << 2);
  let largest = f32x4.splat(-Infinity);
  let p = x;
  for (; p < vectors; p += 16) largest = f32x4.max(largest, v128.load(p));
  let m = max4(largest);
  for (; p < last; p += 4) m = max(m, load<f32>(p));

  const shift = f32x4.splat(m);
  let sums = f32x4.splat(0);
  let q = y;
  for (p = x; p < vectors; p += 16, q += 16) {
    const e = exp4(f32x4.sub(v128.load(p), shift));
    v128.store(q, e);
    sums = f32x4.add(sums, e);
  }
  let sum = sum4(sums);
  for (; p < last; p += 4, q += 4) {
    const e = exp1(load<f32>(p) - m);
    store<f32>(q, e);
    sum += e;
  }

  const scale = <f32> 1 / sum;
  const scales = f32x4.splat(scale);
  const yLast = y + (<usize> columns << 2);
  const yVectors = y + (<usize> (columns & ~3) << 2);
  for (q = y; q < yVectors; q += 16) v128.store(q, f32x4.mul(v128.load(q), scales));
  for (; q < yLast; q += 4) store<f32>(q, load<f32>(q) * scale);
}
