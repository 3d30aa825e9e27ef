// Elementwise functions of f64 and i64, and those of i32 and u32 that divide with a floor:
//
//   y[i] = f(x[i])  and  y[i] = f(a[i], b[i])
//
//   y        contiguous [D0, D1, D2, D3]
//   a, b, x  read through four strides in elements: 0 repeats, negative ones go backwards
//
// An operand may be y itself where it is contiguous and not broadcast. Integers wrap around; an integer divided by
// 0 gives 0 and leaves 0 (NumPy's choice), to a negative power 0, or +-1 of +-1. floor_div rounds toward minus
// infinity and the remainder has the divisor's sign, as PyTorch's. Cost: one element at a time, bound by memory
// but for exp and what follows it. Accuracy (tested): 1e-15 beside 1 + |y|, for angles of any size.

import { turned } from "./common/angle";
import { integer, wide } from "./common/args";
import { pow64 } from "./common/pow";
import { combined, mapped } from "./common/walk";

@unmanaged class Add<T> { @inline of(a: T, b: T): T { return a + b; } }
@unmanaged class Sub<T> { @inline of(a: T, b: T): T { return a - b; } }
@unmanaged class Mul<T> { @inline of(a: T, b: T): T { return a * b; } }
@unmanaged class Div<T> { @inline of(a: T, b: T): T { return a / b; } }
@unmanaged class Maximum<T> { @inline of(a: T, b: T): T { return max<T>(a, b); } }
@unmanaged class Minimum<T> { @inline of(a: T, b: T): T { return min<T>(a, b); } }

@unmanaged class Pow { @inline of(a: f64, b: f64): f64 { return pow64(a, b); } }
@unmanaged class PowI64 { @inline of(a: i64, b: i64): i64 { return b < 0 ? inversePower(a, b) : power(a, b); } }

/** By squaring. */
function power(a: i64, b: i64): i64 {
  let y: i64 = 1;
  for (; b > 0; b >>= 1, a *= a) if (b & 1) y *= a;
  return y;
}

function inversePower(a: i64, b: i64): i64 {
  if (a == 1) return 1;
  return a == -1 ? (b & 1 ? -1 : 1) : 0;
}

@unmanaged export class Remainder<T> {
  @inline of(a: T, b: T): T {
    if (isInteger<T>() && (b == 0 || (isSigned<T>() && b == -1))) return 0; // the instruction would trap
    const r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }
}
@unmanaged class FloorDivInteger<T> {
  @inline of(a: T, b: T): T {
    if (b == 0) return 0;
    if (isSigned<T>() && b == -1) return 0 - a;
    const q = a / b;
    return q * b != a && (a < 0) != (b < 0) ? q - 1 : q;
  }
}
/** By way of the remainder, so that a quotient that rounds up to an integer does not gain one. */
@unmanaged export class FloorDivReal<T> {
  @inline of(a: T, b: T): T {
    if (b == 0) return a / b;
    const r = a % b;
    let q = (a - r) / b;
    if (r != 0 && (r < 0) != (b < 0)) q -= 1;
    if (q == 0) return copysign<T>(0, a / b);
    const y = floor<T>(q);
    return q - y > 0.5 ? y + 1 : y;
  }
}

