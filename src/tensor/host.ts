/**
 * Numbers of the host as elements of a device.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { making } from "./as_op.ts";
import { type PlainDtype, storageBytes } from "./dtype.ts";
import { encode } from "./encode.ts";
import { recording } from "./program.ts";
import type { Scope } from "./scope.ts";
import { Tensor } from "./tensor.ts";

/**
 * A tensor that holds the host's numbers. While recording it is written at once, and its memory stays for as long
 * as the Program does.
 */
export function hostTensor(
  device: Device,
  dtype: PlainDtype,
  shape: readonly number[],
  numbers: Iterable<number>,
  scope?: Scope,
): Tensor {
  const values = encode([...numbers], dtype);
  const made = unwritten(device, dtype, shape, scope);
  device.write(made.storage, 0, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return made;
}

/** A tensor whose memory holds anything. While recording it stays for as long as the Program does. */
export function unwritten(
  device: Device,
  dtype: PlainDtype,
  shape: readonly number[],
  scope?: Scope,
): Tensor {
  const storage = device.allocate(storageBytes(dtype, shape));
  recording()?.keep(() => storage.release());
  return making(new Tensor(recording() ? storage.retain() : storage, dtype, shape, { scope }));
}
