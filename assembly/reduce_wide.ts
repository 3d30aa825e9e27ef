// Reductions in eight bytes, over the last dimension and the middle:
//
//   y[r] = fold over c of x[r, c]             x [R, C] contiguous rows    y [R]
//   y[o, i] = fold over n of x[o, n, i]       x [O, N, I] contiguous      y [O, I]
//
//   x f64 or i64: y of the same, or i32 for argmax and argmin; sums of i32 and u32 as i64
//
// Cost: one read of x: bound by memory; prod has one chain. Accuracy: sums in four f64 chains of C / 4 elements, 1e-14
// of the sum of absolute terms for C to 16384 (tested); prod of f64 C roundings; the others exact; sums and products of
// i64 wrap around. NaN wins max, min, argmax and argmin; of equals the first index counts. Over the middle y itself
// carries the fold from n to n. Parts divide the rows, or the lanes O * I.

import { cell, integer, pointer, share } from "./common/args";
import { the } from "./common/the";

/** args: x, y | C | R (cell) */
export function sum_f64(args: usize, part: i32, parts: i32): void { rows<f64, f64, Sum<f64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function mean_f64(args: usize, part: i32, parts: i32): void { rows<f64, f64, Mean>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function prod_f64(args: usize, part: i32, parts: i32): void { rows<f64, f64, Product<f64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function max_f64(args: usize, part: i32, parts: i32): void { rows<f64, f64, Largest<f64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function min_f64(args: usize, part: i32, parts: i32): void { rows<f64, f64, Smallest<f64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmax_f64(args: usize, part: i32, parts: i32): void { rows<f64, i32, ArgMax<f64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmin_f64(args: usize, part: i32, parts: i32): void { rows<f64, i32, ArgMin<f64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function sum_i64(args: usize, part: i32, parts: i32): void { rows<i64, i64, Sum<i64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function max_i64(args: usize, part: i32, parts: i32): void { rows<i64, i64, Largest<i64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function min_i64(args: usize, part: i32, parts: i32): void { rows<i64, i64, Smallest<i64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmax_i64(args: usize, part: i32, parts: i32): void { rows<i64, i32, ArgMax<i64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmin_i64(args: usize, part: i32, parts: i32): void { rows<i64, i32, ArgMin<i64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function prod_i64(args: usize, part: i32, parts: i32): void { rows<i64, i64, Product<i64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function sum_i32_i64(args: usize, part: i32, parts: i32): void { rows<i32, i64, Widened<i32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function sum_u32_i64(args: usize, part: i32, parts: i32): void { rows<u32, i64, Widened<u32>>(args, part, parts); }

/** args: x, y | N, I | O (cell) */
export function sum_middle_i64(args: usize, part: i32, parts: i32): void { middle<i64, Add>(args, part, parts); }
/** args: as sum_middle_i64 */
export function prod_middle_i64(args: usize, part: i32, parts: i32): void { middle<i64, Multiply>(args, part, parts); }
/** args: as sum_middle_i64 */
export function sum_middle_i32_i64(args: usize, part: i32, parts: i32): void { middle<i32, Add>(args, part, parts); }
/** args: as sum_middle_i64 */
export function sum_middle_u32_i64(args: usize, part: i32, parts: i32): void { middle<u32, Add>(args, part, parts); }

// @ts-ignore: decorator
@inline
function rows<X, Y, F>(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 2), R = cell(args, 3);
  const end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const x = pointer(args, 0) + <usize> r * <usize> C * sizeof<X>();
    store<Y>(pointer(args, 1) + <usize> r * sizeof<Y>(), the<F>().row(x, C));
  }
}

@unmanaged class Sum<T> { @inline row(x: usize, C: i32): T { return total<T>(x, C); } }
@unmanaged class Product<T> { @inline row(x: usize, C: i32): T { return product<T>(x, C); } }
@unmanaged class Mean { @inline row(x: usize, C: i32): f64 { return total<f64>(x, C) / <f64> C; } }
@unmanaged class Largest<T> { @inline row(x: usize, C: i32): T { return load<T>(x + (<usize> best<T>(x, C, false) << 3)); } }
@unmanaged class Smallest<T> { @inline row(x: usize, C: i32): T { return load<T>(x + (<usize> best<T>(x, C, true) << 3)); } }
@unmanaged class ArgMax<T> { @inline row(x: usize, C: i32): i32 { return best<T>(x, C, false); } }
@unmanaged class ArgMin<T> { @inline row(x: usize, C: i32): i32 { return best<T>(x, C, true); } }

@unmanaged class Widened<T> { @inline row(x: usize, C: i32): i64 { return widened<T>(x, C); } }

function product<T>(x: usize, n: i32): T {
  let y = <T> 1;
  for (; n > 0; n--, x += 8) y = <T> (y * load<T>(x));
  return y;
}

/** The sum of four-byte integers. */
function widened<T>(x: usize, n: i32): i64 {
  let a = i64x2.splat(0), b = a;
  for (; n >= 4; n -= 4, x += 16) a = i64x2.add(a, low<T>(x)), b = i64x2.add(b, high<T>(x));
  const both = i64x2.add(a, b);
  let sum = i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1);
  for (; n > 0; n--, x += 4) sum += <i64> load<T>(x);
  return sum;
}

/** The first two elements from x on, as i64. */
// @ts-ignore: decorator
@inline
function low<T>(x: usize): v128 {
  if (sizeof<T>() == 8) return v128.load(x);
  return isSigned<T>() ? i64x2.extend_low_i32x4_s(v128.load(x)) : i64x2.extend_low_i32x4_u(v128.load(x));
}

/** The two after them. */
// @ts-ignore: decorator
@inline
function high<T>(x: usize): v128 {
  if (sizeof<T>() == 8) return v128.load(x, 16);
  return isSigned<T>() ? i64x2.extend_high_i32x4_s(v128.load(x)) : i64x2.extend_high_i32x4_u(v128.load(x));
}

@unmanaged class Add {
  @inline start(): i64 { return 0; }
  @inline of(a: i64, b: i64): i64 { return a + b; }
  @inline two(a: v128, b: v128): v128 { return i64x2.add(a, b); }
}
@unmanaged class Multiply {
  @inline start(): i64 { return 1; }
  @inline of(a: i64, b: i64): i64 { return a * b; }
  @inline two(a: v128, b: v128): v128 { return i64x2.mul(a, b); }
}

/** Folds a row of `count` integers X into that of i64 at y. */
function join<X, F>(x: usize, y: usize, count: i32): void {
  let n = count;
  for (; n >= 4; n -= 4, x += 4 * sizeof<X>(), y += 32) {
    v128.store(y, the<F>().two(v128.load(y), low<X>(x)));
    v128.store(y, the<F>().two(v128.load(y, 16), high<X>(x)), 16);
  }
  for (; n > 0; n--, x += sizeof<X>(), y += 8) store<i64>(y, the<F>().of(load<i64>(y), <i64> load<X>(x)));
}

/** Of integers X, as i64. */
function middle<X, F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 2), I = integer(args, 3), lanes = cell(args, 4) * I, end = share(lanes, part + 1, parts);
  for (let lane = share(lanes, part, parts); lane < end;) {
    const o = lane / I, i = lane - o * I, count = min(I - i, end - lane), y = pointer(args, 1) + (<usize> lane << 3);
    for (let k: usize = 0; k < <usize> count; k++) store<i64>(y + (k << 3), the<F>().start());
    for (let n = 0; n < N; n++) {
      join<X, F>(pointer(args, 0) + (<usize> (o * N + n) * <usize> I + <usize> i) * sizeof<X>(), y, count);
    }
    lane += count;
  }
}

function total<T>(x: usize, n: i32): T {
  let a: T = 0, b: T = 0, c: T = 0, d: T = 0;
  for (; n >= 4; n -= 4, x += 32) {
    a += load<T>(x), b += load<T>(x, 8), c += load<T>(x, 16), d += load<T>(x, 24);
  }
  for (; n > 0; n--, x += 8) a += load<T>(x);
  return (a + b) + (c + d);
}

/** The index of the first largest value, or of the first smallest; of the first NaN, if there is one. */
function best<T>(x: usize, C: i32, smallest: bool): i32 {
  let at = 0, value = load<T>(x);
  for (let c = 1; c < C && value == value; c++) {
    const v = load<T>(x + (<usize> c << 3));
    if ((smallest ? v < value : v > value) || v != v) {
      at = c;
      value = v;
    }
  }
  return at;
}
