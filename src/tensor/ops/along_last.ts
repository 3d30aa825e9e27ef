/**
 * Ops along one dimension: it goes to the end, contiguous, and comes back.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { noGrad } from "../autograd.ts";
import { dimension } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Dimension `dim` from the front; refuses one whose extent changes between replays. */
export function fixedDimension(name: string, x: Tensor, dim: number): number {
  const d = dimension(name, dim, x.rank);
  if (x.rows && d === 0) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${name} ${x} along dimension ${dim}: its extent changes between replays`,
    );
  }
  return d;
}

/** Calls `op` with dimension `d` of its operands moved to the end and contiguous, and moves that of its results back. */
export function alongLast(
  operands: readonly Tensor[],
  d: number,
  op: (dense: readonly Tensor[]) => readonly Tensor[],
): Tensor[] {
  return noGrad(() => { // the caller tracks the whole
    const dense = operands.map((x) => {
      using moved = x.transpose(d, -1);
      return moved.contiguous();
    });
    const results = op(dense);
    for (const x of dense) x.dispose();
    return results.map((y) => {
      if (d === y.rank - 1) return y;
      const back = y.transpose(d, -1);
      y.dispose();
      return back;
    });
  });
}
