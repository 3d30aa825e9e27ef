/**
 * A tensor seen along one dimension: [O, N, I].
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import type { Kernel } from "../../device/kernel.ts";
import { WickError } from "../../error.ts";
import { isPlain, itemBytes } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What lies before a dimension, its extent, and what lies behind it. */
export interface Along {
  /** A cell where the leading extent is dynamic and lies before. */
  readonly O: number | Cell;
  readonly N: number;
  readonly I: number;
}

/** A contiguous tensor along dimension `d` (counted from the front). */
export function along(x: Tensor, d: number): Along {
  const O = x.rows && d > 0 ? x.rows.times(sizeOf(x.shape.slice(1, d))) : sizeOf(x.shape.slice(0, d));
  return { O, N: x.shape[d], I: sizeOf(x.shape.slice(d + 1)) };
}

/** Of rows that move elements whole, that for a tensor's dtype. */
export function rowByBytes(op: string, x: Tensor, rows: Readonly<Record<number, Kernel>>): Kernel {
  const row = isPlain(x.dtype) ? rows[itemBytes(x.dtype)] : undefined;
  if (row) return row;
  throw new WickError("DTYPE_MISMATCH", `Cannot ${op} ${x}: its elements must lie one by one`);
}
