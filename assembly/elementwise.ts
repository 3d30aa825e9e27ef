// Elementwise functions with broadcasting:  y[i] = f(a[i], b[i])  and  y[i] = f(x[i])
//
//   y        contiguous [D0, D1, D2, D3] f32
//   a, b, x  read through four strides in elements: 0 repeats, negative ones go backwards
//
// An operand may be y itself where it is contiguous and not broadcast. Parts divide the elements of y.
// Cost: bound by memory where the innermost strides are 0 or 1, else by scalar loads; one division of the index
// a row; functions that take longer than memory does fetch what lies far (common/fetch.ts). Accuracy (tested): arithmetic
// is exact rounding; relative to the result exp 1.2e-7, tanh 3.5e-7, pow 1.5e-7 wherever it is normal; to 1 + |y| sigmoid
// and gelu 1e-7, silu and gelu_erf 1.5e-7, logarithms 1e-7 (log10 1.6e-7 far from 1); sin, cos 1.3e-7 absolute, tan 2e-7
// of 1 + y^2, for angles of any size. Results that are subnormal may be 0, as may those of sigmoid and its kin from 1e-36 down.

import { cell, integer, pointer, real, share } from "./common/args";
import { Binary, cos4, Decimal, log4, Natural, nearCos4, nearSin4, nearTan4, pow4 } from "./common/elementary";
import { sin4, someFar4, tan4, tanh4 } from "./common/elementary";
import { exp4, isLarge4, Share, shareRange4, sigmoidRange4, throughExp4, throughExpRow, usualExp4 } from "./common/math";
import { BATCH, FAR, fetch, keep } from "./common/fetch";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";
import { the } from "./common/the";

// Functions of two vectors.

@unmanaged class Add { @inline of(a: v128, b: v128): v128 { return f32x4.add(a, b); } }
@unmanaged class Sub { @inline of(a: v128, b: v128): v128 { return f32x4.sub(a, b); } }
@unmanaged class Mul { @inline of(a: v128, b: v128): v128 { return f32x4.mul(a, b); } }
@unmanaged class Div { @inline of(a: v128, b: v128): v128 { return f32x4.div(a, b); } }
@unmanaged class Maximum { @inline of(a: v128, b: v128): v128 { return f32x4.max(a, b); } }
@unmanaged class Minimum { @inline of(a: v128, b: v128): v128 { return f32x4.min(a, b); } }
@unmanaged class Pow { @inline of(a: v128, b: v128): v128 { return pow4(a, b); } }

/** args: a, b, y | D1, D2, D3, a0..a3, b0..b3 | D0 (cell) */
export function add_f32(args: usize, part: i32, parts: i32): void { binary<Add>(args, part, parts); }
/** args: as add_f32 */
export function sub_f32(args: usize, part: i32, parts: i32): void { binary<Sub>(args, part, parts); }
/** args: as add_f32 */
export function mul_f32(args: usize, part: i32, parts: i32): void { binary<Mul>(args, part, parts); }
/** args: as add_f32 */
export function div_f32(args: usize, part: i32, parts: i32): void { binary<Div>(args, part, parts); }
/** args: as add_f32 */
export function maximum_f32(args: usize, part: i32, parts: i32): void { binary<Maximum>(args, part, parts); }
/** args: as add_f32 */
export function minimum_f32(args: usize, part: i32, parts: i32): void { binary<Minimum>(args, part, parts); }
/** args: as add_f32 */
export function pow_f32(args: usize, part: i32, parts: i32): void { binary<Pow>(args, part, parts); }

export function binary<F>(args: usize, part: i32, parts: i32): void {
  const D1 = integer(args, 3), D2 = integer(args, 4), D3 = integer(args, 5);
  const total = cell(args, 14) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, n = min(D3 - column, end - i);
    const a = pointer(args, 0) + walked(args, 6, row, column, D1, D2);
    const b = pointer(args, 1) + walked(args, 10, row, column, D1, D2);
    runBinary<F>(a, integer(args, 9), b, integer(args, 13), pointer(args, 2) + (<usize> i << 2), n);
    i += n;
  }
}

