// Scans along the middle of x [O, N, I]; a column is all n of one (o, i):
//
//   cumsum             y[n] = sum over m <= n of x[m] (m >= n with reverse)
//   cumprod            y[n] = product over m <= n of x[m] (m >= n with reverse)
//   cummax, cummin     values[n] = the largest (smallest) x[m], m <= n, and its index, of equals the last; from the first
//                      NaN on NaN, the last of them
//   cumprod_backward   dx[n] = sum over m >= n of dy[m] (product over j <= m, j != n, of x[j])
//                            = (product over j < n of x[j]) s[n],  s[n] = dy[n] + x[n + 1] s[n + 1]
//   prod_backward      dx[n] = dy (product over j != n of x[j]), with dy [O, I]: dy product / x[n] where no factor is
//                      0; where one is, only its own is not 0
//
//   x, y, dx [O, N, I] f32 (but for the gradients also i32, wrapping at 32 bits, and the best of u32), contiguous; y may be x
//
// Sums and products carried from n to n are f64 (i32 for i32), one for each column, in scratch; where I = 1 in a
// register. cumprod_backward does not divide by x, and so has no trouble with 0. Cost: one read and one write: bound by
// memory from I = 16 on, by the chain of additions where I = 1. Accuracy: 1e-7 of the sum of absolute terms; s, between
// its two sweeps, is f32: 2e-7. The walk, and how parts divide it: common/columns.ts.

import { integer, pointer } from "./common/args";
import { columnAt, walkColumns } from "./common/columns";
import { loadPart, storePart } from "./common/partial";
import { the } from "./common/the";
import { narrow, upper } from "./reduce_middle";

/** args: x, y | scratch, bytes | N, I, reverse | O (cell) */
export function cumsum_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Scan<Sums>>(args, 2, 3, part, parts);
}
/** args: x, y | scratch, bytes | N, I, reverse | O (cell) */
export function cumprod_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Scan<Products>>(args, 2, 3, part, parts);
}
/** args: x, y | scratch, bytes | N, I, reverse | O (cell) */
export function cumsum_i32(args: usize, part: i32, parts: i32): void {
  walkColumns<Scan<SumsI32>>(args, 2, 3, part, parts);
}
/** args: x, y | scratch, bytes | N, I, reverse | O (cell) */
export function cumprod_i32(args: usize, part: i32, parts: i32): void {
  walkColumns<Scan<ProductsI32>>(args, 2, 3, part, parts);
}

// What is carried starts at `start`, 32 bytes for four columns; `next` takes four elements in and gives four results.
// `column` goes through one by itself, in a register.

@unmanaged class Sums {
  @inline column(x: usize, y: usize, N: i32, step: usize): void {
    let sum: f64 = 0;
    for (let n = N; n > 0; n--, x += step, y += step) store<f32>(y, <f32> (sum += <f64> load<f32>(x)));
  }
  @inline start(): v128 { return f64x2.splat(0); }
  @inline next(at: usize, v: v128): v128 {
    return kept(
      at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v)),
      f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(upper(v))),
    );
  }
}
@unmanaged class Products {
  @inline column(x: usize, y: usize, N: i32, step: usize): void {
    let product: f64 = 1;
    for (let n = N; n > 0; n--, x += step, y += step) store<f32>(y, <f32> (product *= <f64> load<f32>(x)));
  }
  @inline start(): v128 { return f64x2.splat(1); }
  @inline next(at: usize, v: v128): v128 {
    return kept(
      at, f64x2.mul(v128.load(at), f64x2.promote_low_f32x4(v)),
      f64x2.mul(v128.load(at, 16), f64x2.promote_low_f32x4(upper(v))),
    );
  }
}
@unmanaged class SumsI32 {
  @inline column(x: usize, y: usize, N: i32, step: usize): void {
    let sum = 0;
    for (let n = N; n > 0; n--, x += step, y += step) store<i32>(y, sum += load<i32>(x));
  }
  @inline start(): v128 { return i32x4.splat(0); }
  @inline next(at: usize, v: v128): v128 {
    const sum = i32x4.add(v128.load(at), v);
    v128.store(at, sum);
    return sum;
  }
}
@unmanaged class ProductsI32 {
  @inline column(x: usize, y: usize, N: i32, step: usize): void {
    let product = 1;
    for (let n = N; n > 0; n--, x += step, y += step) store<i32>(y, product *= load<i32>(x));
  }
  @inline start(): v128 { return i32x4.splat(1); }
  @inline next(at: usize, v: v128): v128 {
    const product = i32x4.mul(v128.load(at), v);
    v128.store(at, product);
    return product;
  }
}

