/**
 * The WebGPU device's tests (test/device/webgpu/) in a child process that sees SwiftShader: a loader takes its drivers
 * from the environment that a process starts with. As many at once as there are cores.
 */
import { ok } from "node:assert/strict";
import { repositoryPath } from "../shared.ts";
import { swiftShader } from "./webgpu/swiftshader.ts";

const found = await swiftShader();
const skipped = "reason" in found ? found.reason : undefined;

const files = [
  "tensors.ts",
  "conformance.ts",
  "elementary.ts",
  "edges.ts",
  "examples.ts",
  "optimizers.ts",
  "device.ts",
  "open.ts",
  "graphs.ts",
];

Deno.test({
  name: `WebGPU on SwiftShader${skipped ? ` (skipped: ${skipped})` : ""}`,
  ignore: skipped !== undefined,
  fn: async (t) => {
    const left = files.values();
    const worker = async () => {
      for (const file of left) await t.step({ name: file, fn: () => passes(file), ...together });
    };
    await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, worker));
  },
});

/** What Deno asks of steps that run beside each other. */
const together = { sanitizeExit: false, sanitizeOps: false, sanitizeResources: false };

async function passes(file: string): Promise<void> {
  const lock = repositoryPath("test/deno.lock");
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--lock", lock, repositoryPath(`test/device/webgpu/${file}`)],
    env: { ...(found as { env: Record<string, string> }).env, NO_COLOR: "1" },
  }).output();
  const report = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  // not by the exit status: SwiftShader may corrupt memory when its process ends, after all tests have passed
  ok(/^ok \| [1-9]\d* passed.* \| 0 failed/m.test(report), report.slice(-6000));
}
