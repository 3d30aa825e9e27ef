// Reductions over the middle:  y[o, i] = fold over n of x[o, n, i]
//
//   x [O, N, I] f32, i32 or u32, contiguous    y [O, I] of the same
//   sum, sum_abs (of |x|), mean, prod, norm (sqrt of the sum of squares), max, min; of i32 sum, prod, max, min, wrapping at 32 bits; of
//   u32 max and min (i32's sum and prod are its own)
//
// Vectors lie along I, so that nothing is transposed. Eight elements of each column meet in a tree, and what comes of
// it joins the column's value in scratch: of sums, products and squares that is f64, four columns in two vectors.
//
// Cost: one read of x: bound by memory from I = 16 on. Accuracy: sums 2.5e-7 of the sum of absolute terms whatever N
// (three roundings and the last), products and norms 1e-7; the others exact. NaN wins max and min. The order within a
// column depends on N alone. The walk, and how parts divide it: common/columns.ts.

import { pointer } from "./common/args";
import { columnAt, walkColumns } from "./common/columns";
import { MaxF32, MaxI32, MaxU32, MinF32, MinI32, MinU32, ProdI32, SumI32 } from "./common/folds";
import { loadPart, storePart } from "./common/partial";
import { the } from "./common/the";

/** args: x, y | scratch, bytes | N, I | O (cell) */
export function sum_middle_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Added<Whole, Itself>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function sum_abs_middle_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Added<Whole, Size>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function mean_middle_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Added<Average, Itself>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function prod_middle_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Wide<Factors>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function norm_middle_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Wide<Squares>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function max_middle_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Extreme<MaxF32>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function min_middle_f32(args: usize, part: i32, parts: i32): void {
  walkColumns<Extreme<MinF32>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function sum_middle_i32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Exact<SumI32>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function prod_middle_i32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Exact<ProdI32>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function max_middle_i32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Exact<MaxI32>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function min_middle_i32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Exact<MinI32>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function max_middle_u32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Exact<MaxU32>>>(args, 2, 2, part, parts);
}
/** args: as sum_middle_f32 */
export function min_middle_u32(args: usize, part: i32, parts: i32): void {
  walkColumns<Fold<Exact<MinU32>>>(args, 2, 2, part, parts);
}

/** The two upper lanes, moved down. */
// @ts-ignore: decorator
@inline
export function upper(v: v128): v128 { return v128.shuffle<i32>(v, v, 2, 3, 2, 3); }

// What a column's value starts from, how it takes one element or eight in, and what it comes to. Values take 32 bytes
// for four columns.

@unmanaged class Added<M, T> {
  @inline start(): v128 { return f64x2.splat(0); }
  @inline one(at: usize, v: v128): void {
    this.join(at, the<T>().of(v));
  }
  @inline eight(at: usize, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): void {
    const t = the<T>();
    this.join(at, f32x4.add(
      f32x4.add(f32x4.add(t.of(a), t.of(b)), f32x4.add(t.of(c), t.of(d))),
      f32x4.add(f32x4.add(t.of(e), t.of(f)), f32x4.add(t.of(g), t.of(h))),
    ));
  }
  @inline join(at: usize, v: v128): void {
    v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v)));
    v128.store(at, f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(upper(v))), 16);
  }
  @inline end(at: usize, N: i32): v128 {
    return narrow(the<M>().of(v128.load(at), N), the<M>().of(v128.load(at, 16), N));
  }
}
@unmanaged class Itself { @inline of(v: v128): v128 { return v; } }
@unmanaged class Size { @inline of(v: v128): v128 { return f32x4.abs(v); } }
@unmanaged class Whole { @inline of(sum: v128, N: i32): v128 { return sum; } }
@unmanaged class Average { @inline of(sum: v128, N: i32): v128 { return f64x2.div(sum, f64x2.splat(<f64> N)); } }

/** Two vectors of f64 as four f32. */
// @ts-ignore: decorator
@inline
export function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** Each element by itself, in f64. */
@unmanaged class Wide<G> {
  @inline start(): v128 { return the<G>().start(); }
  @inline one(at: usize, v: v128): void {
    v128.store(at, the<G>().of(v128.load(at), f64x2.promote_low_f32x4(v)));
    v128.store(at, the<G>().of(v128.load(at, 16), f64x2.promote_low_f32x4(upper(v))), 16);
  }
  @inline eight(at: usize, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): void {
    this.one(at, a), this.one(at, b), this.one(at, c), this.one(at, d);
    this.one(at, e), this.one(at, f), this.one(at, g), this.one(at, h);
  }
  @inline end(at: usize, N: i32): v128 {
    return narrow(the<G>().end(v128.load(at)), the<G>().end(v128.load(at, 16)));
  }
}
@unmanaged class Factors {
  @inline start(): v128 { return f64x2.splat(1); }
  @inline of(product: v128, v: v128): v128 { return f64x2.mul(product, v); }
  @inline end(product: v128): v128 { return product; }
}
@unmanaged class Squares {
  @inline start(): v128 { return f64x2.splat(0); }
  @inline of(sum: v128, v: v128): v128 { return f64x2.add(sum, f64x2.mul(v, v)); }
  @inline end(sum: v128): v128 { return f64x2.sqrt(sum); }
}

