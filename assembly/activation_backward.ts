// Backward of activations:  dx = dy f'(x), by x or, where f' is simplest so, by y = f(x)
//
//   a (x or y), dy, dx [T, C] f32, contiguous; dx may be a or dy
//
//   silu       x   s (1 + x (1 - s)),  s = 1 / (1 + e^-x)
//   gelu       x   s + x s (1 - s) 2 u',  s = 1 / (1 + e^-2u),  u = sqrt(2 / pi) (x + 0.044715 x^3)
//   gelu_erf   x   (1 + erf(x / sqrt 2)) / 2 + x e^(-x^2 / 2) / sqrt(2 pi)
//   relu       x   1 where x > 0, 0 where x <= 0 (y serves as well)
//   sigmoid    y   y (1 - y)
//   tanh       y   1 - y^2
//
// Cost: at most one exp an element. Accuracy: 1e-6 (1 + |x|) |dy| (tested). Parts divide the elements.

import { cell, integer, pointer, share } from "./common/args";
import { Power, Share, sigmoidRange4, throughExpFar } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";
import { the } from "./common/the";
import { geluRange4 } from "./elementwise";

// In the form of throughExp: `after` gives dx of x, the sigmoid (e to the power, the last one) and dy.

@unmanaged class Silu {
  @inline before(x: v128, p: v128): v128 { return sigmoidRange4(x); }
  @inline after(x: v128, s: v128, dy: v128, p: v128): v128 {
    const one = f32x4.splat(1);
    return f32x4.mul(dy, f32x4.mul(s, madd(x, f32x4.sub(one, s), one)));
  }
}
@unmanaged class Gelu {
  @inline before(x: v128, p: v128): v128 { return geluRange4(x); }
  @inline after(x: v128, s: v128, dy: v128, p: v128): v128 {
    const square = f32x4.pmin(f32x4.mul(x, x), f32x4.splat(1e6)); // a number, as the bend is 0 there
    const slope = madd(square, f32x4.splat(0.2140644488), f32x4.splat(1.5957691216));
    const bend = f32x4.mul(x, f32x4.mul(s, f32x4.sub(f32x4.splat(1), s)));
    return f32x4.mul(dy, madd(bend, slope, s));
  }
}
/**
 * e^(-t^2 / 2) times a polynomial of t = |x| (degree 9, 1.2e-7 (1 + t)) where x < 0, else 1 less that; 0 from t = 13.2
 * on.
 */
@unmanaged class GeluErf {
  @inline before(x: v128, p: v128): v128 {
    const t = GeluErf.size(x);
    return f32x4.mul(f32x4.mul(t, t), f32x4.splat(-0.7213475204)); // -log2(e) / 2
  }
  @inline after(x: v128, e: v128, dy: v128, p: v128): v128 {
    const t = GeluErf.size(x), z = f32x4.mul(t, t), w = f32x4.mul(z, z);
    const a = madd(f32x4.splat(-0.7978777289), f32x4.abs(x), f32x4.splat(0.5)); // of infinity e a is NaN, as x e is
    const b = madd(f32x4.splat(-0.1322513074), t, f32x4.splat(0.2498780191));
    const c = madd(f32x4.splat(-2.31567733e-2), t, f32x4.splat(6.03947863e-2));
    const d = madd(f32x4.splat(-1.454897923e-3), t, f32x4.splat(6.929943804e-3));
    const f = madd(f32x4.splat(-1.039241943e-5), t, f32x4.splat(1.84388989e-4));
    const tail = f32x4.mul(e, madd(madd(f, w, madd(d, z, c)), w, madd(b, z, a)));
    const signed = v128.xor(tail, v128.and(x, i32x4.splat(<i32> 0x80000000)));
    return f32x4.mul(dy, f32x4.sub(v128.andnot(f32x4.splat(1), i32x4.shr_s(x, 31)), signed));
  }
  // @ts-ignore: decorator
  @inline static size(x: v128): v128 { return f32x4.pmin(f32x4.abs(x), f32x4.splat(13.2)); }
}

// Each gives dx of a and dy.

@unmanaged class Relu {
  @inline of(x: v128, dy: v128): v128 { return v128.andnot(dy, f32x4.le(x, f32x4.splat(0))); }
}
@unmanaged class Sigmoid {
  @inline of(y: v128, dy: v128): v128 { return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y))); }
}
@unmanaged class Tanh {
  @inline of(y: v128, dy: v128): v128 {
    const one = f32x4.splat(1);
    return f32x4.mul(dy, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
  }
}

/** args: x, dy, dx | C | T (cell) */
export function silu_backward_f32(args: usize, part: i32, parts: i32): void { curved<Share, Silu>(args, part, parts); }
/** args: x, dy, dx | C | T (cell) */
export function gelu_backward_f32(args: usize, part: i32, parts: i32): void { curved<Share, Gelu>(args, part, parts); }
/** args: x, dy, dx | C | T (cell) */
export function gelu_erf_backward_f32(args: usize, part: i32, parts: i32): void { curved<Power, GeluErf>(args, part, parts); }
/** args: x, dy, dx | C | T (cell) */
export function relu_backward_f32(args: usize, part: i32, parts: i32): void { backward<Relu>(args, part, parts); }
/** args: y, dy, dx | C | T (cell) */
export function sigmoid_backward_f32(args: usize, part: i32, parts: i32): void { backward<Sigmoid>(args, part, parts); }
/** args: y, dy, dx | C | T (cell) */
export function tanh_backward_f32(args: usize, part: i32, parts: i32): void { backward<Tanh>(args, part, parts); }

function curved<S, F>(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 4) * integer(args, 3), from = share(count, part, parts), at = <usize> from << 2;
  const n = share(count, part + 1, parts) - from;
  throughExpFar<S, F>(pointer(args, 0) + at, pointer(args, 1) + at, pointer(args, 2) + at, n, f32x4.splat(0));
}

function backward<F>(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 4) * integer(args, 3), from = share(count, part, parts), at = <usize> from << 2;
  let a = pointer(args, 0) + at, dy = pointer(args, 1) + at, dx = pointer(args, 2) + at;
  let n = share(count, part + 1, parts) - from;
  for (; n >= 8; n -= 8, a += 32, dy += 32, dx += 32) {
    v128.store(dx, the<F>().of(v128.load(a), v128.load(dy)));
    v128.store(dx, the<F>().of(v128.load(a, 16), v128.load(dy, 16)), 16);
  }
  for (; n > 0; n -= 4, a += 16, dy += 16, dx += 16) storePart(dx, the<F>().of(loadPart(a, n), loadPart(dy, n)), n);
}
