// Copies between strided views, and casts.
//
//   copy   y[i, j, k, l] = x[i, j, k, l]    strides of x and y in elements (0 repeats x, negative runs back)
//   cast   y[r, c] = x[r, c] in another type, contiguous; f32 to 16 bits rounds to nearest, ties to even
//
// copy writes the addressed elements of y alone; x and y don't overlap. Cost: one read and one write, by vectors
// where both innermost strides are 1. Exact but for the rounding of the casts. Parts divide the outermost dimension
// (copy) or the elements (cast).

import { cell, integer, pointer, share } from "./common/args";
import { floatToBrain4, floatToHalf4 } from "./common/half";
import { BF16, F16 } from "./common/storage";

/** args: x, y | D1, D2, D3, x0 .. x3, y0 .. y3 | D0 (cell) */
export function copy_b32(args: usize, part: i32, parts: i32): void {
  copy<u32>(args, part, parts);
}

/** args as copy_b32, elements of 2 bytes */
export function copy_b16(args: usize, part: i32, parts: i32): void {
  copy<u16>(args, part, parts);
}

/** args as copy_b32, elements of 1 byte */
export function copy_b8(args: usize, part: i32, parts: i32): void {
  copy<u8>(args, part, parts);
}

function copy<E>(args: usize, part: i32, parts: i32): void {
  const D1 = integer(args, 2), D2 = integer(args, 3), D0 = cell(args, 13);
  const end = share(D0, part + 1, parts);
  for (let i = share(D0, part, parts); i < end; i++) {
    for (let j = 0; j < D1; j++) {
      for (let k = 0; k < D2; k++) {
        const x = i * integer(args, 5) + j * integer(args, 6) + k * integer(args, 7);
        const y = i * integer(args, 9) + j * integer(args, 10) + k * integer(args, 11);
        const from = pointer(args, 0) + <usize> x * sizeof<E>(), to = pointer(args, 1) + <usize> y * sizeof<E>();
        copyRun<E>(from, to, integer(args, 4), integer(args, 8), integer(args, 12));
      }
    }
  }
}

function copyRun<E>(x: usize, y: usize, count: i32, xStride: i32, yStride: i32): void {
  if (xStride == 1 && yStride == 1) {
    const lanes = 16 / sizeof<E>();
    for (; count >= lanes; count -= lanes, x += 16, y += 16) v128.store(y, v128.load(x));
  }
  const xStep = <usize> xStride * sizeof<E>(), yStep = <usize> yStride * sizeof<E>();
  for (; count > 0; count--, x += xStep, y += yStep) store<E>(y, load<E>(x));
}

/** args: x, y | C | R (cell) */
export function cast_f16_f32(args: usize, part: i32, parts: i32): void {
  widen<F16>(args, part, parts);
}

/** args: x, y | C | R (cell) */
export function cast_bf16_f32(args: usize, part: i32, parts: i32): void {
  widen<BF16>(args, part, parts);
}

function widen<X>(args: usize, part: i32, parts: i32): void {
  const count = integer(args, 2) * cell(args, 3), from = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> from << 1), y = pointer(args, 1) + (<usize> from << 2);
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, x += 8, y += 16) v128.store(y, changetype<X>(0).load4(x));
  for (; n > 0; n--, x += 2, y += 4) store<f32>(y, changetype<X>(0).load1(x));
}

/** args: x, y | C | R (cell) */
export function cast_i32_f32(args: usize, part: i32, parts: i32): void {
  const count = integer(args, 2) * cell(args, 3), from = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> from << 2), y = pointer(args, 1) + (<usize> from << 2);
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, x += 16, y += 16) v128.store(y, f32x4.convert_i32x4_s(v128.load(x)));
  for (; n > 0; n--, x += 4, y += 4) store<f32>(y, <f32> load<i32>(x));
}

// How f32 is narrowed to 16 bits, in the low half of each lane.
// @ts-ignore: decorator
@unmanaged
class ToHalf {
  // @ts-ignore: decorator
  @inline
  narrow(x: v128): v128 {
    return floatToHalf4(x);
  }
}

// @ts-ignore: decorator
@unmanaged
class ToBrain {
  // @ts-ignore: decorator
  @inline
  narrow(x: v128): v128 {
    return floatToBrain4(x);
  }
}

/** args: x, y | C | R (cell) */
export function cast_f32_f16(args: usize, part: i32, parts: i32): void {
  narrow<ToHalf>(args, part, parts);
}

/** args: x, y | C | R (cell) */
export function cast_f32_bf16(args: usize, part: i32, parts: i32): void {
  narrow<ToBrain>(args, part, parts);
}

function narrow<Y>(args: usize, part: i32, parts: i32): void {
  const count = integer(args, 2) * cell(args, 3), from = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> from << 2), y = pointer(args, 1) + (<usize> from << 1);
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, x += 16, y += 8) {
    const words = changetype<Y>(0).narrow(v128.load(x));
    v128.store64_lane(y, v128.shuffle<i16>(words, words, 0, 2, 4, 6, 0, 2, 4, 6), 0);
  }
  for (; n > 0; n--, x += 4, y += 2) {
    store<u16>(y, <u16> i32x4.extract_lane(changetype<Y>(0).narrow(f32x4.splat(load<f32>(x))), 0));
  }
}
