/**
 * Products of vectors.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { tidy } from "./tidy.ts";

/** See {@linkcode Tensor.dot}. */
export function dot(a: Tensor, b: Tensor): Tensor {
  checkRanks("dot", a, 1, b);
  return matmul(a, b);
}

/** See {@linkcode Tensor.mv}. */
export function mv(a: Tensor, b: Tensor): Tensor {
  checkRanks("mv", a, 2, b);
  return matmul(a, b);
}

/** See {@linkcode Tensor.outer}. */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkRanks("outer", a, 1, b);
  return tidy([a, b], (a, b) => mul(a.unsqueeze(1), b));
}

function checkRanks(op: string, a: Tensor, rank: number, b: Tensor): void {
  if (a.rank === rank && b.rank === 1) return;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot ${op} ${show(a.shape)} and ${show(b.shape)}: it takes a ${
      rank === 1 ? "vector" : "matrix"
    } and a vector`,
  );
}
