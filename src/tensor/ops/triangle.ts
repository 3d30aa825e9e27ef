/**
 * Triangles of matrices.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { hostTensor, scalarLike } from "../host.ts";
import type { Tensor } from "../tensor.ts";
import { where } from "./compare.ts";
import { checkOffset } from "./diagonal.ts";

/** x [.., M, N] on and below ("tril") or on and above ("triu") diagonal k; zeros elsewhere, whatever x holds there. */
export function triangle(op: "tril" | "triu", x: Tensor, k: number): Tensor {
  checkOffset(op, k);
  if (x.rank < 2) {
    throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x}: it must hold matrices`);
  }
  const [rows, columns] = x.shape.slice(-2);
  const numbers = (count: number, from: number) => Array.from({ length: count }, (_, i) => i + from);
  using down = hostTensor(x.device, "i32", [rows, 1], numbers(rows, k));
  using right = hostTensor(x.device, "i32", [columns], numbers(columns, 0));
  using inside = op === "tril" ? right.le(down) : right.ge(down);
  using zero = scalarLike(x, 0);
  return where(inside, x, zero);
}
