// Backward of activations:  dx = dy f'(x), by x or, where f' is simplest so, by y = f(x)
//
//   a (x or y), dy, dx [T, C] f32, contiguous; dx may be a or dy
//
//   silu       x   s (1 + x (1 - s)),  s = 1 / (1 + e^-x)
//   gelu       x   (1 + t) / 2 + x / 2 (1 - t^2) u',  t = tanh u,  u = sqrt(2 / pi) (x + 0.044715 x^3)
//   gelu_erf   x   (1 + erf(x / sqrt 2)) / 2 + x e^(-x^2 / 2) / sqrt(2 pi)
//   relu       x   1 where x > 0, 0 where x <= 0 (y serves as well)
//   sigmoid    y   y (1 - y)
//   tanh       y   1 - y^2
//
// Cost: at most one exp an element. Accuracy: 1e-6 (1 + |x|) |dy| (tested). Parts divide the elements.

import { cell, integer, pointer, share } from "./common/args";
import { exp4, sigmoid4 } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";
import { the } from "./common/the";
import { erf4, tanh4 } from "./elementwise";

// Each gives dx of a and dy.

@unmanaged class Silu {
  @inline of(x: v128, dy: v128): v128 {
    const s = sigmoid4(x), one = f32x4.splat(1);
    return f32x4.mul(dy, f32x4.mul(s, madd(x, f32x4.sub(one, s), one)));
  }
}
@unmanaged class Gelu {
  @inline of(x: v128, dy: v128): v128 {
    const one = f32x4.splat(1), half = f32x4.splat(0.5), root = f32x4.splat(0.7978845608), square = f32x4.mul(x, x);
    const t = tanh4(f32x4.mul(madd(f32x4.mul(square, x), f32x4.splat(0.044715), x), root));
    const slope = f32x4.mul(root, madd(square, f32x4.splat(0.134145), one));
    const bend = f32x4.mul(f32x4.mul(half, x), f32x4.mul(f32x4.sub(one, t), f32x4.add(one, t)));
    return f32x4.mul(dy, madd(bend, slope, madd(half, t, half)));
  }
}
@unmanaged class GeluErf {
  @inline of(x: v128, dy: v128): v128 {
    const half = f32x4.splat(0.5), erf = erf4(f32x4.mul(x, f32x4.splat(0.7071067812)));
    const bell = f32x4.mul(exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5))), f32x4.splat(0.3989422804));
    return f32x4.mul(dy, madd(x, bell, madd(half, erf, half)));
  }
}
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
export function silu_backward_f32(args: usize, part: i32, parts: i32): void { backward<Silu>(args, part, parts); }
/** args: x, dy, dx | C | T (cell) */
export function gelu_backward_f32(args: usize, part: i32, parts: i32): void { backward<Gelu>(args, part, parts); }
/** args: x, dy, dx | C | T (cell) */
export function gelu_erf_backward_f32(args: usize, part: i32, parts: i32): void { backward<GeluErf>(args, part, parts); }
/** args: x, dy, dx | C | T (cell) */
export function relu_backward_f32(args: usize, part: i32, parts: i32): void { backward<Relu>(args, part, parts); }
/** args: y, dy, dx | C | T (cell) */
export function sigmoid_backward_f32(args: usize, part: i32, parts: i32): void { backward<Sigmoid>(args, part, parts); }
/** args: y, dy, dx | C | T (cell) */
export function tanh_backward_f32(args: usize, part: i32, parts: i32): void { backward<Tanh>(args, part, parts); }

function backward<F>(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 4) * integer(args, 3), from = share(count, part, parts), at = <usize> from << 2;
  let a = pointer(args, 0) + at, dy = pointer(args, 1) + at, dx = pointer(args, 2) + at;
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, a += 16, dy += 16, dx += 16) {
    v128.store(dx, the<F>().of(v128.load(a), v128.load(dy)));
  }
  if (n > 0) storePart(dx, the<F>().of(loadPart(a, n), loadPart(dy, n)), n);
}
