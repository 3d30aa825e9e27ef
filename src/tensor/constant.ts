/**
 * Constants: numbers beside an op's operands.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import { type Dtype, isFloat, isPlain, itemBytes, type PlainDtype } from "./dtype.ts";
import { encode } from "./encode.ts";
import { recording } from "./program.ts";
import { Tensor } from "./tensor.ts";

/** Of a dtype, by value; -0, which a map takes for 0, by its name. */
type Values = Map<number | "-0", Tensor>;

const kept = new WeakMap<Device, Map<Dtype, Values>>();

/** So many of a dtype are kept: bounds that change with every step must not fill the memory. */
const MOST = 256;

/**
 * A tensor of one element of rank 0, which a device keeps and nobody may dispose. Floats are rounded to the dtype; an
 * integer must hold the value. It holds for the op that asks for it: what goes on holds its storage.
 */
export function constant(device: Device, value: number, dtype: Dtype = "f32"): Tensor {
  let byDtype = kept.get(device);
  if (!byDtype) kept.set(device, byDtype = new Map());
  let values = byDtype.get(dtype);
  if (!values) byDtype.set(dtype, values = new Map());
  const key = Object.is(value, -0) ? "-0" : value;
  let made = values.get(key);
  if (made) {
    if (values.size >= MOST) { // what is in use becomes the youngest
      values.delete(key);
      values.set(key, made);
    }
    return made;
  }
  values.set(key, made = element(device, value, dtype));
  if (values.size > MOST && !recording()) forget(values);
  return made;
}

/** Lets the oldest go that no Program has captured. */
function forget(values: Values): void {
  for (const [key, { storage }] of values) {
    if (storage.watched) continue;
    values.get(key)!.dispose();
    values.delete(key);
    return;
  }
}

function element(device: Device, value: number, dtype: Dtype): Tensor {
  if (!isPlain(dtype)) {
    throw new WickError("DTYPE_MISMATCH", `Cannot take ${value} as ${dtype}: its elements come in blocks`);
  }
  const bytes = new Uint8Array(encoded(value, dtype).buffer);
  const made = new Tensor(device.allocate(itemBytes(dtype)), dtype, []);
  device.write(made.storage, 0, bytes);
  return made;
}

function encoded(value: number, dtype: PlainDtype): ReturnType<typeof encode> {
  if (isFloat(dtype)) return encode([value], dtype);
  const one = Number.isFinite(value) ? encode([value], dtype) : undefined;
  if (one && Number(one[0]) === value) return one;
  throw new WickError("DTYPE_MISMATCH", `Cannot take ${value} as ${dtype}: it has no such element`);
}
