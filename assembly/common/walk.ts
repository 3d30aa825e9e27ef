// Element by element over operands that broadcast, for any type of element:  y[i] = f(x[i])  and  y[i] = f(a[i], b[i])
//
//   y        contiguous [D0, D1, D2, D3] of Y
//   a, b, x  of X, read through four strides in elements: 0 repeats, negative ones go backwards
//
// F is a class with `of(x, p, q)` or `of(a, b)`. One element at a time: eight-byte elements are bound by memory so.
// (elementwise.ts walks f32 by vectors.) Parts divide the elements of y.

import { elementsWalked } from "../elementwise";
import { cell, integer, pointer, share } from "./args";
import { the } from "./the";

/** args: x, y | D1, D2, D3, x0..x3, numbers of the row | D0 (cell, word `d0`); p and q are those numbers */
export function mapped<X, Y, F>(args: usize, part: i32, parts: i32, d0: usize, p: X, q: X): void {
  const D1 = integer(args, 2), D2 = integer(args, 3), D3 = integer(args, 4);
  const total = cell(args, d0) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  const step = <usize> integer(args, 8) * sizeof<X>();
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, stop = i + min(D3 - column, end - i);
    let x = pointer(args, 0) + <usize> elementsWalked(args, 5, row, column, D1, D2) * sizeof<X>();
    let y = pointer(args, 1) + <usize> i * sizeof<Y>();
    for (; i < stop; i++, x += step, y += sizeof<Y>()) store<Y>(y, the<F>().of(load<X>(x), p, q));
  }
}

/** args: a, b, y | D1, D2, D3, a0..a3, b0..b3 | D0 (cell) */
export function combined<X, Y, F>(args: usize, part: i32, parts: i32): void {
  const D1 = integer(args, 3), D2 = integer(args, 4), D3 = integer(args, 5);
  const total = cell(args, 14) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  const stepA = <usize> integer(args, 9) * sizeof<X>(), stepB = <usize> integer(args, 13) * sizeof<X>();
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, stop = i + min(D3 - column, end - i);
    let a = pointer(args, 0) + <usize> elementsWalked(args, 6, row, column, D1, D2) * sizeof<X>();
    let b = pointer(args, 1) + <usize> elementsWalked(args, 10, row, column, D1, D2) * sizeof<X>();
    let y = pointer(args, 2) + <usize> i * sizeof<Y>();
    for (; i < stop; i++, a += stepA, b += stepB, y += sizeof<Y>()) {
      store<Y>(y, the<F>().of(load<X>(a), load<X>(b)));
    }
  }
}
