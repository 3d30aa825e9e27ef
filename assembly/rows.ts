// Rows of a table by index:  y[t, :] = float(x[ids[t], :])
//
//   x [V, C] f32, f16 or bf16    ids [T] i32    y [T, C] f32
//
// An id outside 0 .. V - 1 reads nothing and gives a row of NaN: the host checks ids that come from outside, this
// is the second line. Cost: bound by memory. Parts divide the ids.

import { cell, integer, pointer, share } from "./common/args";
import { anyHigh, anyLow } from "./quant/half";

/** args: x, ids, y | V, C | T (cell) */
export function take_rows_f32(args: usize, part: i32, parts: i32): void { take<f32>(args, part, parts, false); }
/** args: x, ids, y | V, C | T (cell) */
export function take_rows_f16(args: usize, part: i32, parts: i32): void { take<u16>(args, part, parts, false); }
/** args: x, ids, y | V, C | T (cell) */
export function take_rows_bf16(args: usize, part: i32, parts: i32): void { take<u16>(args, part, parts, true); }

// @ts-ignore: decorator
@inline
function take<T>(args: usize, part: i32, parts: i32, brain: bool): void {
  const V = integer(args, 3), C = integer(args, 4), T = cell(args, 5);
  const end = share(T, part + 1, parts);
  for (let t = share(T, part, parts); t < end; t++) {
    const id = load<i32>(pointer(args, 1) + (<usize> t << 2));
    const y = pointer(args, 2) + (<usize> t * <usize> C << 2);
    const x = pointer(args, 0) + <usize> id * <usize> C * sizeof<T>();
    if (<u32> id >= <u32> V) fill(y, C);
    else if (isFloat<T>()) memory.copy(y, x, <usize> C << 2);
    else if (brain) brains(x, y, C);
    else halves(x, y, C);
  }
}

function fill(y: usize, C: i32): void {
  for (let c = 0; c < C; c++, y += 4) store<f32>(y, NaN);
}

function brains(x: usize, y: usize, C: i32): void {
  for (let c = 0; c < C; c++, x += 2, y += 4) store<u32>(y, <u32> load<u16>(x) << 16);
}

function halves(x: usize, y: usize, C: i32): void {
  let c = 0;
  for (; c + 8 <= C; c += 8, x += 16, y += 32) {
    const eight = v128.load(x);
    v128.store(y, anyLow(eight));
    v128.store(y, anyHigh(eight), 16);
  }
  for (; c < C; c++, x += 2, y += 4) store<f32>(y, f32x4.extract_lane(anyLow(i16x8.splat(load<i16>(x))), 0));
}