/** A fold whose order does not matter, of one vector for four columns. */
@unmanaged class Exact<V> {
  @inline start(): v128 { return the<V>().start(); }
  @inline one(at: usize, v: v128): void { v128.store(at, the<V>().of(v128.load(at), v)); }
  @inline eight(at: usize, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): void {
    const first = the<V>().of(the<V>().of(a, b), the<V>().of(c, d));
    this.one(at, the<V>().of(first, the<V>().of(the<V>().of(e, f), the<V>().of(g, h))));
  }
  @inline end(at: usize, N: i32): v128 { return v128.load(at); }
}

/** max or min without NaN: beside the best stands a sum of all, NaN where one is (and where infinities meet). */
@unmanaged class Quick<V> {
  @inline start(): v128 { return the<V>().start(); }
  @inline one(at: usize, v: v128): void { v128.store(at, the<V>().of(v128.load(at), v)); }
  @inline eight(at: usize, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): void {
    const first = the<V>().quick(the<V>().quick(a, b), the<V>().quick(c, d));
    const last = the<V>().quick(the<V>().quick(e, f), the<V>().quick(g, h));
    v128.store(at, the<V>().quick(v128.load(at), the<V>().quick(first, last)));
    const sum = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(f32x4.add(e, f), f32x4.add(g, h)));
    v128.store(at, f32x4.add(v128.load(at, 16), sum), 16);
  }
  @inline end(at: usize, N: i32): v128 { return v128.load(at); }
}

/** Quickly, and again where a sum tells of NaN. */
@unmanaged class Extreme<V> {
  @inline tile(args: usize, scratch: usize, N: i32, I: i32, o: i32, i: i32, columns: i32): void {
    the<Fold<Quick<V>>>().tile(args, scratch, N, I, o, i, columns);
    if (tellsOfNaN(scratch, columns)) the<Fold<Exact<V>>>().tile(args, scratch, N, I, o, i, columns);
  }
}

function tellsOfNaN(at: usize, columns: i32): bool {
  for (; columns > 0; columns -= 4, at += 32) {
    const sum = v128.load(at, 16);
    if (v128.any_true(f32x4.ne(sum, sum))) return true;
  }
  return false;
}

/** Folds a run of columns: eight rows at a time, then one. */
@unmanaged class Fold<F> {
  @inline tile(args: usize, scratch: usize, N: i32, I: i32, o: i32, i: i32, columns: i32): void {
    let x = pointer(args, 0) + columnAt(o, N, I, i);
    const step = <usize> I << 2;
    for (let at = scratch, c = columns; c > 0; c -= 4, at += 32) {
      v128.store(at, the<F>().start());
      v128.store(at, the<F>().start(), 16);
    }
    let n = N;
    for (; n >= 8; n -= 8, x += step << 3) eightRows<F>(x, step, scratch, columns);
    for (; n > 0; n--, x += step) oneRow<F>(x, scratch, columns);
    let y = pointer(args, 1) + columnAt(o, 1, I, i);
    for (let at = scratch, c = columns; c > 0; c -= 4, at += 32, y += 16) storePart(y, the<F>().end(at, N), c);
  }
}

function eightRows<F>(x: usize, step: usize, at: usize, columns: i32): void {
  let n = columns;
  for (; n >= 4; n -= 4, x += 16, at += 32) {
    const middle = x + (step << 2);
    the<F>().eight(
      at, v128.load(x), v128.load(x + step), v128.load(x + step * 2), v128.load(x + step * 3),
      v128.load(middle), v128.load(middle + step), v128.load(middle + step * 2), v128.load(middle + step * 3),
    );
  }
  if (n == 0) return;
  const middle = x + (step << 2);
  the<F>().eight(
    at, loadPart(x, n), loadPart(x + step, n), loadPart(x + step * 2, n), loadPart(x + step * 3, n),
    loadPart(middle, n), loadPart(middle + step, n), loadPart(middle + step * 2, n), loadPart(middle + step * 3, n),
  );
}

function oneRow<F>(x: usize, at: usize, columns: i32): void {
  for (let n = columns; n > 0; n -= 4, x += 16, at += 32) the<F>().one(at, loadPart(x, n));
}
