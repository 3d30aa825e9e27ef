/**
 * Making tensors from JavaScript values.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { type DeviceName, deviceNamed } from "../device/open.ts";
import { WickError } from "../error.ts";
import { isPlain, itemBytes, type PlainArray, type PlainDtype, storageBytes } from "./dtype.ts";
import { typedArray } from "./host.ts";
import { refuseWhileRecording } from "./program.ts";
import { Scope } from "./scope.ts";
import { show, sizeOf } from "./shape.ts";
import { type NestedNumbers, Tensor } from "./tensor.ts";

export { defaultDevice } from "../device/open.ts";

/** Options of {@linkcode tensor}. */
export interface TensorOptions {
  /** [f32, or that of the typed array] */
  dtype?: PlainDtype;
  /** [that of the nesting; needed for a typed array of rank other than 1] */
  shape?: readonly number[];
  /** [the default device] */
  device?: Device | DeviceName;
  /** Who disposes it [nobody: its owner does]. */
  scope?: Scope;
}

/**
 * A tensor of nested numbers, or of a typed array (f16 and bf16 as their bit patterns in a Uint16Array).
 *
 * @throws WickError SHAPE_MISMATCH for ragged nesting or a shape that does not hold the values
 */
export function tensor(values: NestedNumbers | PlainArray, options: TensorOptions = {}): Tensor {
  refuseWhileRecording("make a tensor");
  const device = deviceNamed(options.device);
  const { flat, shape, dtype } = ArrayBuffer.isView(values)
    ? { flat: values, shape: options.shape ?? [values.length], dtype: options.dtype ?? dtypeOf(values) }
    : flatten(values, options);
  if (!isPlain(dtype) || sizeOf(shape) * itemBytes(dtype) !== flat.byteLength) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot make ${dtype}${show(shape)} of ${flat.byteLength} bytes: it holds ${sizeOf(shape)} elements`,
    );
  }
  const made = new Tensor(device.allocate(storageBytes(dtype, shape)), dtype, shape, {
    scope: options.scope,
  });
  return made.write(flat);
}

/** Opens a scope: it owns what is made in it, and what is computed from that. */
export function scope(): Scope {
  return new Scope();
}

function dtypeOf(values: PlainArray): PlainDtype {
  if (values instanceof Float32Array) return "f32";
  if (values instanceof Int32Array) return "i32";
  if (values instanceof Uint8Array) return "u8";
  throw new WickError("DTYPE_MISMATCH", "Cannot tell f16 from bf16 by a Uint16Array: give the dtype");
}

function flatten(
  values: NestedNumbers,
  options: TensorOptions,
): { flat: PlainArray; shape: readonly number[]; dtype: PlainDtype } {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  const numbers: number[] = [];
  collect(values, shape, 0, numbers);
  const dtype = options.dtype ?? "f32";
  return { flat: typedArray(dtype, numbers), shape: options.shape ?? shape, dtype };
}

function collect(values: NestedNumbers, shape: readonly number[], depth: number, into: number[]): void {
  if (depth === shape.length && typeof values === "number") into.push(values);
  else if (Array.isArray(values) && values.length === shape[depth]) {
    for (const value of values) collect(value, shape, depth + 1, into);
  } else {throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot make a tensor of ragged arrays: expected ${show(shape)}`,
    );}
}