/** args: a, b, y | D1, D2, D3, a0..a3, b0..b3 | D0 (cell) */
export function add_f64(args: usize, part: i32, parts: i32): void { same<f64, Add<f64>>(args, part, parts); }
/** args: as add_f64 */
export function sub_f64(args: usize, part: i32, parts: i32): void { same<f64, Sub<f64>>(args, part, parts); }
/** args: as add_f64 */
export function mul_f64(args: usize, part: i32, parts: i32): void { same<f64, Mul<f64>>(args, part, parts); }
/** args: as add_f64 */
export function div_f64(args: usize, part: i32, parts: i32): void { same<f64, Div<f64>>(args, part, parts); }
/** args: as add_f64 */
export function maximum_f64(args: usize, part: i32, parts: i32): void { same<f64, Maximum<f64>>(args, part, parts); }
/** args: as add_f64 */
export function minimum_f64(args: usize, part: i32, parts: i32): void { same<f64, Minimum<f64>>(args, part, parts); }
/** args: as add_f64 */
export function pow_f64(args: usize, part: i32, parts: i32): void { same<f64, Pow>(args, part, parts); }
/** args: as add_f64 */
export function floor_div_f64(args: usize, part: i32, parts: i32): void {
  same<f64, FloorDivReal<f64>>(args, part, parts);
}
/** args: as add_f64 */
export function remainder_f64(args: usize, part: i32, parts: i32): void { same<f64, Remainder<f64>>(args, part, parts); }
/** args: as add_f64 */
export function add_i64(args: usize, part: i32, parts: i32): void { same<i64, Add<i64>>(args, part, parts); }
/** args: as add_f64 */
export function sub_i64(args: usize, part: i32, parts: i32): void { same<i64, Sub<i64>>(args, part, parts); }
/** args: as add_f64 */
export function mul_i64(args: usize, part: i32, parts: i32): void { same<i64, Mul<i64>>(args, part, parts); }
/** args: as add_f64 */
export function maximum_i64(args: usize, part: i32, parts: i32): void { same<i64, Maximum<i64>>(args, part, parts); }
/** args: as add_f64 */
export function minimum_i64(args: usize, part: i32, parts: i32): void { same<i64, Minimum<i64>>(args, part, parts); }
/** args: as add_f64 */
export function pow_i64(args: usize, part: i32, parts: i32): void { same<i64, PowI64>(args, part, parts); }
/** args: as add_f64 */
export function floor_div_i64(args: usize, part: i32, parts: i32): void {
  same<i64, FloorDivInteger<i64>>(args, part, parts);
}
/** args: as add_f64 */
export function remainder_i64(args: usize, part: i32, parts: i32): void { same<i64, Remainder<i64>>(args, part, parts); }
/** args: as add_f64 */
export function floor_div_i32(args: usize, part: i32, parts: i32): void {
  same<i32, FloorDivInteger<i32>>(args, part, parts);
}
/** args: as add_f64 */
export function remainder_i32(args: usize, part: i32, parts: i32): void { same<i32, Remainder<i32>>(args, part, parts); }
/** args: as add_f64 */
export function floor_div_u32(args: usize, part: i32, parts: i32): void {
  same<u32, FloorDivInteger<u32>>(args, part, parts);
}
/** args: as add_f64 */
export function remainder_u32(args: usize, part: i32, parts: i32): void { same<u32, Remainder<u32>>(args, part, parts); }

// @ts-ignore: decorator
@inline
function same<T, F>(args: usize, part: i32, parts: i32): void {
  combined<T, T, F>(args, part, parts);
}

