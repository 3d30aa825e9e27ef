// Conversions between dtypes:  y[i] = x[i] as another type
//
//   y  contiguous [D0, D1, D2, D3]
//   x  read through four strides in elements: 0 repeats, negative ones go backwards
//
// To a float: rounds to nearest even. From a float to an integer: toward zero, NaN to 0, and what i32, u32 or i64 cannot
// hold to its nearest end (PyTorch leaves those undefined); u8 takes the low byte of the i64. Between integers: the
// low bits. To bool: 1 for all but 0, also for NaN. f8e4m3 is OCP's e4m3fn: no infinities, NaN at 0x7f and 0xff; what
// passes 448 becomes 448, as in PyTorch. Cost: bound by memory between types of four
// bytes, and f32 and u8, else by conversion, one element at a time. Parts divide the elements.

import { cell, integer, pointer, share } from "./common/args";
import { the } from "./common/the";
import { mapped } from "./common/walk";
import { plain } from "./elementwise";

@unmanaged class As<X, Y> { @inline of(x: X, p: X, q: X): Y { return <Y> x; } }
@unmanaged class Truth<X> { @inline of(x: X, p: X, q: X): u8 { return <u8> (x != 0); } }
@unmanaged class ToByte { @inline of(x: f32, p: f32, q: f32): u8 { return <u8> (<i64> x); } }

// Of four bytes to four: on four lanes.
@unmanaged class ToI32 { @inline of(x: v128, p: v128, q: v128): v128 { return i32x4.trunc_sat_f32x4_s(x); } }
@unmanaged class ToU32 { @inline of(x: v128, p: v128, q: v128): v128 { return i32x4.trunc_sat_f32x4_u(x); } }
@unmanaged class FromU32 { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.convert_i32x4_u(x); } }

/** Sign, four bits of exponent (bias 7), three of mantissa: as f32's leading bits, 2^120 too small. */
@unmanaged class FromF8 {
  @inline of(x: u8, p: u8, q: u8): f32 {
    const size = <u32> x & 0x7f;
    const value: f32 = size == 0x7f ? NaN : reinterpret<f32>(size << 20) * <f32> 1.329227995784916e36;
    return x & 0x80 ? -value : value;
  }
}

@unmanaged class ToF8 {
  @inline of(x: f32, p: f32, q: f32): u8 {
    const sign = <u8> (reinterpret<u32>(x) >> 24) & 0x80, size = abs(x);
    if (x != x) return sign | 0x7f;
    if (size < 0.015625) return sign | <u8> (<i32> nearest<f32>(size * 512)); // subnormals: multiples of 2^-9
    const bits = reinterpret<u32>(size);
    const rounded = ((bits + 0x7ffff + (bits >> 20 & 1)) >> 20) - 960;
    return sign | <u8> min<u32>(rounded, 0x7e);
  }
}

