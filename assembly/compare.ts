// Comparisons, logic and choice, with broadcasting:  y[i] = a[i] < b[i],  y[i] = c[i] ? a[i] : b[i]
//
//   y           contiguous [D0, D1, D2, D3]: u8 of 0 or 1, for `where` an element of a and b
//   a, b, c, x  read through four strides in elements: 0 repeats, negative ones go backwards; c is u8
//
// Comparisons with NaN are false, but for ne. In logic and choice each byte but 0 is true. Operands of `where` may
// be y itself where they are contiguous and not broadcast; so may those of logic. Cost: bound by memory where the
// innermost strides are 0 or 1, else by scalar loads. Exact. Parts divide the elements of y.

import { cell, integer, pointer, share } from "./common/args";
import { the } from "./common/the";
import { combined, mapped } from "./common/walk";
import { elementsWalked, walked } from "./elementwise";

@unmanaged class Eq { @inline of(a: v128, b: v128): v128 { return f32x4.eq(a, b); } }
@unmanaged class Ne { @inline of(a: v128, b: v128): v128 { return f32x4.ne(a, b); } }
@unmanaged class Lt { @inline of(a: v128, b: v128): v128 { return f32x4.lt(a, b); } }
@unmanaged class Le { @inline of(a: v128, b: v128): v128 { return f32x4.le(a, b); } }
@unmanaged class Gt { @inline of(a: v128, b: v128): v128 { return f32x4.gt(a, b); } }
@unmanaged class Ge { @inline of(a: v128, b: v128): v128 { return f32x4.ge(a, b); } }
@unmanaged class EqI32 { @inline of(a: v128, b: v128): v128 { return i32x4.eq(a, b); } }
@unmanaged class NeI32 { @inline of(a: v128, b: v128): v128 { return i32x4.ne(a, b); } }
@unmanaged class LtI32 { @inline of(a: v128, b: v128): v128 { return i32x4.lt_s(a, b); } }
@unmanaged class LeI32 { @inline of(a: v128, b: v128): v128 { return i32x4.le_s(a, b); } }
@unmanaged class GtI32 { @inline of(a: v128, b: v128): v128 { return i32x4.gt_s(a, b); } }
@unmanaged class GeI32 { @inline of(a: v128, b: v128): v128 { return i32x4.ge_s(a, b); } }
@unmanaged class LtU32 { @inline of(a: v128, b: v128): v128 { return i32x4.lt_u(a, b); } }
@unmanaged class LeU32 { @inline of(a: v128, b: v128): v128 { return i32x4.le_u(a, b); } }

/** args: a, b, y | D1, D2, D3, a0..a3, b0..b3 | D0 (cell) */
export function eq_f32(args: usize, part: i32, parts: i32): void { compare<Eq>(args, part, parts); }
/** args: as eq_f32 */
export function ne_f32(args: usize, part: i32, parts: i32): void { compare<Ne>(args, part, parts); }
/** args: as eq_f32 */
export function lt_f32(args: usize, part: i32, parts: i32): void { compare<Lt>(args, part, parts); }
/** args: as eq_f32 */
export function le_f32(args: usize, part: i32, parts: i32): void { compare<Le>(args, part, parts); }
/** args: as eq_f32 */
export function gt_f32(args: usize, part: i32, parts: i32): void { compare<Gt>(args, part, parts); }
/** args: as eq_f32 */
export function ge_f32(args: usize, part: i32, parts: i32): void { compare<Ge>(args, part, parts); }
/** args: as eq_f32 */
export function eq_i32(args: usize, part: i32, parts: i32): void { compare<EqI32>(args, part, parts); }
/** args: as eq_f32 */
export function ne_i32(args: usize, part: i32, parts: i32): void { compare<NeI32>(args, part, parts); }
/** args: as eq_f32 */
export function lt_i32(args: usize, part: i32, parts: i32): void { compare<LtI32>(args, part, parts); }
/** args: as eq_f32 */
export function le_i32(args: usize, part: i32, parts: i32): void { compare<LeI32>(args, part, parts); }
/** args: as eq_f32 */
export function gt_i32(args: usize, part: i32, parts: i32): void { compare<GtI32>(args, part, parts); }
/** args: as eq_f32 */
export function ge_i32(args: usize, part: i32, parts: i32): void { compare<GeI32>(args, part, parts); }

/** |a| beside b. */
@unmanaged class AbsLt { @inline of(a: v128, b: v128): v128 { return f32x4.lt(f32x4.abs(a), b); } }
@unmanaged class AbsEq { @inline of(a: v128, b: v128): v128 { return f32x4.eq(f32x4.abs(a), b); } }

/** args: as eq_f32 */
export function abs_lt_f32(args: usize, part: i32, parts: i32): void { compare<AbsLt>(args, part, parts); }
/** args: as eq_f32 */
export function abs_eq_f32(args: usize, part: i32, parts: i32): void { compare<AbsEq>(args, part, parts); }

// Logic of f32: each but 0 is true, NaN too.

