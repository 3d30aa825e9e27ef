/**
 * Q8_0: 32 signed bytes with one scale.
 *
 * @module
 */
import { type BlockFormat, blockFormat } from "./format.ts";
import { halfAt } from "./half.ts";

/** d q: {half d; i8 q[32]}. */
export const q8_0: BlockFormat = blockFormat("Q8_0", 32, [[2, 2], [32, 4]], (view, at, out, to) => {
  const d = halfAt(view, at);
  for (let i = 0; i < 32; i++) out[to + i] = d * view.getInt8(at + 2 + i);
});
