/**
 * Triangles of matrices.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { constant } from "../constant.ts";
import type { Tensor } from "../tensor.ts";
import { where } from "./compare.ts";
import { checkOffset } from "./diagonal.ts";
import { diagonalMask } from "./diagonal_mask.ts";

/** x [.., M, N] on and below ("tril") or on and above ("triu") diagonal k; zeros elsewhere, whatever x holds there. */
export function triangle(op: "tril" | "triu", x: Tensor, k: number): Tensor {
  checkOffset(op, k);
  if (x.rank < 2) {
    throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x}: it must hold matrices`);
  }
  const [rows, columns] = x.shape.slice(-2);
  using inside = diagonalMask(op === "tril" ? "le" : "ge", x.device, rows, columns, k);
  return where(inside, x, constant(x.device, 0, x.dtype));
}
