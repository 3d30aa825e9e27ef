/**
 * The process's devices by name. Making a tensor does not wait and opening a GPU does: "wasm" opens at its first use,
 * "webgpu" by {@linkcode openDevice}, and from then on its name stands for it.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Device } from "./device.ts";
import { WasmDevice } from "./wasm/device.ts";
import { WebGpuDevice, type WebGpuDeviceOptions } from "./webgpu/device.ts";

/** A kind of device, of which a process has one by that name. */
export type DeviceName = "wasm" | "webgpu";

let wasm: WasmDevice | undefined;
let webgpu: WebGpuDevice | undefined;
let opening: Promise<WebGpuDevice> | undefined;

/** The device that tensors are made on unless told otherwise: "wasm", opened at the first use. */
export function defaultDevice(): Device {
  return wasm ??= new WasmDevice();
}

/**
 * Opens the process's device of that name, or gives the open one; from then on the name can stand for it wherever a
 * device is asked for. One that was disposed or lost is opened anew.
 *
 * @param options for a WebGPU device that is not open yet
 * @throws WickError UNSUPPORTED_ON_DEVICE with the reason where there is no GPU to be had; INVALID_STATE where options
 * are given for a device that is already open
 *
 * @example
 * ```ts ignore
 * import { openDevice, tensor } from "@wick/wick";
 * await openDevice("webgpu");
 * using x = tensor([[1, 2], [3, 4]], { device: "webgpu" });
 * using y = x.matmul(x.t());
 * console.log(await y.toArray());
 * ```
 */
export function openDevice(name: "webgpu", options?: WebGpuDeviceOptions): Promise<WebGpuDevice>;
/** Opens the device of a name that is known at run time. */
export function openDevice(name: DeviceName, options?: WebGpuDeviceOptions): Promise<Device>;
export async function openDevice(name: DeviceName, options?: WebGpuDeviceOptions): Promise<Device> {
  checkName(name);
  if (name === "wasm") return defaultDevice();
  const open = usable();
  if (options && (opening || open)) {
    throw new WickError(
      "INVALID_STATE",
      "Cannot open webgpu with options: it is open already; dispose it first",
    );
  }
  if (open) return open;
  try {
    return webgpu = await (opening ??= WebGpuDevice.open(options));
  } finally {
    opening = undefined;
  }
}

/**
 * The device itself, or the one that a name stands for; without either the default device.
 *
 * @throws WickError INVALID_STATE where "webgpu" is not open, DEVICE_LOST where its GPU went away
 */
export function deviceNamed(device: Device | DeviceName = "wasm"): Device {
  if (typeof device !== "string") return device;
  checkName(device);
  if (device === "wasm") return defaultDevice();
  const open = usable();
  if (open) return open;
  if (webgpu?.isLost && !webgpu.isDisposed) {
    throw new WickError(
      "DEVICE_LOST",
      'Cannot use device "webgpu": its GPU went away; await openDevice("webgpu") again, what lay on it is gone',
    );
  }
  throw new WickError(
    "INVALID_STATE",
    'Cannot use device "webgpu": it is not open; await openDevice("webgpu") before',
  );
}

/** Whether something is a device or a device's name, rather than the name of something else. */
export function isDevice<Other extends string>(
  value: Device | DeviceName | Other,
): value is Device | DeviceName {
  return typeof value !== "string" || isName(value);
}

function isName(name: string): name is DeviceName {
  return name === "wasm" || name === "webgpu";
}

/** The WebGPU device where it can be used. */
function usable(): WebGpuDevice | undefined {
  return webgpu?.isDisposed || webgpu?.isLost ? undefined : webgpu;
}

function checkName(name: string): void {
  if (isName(name)) return;
  throw new WickError("INVALID_ARGUMENT", `Cannot use device "${name}": it must be "wasm" or "webgpu"`, {
    param: "device",
  });
}
