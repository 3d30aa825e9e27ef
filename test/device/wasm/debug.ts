/**
 * The debug build as a device, whose kernels throw where they read or write outside their operands.
 *
 * @module
 */
import * as loader from "npm:@assemblyscript/loader@0.28.20";
import { WasmDevice } from "../../../src/device/wasm/device.ts";
import { repositoryPath } from "../../shared.ts";

let compiled: WebAssembly.Module | undefined;

/** A device over the debug build, through the loader that reads abort messages. */
export function debugDevice(): WasmDevice {
  const module = compiled ??= new WebAssembly.Module(Deno.readFileSync(repositoryPath("build/debug.wasm")));
  return new WasmDevice({
    instantiate: {
      name: "debug",
      exports: (memory) => loader.instantiateSync(module, { env: { memory } }).instance.exports,
    },
  });
}