/** args: x, y | D1, D2, D3, x0..x3 | D0 (cell) */
export function cast_f32_f64(args: usize, part: i32, parts: i32): void { cast<f32, f64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f32_i64(args: usize, part: i32, parts: i32): void { cast<f32, i64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f32_i32(args: usize, part: i32, parts: i32): void { plain<ToI32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f32_u8(args: usize, part: i32, parts: i32): void {
  if (!isDense(args)) return mapped<f32, u8, ToByte>(args, part, parts, 9, 0, 0);
  const count = cell(args, 9) * integer(args, 4), from = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> from << 2), y = pointer(args, 1) + <usize> from;
  let n = share(count, part + 1, parts) - from;
  for (; n >= 16; n -= 16, x += 64, y += 16) {
    const a = v128.load(x), b = v128.load(x, 16), c = v128.load(x, 32), d = v128.load(x, 48);
    const most = f32x4.pmax(f32x4.pmax(f32x4.abs(a), f32x4.abs(b)), f32x4.pmax(f32x4.abs(c), f32x4.abs(d)));
    // beyond 2^31 the low byte is one of 64 bits; NaN may hide that
    if (i32x4.bitmask(f32x4.lt(most, f32x4.splat(2147483648))) != 15) bytes(x, y, 16);
    else v128.store(y, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(low(a), low(b)), i16x8.narrow_i32x4_u(low(c), low(d))));
  }
  bytes(x, y, n);
}

/** The low byte of x without its fraction. */
// @ts-ignore: decorator
@inline
function low(x: v128): v128 {
  return v128.and(i32x4.trunc_sat_f32x4_s(x), i32x4.splat(255));
}

function bytes(x: usize, y: usize, n: i32): void {
  for (; n > 0; n--, x += 4, y++) store<u8>(y, the<ToByte>().of(load<f32>(x), 0, 0));
}

/** Whether x is contiguous. */
function isDense(args: usize): bool {
  const rows = cell(args, 9), columns = integer(args, 4);
  return integer(args, 2) == 1 && integer(args, 3) == 1 && integer(args, 8) == 1 &&
    (rows == 1 || integer(args, 5) == columns);
}
/** args: as cast_f32_f64 */
export function cast_f32_bool(args: usize, part: i32, parts: i32): void { truth<f32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f32_f8e4m3(args: usize, part: i32, parts: i32): void {
  mapped<f32, u8, ToF8>(args, part, parts, 9, 0, 0);
}
/** args: as cast_f32_f64 */
export function cast_f64_f32(args: usize, part: i32, parts: i32): void { cast<f64, f32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f64_i64(args: usize, part: i32, parts: i32): void { cast<f64, i64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f64_i32(args: usize, part: i32, parts: i32): void { cast<f64, i32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f64_bool(args: usize, part: i32, parts: i32): void { truth<f64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i64_f64(args: usize, part: i32, parts: i32): void { cast<i64, f64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i64_f32(args: usize, part: i32, parts: i32): void { cast<i64, f32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i64_i32(args: usize, part: i32, parts: i32): void { cast<i64, i32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i64_bool(args: usize, part: i32, parts: i32): void { truth<i64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i32_f64(args: usize, part: i32, parts: i32): void { cast<i32, f64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i32_i64(args: usize, part: i32, parts: i32): void { cast<i32, i64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i32_i16(args: usize, part: i32, parts: i32): void { cast<i32, i16>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i32_u8(args: usize, part: i32, parts: i32): void { cast<i32, u8>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i32_bool(args: usize, part: i32, parts: i32): void { truth<i32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_u32_f64(args: usize, part: i32, parts: i32): void { cast<u32, f64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_u32_f32(args: usize, part: i32, parts: i32): void { plain<FromU32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_u32_i64(args: usize, part: i32, parts: i32): void { cast<u32, i64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f32_u32(args: usize, part: i32, parts: i32): void { plain<ToU32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f64_u32(args: usize, part: i32, parts: i32): void { cast<f64, u32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i16_i32(args: usize, part: i32, parts: i32): void { cast<i16, i32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_u8_i32(args: usize, part: i32, parts: i32): void { cast<u8, i32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_u8_f32(args: usize, part: i32, parts: i32): void {
  if (!isDense(args)) return cast<u8, f32>(args, part, parts);
  const count = cell(args, 9) * integer(args, 4), from = share(count, part, parts);
  let x = pointer(args, 0) + <usize> from, y = pointer(args, 1) + (<usize> from << 2);
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, x += 4, y += 16) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x)));
    v128.store(y, f32x4.convert_i32x4_s(words));
  }
  for (; n > 0; n--, x++, y += 4) store<f32>(y, <f32> load<u8>(x));
}
/** args: as cast_f32_f64 */
export function cast_f8e4m3_f32(args: usize, part: i32, parts: i32): void {
  mapped<u8, f32, FromF8>(args, part, parts, 9, 0, 0);
}

// @ts-ignore: decorator
@inline
function cast<X, Y>(args: usize, part: i32, parts: i32): void {
  mapped<X, Y, As<X, Y>>(args, part, parts, 9, 0, 0);
}

// @ts-ignore: decorator
@inline
function truth<X>(args: usize, part: i32, parts: i32): void {
  mapped<X, u8, Truth<X>>(args, part, parts, 9, 0, 0);
}
