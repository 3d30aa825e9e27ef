// The gated feed-forward's middle (Shazeer, 2020):  y = silu(gate) * up = gate / (1 + e^-gate) * up
// and its backward, with s = 1 / (1 + e^-gate):   dgate = dy up s (1 + gate (1 - s)),   dup = dy gate s
//
//   all [T, C] f32, contiguous; a result may be any of its operands
//
// Cost: one exp an element: bound by arithmetic. Accuracy: 3e-7 of 1 + |y| (tested). Parts divide the T * C elements,
// which do not know of each other.

import { cell, integer, pointer, share } from "./common/args";
import { Share, sigmoidRange4, sigmoid4, throughExpFar } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";

/** args: gate, up, y | C | T (cell) */
export function swiglu_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 4) * integer(args, 3);
  const from = share(count, part, parts), at = <usize> from << 2, n = share(count, part + 1, parts) - from;
  const gate = pointer(args, 0) + at, up = pointer(args, 1) + at, y = pointer(args, 2) + at;
  throughExpFar<Share, Gated>(gate, up, y, n, f32x4.splat(0));
}

@unmanaged class Gated {
  @inline before(gate: v128, p: v128): v128 { return sigmoidRange4(gate); }
  @inline after(gate: v128, s: v128, up: v128, p: v128): v128 { return f32x4.mul(f32x4.mul(gate, s), up); }
}

/** args: gate, up, dy, dgate, dup | C | T (cell) */
export function swiglu_backward_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 6) * integer(args, 5);
  const from = share(count, part, parts), at = <usize> from << 2;
  let gate = pointer(args, 0) + at, up = pointer(args, 1) + at, dy = pointer(args, 2) + at;
  let dgate = pointer(args, 3) + at, dup = pointer(args, 4) + at;
  let n = share(count, part + 1, parts) - from;
  for (; n >= 4; n -= 4, gate += 16, up += 16, dy += 16, dgate += 16, dup += 16) {
    gatedBack(gate, up, dy, dgate, dup, 4);
  }
  if (n > 0) gatedBack(gate, up, dy, dgate, dup, n);
}

/** dgate and dup of n elements, at most 4. */
// @ts-ignore: decorator
@inline
function gatedBack(gate: usize, up: usize, dy: usize, dgate: usize, dup: usize, n: i32): void {
  const g = loadPart(gate, n), u = loadPart(up, n), d = loadPart(dy, n), s = sigmoid4(g), one = f32x4.splat(1);
  storePart(dgate, f32x4.mul(f32x4.mul(d, u), f32x4.mul(s, madd(g, f32x4.sub(one, s), one))), n);
  storePart(dup, f32x4.mul(d, f32x4.mul(g, s)), n);
}