/** Stores two vectors of f64 and gives them as four f32. */
// @ts-ignore: decorator
@inline
function kept(at: usize, low: v128, high: v128): v128 {
  v128.store(at, low);
  v128.store(at, high, 16);
  return narrow(low, high);
}

@unmanaged class Scan<F> {
  @inline tile(args: usize, scratch: usize, N: i32, I: i32, o: i32, i: i32, columns: i32): void {
    const first = columnAt(o, N, I, i), reverse = integer(args, 6) != 0, step = <usize> I << 2;
    const from = reverse ? first + <usize> (N - 1) * step : first;
    const x = pointer(args, 0) + from, y = pointer(args, 1) + from, by = reverse ? 0 - step : step;
    if (I == 1) the<F>().column(x, y, N, by);
    else scanTile<F>(x, y, scratch, N, by, columns);
  }
}

function scanTile<F>(x: usize, y: usize, scratch: usize, N: i32, step: usize, columns: i32): void {
  for (let at = scratch, c = columns; c > 0; c -= 4, at += 32) {
    v128.store(at, the<F>().start());
    v128.store(at, the<F>().start(), 16);
  }
  for (let n = N; n > 0; n--, x += step, y += step) {
    let p = x, q = y, at = scratch;
    for (let c = columns; c > 0; c -= 4, p += 16, q += 16, at += 32) {
      storePart(q, the<F>().next(at, loadPart(p, c)), c);
    }
  }
}

/** args: x, values, indices | scratch, bytes | N, I | O (cell) */
export function cummax_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Best<LargestF32>>(args, 3, 2, part, parts);
}
/** args: as cummax_f32 */
export function cummin_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Best<SmallestF32>>(args, 3, 2, part, parts);
}
/** args: as cummax_f32 */
export function cummax_i32(args: usize, part: i32, parts: i32): void {
  walkColumns<Best<LargestI32>>(args, 3, 2, part, parts);
}
/** args: as cummax_f32 */
export function cummin_i32(args: usize, part: i32, parts: i32): void {
  walkColumns<Best<SmallestI32>>(args, 3, 2, part, parts);
}

/** args: as cummax_f32 */
export function cummax_u32(args: usize, part: i32, parts: i32): void {
  walkColumns<Best<LargestU32>>(args, 3, 2, part, parts);
}
/** args: as cummax_f32 */
export function cummin_u32(args: usize, part: i32, parts: i32): void {
  walkColumns<Best<SmallestU32>>(args, 3, 2, part, parts);
}

/** Whether v takes the place of the best so far; the first element is best whatever it is. */
@unmanaged class LargestF32 {
  @inline takes(v: v128, best: v128): v128 { return v128.or(f32x4.ge(v, best), f32x4.ne(v, v)); }
}
@unmanaged class SmallestF32 {
  @inline takes(v: v128, best: v128): v128 { return v128.or(f32x4.le(v, best), f32x4.ne(v, v)); }
}
@unmanaged class LargestI32 { @inline takes(v: v128, best: v128): v128 { return i32x4.ge_s(v, best); } }
@unmanaged class SmallestI32 { @inline takes(v: v128, best: v128): v128 { return i32x4.le_s(v, best); } }
@unmanaged class LargestU32 { @inline takes(v: v128, best: v128): v128 { return i32x4.ge_u(v, best); } }
@unmanaged class SmallestU32 { @inline takes(v: v128, best: v128): v128 { return i32x4.le_u(v, best); } }

@unmanaged class Best<F> {
  @inline tile(args: usize, scratch: usize, N: i32, I: i32, o: i32, i: i32, columns: i32): void {
    const at = columnAt(o, N, I, i);
    bestTile<F>(pointer(args, 0) + at, pointer(args, 1) + at, pointer(args, 2) + at, scratch, N, I, columns);
  }
}

