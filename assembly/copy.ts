// Copies between strided tensors, and conversions between dtypes.
//
//   copy_b*  y[walk] = x[walk] over four loops D0..D3, strides of both in elements; only addressed elements of y
//            change; x and y must not overlap
//   cast_*   y[i] = x[i] converted, R * C contiguous elements
//
// Cost: bound by memory where the innermost strides are 1. Conversions to f16 and bf16 round to nearest even;
// all values are exact otherwise (i32 to f32 rounds). Parts divide the elements.

import { cell, integer, pointer, share } from "./common/args";
import { floatToBrain4, floatToHalf4 } from "./common/half";
import { loadPart } from "./common/partial";
import { BF16, F16, toFloats } from "./common/storage";
import { the } from "./common/the";

/** args: as copy_b32 */
export function copy_b64(args: usize, part: i32, parts: i32): void { copy<u64>(args, part, parts); }
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
export function cast_f16_f32(args: usize, part: i32, parts: i32): void { widen<F16>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function cast_bf16_f32(args: usize, part: i32, parts: i32): void { widen<BF16>(args, part, parts); }

// @ts-ignore: decorator
@inline
function widen<S>(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), from = share(count, part, parts);
  const x = pointer(args, 0) + (<usize> from << the<S>().shift()), y = pointer(args, 1) + (<usize> from << 2);
  toFloats<S>(x, y, share(count, part + 1, parts) - from);
}

/** args: x, y | C | R (cell) */
export function cast_i32_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), end = share(count, part + 1, parts);
  let i = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> i << 2), y = pointer(args, 1) + (<usize> i << 2);
  for (; i < end; i++, x += 4, y += 4) store<f32>(y, <f32> load<i32>(x));
}

@unmanaged class ToHalf { @inline of(x: v128): v128 { return floatToHalf4(x); } }
@unmanaged class ToBrain { @inline of(x: v128): v128 { return floatToBrain4(x); } }

/** args: x, y | C | R (cell) */
export function cast_f32_f16(args: usize, part: i32, parts: i32): void { narrow<ToHalf>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function cast_f32_bf16(args: usize, part: i32, parts: i32): void { narrow<ToBrain>(args, part, parts); }

/** Four at a time; their low 16 bits are kept. */
// @ts-ignore: decorator
@inline
function narrow<F>(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), from = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> from << 2), y = pointer(args, 1) + (<usize> from << 1);
  for (let n = share(count, part + 1, parts) - from; n > 0; n -= 4, x += 16, y += 8) {
    const bits = the<F>().of(loadPart(x, n));
    store<u16>(y, <u16> i32x4.extract_lane(bits, 0));
    if (n > 1) store<u16>(y, <u16> i32x4.extract_lane(bits, 1), 2);
    if (n > 2) store<u16>(y, <u16> i32x4.extract_lane(bits, 2), 4);
    if (n > 3) store<u16>(y, <u16> i32x4.extract_lane(bits, 3), 6);
  }
}
