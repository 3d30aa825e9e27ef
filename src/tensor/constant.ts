/**
 * Constants: numbers beside an op's operands.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { Recent } from "../device/recent.ts";
import { WickError } from "../error.ts";
import { type Dtype, isPlain, itemBytes } from "./dtype.ts";
import { encode, fits } from "./encode.ts";
import { recording } from "./program.ts";
import { Tensor } from "./tensor.ts";

/** Of a dtype, by value; -0, which a map takes for 0, by its name. */
type Values = Recent<number | "-0", Tensor>;

/** How many different numbers of a dtype come before one is forgotten: more than any op or its gradient takes. */
const KEPT = 1024;

const kept = new WeakMap<Device, Map<Dtype, Values>>();

/**
 * A tensor of one element of rank 0, which a device keeps until many others were asked for: nobody may dispose it, or
 * hold it beyond an op but by a view of it. A Program holds those that it captures. Floats are rounded to the dtype; an
 * integer must hold the value.
 */
export function constant(device: Device, value: number, dtype: Dtype = "f32"): Tensor {
  let byDtype = kept.get(device);
  if (!byDtype) kept.set(device, byDtype = new Map());
  let values = byDtype.get(dtype);
  if (!values) byDtype.set(dtype, values = new Recent(KEPT, (gone) => gone.dispose()));
  const key = Object.is(value, -0) ? "-0" : value;
  let made = values.get(key);
  if (!made) values.set(key, made = element(device, value, dtype));
  recording()?.hold(made.storage);
  return made;
}

function element(device: Device, value: number, dtype: Dtype): Tensor {
  if (!isPlain(dtype)) {
    throw new WickError("DTYPE_MISMATCH", `Cannot take ${value} as ${dtype}: its elements come in blocks`);
  }
  if (!fits(value, dtype)) {
    throw new WickError("DTYPE_MISMATCH", `Cannot take ${value} as ${dtype}: it has no such element`);
  }
  const bytes = new Uint8Array(encode([value], dtype).buffer);
  const made = new Tensor(device.allocate(itemBytes(dtype)), dtype, []);
  device.write(made.storage, 0, bytes);
  return made;
}
