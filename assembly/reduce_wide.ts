// Reductions of f64 and i64 over the last dimension:  y[r] = fold over c of x[r, c]
//
//   x [R, C] contiguous rows    y [R] of x's type, or i32 for argmax and argmin
//
// prod has one chain. Cost: one read of x: bound by memory. Accuracy: sums in four f64 chains of C / 4 elements, 1e-14 of the sum of
// absolute terms for C to 16384 (tested); the others exact; i64 sums wrap around. NaN wins max, min, argmax and
// argmin; of equals the first index counts. Parts divide the rows.

import { cell, integer, pointer, share } from "./common/args";
import { the } from "./common/the";

/** args: x, y | C | R (cell) */
export function sum_f64(args: usize, part: i32, parts: i32): void { rows<f64, f64, Sum<f64>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function mean_f64(args: usize, part: i32, parts: i32): void { rows<f64, f64, Mean>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function prod_f64(args: usize, part: i32, parts: i32): void { rows<f64, f64, Product>(args, part, parts); }
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
@unmanaged class Product {
  @inline row(x: usize, n: i32): f64 {
    let y: f64 = 1;
    for (; n > 0; n--, x += 8) y *= load<f64>(x);
    return y;
  }
}
@unmanaged class Mean { @inline row(x: usize, C: i32): f64 { return total<f64>(x, C) / <f64> C; } }
@unmanaged class Largest<T> { @inline row(x: usize, C: i32): T { return load<T>(x + (<usize> best<T>(x, C, false) << 3)); } }
@unmanaged class Smallest<T> { @inline row(x: usize, C: i32): T { return load<T>(x + (<usize> best<T>(x, C, true) << 3)); } }
@unmanaged class ArgMax<T> { @inline row(x: usize, C: i32): i32 { return best<T>(x, C, false); } }
@unmanaged class ArgMin<T> { @inline row(x: usize, C: i32): i32 { return best<T>(x, C, true); } }

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
