// Copies between strided tensors, and conversions between dtypes.
//
//   copy_b*  y[walk] = x[walk] over four loops D0..D3, strides of both in elements; only addressed elements of y
//            change; x and y must not overlap
//   cast_*   y[i] = x[i] converted, R * C contiguous elements
//
// Cost: bound by memory where the innermost strides are 1. Conversions to f16 and bf16 round to nearest even;
// all values are exact otherwise (i32 to f32 rounds). Parts divide the elements.

import { cell, integer, pointer, share } from "./common/args";
import { anyHigh, anyLow } from "./quant/half";

/** args: x, y | D1, D2, D3, x0..x3, y0..y3 | D0 (cell) */
export function copy_b32(args: usize, part: i32, parts: i32): void { copy<u32>(args, part, parts); }
/** args: as copy_b32 */
export function copy_b16(args: usize, part: i32, parts: i32): void { copy<u16>(args, part, parts); }
/** args: as copy_b32 */
export function copy_b8(args: usize, part: i32, parts: i32): void { copy<u8>(args, part, parts); }

function copy<T>(args: usize, part: i32, parts: i32): void {
  const D1 = integer(args, 2), D2 = integer(args, 3), D3 = integer(args, 4);
  const total = cell(args, 13) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  const from = integer(args, 8), to = integer(args, 12);
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, n = min(D3 - column, end - i);
    const r1 = row / D2, i2 = row - r1 * D2, i0 = r1 / D1, i1 = r1 - i0 * D1;
    const x = i0 * integer(args, 5) + i1 * integer(args, 6) + i2 * integer(args, 7) + column * from;
    const y = i0 * integer(args, 9) + i1 * integer(args, 10) + i2 * integer(args, 11) + column * to;
    run<T>(pointer(args, 0) + <usize> x * sizeof<T>(), from, pointer(args, 1) + <usize> y * sizeof<T>(), to, n);
    i += n;
  }
}

function run<T>(x: usize, from: i32, y: usize, to: i32, n: i32): void {
  if (from == 1 && to == 1) return memory.copy(y, x, <usize> n * sizeof<T>());
  const stepX = <usize> from * sizeof<T>(), stepY = <usize> to * sizeof<T>();
  for (; n > 0; n--, x += stepX, y += stepY) store<T>(y, load<T>(x));
}

/** args: x, y | C | R (cell) */
export function cast_f16_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), end = share(count, part + 1, parts);
  let i = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> i << 1), y = pointer(args, 1) + (<usize> i << 2);
  for (; i + 8 <= end; i += 8, x += 16, y += 32) {
    const halves = v128.load(x);
    v128.store(y, anyLow(halves));
    v128.store(y, anyHigh(halves), 16);
  }
  for (; i < end; i++, x += 2, y += 4) {
    store<f32>(y, f32x4.extract_lane(anyLow(i16x8.splat(load<i16>(x))), 0));
  }
}

/** args: x, y | C | R (cell) */
export function cast_bf16_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), end = share(count, part + 1, parts);
  let i = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> i << 1), y = pointer(args, 1) + (<usize> i << 2);
  for (; i < end; i++, x += 2, y += 4) store<u32>(y, <u32> load<u16>(x) << 16);
}

/** args: x, y | C | R (cell) */
export function cast_i32_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), end = share(count, part + 1, parts);
  let i = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> i << 2), y = pointer(args, 1) + (<usize> i << 2);
  for (; i < end; i++, x += 4, y += 4) store<f32>(y, <f32> load<i32>(x));
}

/** args: x, y | C | R (cell) */
export function cast_f32_f16(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), end = share(count, part + 1, parts);
  let i = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> i << 2), y = pointer(args, 1) + (<usize> i << 1);
  for (; i < end; i++, x += 4, y += 2) store<u16>(y, toHalf(load<u32>(x)));
}

/** args: x, y | C | R (cell) */
export function cast_f32_bf16(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), end = share(count, part + 1, parts);
  let i = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> i << 2), y = pointer(args, 1) + (<usize> i << 1);
  for (; i < end; i++, x += 4, y += 2) {
    const bits = load<u32>(x);
    const isNaN = (bits & 0x7fffffff) > 0x7f800000;
    // half of the last kept place, less one where that place is even: ties go to even
    const rounded = bits + 0x7fff + (bits >> 16 & 1);
    store<u16>(y, <u16> ((isNaN ? bits | 0x400000 : rounded) >> 16));
  }
}

/** The half nearest to a float, ties to even; too large ones become infinite, NaN stays quiet. */
function toHalf(bits: u32): u16 {
  const sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
  if (size > 0x7f800000) return <u16> (sign | 0x7e00);
  if (size >= 0x477ff000) return <u16> (sign | 0x7c00); // 65520 and beyond
  if (size < 0x38800000) {
    // below 2^-14: adding 0.5 leaves the half's fraction, rounded, in the float's last ten bits
    const sum = reinterpret<u32>(reinterpret<f32>(size) + <f32> 0.5);
    return <u16> (sign | (sum - 0x3f000000));
  }
  const rounded = size - 0x38000000 + 0xfff + (size >> 13 & 1);
  return <u16> (sign | rounded >> 13);
}
