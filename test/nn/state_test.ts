/**
 * The state of every layer in every dtype that its ops take, into a file and back: loaded by `load` and by
 * `loadStateDict`, the layer gives the same bits.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Generator, nn, readSafetensors, tensor, writeSafetensors } from "../../mod.ts";
import { inputOf, outputsOf, specimens, stir } from "./layers.ts";

const DTYPES = ["f32", "f16", "bf16", "f64"] as const;

/** Exports of `nn` that are layers: concrete classes with a `forward`. */
const layers = Object.entries(nn).filter(([, value]) =>
  typeof value === "function" && value.prototype instanceof nn.Module && "forward" in value.prototype
).map(([name]) => name);

Deno.test("every layer of nn is tested here", () => {
  ok(layers.length >= 39, `${layers.length}`);
  deepEqual(layers.filter((name) => !specimens[name]), []);
  deepEqual(Object.keys(specimens).filter((name) => !layers.includes(name)), []);
});

for (const [name, made] of Object.entries(specimens)) {
  for (const [i, specimen] of made.entries()) {
    for (const dtype of DTYPES) {
      Deno.test(`${name} ${i} in ${dtype} gives the same bits after its state went through a file`, async () => {
        const generator = new Generator(3 + i);
        using layer = specimen.make().init(generator);
        stir(layer, generator);
        layer.to(dtype);
        using drawn = inputOf(specimen, generator);
        using x = specimen.isIds ? drawn.detach() : drawn.to(dtype);
        const state = layer.stateDict();
        for (const [key, t] of state) equal(t.dtype, dtype, key);
        const file = await writeSafetensors(state); // before the forward: batch norm moves its statistics on
        const outputs = outputsOf(layer, x);
        const want = await Promise.all(outputs.map((y) => y.data()));
        for (const y of outputs) equal(y.dtype, name === "Embedding" && dtype !== "f64" ? "f32" : dtype);
        ok(want.every((values) => values.every((v) => v === v)), "no NaN");

        using loaded = specimen.make().load(await readSafetensors(file));
        using copied = specimen.make();
        await copied.loadStateDict(await readSafetensors(file));
        using trained = specimen.make().init(9).to(dtype);
        await trained.loadStateDict(await readSafetensors(file));
        for (const again of [loaded, copied, trained]) {
          deepEqual(await Promise.all(outputsOf(again, x).map((y) => y.data())), want);
          deepEqual([...again.stateDict().keys()], [...state.keys()]);
        }
      });
    }
  }
}

Deno.test("norms whose weights are halves take rows of f32 as those of the widened weights", async () => {
  for (const dtype of ["f16", "bf16"] as const) {
    using x = tensor([[1, -2, 3], [0.5, 4, -1]]);
    for (const make of [() => new nn.RmsNorm(3), () => new nn.LayerNorm(3)]) {
      using wide = make().init(1);
      stir(wide, new Generator(2));
      wide.to(dtype).to("f32");
      using narrow = make();
      await narrow.loadStateDict(wide.stateDict());
      narrow.to(dtype);
      const [got, want] = [narrow.forward(x), wide.forward(x)];
      deepEqual([got.dtype, await got.data()], ["f32", await want.data()]);
    }
  }
});