/** The byte offset of (row, column) for the four strides from word `s` on. */
export function walked(args: usize, s: usize, row: i32, column: i32, D1: i32, D2: i32): usize {
  return <usize> elementsWalked(args, s, row, column, D1, D2) << 2;
}

/** As walked, in elements. */
export function elementsWalked(args: usize, s: usize, row: i32, column: i32, D1: i32, D2: i32): i32 {
  const r1 = row / D2, i2 = row - r1 * D2, i0 = r1 / D1, i1 = r1 - i0 * D1;
  return i0 * integer(args, s) + i1 * integer(args, s + 1) + i2 * integer(args, s + 2) + column * integer(args, s + 3);
}

/** n elements along the innermost dimension. */
function runBinary<F>(a: usize, strideA: i32, b: usize, strideB: i32, y: usize, n: i32): void {
  const f = the<F>();
  if (strideA == 1 && strideB == 1) {
    for (; n >= 8; n -= 8, a += 32, b += 32, y += 32) {
      const first = f.of(v128.load(a), v128.load(b)), second = f.of(v128.load(a, 16), v128.load(b, 16));
      v128.store(y, first), v128.store(y, second, 16);
    }
    for (; n > 0; n -= 4, a += 16, b += 16, y += 16) storePart(y, f.of(loadPart(a, n), loadPart(b, n)), n);
  } else if (strideA == 1 && strideB == 0) {
    const v = v128.load32_splat(b);
    for (; n >= 8; n -= 8, a += 32, y += 32) {
      const first = f.of(v128.load(a), v), second = f.of(v128.load(a, 16), v);
      v128.store(y, first), v128.store(y, second, 16);
    }
    for (; n > 0; n -= 4, a += 16, y += 16) storePart(y, f.of(loadPart(a, n), v), n);
  } else if (strideA == 0 && strideB == 1) {
    const v = v128.load32_splat(a);
    for (; n >= 8; n -= 8, b += 32, y += 32) {
      const first = f.of(v, v128.load(b)), second = f.of(v, v128.load(b, 16));
      v128.store(y, first), v128.store(y, second, 16);
    }
    for (; n > 0; n -= 4, b += 16, y += 16) storePart(y, f.of(v, loadPart(b, n)), n);
  } else {
    const stepA = <usize> strideA << 2, stepB = <usize> strideB << 2;
    for (; n > 0; n--, a += stepA, b += stepB, y += 4) {
      store<f32>(y, f32x4.extract_lane(f.of(v128.load32_splat(a), v128.load32_splat(b)), 0));
    }
  }
}

// Functions of one vector; p and q are the row's own numbers, where it has them.

@unmanaged class Affine { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.add(f32x4.mul(x, p), q); } }
@unmanaged class Neg { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.neg(x); } }
@unmanaged class Abs { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.abs(x); } }
@unmanaged class Sqrt { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.sqrt(x); } }
@unmanaged export class Reciprocal {
  @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.div(f32x4.splat(1), x); }
}
// Where a function's range has a usual part: `usual` for that part (or NaN), in the same bits as `of`, and whether one of two
// vectors leaves it.

@unmanaged class Exp {
  @inline of(x: v128, p: v128, q: v128): v128 { return exp4(x); }
  @inline usual(x: v128): v128 { return usualExp4(x); }
  @inline isUnusual(x0: v128, x1: v128): bool { return isLarge4(f32x4.pmax(x0, x1)); }
}
@unmanaged class Relu { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.pmax(x, f32x4.splat(0)); } }
@unmanaged class Tanh { @inline of(x: v128, p: v128, q: v128): v128 { return tanh4(x); } }
@unmanaged class Log<B> { @inline of(x: v128, p: v128, q: v128): v128 { return log4<B>(x); } }
@unmanaged class Sin {
  @inline of(x: v128, p: v128, q: v128): v128 { return sin4(x); }
  @inline usual(x: v128): v128 { return nearSin4(x); }
  @inline isUnusual(x0: v128, x1: v128): bool { return someFar4(x0, x1); }
}
@unmanaged class Cos {
  @inline of(x: v128, p: v128, q: v128): v128 { return cos4(x); }
  @inline usual(x: v128): v128 { return nearCos4(x); }
  @inline isUnusual(x0: v128, x1: v128): bool { return someFar4(x0, x1); }
}
@unmanaged class Tan {
  @inline of(x: v128, p: v128, q: v128): v128 { return tan4(x); }
  @inline usual(x: v128): v128 { return nearTan4(x); }
  @inline isUnusual(x0: v128, x1: v128): bool { return someFar4(x0, x1); }
}
/**
 * 0.5 x (1 + erf(x / sqrt 2)) = max(x, 0) - t Q(t),  t = |x|, Q the normal distribution's tail.
 *
 * The tail falls as e^(-t^2 / 2) does; the eighth root of its reciprocal, though, is near a polynomial of
 * degree 8: t Q(t) errs by 4e-8, in f32 by 1.5e-7.
 */
