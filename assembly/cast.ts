// Conversions between dtypes:  y[i] = x[i] as another type
//
//   y  contiguous [D0, D1, D2, D3]
//   x  read through four strides in elements: 0 repeats, negative ones go backwards
//
// To a float: rounds to nearest even. From a float to an integer: toward zero, NaN to 0, and what i32, u32 or i64 cannot
// hold to its nearest end (PyTorch leaves those undefined); u8 takes the low byte of the i64. Between integers: the
// low bits. To bool: 1 for all but 0, also for NaN. f8e4m3 is OCP's e4m3fn: no infinities, NaN at 0x7f and 0xff; what
// passes 448 becomes 448, as in PyTorch. Cost: bound by conversion, one element at a time. Parts divide the elements.

import { mapped } from "./common/walk";

@unmanaged class As<X, Y> { @inline of(x: X, p: X, q: X): Y { return <Y> x; } }
@unmanaged class Truth<X> { @inline of(x: X, p: X, q: X): u8 { return <u8> (x != 0); } }
@unmanaged class ToByte { @inline of(x: f32, p: f32, q: f32): u8 { return <u8> (<i64> x); } }

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
export function cast_f32_i32(args: usize, part: i32, parts: i32): void { cast<f32, i32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f32_u8(args: usize, part: i32, parts: i32): void {
  mapped<f32, u8, ToByte>(args, part, parts, 9, 0, 0);
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
export function cast_u32_f32(args: usize, part: i32, parts: i32): void { cast<u32, f32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_u32_i64(args: usize, part: i32, parts: i32): void { cast<u32, i64>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f32_u32(args: usize, part: i32, parts: i32): void { cast<f32, u32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_f64_u32(args: usize, part: i32, parts: i32): void { cast<f64, u32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_i16_i32(args: usize, part: i32, parts: i32): void { cast<i16, i32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_u8_i32(args: usize, part: i32, parts: i32): void { cast<u8, i32>(args, part, parts); }
/** args: as cast_f32_f64 */
export function cast_u8_f32(args: usize, part: i32, parts: i32): void { cast<u8, f32>(args, part, parts); }
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
