// Optimizers' steps in place, each in one pass (PyTorch's definitions; g is the gradient of p, t counts from 1):
//
//   sgd     g += decay p;   buf = g (t = 1), else momentum buf + (1 - dampening) g;
//           p -= lr (nesterov: g + momentum buf, else buf; g without buf)
//   adam    g += decay p;   m += gain1 (g - m);   v = (1 - gain2) v + gain2 g^2;   u = max(u, v), v without u;
//           p -= lr / correction1 m / (sqrt(u / correction2) + eps)
//   adamw   p *= 1 - lr decay, then as adam without decay
//   lion    p *= 1 - lr decay;   p -= lr sign(m + gain1 (g - m));   m += gain2 (g - m)     (Chen et al., 2023)
//   ema     average += gain (x - average)
//   scale   x *= factor[0]
//   sum_of_squares   y[r] = sum over c of x[r, c]^2
//
//   p, g, buf, m, v, u, x, average [R, C] f32, contiguous; y [R]; factor [1]
//
// gain = 1 - beta and correction = 1 - beta^t come as they are, not as beta: 1 - 0.999 in f32 is off by 5e-5. Cost:
// bound by memory. Accuracy: the roundings of each step (tested). Parts divide the elements, the rows of sums.

import { cell, integer, pointer, real, realCell, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";
import { dot } from "./common/sums";

/** args: p, g, buf (optional) | C, momentum, dampening, decay, nesterov | R, lr, t (cells) */
export function sgd_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 8) * integer(args, 3), from = share(count, part, parts), at = <usize> from << 2;
  let p = pointer(args, 0) + at, g = pointer(args, 1) + at, buf = pointer(args, 2);
  const keeps = buf != 0, first = realCell(args, 10) <= 1, nesterov = integer(args, 7) != 0;
  buf += at;
  const momentum = f32x4.splat(real(args, 4)), fresh = f32x4.splat(<f32> 1 - real(args, 5));
  const decay = f32x4.splat(real(args, 6)), step = f32x4.splat(-realCell(args, 9));
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, p += 16, g += 16, buf += 16) {
    sgdAt(p, g, buf, 4, keeps, first, nesterov, momentum, fresh, decay, step);
  }
  if (n > 0) sgdAt(p, g, buf, n, keeps, first, nesterov, momentum, fresh, decay, step);
}

// @ts-ignore: decorator
@inline
function sgdAt(
  p: usize, g: usize, buf: usize, n: i32, keeps: bool, first: bool, nesterov: bool,
  momentum: v128, fresh: v128, decay: v128, step: v128,
): void {
  const old = loadPart(p, n), slope = madd(decay, old, loadPart(g, n));
  let d = slope;
  if (keeps) {
    if (!first) d = f32x4.add(f32x4.mul(momentum, loadPart(buf, n)), f32x4.mul(fresh, slope));
    storePart(buf, d, n);
    if (nesterov) d = madd(momentum, d, slope);
  }
  storePart(p, madd(step, d, old), n);
}

/** args: p, g, m, v, u (optional) | C, gain1, gain2, eps, decay | R, lr, correction1, correction2 (cells) */
export function adam_f32(args: usize, part: i32, parts: i32): void {
  adam(args, part, parts, real(args, 9), 1);
}

/** args: as adam_f32 */
export function adamw_f32(args: usize, part: i32, parts: i32): void {
  adam(args, part, parts, 0, <f32> 1 - realCell(args, 11) * real(args, 9));
}

/** `decay` of p goes into the gradient, `keep` multiplies p itself. */
// @ts-ignore: decorator
@inline
function adam(args: usize, part: i32, parts: i32, decay: f32, keep: f32): void {
  const count = cell(args, 10) * integer(args, 5), from = share(count, part, parts), at = <usize> from << 2;
  let p = pointer(args, 0) + at, g = pointer(args, 1) + at, m = pointer(args, 2) + at, v = pointer(args, 3) + at;
  const gain1 = f32x4.splat(real(args, 6)), gain2 = f32x4.splat(real(args, 7)), beta2 = f32x4.splat(<f32> 1 - real(args, 7));
  const eps = f32x4.splat(real(args, 8)), root = f32x4.splat(sqrt<f32>(realCell(args, 13)));
  const step = f32x4.splat(-realCell(args, 11) / realCell(args, 12)), decays = f32x4.splat(decay), keeps = f32x4.splat(keep);
  let n = share(count, part + 1, parts) - from, u = pointer(args, 4);
  if (u == 0) {
    for (; n >= 4; n -= 4, p += 16, g += 16, m += 16, v += 16) {
      adamAt(p, g, m, v, 0, 4, gain1, gain2, beta2, eps, root, step, decays, keeps);
    }
    if (n > 0) adamAt(p, g, m, v, 0, n, gain1, gain2, beta2, eps, root, step, decays, keeps);
    return;
  }
  u += at;
  for (; n >= 4; n -= 4, p += 16, g += 16, m += 16, v += 16, u += 16) {
    adamAt(p, g, m, v, u, 4, gain1, gain2, beta2, eps, root, step, decays, keeps);
  }
  if (n > 0) adamAt(p, g, m, v, u, n, gain1, gain2, beta2, eps, root, step, decays, keeps);
}