@unmanaged class GeluErf {
  @inline of(x: v128, p: v128, q: v128): v128 {
    const t = size4(x);
    let root = madd(f32x4.splat(3.35058462e-6), t, f32x4.splat(-2.032857992e-5));
    root = madd(root, t, f32x4.splat(1.177988088e-4));
    root = madd(root, t, f32x4.splat(8.835323388e-5));
    root = madd(root, t, f32x4.splat(1.124159317e-3));
    root = madd(root, t, f32x4.splat(9.317236952e-3));
    root = madd(root, t, f32x4.splat(4.886962101e-2));
    root = madd(root, t, f32x4.splat(0.1087522134));
    return lessTail4(x, t, madd(root, t, f32x4.splat(1.090508342)));
  }
}

/** |x|, but a number for infinity: its tail is 0 (of -Infinity it is NaN, as x 0 is). */
// @ts-ignore: decorator
@inline
function size4(x: v128): v128 {
  return f32x4.abs(f32x4.pmin(x, f32x4.splat(1000)));
}

/** max(x, 0) - t / root^8, with -0 for the 0 that keeps the sign */
// @ts-ignore: decorator
@inline
function lessTail4(x: v128, t: v128, root: v128): v128 {
  const square = f32x4.mul(root, root), fourth = f32x4.mul(square, square);
  return f32x4.sub(f32x4.pmax(x, i32x4.splat(0x80000000)), f32x4.div(t, f32x4.mul(fourth, fourth)));
}

// Functions of x and its sigmoid, in the form of throughExp.

@unmanaged class Sigmoid {
  @inline before(x: v128, p: v128): v128 { return sigmoidRange4(x); }
  @inline after(x: v128, s: v128, d: v128, p: v128): v128 { return s; }
}
@unmanaged class Silu {
  @inline before(x: v128, p: v128): v128 { return sigmoidRange4(x); }
  @inline after(x: v128, s: v128, d: v128, p: v128): v128 { return f32x4.mul(x, s); }
}
/** 0.5 x (1 + tanh u) = x / (1 + e^-2u),  u = sqrt(2 / pi) (x + 0.044715 x^3) */
@unmanaged class Gelu {
  @inline before(x: v128, p: v128): v128 { return geluRange4(x); }
  @inline after(x: v128, s: v128, d: v128, p: v128): v128 { return f32x4.mul(x, s); }
}
/** 2 u of gelu's tanh form, as a power of 2. */
// @ts-ignore: decorator
@inline
export function geluRange4(x: v128): v128 {
  const slope = madd(f32x4.mul(x, x), f32x4.splat(0.1029432397), f32x4.splat(2.3022081983));
  return shareRange4(f32x4.mul(x, slope));
}

