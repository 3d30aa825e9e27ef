// The logarithm of a sum of exponentials over rows, and its gradient:
//
//   log_sum_exp            y[r] = log(sum over c of e^x[r, c])
//   log_sum_exp_backward   dx[r, c] = dy[r] e^(x[r, c] - y[r])
//
//   x, dx [R, C] f32, contiguous rows; y, dy [R]; dx may be x
//
// A row goes block by block, each read twice while it is in the nearest cache: with m the largest so far and s the sum
// of e^(x - m), a block whose largest b passes m makes s smaller by e^(m - b). Cost: one read of x and one exp an
// element, which bounds it (of 128 MiB 1.8 times what reading takes; by blocks of 4 KiB 2.1; 2026-11-29). Accuracy:
// blocks in f32, joined in f64: 5e-7 (tested). -Infinity alone gives -Infinity, Infinity somewhere Infinity, NaN
// somewhere NaN, and their gradient what e^(x - y) gives. Parts divide the rows.

import { cell, integer, pointer, share } from "./common/args";
import { BATCH } from "./common/fetch";
import { exponentialRow } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { expSum, largestOf } from "./softmax";

/** args: x, y | C | R (cell) */
export function log_sum_exp_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 2), R = cell(args, 3), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const y = logSumExp(pointer(args, 0) + (<usize> r * <usize> C << 2), C);
    store<f32>(pointer(args, 1) + (<usize> r << 2), <f32> y);
  }
}

function logSumExp(x: usize, C: i32): f64 {
  let m: f32 = -Infinity, sum: f64 = 0;
  for (let at = x, n = C; n > 0; n -= BATCH, at += <usize> BATCH << 2) {
    const count = min(n, BATCH), b = largestOf(at, count);
    if (b == Infinity) return hasNaN(x, C) ? NaN : Infinity;
    if (b > m) sum *= Math.exp(<f64> m - <f64> b), m = b;
    if (m == -Infinity) sum += hasNaN(at, count) ? NaN : 0;
    else sum += <f64> expSum(at, count, m);
  }
  return <f64> m + Math.log(sum);
}

function hasNaN(x: usize, n: i32): bool {
  let found = i32x4.splat(0);
  for (; n > 0; n -= 4, x += 16) {
    const v = loadPart(x, n);
    found = v128.or(found, f32x4.ne(v, v));
  }
  return v128.any_true(found);
}

/** args: x, y, dy, dx | C | R (cell) */
export function log_sum_exp_backward_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 4), R = cell(args, 5), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const at = <usize> r * <usize> C << 2, one = <usize> r << 2;
    let dx = pointer(args, 3) + at;
    exponentialRow(pointer(args, 0) + at, dx, C, load<f32>(pointer(args, 1) + one));
    const dy = v128.load32_splat(pointer(args, 2) + one);
    let n = C;
    for (; n >= 8; n -= 8, dx += 32) {
      v128.store(dx, f32x4.mul(v128.load(dx), dy)), v128.store(dx, f32x4.mul(v128.load(dx, 16), dy), 16);
    }
    for (; n > 0; n -= 4, dx += 16) storePart(dx, f32x4.mul(loadPart(dx, n), dy), n);
  }
}
