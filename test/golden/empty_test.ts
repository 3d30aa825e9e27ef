/**
 * Ops on tensors without elements, in every dtype of floats, against PyTorch's shapes, values, gradients and refusals:
 * test/golden/make/empty.py.
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type PlainDtype, type Scope, scope, type Tensor, tensor, WickError } from "../../mod.ts";
import { readGolden } from "../golden_file.ts";
import { isNear } from "../near.ts";
import { type GoldenCall, type Numbers, plain, results, run } from "./calls.ts";

type Given = readonly number[] | { readonly dtype: "i32" | "bool"; readonly shape: readonly number[] };

interface Case extends GoldenCall {
  readonly inputs: readonly Given[];
  readonly expected: {
    readonly results: readonly { readonly shape: number[]; readonly data: Numbers }[];
    readonly gradients: readonly (Numbers | null)[] | null;
  } | null;
}

const { cases } = readGolden<{ cases: readonly Case[] }>("empty.json");
const TOLERANCES: Partial<Record<PlainDtype, number>> = { f32: 1e-5, f64: 1e-6, f16: 4e-3, bf16: 3e-2 };

for (const [op, group] of Map.groupBy(cases, ({ op }) => op)) {
  Deno.test(`${op} of nothing is as in PyTorch, in every dtype of floats`, async () => {
    for (const given of group) {
      for (const dtype of ["f32", "f64", "f16", "bf16"] as const) await check(given, dtype);
    }
  });
}

async function check(given: Case, dtype: PlainDtype): Promise<void> {
  using own = scope();
  const what = `${given.op}(${JSON.stringify(given.inputs)}) ${JSON.stringify(given.args)} in ${dtype}`;
  const inputs = given.inputs.map((input) => made(input, dtype, own));
  const { expected } = given;
  const call = async () => results(await run(given, inputs), own, given.results);
  if (!expected) return await rejects(call, (error) => error instanceof WickError, `${what} is taken`);
  const ys = await call();
  equal(ys.length, expected.results.length, what);
  for (const [i, { shape, data }] of expected.results.entries()) {
    deepEqual(ys[i].shape, shape, what);
    await compare(`${what}: result ${i}`, ys[i], data, dtype);
  }
  const floats = ys.filter((y) => y.variable);
  equal(floats.length > 0, expected.gradients !== null, `${what}: whether there is a gradient`);
  if (!expected.gradients) return;
  const found = floats.map((y) => y.sum()).reduce((a, b) => a.add(b)).backward();
  for (const [i, data] of expected.gradients.entries()) {
    if (!data) continue;
    const gradient = found.get(inputs[i]);
    deepEqual([gradient.dtype, ...gradient.shape], [dtype, ...inputs[i].shape], what);
    await compare(`${what}: gradient ${i}`, gradient, data, dtype);
  }
}

async function compare(what: string, y: Tensor, data: Numbers, dtype: PlainDtype): Promise<void> {
  const got = await y.to("f64").data<Float64Array>();
  plain(data).forEach((want, i) => {
    ok(isNear(got[i], want, TOLERANCES[dtype]! * (1 + Math.abs(want))), `${what}[${i}] is ${got[i]}, not ${want}`);
  });
}

/** 1, 2, 3 ...; zeros as indices, and truth. */
function made(given: Given, dtype: PlainDtype, own: Scope): Tensor {
  const shape = "dtype" in given ? given.shape : given;
  const size = shape.reduce((a, b) => a * b, 1);
  if (!("dtype" in given)) {
    return tensor(Float64Array.from({ length: size }, (_, i) => i + 1), { shape, scope: own }).to(dtype).detach()
      .requiresGrad();
  }
  return given.dtype === "bool"
    ? tensor(new Uint8Array(size).fill(1), { shape, dtype: "bool", scope: own })
    : tensor(new Int32Array(size), { shape, scope: own });
}
