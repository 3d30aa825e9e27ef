/**
 * Every elementary function of the WebGPU device at numbers of every exponent, as test/device/elementary_sweep_test.ts has
 * it for WASM; but subnormal numbers may count as 0, zeros lose their sign, and the bounds are the rows' own.
 */
import { ok } from "node:assert/strict";
import { WebGpuDevice } from "../../../mod.ts";
import { kernels } from "../../../src/device/kernels/mod.ts";
import { everyExponent, fault, functions, NORMAL, type Swept } from "../elementary_functions.ts";
import { call } from "./call.ts";

const x = everyExponent("f32").filter((_, i) => i % 3 === 0 || i < 4096);

Deno.test({
  name: "the WebGPU device's elementary functions hold at every exponent",
  sanitizeOps: false, // maps that are taken before they resolve
  sanitizeResources: false,
  fn: async (t) => {
    using device = await WebGpuDevice.open({ debug: true });
    for (const swept of functions) {
      await t.step(`${swept.stem} ${swept.params ?? ""}`, () => sweep(device, swept));
    }
  },
});

async function sweep(device: WebGpuDevice, swept: Swept): Promise<void> {
  const kernel = kernels.get(`${swept.stem}_f32`)!;
  const params = [1, 1, x.length, 0, 0, 0, 1, ...swept.params ?? []];
  const operands = [Float32Array.from(x), new Float32Array(x.length)];
  const test = { label: kernel.name, operands, params, cells: [1] };
  const y = (await call(device, kernel, test, false))[1] as Float32Array;
  const own = [Math.max(kernel.gpuTolerance ?? kernel.tolerance, 1e-6)] as const;
  const held: Swept = {
    ...swept,
    eitherZero: true,
    ...swept.relative ? { relative: own } : { absolute: own },
  };
  const faults = x.map((v, i) => {
    const found = fault(held, "f32", v, y[i]);
    return found && Math.abs(v) < NORMAL.f32 && !fault(held, "f32", 0 * v, y[i]) ? undefined : found;
  }).filter((f) => f !== undefined);
  ok(faults.length === 0, `${faults.length} of ${x.length}: ${faults.slice(0, 5).join("; ")}`);
}
