// The gated feed-forward's middle (Shazeer, 2020):  y = silu(gate) * up = gate / (1 + e^-gate) * up
//
//   gate, up, y [T, C] f32, contiguous; y may be gate or up
//
// Scratch: exp's constants. Cost: one exp an element, 5 ns for four: bound by arithmetic. Accuracy: 3e-7 relative
// (tested). Parts divide the T * C elements, which do not know of each other.

import { cell, integer, pointer, share } from "./common/args";
import { exponentialTable, tableExp4 } from "./common/math";
import { loadPart, storePart } from "./common/partial";

/** args: gate, up, y | scratch, bytes | C | T (cell) */
export function swiglu_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 6) * integer(args, 5);
  const from = share(count, part, parts), at = <usize> from << 2;
  let gate = pointer(args, 0) + at, up = pointer(args, 1) + at, y = pointer(args, 2) + at;
  const table = pointer(args, 3) + <usize> part * integer(args, 4);
  exponentialTable(table);
  for (let n = share(count, part + 1, parts) - from; n > 0; n -= 4, gate += 16, up += 16, y += 16) {
    const g = loadPart(gate, n);
    const silu = f32x4.div(g, f32x4.add(f32x4.splat(1), tableExp4(f32x4.neg(g), table)));
    storePart(y, f32x4.mul(silu, loadPart(up, n)), n);
  }
}
