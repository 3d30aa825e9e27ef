// Rounding that divides or cuts off, of f32, in the form of elementwise.ts:
//
//   trunc       y[i] = x[i] without its fraction
//   floor_div   y[i] = floor(a[i] / b[i])
//   remainder   y[i] = a[i] - b[i] floor(a[i] / b[i]): what C's fmod leaves, plus b where their signs differ
//
//   y        contiguous [D0, D1, D2, D3]
//   a, b, x  read through four strides in elements: 0 repeats, negative ones go backwards
//
// An operand may be y itself where it is contiguous and not broadcast. Cost: near the bound of memory where the
// innermost strides are 0 or 1 and the lanes are plain: |a / b| < 2^22, 1e-25 < |b| < 1e30 (a remainder of 128 MiB
// takes 1.5 times as long as a copy of as many bytes, 4.3 one by one; 2026-11-29). The others go one by one. Accuracy:
// trunc and remainder exact, rounded once; floor_div exact below 2^22, beyond 2e-7.

import { the } from "./common/the";
import { binary, plain } from "./elementwise";
import { FloorDivReal, Remainder } from "./elementwise_wide";
import { narrow, upper } from "./reduce_middle";

@unmanaged class Trunc { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.trunc(x); } }

/** args: x, y | D1, D2, D3, x0..x3 | D0 (cell) */
export function trunc_f32(args: usize, part: i32, parts: i32): void { plain<Trunc>(args, part, parts); }

// The quotient in f32, rounded down, is the right one or, where it was rounded up to a whole number, one too large.
// What it leaves of a is less than b from 0, and a f32 holds it: a less the product as f32 rounds it, less what that
// lost (Dekker 1971: factors in halves of 12 bits, whose products are exact).

// @ts-ignore: decorator
@inline
function floored(a: v128, b: v128): v128 { return f32x4.floor(f32x4.div(a, b)); }

/** a - q b. */
// @ts-ignore: decorator
@inline
function left(a: v128, b: v128, q: v128): v128 {
  const p = f32x4.mul(q, b), mask = i32x4.splat(<i32> 0xfffff000);
  const q1 = v128.and(q, mask), q2 = f32x4.sub(q, q1), b1 = v128.and(b, mask), b2 = f32x4.sub(b, b1);
  const most = f32x4.sub(f32x4.mul(q1, b1), p);
  const middle = f32x4.add(f32x4.add(most, f32x4.mul(q1, b2)), f32x4.mul(q2, b1));
  return f32x4.sub(f32x4.sub(a, p), f32x4.add(middle, f32x4.mul(q2, b2)));
}

/** Where r lies on the other side of 0 than b: q was one too large. Not to be asked where r is 0. */
// @ts-ignore: decorator
@inline
function beyond(r: v128, b: v128): v128 { return i32x4.shr_s(v128.xor(r, b), 31); }

@unmanaged class FloorDiv {
  @inline of(a: v128, b: v128): v128 {
    const q = floored(a, b), r = left(a, b, q), over = v128.and(beyond(r, b), f32x4.ne(r, f32x4.splat(0)));
    return orOneByOne<FloorDivReal<f32>>(a, b, f32x4.sub(q, v128.and(over, f32x4.splat(1))), q);
  }
}
@unmanaged class Modulo {
  @inline of(a: v128, b: v128): v128 {
    const q = floored(a, b), r = left(a, b, q), none = f32x4.eq(r, f32x4.splat(0));
    const some = f32x4.add(r, v128.and(beyond(r, b), b));
    // where nothing is left it has the sign of a, as C's
    const y = v128.bitselect(v128.and(a, i32x4.splat(<i32> 0x80000000)), some, none);
    return orOneByOne<Remainder<f32>>(a, b, y, q);
  }
}

/** y, but F of a and b in lanes that are not plain. */
// @ts-ignore: decorator
@inline
function orOneByOne<F>(a: v128, b: v128, y: v128, q: v128): v128 {
  const size = f32x4.abs(b), small = f32x4.lt(f32x4.abs(q), f32x4.splat(4194304));
  const usual = v128.and(f32x4.lt(size, f32x4.splat(1e30)), f32x4.gt(size, f32x4.splat(1e-25)));
  const plain = i32x4.bitmask(v128.and(small, usual));
  return plain == 15 ? y : oneByOne<F>(a, b, y, plain);
}

function oneByOne<F>(a: v128, b: v128, y: v128, plain: i32): v128 {
  const f = the<F>();
  if (!(plain & 1)) y = f32x4.replace_lane(y, 0, f.of(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  if (!(plain & 2)) y = f32x4.replace_lane(y, 1, f.of(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  if (!(plain & 4)) y = f32x4.replace_lane(y, 2, f.of(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  if (!(plain & 8)) y = f32x4.replace_lane(y, 3, f.of(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
  return y;
}

/** args: a, b, y | D1, D2, D3, a0..a3, b0..b3 | D0 (cell) */
export function floor_div_f32(args: usize, part: i32, parts: i32): void { binary<FloorDiv>(args, part, parts); }
/** args: as floor_div_f32 */
export function remainder_f32(args: usize, part: i32, parts: i32): void { binary<Modulo>(args, part, parts); }
