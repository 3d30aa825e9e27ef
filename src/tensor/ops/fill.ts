/**
 * Tensors of one value, for ops that need them beside their operands.
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import { noGrad } from "../autograd.ts";
import { constant } from "../constant.ts";
import { result } from "../dispatch.ts";
import type { Dtype } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { copyInto } from "./view.ts";

/** A new tensor of one value, where an op's result on `like` belongs; `rows` is its dynamic leading extent. */
export function filled(
  like: Tensor,
  value: number,
  dtype: Dtype,
  shape: readonly number[],
  rows?: Cell,
): Tensor {
  return noGrad(() => {
    using all = constant(like.device, value, dtype).expand(...shape);
    const y = result("fill", [like], dtype, shape, rows);
    copyInto(all, y);
    return y;
  });
}

/** Zeros in the shape of x, with its dtype, where an op's result on x belongs. */
export function zerosLike(x: Tensor): Tensor {
  return filled(x, 0, x.dtype, x.shape, x.rows);
}
