/**
 * Layers against PyTorch's values and gradients (test/golden/make/layers.py), eager and recorded. A case's layer is
 * found by its name among the layers that mod.ts exports.
 */
import { deepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as wick from "../../mod.ts";
import { repositoryPath } from "../shared.ts";

/** Whether a golden of a layer that does not exist fails; else it is counted as ignored. */
const MISSING_LAYERS_FAIL = true;

interface Values {
  shape: number[];
  data: number[];
}
interface Case {
  layer: string;
  args: unknown[];
  training: boolean;
  state: Record<string, Values>;
  inputs: (Values & { dtype: "f32" | "i32" | "u8" })[];
  options: Record<string, { input: number }> | null;
  expected: Values;
  tolerance: number;
  gradients: { inputs: (number[] | null)[]; state: Record<string, number[]> };
  /** Buffers after forward. */
  after?: Record<string, number[]>;
  note?: string;
}
type Tensor = wick.Tensor;

/** What all layers offer. */
interface Layer extends Disposable {
  load(weights: ReadonlyMap<string, Tensor>): Layer;
  requiresGrad(): Layer;
  train(on: boolean): Layer;
  /** A result, or (recurrent layers) several of which `output` is compared. */
  forward(...inputs: unknown[]): Tensor | { output: Tensor };
  namedParameters(): ReadonlyMap<string, Tensor>;
  stateDict(): ReadonlyMap<string, Tensor>;
}
type LayerClass = new (...args: unknown[]) => Layer;

const { record, scope, tensor, WasmDevice } = wick;
const layers = (wick as Record<string, unknown>).nn as Record<string, LayerClass> | undefined;
const arrays = { f32: Float32Array, i32: Int32Array, u8: Uint8Array };

async function near(what: string, got: Tensor, { shape, data }: Values, tolerance: number): Promise<void> {
  deepEqual(got.shape, shape, `${what} is of another shape`);
  const values = await got.data();
  data.forEach((want, i) => {
    const close = Math.abs(Number(values[i]) - want) <= tolerance * (1 + Math.abs(want));
    ok(close, `${what}[${i}] is ${values[i]}, expected ${want}`);
  });
}

async function check(given: Case, recorded: boolean): Promise<void> {
  using device = new WasmDevice();
  using own = scope();
  const { state, expected, tolerance, gradients } = given;
  const weights = Object.entries(state).map(([name, { shape, data }]) =>
    [name, tensor(Float32Array.from(data), { shape, device })] as const
  );
  using layer = new layers![given.layer](...given.args).load(new Map(weights)).requiresGrad();
  layer.train(given.training);
  const inputs = given.inputs.map(({ dtype, shape, data }) => {
    const made = tensor(arrays[dtype].from(data), { shape, device, scope: own });
    return dtype === "f32" ? made.requiresGrad() : made;
  });
  const count = expected.data.length;
  const slope = tensor(Float32Array.from({ length: count }, (_, i) => ((i * 37 + 11) % 41 - 20) / 16), {
    shape: expected.shape,
    device,
    scope: own,
  });
  const parameters = layer.namedParameters();
  const options = Object.entries(given.options ?? {}).map(([name, { input }]) => [name, inputs[input]]);
  const once = () => {
    const result = layer.forward(inputs[0], ...(options.length > 0 ? [Object.fromEntries(options)] : []));
    const y = "output" in result ? result.output : result;
    const found = y.backward({ gradient: slope });
    const leaves = inputs.filter((_, i) => gradients.inputs[i]);
    return [y, ...[...leaves, ...parameters.values()].map((leaf) => found.get(leaf))];
  };
  using program = recorded ? record(device, once) : undefined;
  program?.run();
  const [y, ...got] = program?.outputs ?? once();
  await near("the result", y, expected, tolerance);
  for (const [i, data] of gradients.inputs.entries()) {
    if (data) {
      await near(`gradient of input ${i}`, got.shift()!, { shape: given.inputs[i].shape, data }, tolerance);
    }
  }
  deepEqual([...parameters.keys()].sort(), Object.keys(gradients.state).sort());
  for (const name of parameters.keys()) {
    const { shape } = state[name];
    await near(`gradient of ${name}`, got.shift()!, { shape, data: gradients.state[name] }, tolerance);
  }
  for (const [name, data] of Object.entries(given.after ?? {})) {
    await near(
      `${name} afterwards`,
      layer.stateDict().get(name)!,
      { shape: state[name].shape, data },
      tolerance,
    );
  }
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(repositoryPath("test/golden/layers/layers.json"), "utf8"),
);
for (const given of cases) {
  const { layer, args, training, note } = given;
  const name = `${layer}(${args.map((a) => JSON.stringify(a)).join(", ")})${note ? `, ${note},` : ""}`;
  if (layers?.[layer] || MISSING_LAYERS_FAIL) {
    Deno.test(`${name}${training ? "" : " in evaluation"} equals PyTorch's, eager and recorded`, async () => {
      ok(layers?.[layer], `there is no layer ${layer}`);
      for (const recorded of [false, true]) await check(given, recorded);
    });
  } else {
    Deno.test({ name: `${name} (skipped: no such layer yet)`, ignore: true, fn: () => {} });
  }
}
