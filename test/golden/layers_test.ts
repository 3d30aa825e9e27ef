/**
 * Layers against PyTorch's values and gradients (test/golden/make/layers.py), loaded by PyTorch's own names, eager and
 * recorded.
 */
import { deepEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { defaultDevice, nn, noGrad, record, scope, Tensor, tensor } from "../../mod.ts";
import { repositoryPath } from "../shared.ts";
import { near } from "../tensor/differences.ts";

interface Values {
  shape: number[];
  data: number[];
}
interface Case {
  layer: string;
  args: unknown[];
  training: boolean;
  state: Record<string, Values>;
  inputs: (Values & { dtype: "f32" | "i32" })[];
  expected: Values[];
  gradients: (number[] | null)[];
  parameterGradients: Record<string, number[]>;
  after?: Record<string, number[]>;
}

/** Relative to 1 + the value. */
const TOLERANCE = 1e-5;

/** Any layer, by what the cases ask of it. */
type AnyLayer = nn.Module & { forward(x: Tensor, more?: unknown): Tensor | nn.RecurrentResult };

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(repositoryPath("test/golden/layers/layers.json"), "utf8"),
);

function made({ layer, args, state, training }: Case): AnyLayer {
  const kind = (nn as unknown as Record<string, new (...args: unknown[]) => AnyLayer>)[layer];
  const tensors = Object.entries(state).map(([name, { shape, data }]) =>
    [name, tensor(Float32Array.from(data), { shape })] as const
  );
  const joined = new Map(tensors);
  const made = new kind(...args).load(nn.splitProjections(joined)).requiresGrad().train(training);
  for (const [name, tensor] of joined) if (/in_proj/.test(name)) tensor.dispose(); // its parts hold what they view
  return made;
}

function called(layer: AnyLayer, [x, ...more]: Tensor[]): Tensor[] {
  const second = more.length === 0
    ? undefined
    : layer instanceof nn.MultiHeadAttention
    ? { memory: more[0] }
    : more;
  const y = layer.forward(x, second);
  return "output" in y ? [y.output, ...y.state] : [y];
}

for (const [i, given] of cases.entries()) {
  const title = `${given.layer}(${given.args.map((a) => JSON.stringify(a)).join(", ")})`;
  Deno.test(`${i}: ${title} ${given.training ? "" : "in inference "}agrees with PyTorch`, async () => {
    await run(given); // the device's own constants come with the first
    const before = defaultDevice().live();
    await run(given);
    deepEqual(defaultDevice().live(), before, "nothing is left behind");
  });
}

/** Results, gradients and buffers of a case, eager and recorded. */
async function run(given: Case): Promise<void> {
  using own = scope();
  const xs = given.inputs.map(({ dtype, shape, data }) => {
    const x = tensor((dtype === "f32" ? Float32Array : Int32Array).from(data), { shape, scope: own });
    return dtype === "f32" ? x.requiresGrad() : x;
  });
  using module = made(given);
  using replayed = made(given);
  const slopes = given.expected.map(({ shape, data }) =>
    tensor(Float32Array.from(data, (_, i) => ((i * 37 + 11) % 41 - 20) / 16), { shape, scope: own })
  );
  using program = record(defaultDevice(), () => stepped(replayed, xs, slopes));
  program.run();
  await agree(given, module, stepped(module, xs, slopes));
  await agree(given, replayed, program.outputs);
  for (const y of program.outputs) y.dispose();
  freely(module, xs);
}

/** Results, then the gradients of inputs that have one and of parameters, all of the sum of results times slopes. */
function stepped(module: AnyLayer, xs: Tensor[], slopes: readonly Tensor[]): Tensor[] {
  const results = called(module, xs);
  const loss = results.map((y, i) => y.mul(slopes[i]).reshape(-1).sum(0)).reduce((a, b) => a.add(b));
  const found = loss.backward();
  const leaves = [...xs.filter((x) => x.variable), ...module.namedParameters().values()];
  return [...results, ...leaves.map((leaf) => found.get(leaf))];
}

async function agree(given: Case, module: AnyLayer, got: readonly Tensor[]): Promise<void> {
  const left = got.values();
  const close = async (what: string, { shape, data }: Values, y = left.next().value!) => {
    deepEqual(y.shape, shape, `${what} is of another shape`);
    near(await y.data(), data, TOLERANCE, what);
  };
  for (const [i, want] of given.expected.entries()) await close(`result ${i}`, want);
  for (const [i, data] of given.gradients.entries()) {
    if (data) await close(`gradient ${i}`, { shape: given.inputs[i].shape, data });
  }
  using own = scope();
  const wanted = nn.splitProjections(
    new Map(
      Object.entries(given.parameterGradients).map(([name, data]) => {
        return [name, tensor(Float32Array.from(data), { shape: given.state[name].shape, scope: own })];
      }),
    ),
  );
  deepEqual([...module.namedParameters().keys()].sort(), [...wanted.keys()].sort());
  for (const name of module.namedParameters().keys()) {
    const want = wanted.get(name)!;
    await close(`gradient of ${name}`, { shape: [...want.shape], data: [...await want.data()] as number[] });
  }
  for (const [name, data] of Object.entries(given.after ?? {})) {
    await close(`${name} afterwards`, { shape: given.state[name].shape, data }, module.stateDict().get(name)!);
  }
}

/** Inputs of no scope: what a layer makes on the way goes, what it gives is the caller's. */
function freely(module: AnyLayer, inputs: Tensor[]): void {
  const own = inputs.map((x) => x.detach()).map((x) => new Tensor(x.storage.retain(), x.dtype, x.shape));
  const before = defaultDevice().live();
  noGrad(() => {
    for (const y of called(module, own)) y.dispose();
  });
  deepEqual(defaultDevice().live(), before, "nothing is left behind outside scopes");
  for (const x of own) x.dispose();
}
