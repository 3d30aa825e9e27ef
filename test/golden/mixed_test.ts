/**
 * Ops whose operands have different dtypes, truth among them, against PyTorch's values and refusals:
 * test/golden/make/mixed.py.
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type PlainDtype, type Scope, scope, type Tensor, tensor, WickError } from "../../mod.ts";
import { readGolden } from "../golden_file.ts";
import { isNear } from "../near.ts";
import { type GoldenCall, type Numbers, plain, results, run } from "./calls.ts";

interface Case extends GoldenCall {
  readonly inputs: readonly (readonly [PlainDtype, number])[];
  readonly expected: { readonly dtype: PlainDtype; readonly shape: number[]; readonly data: Numbers } | null;
}

interface Golden {
  readonly values: readonly { readonly shape: number[]; readonly data: number[] }[];
  readonly cases: readonly Case[];
}

const { values, cases } = readGolden<Golden>("mixed.json");
const TOLERANCES: Partial<Record<PlainDtype, number>> = { f16: 2e-3, bf16: 1.6e-2 };

/** What is otherwise here, and why. */
const OTHERWISE: Record<string, (given: Case) => boolean> = {
  "a difference with truth is NumPy's, where a number stands beside it": ({ op, inputs }) =>
    op === "sub" && (inputs.length === 1 || inputs.some(([dtype]) => dtype !== "bool")),
  "truth is 0 or 1 where it is negated, or the larger of it and 0": ({ op }) =>
    ["neg", "abs", "relu"].includes(op),
  "sign takes floats": ({ op }) => op === "sign",
  "weights have the dtype of the logits": ({ op, inputs }) => op === "bceWithLogits" && inputs[2][0] === "f64",
  "1 + w and w - 1 wrap in PyTorch's integers": ({ op, inputs }) =>
    op === "bceWithLogits" && (inputs[2][0] === "u8" || inputs[2][0] === "bool"),
};

for (const [op, group] of Map.groupBy(cases, ({ op }) => op)) {
  Deno.test(`${op} takes operands of other dtypes as PyTorch, or refuses them`, async () => {
    for (const given of group) {
      if (!Object.values(OTHERWISE).some((differs) => differs(given))) await check(given);
    }
  });
}

async function check(given: Case): Promise<void> {
  using own = scope();
  const inputs = given.inputs.map((input) => made(input, own));
  const what = `${given.op}(${inputs.join(", ")}) ${JSON.stringify(given.args)}`;
  const { expected } = given;
  if (!expected) {
    return await rejects(async () => {
      results(await run(given, inputs), own);
    }, (error) => error instanceof WickError, `${what} is taken`);
  }
  const [y] = results(await run(given, inputs), own);
  equal(y.dtype, expected.dtype, what);
  deepEqual(y.shape, expected.shape, what);
  const got = await y.to("f64").data<Float64Array>();
  const tolerance = TOLERANCES[given.inputs[0][0]] ?? 2e-6;
  plain(expected.data).forEach((want, i) => {
    ok(isNear(got[i], want, tolerance * (1 + Math.abs(want))), `${what}[${i}] is ${got[i]}, not ${want}`);
  });
}

function made([dtype, at]: readonly [PlainDtype, number], own: Scope): Tensor {
  const { shape, data } = values[at];
  const flat = tensor(data, { scope: own });
  return flat.to(dtype).reshape(...shape);
}
