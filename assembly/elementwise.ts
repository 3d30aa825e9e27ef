// Elementwise functions with broadcasting:  y[i] = f(a[i], b[i])  and  y[i] = f(x[i])
//
//   y        contiguous [D0, D1, D2, D3] f32
//   a, b, x  read through four strides in elements: 0 repeats, negative ones go backwards
//
// An operand may be y itself where it is contiguous and not broadcast. Parts divide the elements of y.
// Cost: bound by memory where the innermost strides are 0 or 1, else by scalar loads; one division of the index
// a row. Accuracy (tested): arithmetic is exact rounding; relative to the result exp 1.2e-7, tanh 3e-7; to 1 + |y|
// sigmoid and gelu 1e-7, silu and gelu_erf 1.5e-7, log 1e-7; sin, cos 1e-7 absolute, pow that of AssemblyScript's
// Mathf.

import { cell, integer, pointer, real, share } from "./common/args";
import { decay4, exp4, Power, Share, shareRange4, sigmoidRange4, throughExp4, throughExpRow } from "./common/math";
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
@unmanaged class Pow {
  @inline of(a: v128, b: v128): v128 {
    let y = f32x4.splat(pow1(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
    y = f32x4.replace_lane(y, 1, pow1(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
    y = f32x4.replace_lane(y, 2, pow1(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
    return f32x4.replace_lane(y, 3, pow1(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
  }
}

/** C's powf: 1 to any power, anything to the power 0 (also NaN) and -1 to an infinite one are 1. */
export function pow1(a: f32, b: f32): f32 {
  return a == 1 || b == 0 || (a == -1 && abs(b) == Infinity) ? 1 : Mathf.pow(a, b);
}

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
@unmanaged class Reciprocal {
  @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.div(f32x4.splat(1), x); }
}
@unmanaged class Exp { @inline of(x: v128, p: v128, q: v128): v128 { return exp4(x); } }
@unmanaged class Relu { @inline of(x: v128, p: v128, q: v128): v128 { return f32x4.pmax(x, f32x4.splat(0)); } }
@unmanaged class Tanh { @inline of(x: v128, p: v128, q: v128): v128 { return tanh4(x); } }
@unmanaged class Log { @inline of(x: v128, p: v128, q: v128): v128 { return log4(x); } }
@unmanaged class Sin {
  @inline of(x: v128, p: v128, q: v128): v128 {
    let y = f32x4.splat(turned(f32x4.extract_lane(x, 0), 0));
    y = f32x4.replace_lane(y, 1, turned(f32x4.extract_lane(x, 1), 0));
    y = f32x4.replace_lane(y, 2, turned(f32x4.extract_lane(x, 2), 0));
    return f32x4.replace_lane(y, 3, turned(f32x4.extract_lane(x, 3), 0));
  }
}
@unmanaged class Cos {
  @inline of(x: v128, p: v128, q: v128): v128 {
    let y = f32x4.splat(turned(f32x4.extract_lane(x, 0), 1));
    y = f32x4.replace_lane(y, 1, turned(f32x4.extract_lane(x, 1), 1));
    y = f32x4.replace_lane(y, 2, turned(f32x4.extract_lane(x, 2), 1));
    return f32x4.replace_lane(y, 3, turned(f32x4.extract_lane(x, 3), 1));
  }
}

/**
 * sin(x + quarters pi / 2): x less the nearest multiple of pi / 2 (in two parts, float64), then the polynomials of
 * FreeBSD's k_sinf and k_cosf. Correct to 1e-7 for |x| to 1e7; beyond, the reduction loses a digit for each.
 */
export function turned(x: f32, quarters: f64): f32 {
  if (x - x != 0) return NaN;
  const n = nearest<f64>(<f64> x * 0.6366197723675814);
  const r = (<f64> x - n * 1.5707963267341256) - n * 6.077100506506192e-11;
  const z = r * r, w = z * z;
  const turns = n + quarters, quarter = <i32> (turns - 4 * floor<f64>(turns * 0.25));
  let y: f64;
  if (quarter & 1) {
    y = 1 - 0.499999997251031 * z + 0.04166662332373906 * w + w * z * (-0.001388676377460993 + 2.439044879627741e-5 * z);
  } else {
    const s = z * r;
    y = r + s * (-0.16666666641626524 + z * 0.008333329385889463) + s * w * (-1.9839334836096632e-4 + 2.718311493989822e-6 * z);
  }
  return <f32> (quarter & 2 ? -y : y);
}

// Functions of x and of the sigmoid or, the last one, e to the power of something, in the form of throughExp.

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
/**
 * 0.5 x (1 + erf(x / sqrt 2)) = max(x, 0) - |x| Q(|x|), Q the normal distribution's tail, whose logarithm is a
 * polynomial of degree 6: |x| times its error is below 1.1e-7, and from 14 on Q is 0.
 */
@unmanaged class GeluErf {
  @inline before(x: v128, p: v128): v128 {
    const t = f32x4.pmin(f32x4.abs(x), f32x4.splat(14)), z = f32x4.mul(t, t);
    const low = madd(f32x4.splat(-1.151134014), t, f32x4.splat(-1));
    const middle = madd(f32x4.splat(-5.315864459e-2), t, f32x4.splat(-0.4589697421));
    const high = madd(
      f32x4.splat(2.809192483e-5), z, madd(f32x4.splat(-7.236913661e-4), t, f32x4.splat(7.924485952e-3)),
    );
    return madd(madd(high, z, middle), z, low);
  }
  @inline after(x: v128, e: v128, d: v128, p: v128): v128 {
    // of infinity only the positive one is held back from 0 * infinity
    const size = f32x4.abs(f32x4.pmin(x, f32x4.splat(14)));
    return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), f32x4.mul(size, e));
  }
}

/** 2 u of gelu's tanh form, as a power of 2. */
// @ts-ignore: decorator
@inline
export function geluRange4(x: v128): v128 {
  const slope = madd(f32x4.mul(x, x), f32x4.splat(0.1029432397), f32x4.splat(2.3022081983));
  return shareRange4(f32x4.mul(x, slope));
}

/**
 * (e^2x - 1) / (e^2x + 1) with e^2x = 2^n 2^r and m = 2^r - 1, r times a polynomial (degree 5, 1.3e-8), which keeps
 * small results right: (2^n m + (2^n - 1)) / (2^n m + (2^n + 1)). Relative error <= 3e-7 (tested).
 */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const v = f32x4.pmin(
    f32x4.pmax(f32x4.mul(x, f32x4.splat(2.8853900818)), f32x4.splat(-60)), f32x4.splat(60),
  );
  const magic = f32x4.splat(12583039), shifted = f32x4.add(v, magic); // 1.5 * 2^23 + 127: shifted up, 2^n
  const r = f32x4.sub(v, f32x4.sub(shifted, magic)), z = f32x4.mul(r, r), power = i32x4.shl(shifted, 23);
  const low = madd(f32x4.splat(0.2402264923), r, f32x4.splat(0.6931471825));
  const middle = madd(f32x4.splat(9.618309326e-3), r, f32x4.splat(5.550367385e-2));
  const high = madd(f32x4.splat(1.538286906e-4), r, f32x4.splat(1.33873953e-3));
  const m = f32x4.mul(madd(madd(high, z, middle), z, low), r), one = f32x4.splat(1);
  return f32x4.div(madd(m, power, f32x4.sub(power, one)), madd(m, power, f32x4.add(power, one)));
}

/** erf of Abramowitz and Stegun 7.1.26: error below 1.5e-7. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const size = f32x4.abs(x);
  const t = f32x4.div(f32x4.splat(1), madd(size, f32x4.splat(0.3275911), f32x4.splat(1)));
  let p = madd(t, f32x4.splat(1.061405429), f32x4.splat(-1.453152027));
  p = madd(t, p, f32x4.splat(1.421413741));
  p = madd(t, p, f32x4.splat(-0.284496736));
  p = f32x4.mul(t, madd(t, p, f32x4.splat(0.254829592)));
  const y = f32x4.sub(f32x4.splat(1), f32x4.mul(p, decay4(f32x4.neg(f32x4.mul(size, size)))));
  return v128.or(y, v128.and(x, i32x4.splat(<i32> 0x80000000)));
}

/** The natural logarithm. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const least = f32x4.splat(1.17549435e-38), infinity = f32x4.splat(Infinity);
  if (i32x4.all_true(v128.and(f32x4.ge(x, least), f32x4.lt(x, infinity)))) return logOf4(x, f32x4.splat(0));
  // subnormals are brought up by 2^23
  const small = f32x4.lt(x, least);
  let y = logOf4(v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, small), v128.and(f32x4.splat(23), small));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, f32x4.splat(0)));
  y = v128.bitselect(x, y, f32x4.eq(x, infinity));
  const invalid = v128.or(f32x4.lt(x, f32x4.splat(0)), f32x4.ne(x, x));
  return v128.bitselect(f32x4.splat(NaN), y, invalid);
}

/** log(x / 2^up) of normal numbers (Cephes logf): x = 2^e m with m in sqrt(1/2) .. sqrt(2), a polynomial of m - 1. */
// @ts-ignore: decorator
@inline
function logOf4(x: v128, up: v128): v128 {
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3)); // sqrt(1/2)
  const e = f32x4.sub(f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23)), up);
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const r = f32x4.sub(m, f32x4.splat(1));
  const z = f32x4.mul(r, r), w = f32x4.mul(z, z);
  const a = madd(f32x4.splat(-2.4999993993e-1), r, f32x4.splat(3.3333331174e-1));
  const b = madd(f32x4.splat(-1.6668057665e-1), r, f32x4.splat(2.0000714765e-1));
  const c = madd(f32x4.splat(-1.2420140846e-1), r, f32x4.splat(1.4249322787e-1));
  const d = madd(f32x4.splat(-1.1514610310e-1), r, f32x4.splat(1.1676998740e-1));
  const p = madd(madd(f32x4.splat(7.0376836292e-2), z, d), w, madd(c, z, b));
  let y = f32x4.mul(f32x4.mul(madd(p, z, a), r), z);
  y = madd(e, f32x4.splat(-2.12194440e-4), y);
  y = madd(z, f32x4.splat(-0.5), y);
  return madd(e, f32x4.splat(0.693359375), f32x4.add(y, r));
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
export function exp_f32(args: usize, part: i32, parts: i32): void { plain<Exp>(args, part, parts); }
/** args: as neg_f32 */
export function log_f32(args: usize, part: i32, parts: i32): void { plain<Log>(args, part, parts); }
/** args: as neg_f32 */
export function sin_f32(args: usize, part: i32, parts: i32): void { plain<Sin>(args, part, parts); }
/** args: as neg_f32 */
export function cos_f32(args: usize, part: i32, parts: i32): void { plain<Cos>(args, part, parts); }
/** args: as neg_f32 */
export function tanh_f32(args: usize, part: i32, parts: i32): void { plain<Tanh>(args, part, parts); }
/** args: as neg_f32 */
export function sigmoid_f32(args: usize, part: i32, parts: i32): void { curved<Share, Sigmoid>(args, part, parts); }
/** args: as neg_f32 */
export function silu_f32(args: usize, part: i32, parts: i32): void { curved<Share, Silu>(args, part, parts); }
/** args: as neg_f32 */
export function relu_f32(args: usize, part: i32, parts: i32): void { plain<Relu>(args, part, parts); }
/** args: as neg_f32 */
export function gelu_f32(args: usize, part: i32, parts: i32): void { curved<Share, Gelu>(args, part, parts); }
/** args: as neg_f32 */
export function gelu_erf_f32(args: usize, part: i32, parts: i32): void { curved<Power, GeluErf>(args, part, parts); }

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

/** As plain, for a function in the form of throughExp. */
// @ts-ignore: decorator
@inline
function curved<S, F>(args: usize, part: i32, parts: i32): void {
  rows<Curved<S, F>>(args, part, parts, 9, f32x4.splat(0), f32x4.splat(0));
}

/** Rows of y and of x along the innermost dimension, by R. */
function rows<R>(args: usize, part: i32, parts: i32, d0: usize, p: v128, q: v128): void {
  const D1 = integer(args, 2), D2 = integer(args, 3), D3 = integer(args, 4);
  const total = cell(args, d0) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, n = min(D3 - column, end - i);
    const x = pointer(args, 0) + walked(args, 5, row, column, D1, D2);
    the<R>().row(x, integer(args, 8), pointer(args, 1) + (<usize> i << 2), n, p, q);
    i += n;
  }
}

@unmanaged class Each<F> {
  @inline row(x: usize, stride: i32, y: usize, n: i32, p: v128, q: v128): void { runUnary<F>(x, stride, y, n, p, q); }
}
@unmanaged class Curved<S, F> {
  @inline row(x: usize, stride: i32, y: usize, n: i32, p: v128, q: v128): void { runCurved<S, F>(x, stride, y, n, p); }
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
