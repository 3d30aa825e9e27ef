/**
 * Moving tensors between devices.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { type DeviceName, deviceNamed } from "../device/open.ts";
import { WickError } from "../error.ts";
import { storageBytes } from "./dtype.ts";
import { refuseWhileRecording } from "./program.ts";
import { Tensor } from "./tensor.ts";

/**
 * The values of x on a device, with its dtype and shape and in its scope: another handle where it lives there already,
 * else a contiguous copy. Reading waits and a tape does not: what requires a gradient is refused, not cut off.
 */
export async function toDevice(x: Tensor, device: Device | DeviceName): Promise<Tensor> {
  refuseWhileRecording("move a tensor");
  const target = deviceNamed(device);
  if (target === x.device) return sameValues(x);
  checkMovable(x, target);
  using dense = x.contiguous();
  const bytes = storageBytes(x.dtype, x.shape);
  const contents = await x.device.read(dense.storage, dense.byteOffset, bytes);
  const moved = new Tensor(target.allocate(bytes), x.dtype, x.shape, { scope: x.scope });
  target.write(moved.storage, 0, contents);
  return moved;
}

function sameValues(x: Tensor): Tensor {
  const same = x.alias(x.shape, x);
  if (x.variable) same.bind(x.variable);
  return same;
}

function checkMovable(x: Tensor, target: Device): void {
  const move = `Cannot move ${x} to ${target.kind}`;
  if (x.isDisposed) throw new WickError("DISPOSED", `${move}: it was disposed`);
  if (x.variable) {
    throw new WickError(
      "INVALID_STATE",
      `${move} with its gradient: reading waits, and a tape does not; detach() it first, and let the moved one ` +
        "require its own",
    );
  }
  if (x.rows) {
    throw new WickError("INVALID_STATE", `${move}: its leading extent lies in a cell of its device`);
  }
}
