import { deepEqual, ok } from "node:assert/strict";
import { trainMlp } from "../../examples/mlp.ts";
import { defaultDevice } from "../../mod.ts";

Deno.test("the MLP learns to tell the spirals apart, and points that it never saw", async () => {
  for (const seed of [1, 2]) {
    const { losses, accuracy } = await trainMlp("wasm", { seed });
    ok(losses[0] > 0.5 && losses.at(-1)! < 0.05, `losses ${losses}`);
    ok(accuracy > 0.95, `accuracy ${accuracy}`);
  }
});

Deno.test("an untrained MLP knows nothing, and training leaves no memory behind", async () => {
  const { accuracy } = await trainMlp("wasm", { steps: 0 });
  ok(accuracy < 0.7, `accuracy ${accuracy}`);
  const before = defaultDevice().live();
  await trainMlp("wasm", { steps: 5, count: 20 });
  deepEqual(defaultDevice().live(), before);
});
