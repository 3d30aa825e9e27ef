/** The MLP example trains on WebGPU as it does on WASM. */
import { deepEqual, ok } from "node:assert/strict";
import { trainMlp } from "../../../examples/mlp.ts";
import { openDevice } from "../../../mod.ts";

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
