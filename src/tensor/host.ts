/**
 * Numbers of the host as elements of a device.
 *
 * @module
 */
import type { Device, Storage } from "../device/device.ts";
import { WickError } from "../error.ts";
import { type Dtype, isPlain, type PlainDtype, storageBytes } from "./dtype.ts";
import { encode } from "./encode.ts";
import { recording } from "./program.ts";
import type { Scope } from "./scope.ts";
import { Tensor } from "./tensor.ts";

/** Bytes of the widest element. */
const WIDEST = 8;

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
  const storage = device.allocate(storageBytes(dtype, shape));
  device.write(storage, 0, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  recording()?.keep(() => storage.release());
  return new Tensor(recording() ? storage.retain() : storage, dtype, shape, { scope });
}

/** `value` as a tensor of rank 0 of the dtype and on the device of x, in no scope. */
export function scalarLike(x: Tensor, value: number): Tensor {
  if (isPlain(x.dtype)) return hostTensor(x.device, x.dtype, [], [value]);
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot put ${value} among the elements of ${x}: they come in blocks`,
  );
}

const zeroBytes = new WeakMap<Device, Storage>();

/** A zero of any plain dtype, of rank 0, over bytes that the device keeps for good. */
export function zero(device: Device, dtype: Dtype): Tensor {
  let bytes = zeroBytes.get(device);
  if (!bytes) {
    zeroBytes.set(device, bytes = device.allocate(WIDEST));
    device.write(bytes, 0, new Uint8Array(WIDEST));
  }
  return new Tensor(bytes.retain(), dtype, []);
}
