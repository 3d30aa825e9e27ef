/**
 * Ops in every dtype against PyTorch's values, result dtypes and (in f64) gradients: test/golden/make/dtypes.py. A dtype
 * that an op refuses here is one that docs/ops.md does not list for it.
 */
import { deepEqual, ok } from "node:assert/strict";
import { type PlainDtype, type Scope, scope, type Tensor, tensor, WickError } from "../../mod.ts";
import { isHalf } from "../../src/tensor/dtype.ts";
import { readGolden } from "../golden_file.ts";
import { isNear } from "../near.ts";
import { type GoldenCall, gradientsOf, type Numbers, plain, results, run, slopeOf } from "./calls.ts";

interface Result {
  readonly dtype: PlainDtype | "own";
  readonly shape: number[];
  readonly data: Numbers;
}

/** A call in all dtypes. */
interface Case extends GoldenCall {
  readonly inputs: { readonly shape: number[]; readonly data: number[]; readonly dtype?: PlainDtype }[];
  readonly expected: { readonly dtypes: PlainDtype[]; readonly results: Result[] }[];
  /** Dtypes that PyTorch does not take. */
  readonly refused?: PlainDtype[];
  /** Of f64. */
  readonly gradients?: (Numbers | null)[];
}

/** Relative to 1 + the value: halves are rounded once here, and within the op there. */
const TOLERANCES: Partial<Record<PlainDtype, number>> = { f64: 1e-11, f32: 2e-6, f16: 2e-3, bf16: 1.6e-2 };

/** Indices and counts are i32 here, i64 in PyTorch (docs/decisions/0013): of ops that give values first, and alone. */
const gives = {
  values: ["sort", "topK", "cummax", "cummin", "median"],
  indices: ["argmax", "argmin", "argsort", "nonzero", "countNonzero"],
};

const { cases } = readGolden<{ cases: Case[] }>("dtypes.json");

for (const [op, group] of Map.groupBy(cases, ({ op }) => op)) {
  Deno.test(`${op} gives in every dtype that it takes what PyTorch gives`, async () => {
    for (const given of group) {
      for (const { dtypes, results } of given.expected) {
        for (const dtype of dtypes) await check(given, dtype, results);
      }
    }
  });
}

async function check(given: Case, dtype: PlainDtype, expected: readonly Result[]): Promise<void> {
  using own = scope();
  const what = `${given.op}(${JSON.stringify(given.args)}) in ${dtype}`;
  const inputs = inputsOf(given, dtype, own);
  const value = await unlessRefused(() => run(given, inputs));
  if (value === undefined) return;
  const ys = results(value, own, given.results);
  for (const [i, want] of expected.entries()) {
    const isIndex = i === 1 && gives.values.includes(given.op) || gives.indices.includes(given.op);
    const here = isIndex ? { ...want, dtype: "i32" as const } : want;
    await compare(`${what}: result ${i}`, ys[i], here, dtype);
  }
  if (dtype !== "f64" || !ys.some((y) => y.variable)) return;
  const slopes = ys.map(({ shape, dtype }) => tensor(slopeOf(shape), { shape, scope: own }).to(dtype as PlainDtype));
  const found = gradientsOf(inputs, ys, slopes);
  const wanted = given.gradients!.filter((g) => g !== null);
  deepEqual(found.length, wanted.length, `${what}: gradients`);
  for (const [i, data] of wanted.entries()) {
    await compare(`${what}: gradient ${i}`, found[i], { dtype: "own", shape: [...found[i].shape], data }, dtype);
  }
}

/** Undefined where the op does not take a dtype, or has no gradient in it. */
async function unlessRefused(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof WickError)) throw error;
    if (/_MISMATCH$/.test(error.code) || /its gradient takes/.test(error.message)) return undefined;
    throw error;
  }
}

function inputsOf(given: Case, dtype: PlainDtype, own: Scope): Tensor[] {
  return given.inputs.map(({ shape, data, dtype: fixed }, i) => {
    const whole = tensor(data, { dtype: "i64", scope: own });
    const x = whole.to(fixed ?? dtype).reshape(...shape); // unsigned integers have the low bits of what is negative
    return dtype === "f64" && given.gradients?.[i] ? x.detach().requiresGrad() : x;
  });
}

async function compare(what: string, got: Tensor, { dtype, shape, data }: Result, own: PlainDtype) {
  deepEqual(got.shape, shape, `${what} is of another shape`);
  const wanted = dtype === "own" ? own : dtype;
  ok(got.dtype === wanted, `${what} is ${got.dtype}, not ${wanted}`);
  const values = await numbersOf(got);
  const tolerance = (isHalf(own) ? TOLERANCES[own] : TOLERANCES[got.dtype as PlainDtype]) ?? 0;
  plain(data).forEach((want, i) => {
    ok(isNear(values[i], want, tolerance * (1 + Math.abs(want))), `${what}[${i}] is ${values[i]}, not ${want}`);
  });
}

async function numbersOf(x: Tensor): Promise<number[]> {
  using wide = isHalf(x.dtype) ? x.to("f32") : x.detach();
  return Array.from<number | bigint, number>(await wide.data(), Number);
}