@unmanaged class AndF32 { @inline of(a: v128, b: v128): v128 { return v128.and(truth(a), truth(b)); } }
@unmanaged class OrF32 { @inline of(a: v128, b: v128): v128 { return v128.or(truth(a), truth(b)); } }
@unmanaged class XorF32 { @inline of(a: v128, b: v128): v128 { return v128.xor(truth(a), truth(b)); } }

// @ts-ignore: decorator
@inline
function truth(x: v128): v128 { return f32x4.ne(x, f32x4.splat(0)); }

/** args: as eq_f32 */
export function logical_and_f32(args: usize, part: i32, parts: i32): void { compare<AndF32>(args, part, parts); }
/** args: as eq_f32 */
export function logical_or_f32(args: usize, part: i32, parts: i32): void { compare<OrF32>(args, part, parts); }
/** args: as eq_f32 */
export function logical_xor_f32(args: usize, part: i32, parts: i32): void { compare<XorF32>(args, part, parts); }

// Of eight bytes, and u32 (equal where i32 is); gt and ge are lt and le with operands changed over.

@unmanaged class Equal<T> { @inline of(a: T, b: T): u8 { return <u8> (a == b); } }
@unmanaged class Unequal<T> { @inline of(a: T, b: T): u8 { return <u8> (a != b); } }
@unmanaged class Less<T> { @inline of(a: T, b: T): u8 { return <u8> (a < b); } }
@unmanaged class NotMore<T> { @inline of(a: T, b: T): u8 { return <u8> (a <= b); } }

/** args: as eq_f32 */
export function eq_f64(args: usize, part: i32, parts: i32): void { combined<f64, u8, Equal<f64>>(args, part, parts); }
/** args: as eq_f32 */
export function ne_f64(args: usize, part: i32, parts: i32): void { combined<f64, u8, Unequal<f64>>(args, part, parts); }
/** args: as eq_f32 */
export function lt_f64(args: usize, part: i32, parts: i32): void { combined<f64, u8, Less<f64>>(args, part, parts); }
/** args: as eq_f32 */
export function le_f64(args: usize, part: i32, parts: i32): void { combined<f64, u8, NotMore<f64>>(args, part, parts); }
/** args: as eq_f32 */
export function eq_i64(args: usize, part: i32, parts: i32): void { combined<i64, u8, Equal<i64>>(args, part, parts); }
/** args: as eq_f32 */
export function ne_i64(args: usize, part: i32, parts: i32): void { combined<i64, u8, Unequal<i64>>(args, part, parts); }
/** args: as eq_f32 */
export function lt_i64(args: usize, part: i32, parts: i32): void { combined<i64, u8, Less<i64>>(args, part, parts); }
/** args: as eq_f32 */
export function le_i64(args: usize, part: i32, parts: i32): void { combined<i64, u8, NotMore<i64>>(args, part, parts); }

/** args: as eq_f32 */
export function lt_u32(args: usize, part: i32, parts: i32): void { compare<LtU32>(args, part, parts); }
/** args: as eq_f32 */
export function le_u32(args: usize, part: i32, parts: i32): void { compare<LeU32>(args, part, parts); }

function compare<F>(args: usize, part: i32, parts: i32): void {
  const D1 = integer(args, 3), D2 = integer(args, 4), D3 = integer(args, 5);
  const total = cell(args, 14) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, n = min(D3 - column, end - i);
    const a = pointer(args, 0) + walked(args, 6, row, column, D1, D2);
    const b = pointer(args, 1) + walked(args, 10, row, column, D1, D2);
    runCompare<F>(a, integer(args, 9), b, integer(args, 13), pointer(args, 2) + <usize> i, n);
    i += n;
  }
}

function runCompare<F>(a: usize, strideA: i32, b: usize, strideB: i32, y: usize, n: i32): void {
  const f = the<F>();
  if (<u32> strideA <= 1 && <u32> strideB <= 1) {
    const stepA = <usize> strideA << 4, stepB = <usize> strideB << 4;
    for (; n >= 16; n -= 16, y += 16) {
      const m0 = f.of(four(a, strideA), four(b, strideB)), a1 = a + stepA, b1 = b + stepB;
      const m1 = f.of(four(a1, strideA), four(b1, strideB)), a2 = a1 + stepA, b2 = b1 + stepB;
      const m2 = f.of(four(a2, strideA), four(b2, strideB)), a3 = a2 + stepA, b3 = b2 + stepB;
      const m3 = f.of(four(a3, strideA), four(b3, strideB));
      const mask = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(m0, m1), i16x8.narrow_i32x4_s(m2, m3));
      v128.store(y, v128.and(mask, i8x16.splat(1)));
      a = a3 + stepA, b = b3 + stepB;
    }
  }
  const stepA = <usize> strideA << 2, stepB = <usize> strideB << 2;
  for (; n > 0; n--, a += stepA, b += stepB, y++) {
    store<u8>(y, <u8> (i32x4.extract_lane(f.of(v128.load32_splat(a), v128.load32_splat(b)), 0) & 1));
  }
}