/** args: x, y | D1, D2, D3, x0..x3, scale, shift | D0 (cell) */
export function affine_f32(args: usize, part: i32, parts: i32): void {
  unary<Affine>(args, part, parts, 11, f32x4.splat(real(args, 9)), f32x4.splat(real(args, 10)));
}
/** args: x, y | D1, D2, D3, x0..x3 | D0 (cell) */
export function neg_f32(args: usize, part: i32, parts: i32): void { plain<Neg>(args, part, parts); }
/** args: as neg_f32 */
export function abs_f32(args: usize, part: i32, parts: i32): void { plain<Abs>(args, part, parts); }
/** args: as neg_f32 */
export function sqrt_f32(args: usize, part: i32, parts: i32): void { plain<Sqrt>(args, part, parts); }
/** args: as neg_f32 */
export function reciprocal_f32(args: usize, part: i32, parts: i32): void { plain<Reciprocal>(args, part, parts); }
/** args: as neg_f32 */
export function exp_f32(args: usize, part: i32, parts: i32): void { guarded<Exp>(args, part, parts); }
/** args: as neg_f32 */
export function log_f32(args: usize, part: i32, parts: i32): void { long<Log<Natural>>(args, part, parts); }
/** args: as neg_f32 */
export function log2_f32(args: usize, part: i32, parts: i32): void { long<Log<Binary>>(args, part, parts); }
/** args: as neg_f32 */
export function log10_f32(args: usize, part: i32, parts: i32): void { long<Log<Decimal>>(args, part, parts); }
/** args: as neg_f32 */
export function sin_f32(args: usize, part: i32, parts: i32): void { guarded<Sin>(args, part, parts); }
/** args: as neg_f32 */
export function cos_f32(args: usize, part: i32, parts: i32): void { guarded<Cos>(args, part, parts); }
/** args: as neg_f32 */
export function tan_f32(args: usize, part: i32, parts: i32): void { guarded<Tan>(args, part, parts); }
/** args: as neg_f32 */
export function tanh_f32(args: usize, part: i32, parts: i32): void { long<Tanh>(args, part, parts); }
/** args: as neg_f32 */
export function sigmoid_f32(args: usize, part: i32, parts: i32): void { curved<Share, Sigmoid>(args, part, parts); }
/** args: as neg_f32 */
export function silu_f32(args: usize, part: i32, parts: i32): void { curved<Share, Silu>(args, part, parts); }
/** args: as neg_f32 */
export function relu_f32(args: usize, part: i32, parts: i32): void { plain<Relu>(args, part, parts); }
/** args: as neg_f32 */
export function gelu_f32(args: usize, part: i32, parts: i32): void { curved<Share, Gelu>(args, part, parts); }
/** args: as neg_f32 */
export function gelu_erf_f32(args: usize, part: i32, parts: i32): void { long<GeluErf>(args, part, parts); }

// @ts-ignore: decorator
@inline
export function plain<F>(args: usize, part: i32, parts: i32): void {
  unary<F>(args, part, parts, 9, f32x4.splat(0), f32x4.splat(0));
}

/** `d0` is the word of D0's cell. */
// @ts-ignore: decorator
@inline
export function unary<F>(args: usize, part: i32, parts: i32, d0: usize, p: v128, q: v128): void {
  rows<Each<F>>(args, part, parts, d0, p, q);
}

/** As plain, for a function that computes longer than memory takes. */
// @ts-ignore: decorator
@inline
export function long<F>(args: usize, part: i32, parts: i32): void {
  rows<EachLong<F>>(args, part, parts, 9, f32x4.splat(0), f32x4.splat(0));
}

/** As unary, for a function that computes longer than memory takes. */
// @ts-ignore: decorator
@inline
export function longUnary<F>(args: usize, part: i32, parts: i32, d0: usize, p: v128, q: v128): void {
  rows<EachLong<F>>(args, part, parts, d0, p, q);
}

/** As long, for a function with a usual part. */
// @ts-ignore: decorator
@inline
function guarded<F>(args: usize, part: i32, parts: i32): void {
  rows<Guarded<F>>(args, part, parts, 9, f32x4.splat(0), f32x4.splat(0));
}

/** As plain, for a function in the form of throughExp. */
// @ts-ignore: decorator
@inline
export function curved<S, F>(args: usize, part: i32, parts: i32): void {
  rows<Curved<S, F>>(args, part, parts, 9, f32x4.splat(0), f32x4.splat(0));
}