@unmanaged class Affine<T> { @inline of(x: T, p: T, q: T): T { return x * p + q; } }
@unmanaged class Quotient { @inline of(x: f64, p: f64, q: f64): f64 { return x / p; } }
@unmanaged class Neg { @inline of(x: f64, p: f64, q: f64): f64 { return -x; } }
@unmanaged class Abs { @inline of(x: f64, p: f64, q: f64): f64 { return abs(x); } }
@unmanaged class Sqrt { @inline of(x: f64, p: f64, q: f64): f64 { return sqrt(x); } }
@unmanaged class Exp { @inline of(x: f64, p: f64, q: f64): f64 { return Math.exp(x); } }
@unmanaged class Log { @inline of(x: f64, p: f64, q: f64): f64 { return Math.log(x); } }
@unmanaged class Log2 { @inline of(x: f64, p: f64, q: f64): f64 { return Math.log2(x); } }
@unmanaged class Log10 { @inline of(x: f64, p: f64, q: f64): f64 { return Math.log10(x); } }
@unmanaged class Sin { @inline of(x: f64, p: f64, q: f64): f64 { return turned(x, 0); } }
@unmanaged class Cos { @inline of(x: f64, p: f64, q: f64): f64 { return turned(x, 1); } }
@unmanaged class Tan { @inline of(x: f64, p: f64, q: f64): f64 { return turned(x, 0) / turned(x, 1); } }
@unmanaged class Tanh { @inline of(x: f64, p: f64, q: f64): f64 { return Math.tanh(x); } }
@unmanaged class Sigmoid { @inline of(x: f64, p: f64, q: f64): f64 { return 1 / (1 + Math.exp(-x)); } }
@unmanaged class Silu { @inline of(x: f64, p: f64, q: f64): f64 { return gated(x, x); } }
@unmanaged class Relu { @inline of(x: f64, p: f64, q: f64): f64 { return max<f64>(x, 0); } }
/** 0.5 x (1 + tanh u), u = sqrt(2 / pi) (x + 0.044715 x^3), which is x times the sigmoid of 2 u. */
@unmanaged class Gelu {
  @inline of(x: f64, p: f64, q: f64): f64 { return gated(x, 1.5957691216057308 * (x + 0.044715 * x * x * x)); }
}
@unmanaged class Rsqrt { @inline of(x: f64, p: f64, q: f64): f64 { return 1 / sqrt(x); } }
@unmanaged class Expm1 { @inline of(x: f64, p: f64, q: f64): f64 { return Math.expm1(x); } }
@unmanaged class Log1p { @inline of(x: f64, p: f64, q: f64): f64 { return Math.log1p(x); } }
@unmanaged class Erf { @inline of(x: f64, p: f64, q: f64): f64 { return erf(x); } }
/** 0.5 x (1 + erf(x / sqrt(2))), 0.5 x erfc(-x / sqrt(2)) */
@unmanaged class GeluErf {
  @inline of(x: f64, p: f64, q: f64): f64 {
    const t = x * 0.7071067811865476;
    return 0.5 * x * (t < -2 ? erfcFraction(-t) : 1 + erf(t));
  }
}

/** x / (1 + e^-v), also where e^-v is no number but the result is one. */
function gated(x: f64, v: f64): f64 {
  if (!(v < -709)) return x / (1 + Math.exp(-v));
  const root = Math.exp(0.5 * v);
  return x * root * root;
}

/** erf: a series of positive terms below 3, 1 less the continued fraction of erfc from there on. */
function erf(x: f64): f64 {
  if (x != x) return x;
  const size = abs(x);
  return copysign<f64>(size < 3 ? erfSeries(size) : 1 - erfcFraction(min<f64>(size, 30)), x);
}

/** 2 / sqrt(pi) e^(-x^2) sum over n of 2^n x^(2n + 1) / (1 3 5 .. (2n + 1)) */
function erfSeries(x: f64): f64 {
  const square = 2 * x * x;
  let term = x, sum = x;
  for (let k: f64 = 3; term > sum * 1e-17; k += 2) term *= square / k, sum += term;
  return 1.1283791670955126 * Math.exp(-x * x) * sum;
}

/** e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ..)))) */
function erfcFraction(x: f64): f64 {
  let rest: f64 = 0;
  for (let n: f64 = 60; n > 0; n--) rest = 0.5 * n / (x + rest);
  return 0.5641895835477563 * Math.exp(-x * x) / (x + rest);
}

