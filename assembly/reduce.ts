// Reductions over the last dimension:  y[r] = fold over c of x[r, c]
//
//   x [R, C] f32, i32 or u32, contiguous rows    y [R] of the same, or i32 for argmax and argmin
//   sum, sum_abs (of |x|), mean, prod, norm (sqrt of the sum of squares), var, max, min, argmax, argmin; of i32 all but
//   sum_abs, mean, norm and var, wrapping at 32 bits; of u32 those that i32's rows do not give
//
// Cost: one read of x (two for var, argmax and argmin, the second from the cache): bound by memory. Accuracy: sums in
// blocks of 512 elements, sixteen f32 chains each, the blocks added in f64: 1e-6 of the sum of absolute terms whatever
// C (tested to 100,000 equal values, whose rounding errors do not cancel); prod in f64: 1e-7; sum_abs and norm by eights
// in f32, joined in f64: 2.5e-7, norm whatever the size of squares; var around the mean in f32, whose rounding is taken
// out again: 1e-6; the others exact. NaN wins max, min, argmax and argmin, as in PyTorch; of equals the first index
// counts. Parts divide the rows.

import { cell, integer, pointer, real, share } from "./common/args";
import { MaxF32, MaxI32, MaxU32, MinF32, MinI32, MinU32, ProdI32, SumI32 } from "./common/folds";
import { loadPart } from "./common/partial";
import { madd, sum4 } from "./common/simd";
import { the } from "./common/the";
import { upper } from "./reduce_middle";

/** Elements whose sum f32 carries: 32 in each of 16 chains. */
const BLOCK = 512;

