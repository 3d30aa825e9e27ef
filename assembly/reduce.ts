// Reductions over the last dimension:  y[r] = fold over c of x[r, c]
//
//   x [R, C] f32, contiguous rows    y [R] f32, or i32 for argmax and argmin
//
// Cost: one read of x: bound by memory. Accuracy: sums in sixteen f32 chains of C / 16 elements, 1e-6 of the sum of
// absolute terms for C to 16384 (tested); the others exact. NaN wins max, min, argmax and argmin, as in
// PyTorch; of equals the first index counts. Parts divide the rows.

import { cell, integer, pointer, share } from "./common/args";
import { loadPart } from "./common/partial";
import { sum4 } from "./common/simd";
import { the } from "./common/the";

/** args: x, y | C | R (cell) */
export function sum_f32(args: usize, part: i32, parts: i32): void { rows<Sum>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function mean_f32(args: usize, part: i32, parts: i32): void { rows<Mean>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function max_f32(args: usize, part: i32, parts: i32): void { rows<Max>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function min_f32(args: usize, part: i32, parts: i32): void { rows<Min>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmax_f32(args: usize, part: i32, parts: i32): void { rows<ArgMax>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmin_f32(args: usize, part: i32, parts: i32): void { rows<ArgMin>(args, part, parts); }

// @ts-ignore: decorator
@inline
function rows<F>(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 2), R = cell(args, 3);
  const end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const x = pointer(args, 0) + (<usize> r * <usize> C << 2);
    the<F>().row(x, pointer(args, 1) + (<usize> r << 2), C);
  }
}

@unmanaged class Sum { @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, total(x, C)); } }
@unmanaged class Mean { @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, total(x, C) / <f32> C); } }
@unmanaged class Max { @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, load<f32>(x + (best(x, C, 1) << 2))); } }
@unmanaged class Min { @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, load<f32>(x + (best(x, C, -1) << 2))); } }
@unmanaged class ArgMax { @inline row(x: usize, y: usize, C: i32): void { store<i32>(y, <i32> best(x, C, 1)); } }
@unmanaged class ArgMin { @inline row(x: usize, y: usize, C: i32): void { store<i32>(y, <i32> best(x, C, -1)); } }

function total(x: usize, n: i32): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (; n >= 16; n -= 16, x += 64) {
    a = f32x4.add(a, v128.load(x)), b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32)), d = f32x4.add(d, v128.load(x, 48));
  }
  for (; n > 0; n -= 4, x += 16) a = f32x4.add(a, loadPart(x, n));
  return sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

/** The index of the first largest value (of the first smallest, with sign -1); of the first NaN, if there is one. */
function best(x: usize, C: i32, sign: f32): usize {
  let at: usize = 0, value = load<f32>(x) * sign;
  for (let c: usize = 1; c < <usize> C && value == value; c++) {
    const v = load<f32>(x + (c << 2)) * sign;
    if (v > value || v != v) {
      at = c;
      value = v;
    }
  }
  return at;
}
