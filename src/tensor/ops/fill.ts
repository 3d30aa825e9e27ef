/**
 * Tensors of one value, for ops that need them beside their operands.
 *
 * @module
 */
import type { Cell, Device } from "../../device/device.ts";
import { WickError } from "../../error.ts";
import { constant, noGrad } from "../autograd.ts";
import { result } from "../dispatch.ts";
import type { Dtype, PlainArray } from "../dtype.ts";
import { Tensor } from "../tensor.ts";
import { copyInto } from "./view.ts";

const scalars = new WeakMap<Device, Map<string, Tensor>>();

/** A tensor of one element of rank 0 that a device keeps for good. */
export function scalar(device: Device, value: number, dtype: Dtype): Tensor {
  if (dtype === "f32") return constant(device, value);
  let known = scalars.get(device);
  if (!known) scalars.set(device, known = new Map());
  const key = `${dtype} ${value}`;
  let made = known.get(key);
  if (!made) {
    const element = elementOf(value, dtype);
    made = new Tensor(device.allocate(element.byteLength), dtype, []);
    device.write(made.storage, 0, new Uint8Array(element.buffer, 0, element.byteLength));
    known.set(key, made);
  }
  return made;
}

function elementOf(value: number, dtype: Dtype): PlainArray {
  const element = dtype === "i32" ? Int32Array.of(value) : dtype === "u8" ? Uint8Array.of(value) : undefined;
  if (element?.[0] === value) return element;
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
