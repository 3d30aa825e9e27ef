/**
 * What sums and products are computed and given in.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { type Dtype, isWhole, type PlainDtype } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";

/** Options of sums and products. */
export interface SumOptions {
  /** What it is computed and given in [x's own; of integers and bool i64, so that what fits in it does not overflow]. */
  readonly dtype?: PlainDtype;
}

/**
 * The dtype of a sum or product of x, as in PyTorch and NumPy.
 *
 * @throws WickError UNSUPPORTED_ON_DEVICE where that is i64 unasked, and x is on a GPU
 */
export function summedAs(op: string, x: Tensor, { dtype }: SumOptions): Dtype {
  if (dtype || !isWhole(x.dtype)) return dtype ?? x.dtype;
  if (x.device.kind !== "webgpu") return "i64";
  const hint = op === "sum" || op === "prod" ? 'pass { dtype: "i32" }, or ' : "";
  throw new WickError(
    "UNSUPPORTED_ON_DEVICE",
    `Cannot ${op} ${x} as i64, which a GPU does not have: ${hint}move it to a WASM device`,
  );
}