/** args: x, y | D1, D2, D3, x0..x3, scale (2 words), shift (2 words) | D0 (cell) */
export function affine_f64(args: usize, part: i32, parts: i32): void {
  const scale = reinterpret<f64>(wide(args, 9)), shift = reinterpret<f64>(wide(args, 11));
  mapped<f64, f64, Affine<f64>>(args, part, parts, 13, scale, shift);
}
/** args: as affine_f64 */
export function affine_i64(args: usize, part: i32, parts: i32): void {
  mapped<i64, i64, Affine<i64>>(args, part, parts, 13, wide(args, 9), wide(args, 11));
}
/** args: x, y | D1, D2, D3, x0..x3, scale, shift | D0 (cell) */
export function affine_i32(args: usize, part: i32, parts: i32): void {
  mapped<i32, i32, Affine<i32>>(args, part, parts, 11, integer(args, 9), integer(args, 10));
}
/** args: x, y | D1, D2, D3, x0..x3, divisor (2 words) | D0 (cell) */
export function quotient_f64(args: usize, part: i32, parts: i32): void {
  mapped<f64, f64, Quotient>(args, part, parts, 11, reinterpret<f64>(wide(args, 9)), 0);
}
/** args: x, y | D1, D2, D3, x0..x3 | D0 (cell) */
export function neg_f64(args: usize, part: i32, parts: i32): void { plain<Neg>(args, part, parts); }
/** args: as neg_f64 */
export function abs_f64(args: usize, part: i32, parts: i32): void { plain<Abs>(args, part, parts); }
/** args: as neg_f64 */
export function sqrt_f64(args: usize, part: i32, parts: i32): void { plain<Sqrt>(args, part, parts); }
/** args: as neg_f64 */
export function exp_f64(args: usize, part: i32, parts: i32): void { plain<Exp>(args, part, parts); }
/** args: as neg_f64 */
export function log_f64(args: usize, part: i32, parts: i32): void { plain<Log>(args, part, parts); }
/** args: as neg_f64 */
export function log2_f64(args: usize, part: i32, parts: i32): void { plain<Log2>(args, part, parts); }
/** args: as neg_f64 */
export function log10_f64(args: usize, part: i32, parts: i32): void { plain<Log10>(args, part, parts); }
/** args: as neg_f64 */
export function sin_f64(args: usize, part: i32, parts: i32): void { plain<Sin>(args, part, parts); }
/** args: as neg_f64 */
export function cos_f64(args: usize, part: i32, parts: i32): void { plain<Cos>(args, part, parts); }
/** args: as neg_f64 */
export function tan_f64(args: usize, part: i32, parts: i32): void { plain<Tan>(args, part, parts); }
/** args: as neg_f64 */
export function tanh_f64(args: usize, part: i32, parts: i32): void { plain<Tanh>(args, part, parts); }
/** args: as neg_f64 */
export function sigmoid_f64(args: usize, part: i32, parts: i32): void { plain<Sigmoid>(args, part, parts); }
/** args: as neg_f64 */
export function silu_f64(args: usize, part: i32, parts: i32): void { plain<Silu>(args, part, parts); }
/** args: as neg_f64 */
export function relu_f64(args: usize, part: i32, parts: i32): void { plain<Relu>(args, part, parts); }
/** args: as neg_f64 */
export function gelu_f64(args: usize, part: i32, parts: i32): void { plain<Gelu>(args, part, parts); }
/** args: as neg_f64 */
export function gelu_erf_f64(args: usize, part: i32, parts: i32): void { plain<GeluErf>(args, part, parts); }
/** args: as neg_f64 */
export function rsqrt_f64(args: usize, part: i32, parts: i32): void { plain<Rsqrt>(args, part, parts); }
/** args: as neg_f64 */
export function expm1_f64(args: usize, part: i32, parts: i32): void { plain<Expm1>(args, part, parts); }
/** args: as neg_f64 */
export function log1p_f64(args: usize, part: i32, parts: i32): void { plain<Log1p>(args, part, parts); }
/** args: as neg_f64 */
export function erf_f64(args: usize, part: i32, parts: i32): void { plain<Erf>(args, part, parts); }

// @ts-ignore: decorator
@inline
function plain<F>(args: usize, part: i32, parts: i32): void {
  mapped<f64, f64, F>(args, part, parts, 9, 0, 0);
}
