/**
 * Indices of an op: their dtype and their check, each in one place.
 *
 * @module
 */
import type { Cell, Device } from "../../device/device.ts";
import { check_index } from "../../device/kernels/indexing.ts";
import { WickError } from "../../error.ts";
import { constant } from "../constant.ts";
import { run } from "../dispatch.ts";
import { isFloat } from "../dtype.ts";
import { recording } from "../program.ts";
import { Tensor } from "../tensor.ts";
import { minimum } from "./arithmetic.ts";
import { cast, seenAs } from "./cast.ts";

/**
 * The indices of an op as rows take them: contiguous i32, a handle of its own. `action` is what the op does, for
 * messages; every index must be in 0 .. limit - 1, or `except` [none].
 *
 * @throws WickError INDEX_OUT_OF_RANGE, at once where the op runs now and the host reaches the memory, else after the
 * replay, or at the next read
 */
export function indices(action: string, index: Tensor, limit: number, except?: number): Tensor {
  if (limit === 0 && index.size > 0 && except === undefined) refuseAll(action, index);
  const whole = toI32(action, index);
  if (whole.size === 0) return whole;
  const { device } = whole;
  const site = siteOf(device, action, whole.shape, limit);
  using fault = new Tensor(device.faults.storage.retain(), "i32", [3]);
  run(check_index, [whole, fault], [limit, site, except ?? 0], [count(whole)]);
  if (!recording()) device.raise();
  return whole;
}

function siteOf({ faults }: Device, action: string, shape: readonly number[], limit: number): number {
  const trace = recording();
  if (!trace) return faults.site(action, shape, limit);
  const site = faults.keptSite(action, shape, limit);
  trace.keep(() => faults.forget(site));
  return site;
}

/** Into nothing: no row need look for one that is outside. */
function refuseAll(action: string, index: Tensor): never {
  throw new WickError("INDEX_OUT_OF_RANGE", `Cannot ${action}: it holds 0 entries, got indices ${index}`, {
    param: "index",
  });
}

/** How many there are: a cell where their leading extent is dynamic. */
export function count(index: Tensor): number | Cell {
  return index.rows ? index.rows.times(index.size / index.shape[0]) : index.size;
}

/** What who gave floats for indices most likely meant: numbers become f32 by themselves. */
export const AS_I32 = '; numbers are f32 unless told otherwise: use tensor(ids, { dtype: "i32" })';

/** The one place where dtypes of indices are converted: to contiguous i32, a handle of its own. */
export function toI32(action: string, index: Tensor): Tensor {
  if (index.dtype === "i32") return index.contiguous();
  if (index.dtype === "u8" || index.dtype === "i16") return cast(index, "i32");
  if (index.dtype === "u32") {
    using near = minimum(index, constant(index.device, 2 ** 31 - 1, "u32")); // what i32 does not hold stays out of range
    return seenAs(near, "i32");
  }
  if (index.dtype === "i64") {
    using real = cast(index, "f64"); // so that what i32 does not hold stays out of range
    return cast(real, "i32");
  }
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot ${action} by ${index}: indices must be i32, u32, i64, i16 or u8${
      isFloat(index.dtype) ? AS_I32 : ""
    }`,
  );
}
