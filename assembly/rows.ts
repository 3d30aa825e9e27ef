// Rows of a table by index, converted:  y[t, :] = float(x[ids[t], :])
//
//   x [V, C] f16 or bf16    ids [T] i32    y [T, C] f32
//
// An id outside 0 .. V - 1 reads nothing and gives a row of NaN: the host runs check_index before. Cost: bound by
// memory. Parts divide the ids. (Tables of f32: index_select_b32.)

import { cell, integer, pointer, share } from "./common/args";
import { BF16, F16, toFloats } from "./common/storage";
import { the } from "./common/the";

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
