// Rows of a table by index:  y[t, :] = float(x[ids[t], :])
// and its backward, the gradient of the table:  dx[ids[t], :] += dy[t, :] in the order of t
//
//   x [V, C] f32, f16 or bf16    ids [T] i32    y [T, C] f32
//
// An id outside 0 .. V - 1 reads nothing and gives a row of NaN: the host checks ids that come from outside, this
// is the second line; the backward leaves it out. Cost: bound by memory. Parts divide the ids, and the columns in the
// backward, so that each element adds its rows in one order.

import { cell, integer, pointer, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { BF16, F16, F32, toFloats } from "./common/storage";
import { the } from "./common/the";

/** args: x, ids, y | V, C | T (cell) */
export function take_rows_f32(args: usize, part: i32, parts: i32): void { take<F32>(args, part, parts); }
/** args: x, ids, y | V, C | T (cell) */
export function take_rows_f16(args: usize, part: i32, parts: i32): void { take<F16>(args, part, parts); }
/** args: x, ids, y | V, C | T (cell) */
export function take_rows_bf16(args: usize, part: i32, parts: i32): void { take<BF16>(args, part, parts); }

// @ts-ignore: decorator
@inline
function take<S>(args: usize, part: i32, parts: i32): void {
  const V = integer(args, 3), C = integer(args, 4), T = cell(args, 5);
  const end = share(T, part + 1, parts);
  for (let t = share(T, part, parts); t < end; t++) {
    const id = load<i32>(pointer(args, 1) + (<usize> t << 2));
    const y = pointer(args, 2) + (<usize> t * <usize> C << 2);
    if (<u32> id >= <u32> V) fillNaN(y, C);
    else toFloats<S>(pointer(args, 0) + (<usize> id * <usize> C << the<S>().shift()), y, C);
  }
}

function fillNaN(y: usize, C: i32): void {
  for (let c = 0; c < C; c++, y += 4) store<f32>(y, NaN);
}

/** args: ids, dy, dx | V, C | T (cell) */
export function take_rows_backward_f32(args: usize, part: i32, parts: i32): void {
  const V = integer(args, 3), C = integer(args, 4), T = cell(args, 5);
  const from = share(C, part, parts), count = share(C, part + 1, parts) - from;
  for (let t: usize = 0; t < <usize> T; t++) {
    const id = load<i32>(pointer(args, 0) + (t << 2));
    if (<u32> id >= <u32> V) continue;
    let dy = pointer(args, 1) + ((t * <usize> C + from) << 2), dx = pointer(args, 2) + ((<usize> id * <usize> C + from) << 2);
    for (let n = count; n > 0; n -= 4, dy += 16, dx += 16) {
      storePart(dx, f32x4.add(loadPart(dx, n), loadPart(dy, n)), n);
    }
  }
}
