/**
 * Every row of the WebGPU device against its oracle, on the GPU that the runtime finds: at once with a storage an
 * operand, and replayed with numbers in cells. `deno test -A test/device/webgpu/conformance.ts` runs it on a real GPU;
 * test/device/webgpu_test.ts on SwiftShader.
 */
import { ok } from "node:assert/strict";
import { WebGpuDevice } from "../../../mod.ts";
import type { Kernel } from "../../../src/device/kernel.ts";
import { kernels } from "../../../src/device/kernels/mod.ts";
import { gpuRows } from "../../../src/device/webgpu/rows.ts";
import { Random, testSeed } from "../../random.ts";
import { references } from "../../reference/mod.ts";
import type { Case, OperandValue } from "../../reference/reference.ts";
import { compare } from "../compare.ts";
import { call } from "./call.ts";

const seed = testSeed();
const only = Deno.env.get("WICK_KERNEL"); // a part of a name, to work on one row

Deno.test({
  name: "the WebGPU device agrees with the oracles",
  sanitizeOps: false, // maps that are taken before they resolve
  sanitizeResources: false,
  fn: async (t) => {
    using device = await WebGpuDevice.open({ debug: true });
    console.log(`WebGPU on ${device.build}`);
    const names = [...gpuRows.keys()].filter((name) => !only || name.includes(only));
    let passed = 0;
    for (const name of names) {
      const kernel = kernels.get(name);
      ok(kernel, `${name} has WGSL but no row in the table`);
      if (await t.step(name, () => conform(device, kernel))) passed++;
    }
    console.log(`${passed} of ${names.length} rows pass on ${device.build}; the table has ${kernels.size}`);
    ok(device.live().bytes === 0, `${device.live().bytes} bytes were not given back`);
  },
});

async function conform(device: WebGpuDevice, kernel: Kernel): Promise<void> {
  const reference = references.get(kernel.name);
  ok(reference, `${kernel.name} has no oracle in test/reference/`);
  const tolerance = kernel.gpuTolerance ?? kernel.tolerance;
  for (const test of reference.cases(new Random(seed))) {
    const expected = reference.oracle(test);
    const or = reference.oracle(flushed(test));
    for (const replayed of [false, true]) {
      const got = await call(device, kernel, test, replayed);
      compare(kernel, test, expected, got, { how: replayed ? "replayed" : "eager", tolerance, or });
    }
  }
}

/** WGSL lets a device take subnormal numbers for 0: a result may be that of operands without them. */
function flushed(test: Case): Case {
  const flush = (x: OperandValue) =>
    x instanceof Float32Array ? x.map((v) => Math.abs(v) < 2 ** -126 ? 0 * v : v) : x;
  return { ...test, operands: test.operands.map(flush) };
}
