/** The MLP and the GPT of the examples train on WebGPU as they do on WASM. */
import { deepEqual, ok } from "node:assert/strict";
import { Gpt, recordStep } from "../../../examples/gpt.ts";
import { trainMlp } from "../../../examples/mlp.ts";
import { type Device, type DeviceName, openDevice, optim, scope, tensor } from "../../../mod.ts";

Deno.test({
  name: "the MLP example learns on WebGPU, loss by loss as on WASM",
  sanitizeOps: false, // maps that are taken before they resolve
  sanitizeResources: false,
  fn: async () => {
    const training = { steps: 101, count: 32, seed: 3 };
    const wanted = await trainMlp("wasm", training);
    const { losses, accuracy } = await trainMlp("webgpu", training);
    ok(losses.length === 2 && losses[1] < losses[0] / 2, `losses ${losses}`);
    losses.forEach((loss, i) => {
      ok(
        Math.abs(loss - wanted.losses[i]) <= 5e-3,
        `loss ${loss}, not ${wanted.losses[i]}`,
      );
    });
    ok(Math.abs(accuracy - wanted.accuracy) <= 2 / 32, `accuracy ${accuracy}, not ${wanted.accuracy}`);
    using device = await openDevice("webgpu");
    const { storages } = device.live();
    await trainMlp("webgpu", { ...training, steps: 2 });
    deepEqual(device.live().storages, storages);
  },
});

/** Losses of a small GPT that learns one sentence by heart. */
async function recite(device: Device | DeviceName, steps: number): Promise<number[]> {
  using gpt = new Gpt({ vocabulary: 12, context: 10, layers: 1, width: 16, heads: 2 }).init(4, device);
  const ids = Int32Array.from({ length: 22 }, (_, i) => (i * i + 3) % 12);
  using own = scope();
  const inputs = tensor(ids.slice(0, 20), { shape: [2, 10], device, scope: own });
  const targets = tensor(ids.slice(1, 21), { shape: [2, 10], device, scope: own });
  using optimizer = new optim.AdamW(gpt.parameters(), { learningRate: 0.01 });
  using step = recordStep(gpt, optimizer, inputs, targets);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    optimizer.advance();
    step.run();
    losses.push(await step.outputs[0].item());
  }
  return losses;
}

Deno.test({
  name: "the GPT example learns on WebGPU, loss by loss as on WASM",
  sanitizeOps: false, // maps that are taken before they resolve
  sanitizeResources: false,
  fn: async () => {
    using device = await openDevice("webgpu");
    const wanted = await recite("wasm", 20);
    const losses = await recite("webgpu", 20);
    ok(losses.at(-1)! < losses[0] - 0.5, `losses ${losses}`);
    losses.forEach((loss, i) => {
      ok(Math.abs(loss - wanted[i]) <= 5e-3, `loss ${i} is ${loss}, on WASM ${wanted[i]}`);
    });
    const { storages } = device.live();
    await recite(device, 1);
    deepEqual(device.live().storages, storages);
  },
});
