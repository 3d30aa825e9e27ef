/**
 * The WebGPU device's tests (test/device/webgpu/) in a child process that sees SwiftShader: a loader takes its drivers
 * from the environment that a process starts with.
 */
import { ok } from "node:assert/strict";
import { repositoryPath } from "../shared.ts";
import { swiftShader } from "./webgpu/swiftshader.ts";

const found = await swiftShader();
const skipped = "reason" in found ? found.reason : undefined;

for (const file of ["conformance.ts", "device.ts", "examples.ts", "open.ts", "optimizers.ts", "tensors.ts"]) {
  Deno.test({
    name: `WebGPU on SwiftShader: ${file}${skipped ? ` (skipped: ${skipped})` : ""}`,
    ignore: skipped !== undefined,
    fn: async () => {
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["test", "-A", "--no-check", repositoryPath(`test/device/webgpu/${file}`)],
        env: { ...(found as { env: Record<string, string> }).env, NO_COLOR: "1" },
      }).output();
      const report = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      ok(success && /\b[1-9]\d* passed/.test(report), report.slice(-6000));
    },
  });
}