/** Four elements at stride 0 or 1. */
// @ts-ignore: decorator
@inline
function four(p: usize, stride: i32): v128 {
  return stride ? v128.load(p) : v128.load32_splat(p);
}

/** args: condition, a, b, y | D1, D2, D3, c0..c3, a0..a3, b0..b3 | D0 (cell) */
export function where_f32(args: usize, part: i32, parts: i32): void { choose(args, part, parts); }
/** args: as where_f32 */
export function where_i32(args: usize, part: i32, parts: i32): void { choose(args, part, parts); }

function choose(args: usize, part: i32, parts: i32): void {
  const D1 = integer(args, 4), D2 = integer(args, 5), D3 = integer(args, 6);
  const total = cell(args, 19) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, n = min(D3 - column, end - i);
    const c = pointer(args, 0) + elementsWalked(args, 7, row, column, D1, D2);
    const a = pointer(args, 1) + walked(args, 11, row, column, D1, D2);
    const b = pointer(args, 2) + walked(args, 15, row, column, D1, D2);
    const y = pointer(args, 3) + (<usize> i << 2);
    runChoose(c, integer(args, 10), a, integer(args, 14), b, integer(args, 18), y, n);
    i += n;
  }
}

function runChoose(
  c: usize, strideC: i32, a: usize, strideA: i32, b: usize, strideB: i32, y: usize, n: i32,
): void {
  if (strideC == 1 && <u32> strideA <= 1 && <u32> strideB <= 1) {
    const stepA = <usize> strideA << 4, stepB = <usize> strideB << 4;
    for (; n >= 4; n -= 4, c += 4, a += stepA, b += stepB, y += 16) {
      const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(c));
      const no = i32x4.eq(i32x4.extend_low_i16x8_u(bytes), i32x4.splat(0));
      v128.store(y, v128.bitselect(four(b, strideB), four(a, strideA), no));
    }
  }
  const stepA = <usize> strideA << 2, stepB = <usize> strideB << 2;
  for (; n > 0; n--, c += strideC, a += stepA, b += stepB, y += 4) {
    store<u32>(y, load<u32>(load<u8>(c) ? a : b));
  }
}

/** args: as where_f32 */
export function where_b64(args: usize, part: i32, parts: i32): void { pick<u64>(args, part, parts); }
/** args: as where_f32 */
export function where_b16(args: usize, part: i32, parts: i32): void { pick<u16>(args, part, parts); }
/** args: as where_f32 */
export function where_b8(args: usize, part: i32, parts: i32): void { pick<u8>(args, part, parts); }

/** As choose, one element at a time. */
function pick<T>(args: usize, part: i32, parts: i32): void {
  const D1 = integer(args, 4), D2 = integer(args, 5), D3 = integer(args, 6);
  const total = cell(args, 19) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  const stepC = integer(args, 10);
  const stepA = <usize> integer(args, 14) * sizeof<T>(), stepB = <usize> integer(args, 18) * sizeof<T>();
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, stop = i + min(D3 - column, end - i);
    let c = pointer(args, 0) + elementsWalked(args, 7, row, column, D1, D2);
    let a = pointer(args, 1) + <usize> elementsWalked(args, 11, row, column, D1, D2) * sizeof<T>();
    let b = pointer(args, 2) + <usize> elementsWalked(args, 15, row, column, D1, D2) * sizeof<T>();
    for (; i < stop; i++, c += stepC, a += stepA, b += stepB) {
      store<T>(pointer(args, 3) + <usize> i * sizeof<T>(), load<T>(load<u8>(c) ? a : b));
    }
  }
}

@unmanaged class And { @inline of(a: u8, b: u8): u8 { return <u8> (a != 0 && b != 0); } }
@unmanaged class Or { @inline of(a: u8, b: u8): u8 { return <u8> (a != 0 || b != 0); } }
@unmanaged class Xor { @inline of(a: u8, b: u8): u8 { return <u8> ((a != 0) != (b != 0)); } }
@unmanaged class Not { @inline of(x: u8, p: u8, q: u8): u8 { return <u8> (x == 0); } }

/** args: a, b, y | D1, D2, D3, a0..a3, b0..b3 | D0 (cell) */
export function logical_and_u8(args: usize, part: i32, parts: i32): void { combined<u8, u8, And>(args, part, parts); }
/** args: as logical_and_u8 */
export function logical_or_u8(args: usize, part: i32, parts: i32): void { combined<u8, u8, Or>(args, part, parts); }
/** args: as logical_and_u8 */
export function logical_xor_u8(args: usize, part: i32, parts: i32): void { combined<u8, u8, Xor>(args, part, parts); }
/** args: x, y | D1, D2, D3, x0..x3 | D0 (cell) */
export function logical_not_u8(args: usize, part: i32, parts: i32): void { mapped<u8, u8, Not>(args, part, parts, 9, 0, 0); }
