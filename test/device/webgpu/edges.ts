/**
 * Ops and their derivatives at zeros, kinks and limits on the WebGPU device (test/tensor/edges.ts), those that have WGSL.
 */
import { ok } from "node:assert/strict";
import { WebGpuDevice, WickError } from "../../../mod.ts";
import { type Edge, edges, holds } from "../../tensor/edges.ts";

Deno.test({
  name: "ops and their derivatives at the edges on the WebGPU device",
  sanitizeOps: false, // maps that are taken before they resolve
  sanitizeResources: false,
  fn: async (t) => {
    using device = await WebGpuDevice.open({ debug: true });
    const missing: string[] = [];
    for (const edge of edges) {
      await t.step(`${edge.op}(${edge.args})`, async () => {
        if (!await heldOn(device, edge)) missing.push(edge.op);
      });
    }
    console.log(`without WGSL: ${[...new Set(missing)].join(", ")}`);
    ok(missing.length < edges.length / 4, "most have it");
  },
});

/** Whether the device has the op, which is then held. */
async function heldOn(device: WebGpuDevice, edge: Edge): Promise<boolean> {
  try {
    await holds(edge, { dtype: "f32", bound: 2e-5, device });
    return true;
  } catch (error) {
    if (error instanceof WickError && error.code === "UNSUPPORTED_ON_DEVICE") return false;
    throw error;
  }
}
