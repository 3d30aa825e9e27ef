// The gated feed-forward's middle (Shazeer, 2020):  y = silu(gate) * up = gate / (1 + e^-gate) * up
// and its backward, with s = 1 / (1 + e^-gate):   dgate = dy up s (1 + gate (1 - s)),   dup = dy gate s
//
//   all [T, C] f32, contiguous; a result may be any of its operands
//
// Exponentials go by blocks through scratch. Cost: one exp an element: bound by arithmetic. Accuracy: 3e-7 relative
// (tested). Parts divide the T * C elements, which do not know of each other.

import { cell, integer, pointer, share } from "./common/args";
import { exponentialRow } from "./common/math";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";

/** Elements of a block; src/device/kernels/gated.ts asks for its bytes. */
const BLOCK: i32 = 256;

/** args: gate, up, y | scratch, bytes | C | T (cell) */
export function swiglu_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 6) * integer(args, 5);
  const from = share(count, part, parts), at = <usize> from << 2, one = f32x4.splat(1);
  let gate = pointer(args, 0) + at, up = pointer(args, 1) + at, y = pointer(args, 2) + at;
  const block = pointer(args, 3) + <usize> part * pointer(args, 4);
  for (let left = share(count, part + 1, parts) - from; left > 0; left -= BLOCK) {
    let n = min(left, BLOCK), e = block;
    exponentialRow(gate, e, n, f32x4.splat(-1), f32x4.splat(-0.0));
    for (; n >= 4; n -= 4, gate += 16, up += 16, y += 16, e += 16) {
      v128.store(y, gated(v128.load(gate), v128.load(e), v128.load(up), one));
    }
    if (n > 0) storePart(y, gated(loadPart(gate, n), v128.load(e), loadPart(up, n), one), n);
  }
}

/** silu(g) u, with e = e^-g. */
// @ts-ignore: decorator
@inline
function gated(g: v128, e: v128, u: v128, one: v128): v128 {
  return f32x4.mul(f32x4.div(g, f32x4.add(one, e)), u);
}

/** args: gate, up, dy, dgate, dup | scratch, bytes | C | T (cell) */
export function swiglu_backward_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 8) * integer(args, 7);
  const from = share(count, part, parts), at = <usize> from << 2, one = f32x4.splat(1);
  let gate = pointer(args, 0) + at, up = pointer(args, 1) + at, dy = pointer(args, 2) + at;
  let dgate = pointer(args, 3) + at, dup = pointer(args, 4) + at;
  const block = pointer(args, 5) + <usize> part * pointer(args, 6);
  for (let left = share(count, part + 1, parts) - from; left > 0; left -= BLOCK) {
    let n = min(left, BLOCK), e = block;
    exponentialRow(gate, e, n, f32x4.splat(-1), f32x4.splat(-0.0));
    for (; n > 0; n -= 4, e += 16) {
      const g = loadPart(gate, n), u = loadPart(up, n), d = loadPart(dy, n);
      const s = f32x4.div(one, f32x4.add(one, v128.load(e)));
      const slope = f32x4.mul(s, madd(g, f32x4.sub(one, s), one));
      storePart(dgate, f32x4.mul(f32x4.mul(d, u), slope), n);
      storePart(dup, f32x4.mul(d, f32x4.mul(g, s)), n);
      gate += 16, up += 16, dy += 16, dgate += 16, dup += 16;
    }
  }
}