// @ts-ignore: decorator
@inline
function adamAt(
  p: usize, g: usize, m: usize, v: usize, u: usize, n: i32,
  gain1: v128, gain2: v128, beta2: v128, eps: v128, root: v128, step: v128, decays: v128, keeps: v128,
): void {
  const old = loadPart(p, n), slope = madd(decays, old, loadPart(g, n)), before = loadPart(m, n);
  const mean = madd(gain1, f32x4.sub(slope, before), before);
  let square = madd(f32x4.mul(gain2, slope), slope, f32x4.mul(beta2, loadPart(v, n)));
  storePart(m, mean, n), storePart(v, square, n);
  if (u != 0) {
    square = f32x4.max(square, loadPart(u, n));
    storePart(u, square, n);
  }
  const size = f32x4.add(f32x4.div(f32x4.sqrt(square), root), eps);
  storePart(p, madd(step, f32x4.div(mean, size), f32x4.mul(old, keeps)), n);
}

/** args: p, g, m | C, gain1, gain2, decay | R, lr (cells) */
export function lion_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 7) * integer(args, 3), from = share(count, part, parts), at = <usize> from << 2;
  let p = pointer(args, 0) + at, g = pointer(args, 1) + at, m = pointer(args, 2) + at;
  const lr = realCell(args, 8), keep = f32x4.splat(<f32> 1 - lr * real(args, 6)), step = f32x4.splat(-lr);
  const gain1 = f32x4.splat(real(args, 4)), gain2 = f32x4.splat(real(args, 5));
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, p += 16, g += 16, m += 16) lionAt(p, g, m, 4, gain1, gain2, keep, step);
  if (n > 0) lionAt(p, g, m, n, gain1, gain2, keep, step);
}

// @ts-ignore: decorator
@inline
function lionAt(p: usize, g: usize, m: usize, n: i32, gain1: v128, gain2: v128, keep: v128, step: v128): void {
  const before = loadPart(m, n), change = f32x4.sub(loadPart(g, n), before);
  const way = sign4(madd(gain1, change, before));
  storePart(p, madd(step, way, f32x4.mul(loadPart(p, n), keep)), n);
  storePart(m, madd(gain2, change, before), n);
}

/** -1, 0 or 1; NaN stays. */
// @ts-ignore: decorator
@inline
function sign4(x: v128): v128 {
  const zero = f32x4.splat(0), one = f32x4.splat(1), above = v128.and(f32x4.gt(x, zero), one);
  const sign = f32x4.sub(above, v128.and(f32x4.lt(x, zero), one));
  return v128.bitselect(x, sign, f32x4.ne(x, x));
}

/** args: average, x | C | R, gain (cells) */
export function ema_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), from = share(count, part, parts), at = <usize> from << 2;
  let average = pointer(args, 0) + at, x = pointer(args, 1) + at;
  const gain = f32x4.splat(realCell(args, 4));
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, average += 16, x += 16) averageAt(average, x, 4, gain);
  if (n > 0) averageAt(average, x, n, gain);
}

// @ts-ignore: decorator
@inline
function averageAt(average: usize, x: usize, n: i32, gain: v128): void {
  const before = loadPart(average, n);
  storePart(average, madd(gain, f32x4.sub(loadPart(x, n), before), before), n);
}

/** args: x, factor | C | R (cell) */
export function scale_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), from = share(count, part, parts);
  const factor = v128.load32_splat(pointer(args, 1));
  let x = pointer(args, 0) + (<usize> from << 2);
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, x += 16) v128.store(x, f32x4.mul(v128.load(x), factor));
  if (n > 0) storePart(x, f32x4.mul(loadPart(x, n), factor), n);
}

const RUN: i32 = 4096; // elements summed in f32 before float64 takes over

/** args: x, y | C | R (cell) */
export function sum_of_squares_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 2), R = cell(args, 3), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    let x = pointer(args, 0) + (<usize> r * <usize> C << 2), sum: f64 = 0;
    for (let n = C; n > 0; n -= RUN, x += <usize> RUN << 2) sum += dot(x, x, min(n, RUN));
    store<f32>(pointer(args, 1) + (<usize> r << 2), <f32> sum);
  }
}
