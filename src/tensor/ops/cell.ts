/**
 * Cells as tensors: for ops that are composed in place of a row that takes the cell.
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import { making } from "../as_op.ts";
import type { Scope } from "../scope.ts";
import { Tensor } from "../tensor.ts";

/** The whole number in a cell as i32 of rank 0: a handle on its memory, which a replay reads anew. */
export function numberOf(cell: Cell, scope?: Scope): Tensor {
  return making(new Tensor(cell.storage.retain(), "i32", [], { scope }));
}
