// Reductions of bytes over the last dimension:  y[r] = fold over c of x[r, c]
//
//   x [R, C] u8, contiguous rows
//   y [R]        i64: sum; i32: count of those that are not 0
//                u8: any and all, 1 or 0, of those that are not 0; of none any is 0 and all is 1
//
// Cost: one read of x: bound by memory. Exact. Parts divide the rows.

import { cell, integer, pointer, share } from "./common/args";
import { the } from "./common/the";

/** args: x, y | C | R (cell) */
export function sum_u8_i64(args: usize, part: i32, parts: i32): void { rows<Sum>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function count_u8(args: usize, part: i32, parts: i32): void { rows<Count>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function any_u8(args: usize, part: i32, parts: i32): void { rows<Any>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function all_u8(args: usize, part: i32, parts: i32): void { rows<All>(args, part, parts); }

// @ts-ignore: decorator
@inline
function rows<F>(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 2), R = cell(args, 3), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    the<F>().row(pointer(args, 0) + <usize> r * <usize> C, pointer(args, 1), r, C);
  }
}

@unmanaged class Sum {
  @inline row(x: usize, y: usize, r: i32, C: i32): void { store<i64>(y + (<usize> r << 3), total(x, C)); }
}
@unmanaged class Count {
  @inline row(x: usize, y: usize, r: i32, C: i32): void { store<i32>(y + (<usize> r << 2), added<Truth>(x, C)); }
}
@unmanaged class Any {
  @inline row(x: usize, y: usize, r: i32, C: i32): void { store<u8>(y + <usize> r, u8(anyTrue(x, C))); }
}
@unmanaged class All {
  @inline row(x: usize, y: usize, r: i32, C: i32): void { store<u8>(y + <usize> r, u8(allTrue(x, C))); }
}

@unmanaged class Itself { @inline of(x: v128): v128 { return x; } }
@unmanaged class Truth { @inline of(x: v128): v128 { return v128.and(i8x16.ne(x, i8x16.splat(0)), i8x16.splat(1)); } }

/** Elements whose sum i32 carries. */
const BLOCK: i32 = 1 << 23;

function total(x: usize, n: i32): i64 {
  let sum: i64 = 0;
  for (; n > BLOCK; n -= BLOCK, x += BLOCK) sum += <i64> added<Itself>(x, BLOCK);
  return sum + <i64> added<Itself>(x, n);
}

function added<F>(x: usize, n: i32): i32 {
  let sums = i32x4.splat(0);
  for (; n >= 16; n -= 16, x += 16) {
    const pairs = i16x8.extadd_pairwise_i8x16_u(the<F>().of(v128.load(x)));
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(pairs));
  }
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
  for (; n > 0; n--, x++) sum += <i32> i8x16.extract_lane_u(the<F>().of(i8x16.splat(load<u8>(x))), 0);
  return sum;
}

function anyTrue(x: usize, n: i32): bool {
  for (; n >= 16; n -= 16, x += 16) if (v128.any_true(v128.load(x))) return true;
  for (; n > 0; n--, x++) if (load<u8>(x) != 0) return true;
  return false;
}

function allTrue(x: usize, n: i32): bool {
  for (; n >= 16; n -= 16, x += 16) if (!i8x16.all_true(v128.load(x))) return false;
  for (; n > 0; n--, x++) if (load<u8>(x) == 0) return false;
  return true;
}
