/** Devices by name, where there is no GPU: see webgpu/open.ts for those with one. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { defaultDevice, type DeviceName, ones, openDevice, tensor, WasmDevice } from "../../mod.ts";
import { deviceNamed } from "../../src/device/open.ts";

Deno.test("wasm is the default device, whatever it is asked by", async () => {
  const device = await openDevice("wasm");
  equal(device, defaultDevice());
  equal(deviceNamed("wasm"), device);
  equal(deviceNamed(), device);
  using x = tensor([1], { device: "wasm" });
  equal(x.device, device);
});

Deno.test("webgpu before it is open says what to call", () => {
  const unopened = { code: "INVALID_STATE", message: /await openDevice\("webgpu"\) before/ };
  throws(() => deviceNamed("webgpu"), unopened);
  throws(() => tensor([1], { device: "webgpu" }), unopened);
  throws(() => ones([1], { device: "webgpu" }), unopened);
});

Deno.test("a device of another name is refused with those that there are", async () => {
  const wrong = {
    code: "INVALID_ARGUMENT",
    message: 'Cannot use device "cuda": it must be "wasm" or "webgpu"',
  };
  throws(() => deviceNamed("cuda" as DeviceName), wrong);
  await rejects(openDevice("cuda" as DeviceName), wrong);
});

Deno.test("a device is taken as it is", async () => {
  using own = new WasmDevice();
  equal(deviceNamed(own), own);
  using x = tensor([1, 2], { device: own });
  using moved = await x.to("wasm");
  equal(moved.device, defaultDevice());
  deepEqual(await moved.toArray(), [1, 2]);
});
