// Cross entropy of logits with class indices (PyTorch's definition, without the mean over rows), with
// lse = log(sum over c of e^x[c]), log p[c] = x[c] - lse, label smoothing s and class weights w (1 where absent):
//
//   loss = -(1 - s) w[target] log p[target] - s / V (sum over c of w[c] log p[c])
//   dx[c] = dloss ((1 - s) w[target] (p[c] - [c = target]) + s / V (p[c] (sum of w) - w[c]))
//
//   logits, dlogits [T, V] f32, contiguous rows; targets [T] i32; w [V]; losses, lse, dloss [T]; dlogits may be logits
//
// A target that is `ignore` gives a loss of 0 and a gradient of zeros; another one outside 0 .. V - 1 gives NaN.
// Cost: one exp an element, bound by it. Accuracy: 1e-6 of the terms (tested). Parts divide the rows.

import { cell, integer, pointer, real, share } from "./common/args";
import { exponentialRow } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { sum4 } from "./common/simd";
import { LONG, total } from "./common/sums";
import { expSum, largestOf, logarithm } from "./softmax";

/** args: logits, targets, weights (optional), losses, lse | V, ignore, smoothing | T (cell) */
export function cross_entropy_f32(args: usize, part: i32, parts: i32): void {
  const V = integer(args, 5), T = cell(args, 8), end = share(T, part + 1, parts);
  for (let t = share(T, part, parts); t < end; t++) {
    const x = pointer(args, 0) + (<usize> t * <usize> V << 2), at = <usize> t << 2;
    const m = largestOf(x, V), log = logarithm(expSum(x, V, m));
    const target = load<i32>(pointer(args, 1) + at);
    store<f32>(pointer(args, 4) + at, m + log);
    store<f32>(pointer(args, 3) + at, loss(x, target, pointer(args, 2), m, log, V, integer(args, 6), real(args, 7)));
  }
}

/** m + log is the lse, whose own rounding would count where the logits are large beside their differences. */
function loss(x: usize, target: i32, w: usize, m: f32, log: f32, V: i32, ignore: i32, smoothing: f32): f32 {
  if (target == ignore) return 0;
  if (<u32> target >= <u32> V) return NaN;
  const sharp = weightOf(w, target) * (m - load<f32>(x + (<usize> target << 2)) + log);
  if (smoothing == 0) return sharp;
  return (<f32> 1 - smoothing) * sharp + smoothing / <f32> V * spreadLoss(x, w, m, log, V);
}

// @ts-ignore: decorator
@inline
function weightOf(w: usize, target: i32): f32 {
  return w != 0 ? load<f32>(w + (<usize> target << 2)) : 1;
}

/** -(sum over c of w[c] log p[c]). */
function spreadLoss(x: usize, w: usize, m: f32, log: f32, V: i32): f32 {
  let sum: f64 = 0;
  for (let n = V; n > 0; n -= LONG, x += LONG << 2) {
    sum += <f64> spreadPiece(x, w, m, log, min(n, LONG));
    if (w != 0) w += LONG << 2;
  }
  return <f32> sum;
}

function spreadPiece(x: usize, w: usize, m: f32, log: f32, V: i32): f32 {
  const largest = f32x4.splat(m), logs = f32x4.splat(log);
  let sums = f32x4.splat(0), n = V;
  for (; n >= 4; n -= 4, x += 16) {
    let term = f32x4.add(f32x4.sub(largest, v128.load(x)), logs);
    if (w != 0) term = f32x4.mul(term, v128.load(w)), w += 16;
    sums = f32x4.add(sums, term);
  }
  let sum = sum4(sums);
  for (; n > 0; n--, x += 4) {
    let term = m - load<f32>(x) + log;
    if (w != 0) term *= load<f32>(w), w += 4;
    sum += term;
  }
  return sum;
}

/** args: logits, targets, weights (optional), lse, dloss, dlogits | V, ignore, smoothing | T (cell) */
export function cross_entropy_backward_f32(args: usize, part: i32, parts: i32): void {
  const V = integer(args, 6), T = cell(args, 9), end = share(T, part + 1, parts), w = pointer(args, 2);
  const smoothing = real(args, 8), each = smoothing / <f32> V;
  const even = smoothing == 0 ? <f32> 0 : each * (w != 0 ? total(w, V) : <f32> V);
  for (let t = share(T, part, parts); t < end; t++) {
    const row = <usize> t * <usize> V << 2, at = <usize> t << 2;
    const x = pointer(args, 0) + row, dx = pointer(args, 5) + row;
    const target = load<i32>(pointer(args, 1) + at), d = load<f32>(pointer(args, 4) + at);
    if (target == integer(args, 7)) fill(dx, V, 0);
    else if (<u32> target >= <u32> V) fill(dx, V, NaN);
    else {
      const sharp = (<f32> 1 - smoothing) * weightOf(w, target);
      const lse = load<f32>(pointer(args, 3) + at);
      slopes(x, w, dx, V, lse, d * (sharp + even), d * each);
      const hit = dx + (<usize> target << 2);
      store<f32>(hit, load<f32>(hit) - d * sharp);
    }
  }
}

/** dx[c] = scale p[c] - each w[c]. */
function slopes(x: usize, w: usize, dx: usize, V: i32, lse: f32, scale: f32, each: f32): void {
  const scales = f32x4.splat(scale), flat = f32x4.splat(each);
  exponentialRow(x, dx, V, lse);
  let n = V;
  for (; n >= 4; n -= 4, dx += 16) {
    slopesAt(w, dx, 4, scales, flat);
    if (w != 0) w += 16;
  }
  if (n > 0) slopesAt(w, dx, n, scales, flat);
}

// @ts-ignore: decorator
@inline
function slopesAt(w: usize, dx: usize, n: i32, scales: v128, flat: v128): void {
  const less = w != 0 ? f32x4.mul(flat, loadPart(w, n)) : flat;
  storePart(dx, f32x4.sub(f32x4.mul(loadPart(dx, n), scales), less), n);
}

function fill(y: usize, n: i32, value: f32): void {
  for (; n > 0; n -= 4, y += 16) storePart(y, f32x4.splat(value), n);
}
