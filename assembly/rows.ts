// Rows of a table by number, as an embedding does:  y[t, c] = x[ids[t], c]
//
//   x [V, C] f32, f16 or bf16    ids [T] i32    y [T, C] f32
//
// An id outside 0 .. V - 1 gives a row of NaN; the host checks ids before, so this is the second line of defence.
// Cost: one read and one write of T rows. Exact. Parts divide the rows.

import { cell, integer, pointer, share } from "./common/args";
import { storePart } from "./common/partial";
import { BF16, F16, F32 } from "./common/storage";

/** args: x, ids, y | V, C | T (cell) */
export function take_rows_f32(args: usize, part: i32, parts: i32): void {
  takeRows<F32>(args, part, parts);
}

/** args as take_rows_f32; x is f16 */
export function take_rows_f16(args: usize, part: i32, parts: i32): void {
  takeRows<F16>(args, part, parts);
}

/** args as take_rows_f32; x is bf16 */
export function take_rows_bf16(args: usize, part: i32, parts: i32): void {
  takeRows<BF16>(args, part, parts);
}

function takeRows<X>(args: usize, part: i32, parts: i32): void {
  const V = integer(args, 3), C = integer(args, 4), T = cell(args, 5);
  const end = share(T, part + 1, parts);
  for (let t = share(T, part, parts); t < end; t++) {
    const id = load<i32>(pointer(args, 1) + (<usize> t << 2));
    const y = pointer(args, 2) + (<usize> t * C << 2);
    const x = pointer(args, 0) + (<usize> id * C << changetype<X>(0).shift());
    if (<u32> id < <u32> V) widen<X>(x, y, C);
    else for (let n = C, q = y; n > 0; n -= 4, q += 16) storePart(q, f32x4.splat(NaN), n);
  }
}

/** `count` elements as f32. */
function widen<X>(x: usize, y: usize, count: i32): void {
  const size = changetype<X>(0).shift();
  for (; count >= 4; count -= 4, x += <usize> 4 << size, y += 16) v128.store(y, changetype<X>(0).load4(x));
  for (; count > 0; count--, x += <usize> 1 << size, y += 4) store<f32>(y, changetype<X>(0).load1(x));
}
