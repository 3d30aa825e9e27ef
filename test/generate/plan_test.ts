/**
 * The plan of a model's memory against what the model then holds, to the byte.
 */
import { deepEqual } from "node:assert/strict";
import { type Activations, load } from "../../mod.ts";
import { WasmDevice } from "../../src/device/wasm/device.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { planMemory } from "../../src/generate/plan.ts";
import { toSource } from "../../src/hub/source.ts";
import { debugDevice } from "../device/wasm/debug.ts";
import { randomLlama } from "../models/random_llama.ts";
import { Random } from "../random.ts";
import { repositoryPath } from "../shared.ts";

const llamas: Record<string, string | Uint8Array<ArrayBuffer>> = {
  "the embedded model": repositoryPath("models/wick-stories.gguf"),
};
for (const type of ["f32", "bf16", "q8_0", "q4_k", "iq4_nl"]) {
  llamas[`a Llama of ${type}`] = randomLlama(new Random(1), type).file as Uint8Array<ArrayBuffer>;
}
llamas["one with biases, ties and odd widths"] = randomLlama(new Random(1), "f32", {
  biases: true,
  tied: true,
  config: { width: 44, headSize: 10, ropeDims: 10, feedForward: 75, vocabulary: 61 },
}).file as Uint8Array<ArrayBuffer>;
llamas["one with a window"] = randomLlama(new Random(1), "q4_0", { config: { window: 5 } })
  .file as Uint8Array<ArrayBuffer>;

const devices = {
  simd: () => new WasmDevice({ build: "simd" }),
  relaxed: () => new WasmDevice({ build: "relaxed" }),
  debug: debugDevice,
};

for (const [name, source] of Object.entries(llamas)) {
  Deno.test(`the plan of ${name} is what its device holds, in every build and context`, async () => {
    using gguf = await openGguf(await toSource(source));
    for (const contextLength of [3, 33, 64, 200]) {
      for (const activations of ["int8", "f32"] as Activations[]) {
        const plan = planMemory(gguf, { contextLength, activations });
        for (const [build, device] of Object.entries(devices)) {
          using model = await load(source, { contextLength, activations, device: device() });
          using session = model.session();
          await session.generate([1], { maxTokens: 2, temperature: 0 }).result(); // a chunk, and a step
          deepEqual(model.memory(), plan, `${build}, ${activations}, ${contextLength}`);
        }
      }
    }
  });
}