/** args: x, y | C | R (cell) */
export function sum_f32(args: usize, part: i32, parts: i32): void { rows<Sum>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function mean_f32(args: usize, part: i32, parts: i32): void { rows<Mean>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function prod_f32(args: usize, part: i32, parts: i32): void { rows<Prod>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function norm_f32(args: usize, part: i32, parts: i32): void { rows<Norm>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function sum_abs_f32(args: usize, part: i32, parts: i32): void { rows<SumAbs>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function max_f32(args: usize, part: i32, parts: i32): void { rows<Extreme<MaxF32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function min_f32(args: usize, part: i32, parts: i32): void { rows<Extreme<MinF32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmax_f32(args: usize, part: i32, parts: i32): void { rows<First<MaxF32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmin_f32(args: usize, part: i32, parts: i32): void { rows<First<MinF32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function sum_i32(args: usize, part: i32, parts: i32): void { rows<Exact<SumI32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function prod_i32(args: usize, part: i32, parts: i32): void { rows<Exact<ProdI32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function max_i32(args: usize, part: i32, parts: i32): void { rows<Exact<MaxI32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function min_i32(args: usize, part: i32, parts: i32): void { rows<Exact<MinI32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmax_i32(args: usize, part: i32, parts: i32): void { rows<FirstI32<MaxI32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmin_i32(args: usize, part: i32, parts: i32): void { rows<FirstI32<MinI32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function max_u32(args: usize, part: i32, parts: i32): void { rows<Exact<MaxU32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function min_u32(args: usize, part: i32, parts: i32): void { rows<Exact<MinU32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmax_u32(args: usize, part: i32, parts: i32): void { rows<FirstI32<MaxU32>>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function argmin_u32(args: usize, part: i32, parts: i32): void { rows<FirstI32<MinU32>>(args, part, parts); }

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

@unmanaged class Sum { @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, <f32> total(x, C)); } }
@unmanaged class Mean {
  @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, <f32> (total(x, C) / <f64> C)); }
}
@unmanaged class Prod { @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, <f32> product(x, C)); } }
@unmanaged class Norm {
  @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, <f32> sqrt<f64>(squares(x, C))); }
}
@unmanaged class SumAbs {
  @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, <f32> totalOf<Size>(x, C)); }
}
@unmanaged class Exact<V> {
  @inline row(x: usize, y: usize, C: i32): void { store<i32>(y, i32x4.extract_lane(folded<V>(x, C), 0)); }
}
@unmanaged class Extreme<V> {
  @inline row(x: usize, y: usize, C: i32): void { store<f32>(y, f32x4.extract_lane(extreme<V>(x, C), 0)); }
}
@unmanaged class First<V> {
  @inline row(x: usize, y: usize, C: i32): void {
    const best = extreme<V>(x, C), value = f32x4.extract_lane(best, 0);
    store<i32>(y, value == value ? firstEqual(x, C, best) : firstNaN(x));
  }
}
@unmanaged class FirstI32<V> {
  @inline row(x: usize, y: usize, C: i32): void { store<i32>(y, firstEqualI32(x, folded<V>(x, C))); }
}

/** The sum of a row. */
export function total(x: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (; n > BLOCK; n -= BLOCK, x += BLOCK << 2) sum += <f64> blockSum(x, BLOCK);
  return sum + <f64> blockSum(x, n);
}

function blockSum(x: usize, n: i32): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (; n >= 16; n -= 16, x += 64) {
    a = f32x4.add(a, v128.load(x)), b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32)), d = f32x4.add(d, v128.load(x, 48));
  }
  for (; n > 0; n -= 4, x += 16) a = f32x4.add(a, loadPart(x, n));
  return sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

function product(x: usize, n: i32): f64 {
  let a = f64x2.splat(1), b = a, c = a, d = a;
  for (; n >= 8; n -= 8, x += 32) {
    const v = v128.load(x), w = v128.load(x, 16);
    a = f64x2.mul(a, f64x2.promote_low_f32x4(v)), b = f64x2.mul(b, f64x2.promote_low_f32x4(upper(v)));
    c = f64x2.mul(c, f64x2.promote_low_f32x4(w)), d = f64x2.mul(d, f64x2.promote_low_f32x4(upper(w)));
  }
  const all = f64x2.mul(f64x2.mul(a, b), f64x2.mul(c, d));
  let p = f64x2.extract_lane(all, 0) * f64x2.extract_lane(all, 1);
  for (; n > 0; n--, x += 4) p *= <f64> load<f32>(x);
  return p;
}

/** The sum of squares: in f64 alone where those of f32 leave its range. */
function squares(x: usize, n: i32): f64 {
  const sum = totalOf<Square>(x, n);
  return sum > 1e-27 && sum < Infinity ? sum : wideSquares(x, n);
}

@unmanaged class Square { @inline of(v: v128): v128 { return f32x4.mul(v, v); } }
@unmanaged class Size { @inline of(v: v128): v128 { return f32x4.abs(v); } }

/** The sum of T of a row, none negative: eight vectors meet in a tree, whose sums are added in f64. */
function totalOf<T>(x: usize, n: i32): f64 {
  const t = the<T>();
  let low = f64x2.splat(0), high = low;
  for (; n >= 32; n -= 32, x += 128) {
    const a = f32x4.add(t.of(v128.load(x)), t.of(v128.load(x, 16)));
    const b = f32x4.add(t.of(v128.load(x, 32)), t.of(v128.load(x, 48)));
    const c = f32x4.add(t.of(v128.load(x, 64)), t.of(v128.load(x, 80)));
    const d = f32x4.add(t.of(v128.load(x, 96)), t.of(v128.load(x, 112)));
    const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    low = f64x2.add(low, f64x2.promote_low_f32x4(sum)), high = f64x2.add(high, f64x2.promote_low_f32x4(upper(sum)));
  }
  for (; n > 0; n -= 4, x += 16) {
    const v = t.of(loadPart(x, n));
    low = f64x2.add(low, f64x2.promote_low_f32x4(v)), high = f64x2.add(high, f64x2.promote_low_f32x4(upper(v)));
  }
  const all = f64x2.add(low, high);
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
}

function wideSquares(x: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a;
  for (; n > 0; n -= 4, x += 16) {
    const v = loadPart(x, n);
    a = f64x2.add(a, square(v)), b = f64x2.add(b, square(upper(v)));
  }
  const all = f64x2.add(a, b);
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
}

/** The squares of the two lower lanes, in f64. */
// @ts-ignore: decorator
@inline
function square(v: v128): v128 {
  const wide = f64x2.promote_low_f32x4(v);
  return f64x2.mul(wide, wide);
}

/** A row's fold, in every lane. */
function folded<V>(x: usize, n: i32): v128 {
  let a = the<V>().start(), b = a, c = a, d = a;
  for (; n >= 16; n -= 16, x += 64) {
    a = the<V>().of(a, v128.load(x)), b = the<V>().of(b, v128.load(x, 16));
    c = the<V>().of(c, v128.load(x, 32)), d = the<V>().of(d, v128.load(x, 48));
  }
  for (; n >= 4; n -= 4, x += 16) a = the<V>().of(a, v128.load(x));
  for (; n > 0; n--, x += 4) b = the<V>().of(b, i32x4.replace_lane(the<V>().start(), 0, load<i32>(x)));
  return spreadOver<V>(the<V>().of(the<V>().of(a, b), the<V>().of(c, d)));
}

/** The fold of four lanes, in each of them. */
// @ts-ignore: decorator
@inline
function spreadOver<V>(four: v128): v128 {
  const two = the<V>().of(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return the<V>().of(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2));
}

/** The largest or smallest of a row, in every lane: quickly, unless the sum of all is NaN, as it is where one is. */
function extreme<V>(x: usize, n: i32): v128 {
  let a = the<V>().start(), b = a, c = a, d = a, sums = f32x4.splat(0), more = sums;
  const first = x, all = n;
  for (; n >= 16; n -= 16, x += 64) {
    const p = v128.load(x), q = v128.load(x, 16), r = v128.load(x, 32), s = v128.load(x, 48);
    a = the<V>().quick(a, p), b = the<V>().quick(b, q), c = the<V>().quick(c, r), d = the<V>().quick(d, s);
    sums = f32x4.add(sums, f32x4.add(p, q)), more = f32x4.add(more, f32x4.add(r, s));
  }
  const sum = f32x4.add(sums, more);
  if (v128.any_true(f32x4.ne(sum, sum))) return folded<V>(first, all);
  const four = the<V>().of(the<V>().of(a, b), the<V>().of(c, d));
  return the<V>().of(spreadOver<V>(four), folded<V>(x, n));
}

/** The first index of a value (in every lane) that the row holds. */
function firstEqual(x: usize, C: i32, value: v128): i32 {
  let c = 0;
  for (; c + 4 <= C; c += 4, x += 16) {
    const found = f32x4.eq(v128.load(x), value);
    if (v128.any_true(found)) return c + ctz(i32x4.bitmask(found));
  }
  while (load<f32>(x) != f32x4.extract_lane(value, 0)) c++, x += 4;
  return c;
}

function firstEqualI32(x: usize, value: v128): i32 {
  const v = i32x4.extract_lane(value, 0);
  let c = 0;
  while (load<i32>(x + (<usize> c << 2)) != v) c++;
  return c;
}

/** The first index of NaN, which the row holds. */
function firstNaN(x: usize): i32 {
  let c = 0;
  for (let v = load<f32>(x); v == v; v = load<f32>(x)) c++, x += 4;
  return c;
}

/** args: x, y | C, correction | R (cell) */
export function var_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 2), R = cell(args, 4), free = max<f64>(0, <f64> C - <f64> real(args, 3));
  const end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const x = pointer(args, 0) + (<usize> r * <usize> C << 2);
    const mean = <f32> (total(x, C) / <f64> C);
    store<f32>(pointer(args, 1) + (<usize> r << 2), <f32> (spread(x, C, mean) / free));
  }
}

/** sum of (x - true mean)^2, with m the mean rounded: sum of (x - m)^2 - (sum of x - m)^2 / C. */
function spread(x: usize, C: i32, m: f32): f64 {
  const sums = distances(x, C, m), left = f64x2.extract_lane(sums, 1);
  return f64x2.extract_lane(sums, 0) - left * left / <f64> C;
}

/** Sums of (x - m)^2 and of x - m, in f64. */
export function distances(x: usize, C: i32, m: f32): v128 {
  let squared: f64 = 0, left: f64 = 0;
  for (let n = C; n > 0; n -= BLOCK, x += BLOCK << 2) {
    const mean = f32x4.splat(m), count = min(n, BLOCK);
    let s = f32x4.splat(0), s1 = s, d = s, d1 = s, p = x, c = count;
    for (; c >= 8; c -= 8, p += 32) {
      const a = f32x4.sub(v128.load(p), mean), b = f32x4.sub(v128.load(p, 16), mean);
      d = f32x4.add(d, a), d1 = f32x4.add(d1, b), s = madd(a, a, s), s1 = madd(b, b, s1);
    }
    squared += <f64> sum4(f32x4.add(s, s1)), left += <f64> sum4(f32x4.add(d, d1));
    for (; c > 0; c--, p += 4) {
      const a = <f64> (load<f32>(p) - m);
      squared += a * a, left += a;
    }
  }
  return f64x2.replace_lane(f64x2.splat(squared), 1, left);
}
