/** The plan of a model's memory against what the model holds. */
import { deepEqual, equal } from "node:assert/strict";
import { load } from "../../mod.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { planMemory } from "../../src/generate/plan.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import { randomLlama } from "../models/random_llama.ts";
import { Random } from "../random.ts";
import { repositoryPath } from "../shared.ts";

const files = {
  "wick-stories": Deno.readFileSync(repositoryPath("models/wick-stories.gguf")),
  "a random Llama of q4_k": randomLlama(new Random(1), "q4_k").file,
  "a random Llama of f32": randomLlama(new Random(1), "f32", { config: { layers: 3, window: 7 } }).file,
};

for (const [name, file] of Object.entries(files)) {
  for (const contextLength of [32, 333]) {
    for (const activations of ["int8", "f32"] as const) {
      Deno.test(`${name} holds what its plan says, context ${contextLength}, activations ${activations}`, async () => {
        using gguf = await openGguf(bytesSource(file));
        const plan = planMemory(gguf, { contextLength, activations });
        using model = await load(file, { contextLength, activations });
        const ids = [1, 2, 3];
        await model.generate(ids, { maxTokens: 2, ignoreEos: true, temperature: 0 }).result();
        deepEqual(model.memory(), plan);
        await model.generate([...ids, 4], { maxTokens: 8, ignoreEos: true }).result();
        deepEqual(model.memory(), plan, "and nothing grows");
        equal(plan.scratch > 0, true);
      });
    }
  }
}