/** Rows of y and of x along the innermost dimension, by R. */
function rows<R>(args: usize, part: i32, parts: i32, d0: usize, p: v128, q: v128): void {
  const D1 = integer(args, 2), D2 = integer(args, 3), D3 = integer(args, 4), stride = integer(args, 8);
  const total = cell(args, d0) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, n = min(D3 - column, end - i);
    const x = pointer(args, 0) + walked(args, 5, row, column, D1, D2), y = pointer(args, 1) + (<usize> i << 2);
    if (the<R>().isLong() && total >= FAR && stride == 1) rowFetched<R>(x, y, n, p, q);
    else the<R>().row(x, stride, y, n, p, q);
    i += n;
  }
}

function rowFetched<R>(x: usize, y: usize, n: i32, p: v128, q: v128): void {
  let seen = 0;
  for (; n > 0; n -= BATCH, x += BATCH << 2, y += BATCH << 2) {
    const some = min(n, BATCH);
    seen |= fetch(x, some);
    the<R>().row(x, 1, y, some, p, q);
  }
  keep(seen);
}

@unmanaged class Each<F> {
  @inline isLong(): bool { return false; }
  @inline row(x: usize, stride: i32, y: usize, n: i32, p: v128, q: v128): void { runUnary<F>(x, stride, y, n, p, q); }
}
/** Of a function that computes longer than memory takes. */
@unmanaged class EachLong<F> {
  @inline isLong(): bool { return true; }
  @inline row(x: usize, stride: i32, y: usize, n: i32, p: v128, q: v128): void { runUnary<F>(x, stride, y, n, p, q); }
}
@unmanaged class Curved<S, F> {
  @inline isLong(): bool { return true; }
  @inline row(x: usize, stride: i32, y: usize, n: i32, p: v128, q: v128): void { runCurved<S, F>(x, stride, y, n, p); }
}

/** Of a function with a usual part, to which two vectors at once are held. */
@unmanaged class Guarded<F> {
  @inline isLong(): bool { return true; }
  @inline row(x: usize, stride: i32, y: usize, n: i32, p: v128, q: v128): void {
    if (stride != 1) return runSpread<F>(x, <usize> stride << 2, y, n);
    const f = the<F>();
    for (; n >= 8; n -= 8, x += 32, y += 32) {
      const x0 = v128.load(x), x1 = v128.load(x, 16);
      let y0 = f.usual(x0), y1 = f.usual(x1);
      if (f.isUnusual(x0, x1)) y0 = whole<F>(x0), y1 = whole<F>(x1);
      v128.store(y, y0), v128.store(y, y1, 16);
    }
    for (; n > 0; n -= 4, x += 16, y += 16) storePart(y, whole<F>(loadPart(x, n)), n);
  }
}

function runSpread<F>(x: usize, step: usize, y: usize, n: i32): void {
  for (; n > 0; n--, x += step, y += 4) store<f32>(y, f32x4.extract_lane(whole<F>(v128.load32_splat(x)), 0));
}

/** F's `of` as a function of its own, as it is long. */
function whole<F>(x: v128): v128 {
  return the<F>().of(x, f32x4.splat(0), f32x4.splat(0));
}

function runCurved<S, F>(x: usize, stride: i32, y: usize, n: i32, p: v128): void {
  if (stride == 1) throughExpRow<S, F>(x, 0, y, n, p);
  else {
    const step = <usize> stride << 2;
    for (; n > 0; n--, x += step, y += 4) {
      const v = v128.load32_splat(x);
      store<f32>(y, f32x4.extract_lane(throughExp4<S, F>(v, v, p), 0));
    }
  }
}

function runUnary<F>(x: usize, stride: i32, y: usize, n: i32, p: v128, q: v128): void {
  const f = the<F>();
  if (stride == 1) {
    for (; n >= 8; n -= 8, x += 32, y += 32) {
      const first = f.of(v128.load(x), p, q), second = f.of(v128.load(x, 16), p, q);
      v128.store(y, first), v128.store(y, second, 16);
    }
    for (; n > 0; n -= 4, x += 16, y += 16) storePart(y, f.of(loadPart(x, n), p, q), n);
  } else {
    const step = <usize> stride << 2;
    for (; n > 0; n--, x += step, y += 4) store<f32>(y, f32x4.extract_lane(f.of(v128.load32_splat(x), p, q), 0));
  }
}
