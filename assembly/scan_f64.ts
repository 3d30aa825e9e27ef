// Scans of f64 along the middle of x [O, N, I]: cumsum, cumprod, cummax, cummin and cumprod_backward, as in scan.ts.
//
//   x, y, values, dy, dx [O, N, I] f64, indices [O, N, I] i32, contiguous; y and values may be x
//
//   n - 1    | y . . . . . . . | I elements, what is carried: exact, for a result has as many bits as the sum
//   n        | x . . . . . . . | and so each row of results is made of the one before, without scratch
//
// Cost: one read and one write, and one read of the row before (near); the gradient goes down its columns, twice.
// Accuracy: each step rounds once. Parts divide the columns.

import { cell, integer, pointer, share } from "./common/args";
import { the } from "./common/the";

@unmanaged class Sum { @inline of(a: f64, b: f64): f64 { return a + b; } }
@unmanaged class Product { @inline of(a: f64, b: f64): f64 { return a * b; } }

/** args: x, y | N, I, reverse | O (cell) */
export function cumsum_f64(args: usize, part: i32, parts: i32): void { scan<Sum>(args, part, parts); }
/** args: x, y | N, I, reverse | O (cell) */
export function cumprod_f64(args: usize, part: i32, parts: i32): void { scan<Product>(args, part, parts); }

function scan<F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 2), I = integer(args, 3), reverse = integer(args, 4) != 0, columns = cell(args, 5) * I;
  const row = <usize> I << 3, step = reverse ? 0 - row : row, end = share(columns, part + 1, parts);
  if (N == 0) return;
  for (let c = share(columns, part, parts); c < end;) {
    const o = c / I, i = c - o * I, count = <usize> min(I - i, end - c) << 3;
    const first = at(o, N, I, i) + (reverse ? <usize> (N - 1) * row : 0);
    let x = pointer(args, 0) + first, y = pointer(args, 1) + first;
    if (x != y) memory.copy(y, x, count);
    for (let n = 1; n < N; n++) {
      x += step, y += step;
      for (let k: usize = 0; k < count; k += 8) {
        store<f64>(y + k, the<F>().of(load<f64>(y - step + k), load<f64>(x + k)));
      }
    }
    c += <i32> (count >> 3);
  }
}

@unmanaged class Largest { @inline takes(v: f64, best: f64): bool { return v >= best; } }
@unmanaged class Smallest { @inline takes(v: f64, best: f64): bool { return v <= best; } }

/** args: x, values, indices | N, I | O (cell) */
export function cummax_f64(args: usize, part: i32, parts: i32): void { best<Largest>(args, part, parts); }
/** args: as cummax_f64 */
export function cummin_f64(args: usize, part: i32, parts: i32): void { best<Smallest>(args, part, parts); }

function best<F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), I = integer(args, 4), columns = cell(args, 5) * I;
  const end = share(columns, part + 1, parts);
  for (let c = share(columns, part, parts); c < end; c++) {
    const o = c / I, first = at(o, N, I, c - o * I);
    let x = pointer(args, 0) + first, values = pointer(args, 1) + first, indices = pointer(args, 2) + (first >> 1);
    let value: f64 = 0, place = 0;
    for (let n = 0; n < N; n++, x += <usize> I << 3, values += <usize> I << 3, indices += <usize> I << 2) {
      const v = load<f64>(x);
      if (n == 0 || v != v || the<F>().takes(v, value)) {
        value = v;
        place = n;
      }
      store<f64>(values, value);
      store<i32>(indices, place);
    }
  }
}

/** args: x, dy, dx | N, I | O (cell) */
export function cumprod_backward_f64(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), I = integer(args, 4), columns = cell(args, 5) * I;
  const row = <usize> I << 3, end = share(columns, part + 1, parts);
  for (let c = share(columns, part, parts); c < end; c++) {
    const o = c / I, first = at(o, N, I, c - o * I);
    const x = pointer(args, 0) + first, dy = pointer(args, 1) + first, dx = pointer(args, 2) + first;
    let later: f64 = 0; // x[n + 1] s[n + 1]
    for (let n = <usize> N; n > 0; n--) {
      const k = (n - 1) * row, s = load<f64>(dy + k) + later;
      store<f64>(dx + k, s);
      later = s * load<f64>(x + k);
    }
    let before: f64 = 1; // the product of x before n
    for (let n: usize = 0; n < <usize> N; n++) {
      const k = n * row;
      store<f64>(dx + k, before * load<f64>(dx + k));
      before *= load<f64>(x + k);
    }
  }
}

/** Where column (o, i) begins, in bytes. */
// @ts-ignore: decorator
@inline
function at(o: i32, N: i32, I: i32, i: i32): usize {
  return <usize> o * <usize> N * <usize> I + <usize> i << 3;
}
