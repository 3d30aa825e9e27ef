/**
 * Tensors of one value, for ops that need them beside their operands.
 *
 * @module
 */
import type { Cell, Device } from "../../device/device.ts";
import { WickError } from "../../error.ts";
import { constant, noGrad } from "../autograd.ts";
import { result } from "../dispatch.ts";
import { type Dtype, isFloat, isPlain } from "../dtype.ts";
import { encode } from "../encode.ts";
import type { Tensor } from "../tensor.ts";
import { copyInto } from "./view.ts";

/** A tensor of one element of rank 0 that a device keeps for good; it must hold `value`, but for rounding. */
export function scalar(device: Device, value: number, dtype: Dtype): Tensor {
  if (isFloat(dtype) || (isPlain(dtype) && Number(encode([value], dtype)[0]) === value)) {
    return constant(device, value, dtype);
  }
  throw new WickError("DTYPE_MISMATCH", `Cannot take ${value} as ${dtype}: it has no such element`);
}

/** A new tensor of one value, where an op's result on `like` belongs; `rows` is its dynamic leading extent. */
export function filled(
  like: Tensor,
  value: number,
  dtype: Dtype,
  shape: readonly number[],
  rows?: Cell,
): Tensor {
  return noGrad(() => {
    using all = scalar(like.device, value, dtype).expand(...shape);
    const y = result("fill", [like], dtype, shape, rows);
    copyInto(all, y);
    return y;
  });
}
