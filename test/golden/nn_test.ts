/**
 * Layers against PyTorch's values and gradients (test/golden/make/nn.py), loaded by PyTorch's own names, eager and
 * recorded.
 */
import { deepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { defaultDevice, nn, noGrad, record, type Scope, scope, Tensor, tensor } from "../../mod.ts";
import { repositoryPath } from "../shared.ts";

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

/** Any layer, by what the cases ask of it. */
type AnyLayer = nn.Module & { forward(x: Tensor, more?: unknown): Tensor | nn.RecurrentResult };

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(repositoryPath("test/golden/nn/layers.json"), "utf8"),
);
/** Relative to 1 + the largest value. */
const TOLERANCE = 3e-5;

async function close(what: string, got: Tensor, want: ArrayLike<number>): Promise<void> {
  const values = await got.data();
  deepEqual(values.length, want.length, what);
  const bound = TOLERANCE * (1 + Array.from(want).reduce((a, b) => Math.max(a, Math.abs(b)), 0));
  values.forEach((v, i) => ok(Math.abs(v - want[i]) <= bound, `${what}: ${v} at ${i}, want ${want[i]}`));
}

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

/** The sum of y * dy over all results, with dy as nn.py has it. */
function loss(results: Tensor[], own: Scope): Tensor {
  const slopes = results.map((y) => {
    const dy = Float32Array.from({ length: y.size }, (_, i) => ((i * 37 + 11) % 41 - 20) / 16);
    return y.mul(tensor(dy, { shape: y.shape, scope: own })).reshape(-1).sum(0);
  });
  return slopes.reduce((a, b) => a.add(b));
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
  const { inputs, expected, gradients, parameterGradients, after } = given;
  using own = scope();
  using module = made(given);
  const xs = inputs.map(({ dtype, shape, data }) => {
    const x = tensor((dtype === "f32" ? Float32Array : Int32Array).from(data), { shape, scope: own });
    return dtype === "f32" ? x.requiresGrad() : x;
  });
  using replayed = made(given);
  using program = record(defaultDevice(), () => called(replayed, xs));
  program.run();
  const results = called(module, xs);
  for (const [r, want] of expected.entries()) {
    deepEqual(results[r].shape, want.shape);
    await close(`result ${r}`, results[r], want.data);
    await close(`recorded result ${r}`, program.outputs[r], want.data);
  }
  const found = loss(results, own).backward();
  for (const [n, want] of gradients.entries()) if (want) await close(`gradient ${n}`, found.get(xs[n]), want);
  const want = nn.splitProjections(
    new Map(
      Object.entries(parameterGradients).map(([name, data]) => {
        return [name, tensor(Float32Array.from(data), { shape: given.state[name].shape, scope: own })];
      }),
    ),
  );
  deepEqual([...module.namedParameters().keys()].sort(), [...want.keys()].sort());
  for (const [name, parameter] of module.namedParameters()) {
    await close(`gradient of ${name}`, found.get(parameter), await want.get(name)!.data());
  }
  for (const [name, data] of Object.entries(after ?? {})) {
    await close(`${name} afterwards`, module.stateDict().get(name)!, data);
    await close(`${name} afterwards, recorded`, replayed.stateDict().get(name)!, data);
  }
  for (const y of program.outputs) y.dispose();
  freely(module, xs);
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