/** Scratch: of four columns the best values, and their indices. */
function bestTile<F>(x: usize, values: usize, indices: usize, scratch: usize, N: i32, I: i32, columns: i32): void {
  for (let n = 0; n < N; n++) {
    const row = <usize> n * <usize> I << 2, index = i32x4.splat(n);
    let p = x + row, q = values + row, i = indices + row, at = scratch;
    for (let c = columns; c > 0; c -= 4, p += 16, q += 16, i += 16, at += 32) {
      const v = loadPart(p, c);
      const taken = n == 0 ? i32x4.splat(-1) : the<F>().takes(v, v128.load(at));
      const best = v128.bitselect(v, v128.load(at), taken), place = v128.bitselect(index, v128.load(at, 16), taken);
      v128.store(at, best);
      v128.store(at, place, 16);
      storePart(q, best, c);
      storePart(i, place, c);
    }
  }
}

/** args: x, dy, dx | scratch, bytes | N, I | O (cell) */
export function cumprod_backward_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<CumprodBackward>(args, 3, 2, part, parts);
}

@unmanaged class CumprodBackward {
  @inline tile(args: usize, scratch: usize, N: i32, I: i32, o: i32, i: i32, columns: i32): void {
    const at = columnAt(o, N, I, i);
    cumprodBackward(pointer(args, 0) + at, pointer(args, 1) + at, pointer(args, 2) + at, scratch, N, I, columns);
  }
}

function cumprodBackward(x: usize, dy: usize, dx: usize, scratch: usize, N: i32, I: i32, columns: i32): void {
  const step = <usize> I << 2, count = <usize> columns << 2;
  fillF64(scratch, 0, columns); // x[n + 1] s[n + 1]
  for (let n = <usize> N; n > 0; n--) {
    const at = (n - 1) * step;
    for (let c: usize = 0; c < count; c += 4) {
      const s = <f64> load<f32>(dy + at + c) + load<f64>(scratch + (c << 1));
      store<f32>(dx + at + c, <f32> s);
      store<f64>(scratch + (c << 1), s * <f64> load<f32>(x + at + c));
    }
  }
  fillF64(scratch, 1, columns); // the product of x before n
  for (let n: usize = 0; n < <usize> N; n++) {
    const at = n * step;
    for (let c: usize = 0; c < count; c += 4) {
      const before = load<f64>(scratch + (c << 1));
      store<f32>(dx + at + c, <f32> (before * <f64> load<f32>(dx + at + c)));
      store<f64>(scratch + (c << 1), before * <f64> load<f32>(x + at + c));
    }
  }
}

function fillF64(at: usize, value: f64, count: i32): void {
  for (let n = count; n > 0; n--, at += 8) store<f64>(at, value);
}

/** args: x, dy, dx | scratch, bytes | N, I | O (cell) */
export function prod_backward_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<ProdBackward>(args, 3, 2, part, parts);
}

@unmanaged class ProdBackward {
  @inline tile(args: usize, scratch: usize, N: i32, I: i32, o: i32, i: i32, columns: i32): void {
    const at = columnAt(o, N, I, i), dy = pointer(args, 1) + columnAt(o, 1, I, i);
    prodBackward(pointer(args, 0) + at, dy, pointer(args, 2) + at, scratch, N, I, columns);
  }
}

/** Scratch: the product of the factors that are not 0, and the number of those that are, 16 bytes a column. */
function prodBackward(x: usize, dy: usize, dx: usize, scratch: usize, N: i32, I: i32, columns: i32): void {
  const step = <usize> I << 2, count = <usize> columns << 2;
  for (let c: usize = 0; c < count; c += 4) {
    store<f64>(scratch + (c << 2), 1);
    store<f64>(scratch + (c << 2), 0, 8);
  }
  for (let n: usize = 0; n < <usize> N; n++) {
    for (let c: usize = 0; c < count; c += 4) {
      const v = load<f32>(x + n * step + c), at = scratch + (c << 2);
      if (v == 0) store<f64>(at, load<f64>(at, 8) + 1, 8);
      else store<f64>(at, load<f64>(at) * <f64> v);
    }
  }
  for (let n: usize = 0; n < <usize> N; n++) {
    for (let c: usize = 0; c < count; c += 4) {
      const v = load<f32>(x + n * step + c), at = scratch + (c << 2);
      const others = productOfOthers(load<f64>(at), load<f64>(at, 8), <f64> v);
      store<f32>(dx + n * step + c, <f32> (others * <f64> load<f32>(dy + c)));
    }
  }
}

// @ts-ignore: decorator
@inline
function productOfOthers(product: f64, zeros: f64, v: f64): f64 {
  if (zeros == 0) return product / v;
  if (zeros == 1 && v == 0) return product;
  return product == product ? 0 : product;
}
