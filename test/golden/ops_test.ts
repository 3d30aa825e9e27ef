/**
 * Ops against PyTorch's values and gradients (test/golden/make/ops.py): as the case lays its inputs out, transposed
 * and narrowed in memory, and recorded. A case's op is found by its name.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as wick from "../../mod.ts";
import { repositoryPath } from "../shared.ts";
import { isNear } from "../near.ts";
import { laidOut, type Layout } from "../tensor/layouts.ts";
import { find, type GoldenCall, gradientsOf, type Numbers, plain, results, run, slopeOf } from "./calls.ts";

interface Case extends GoldenCall {
  inputs: { dtype: "f32" | "f64" | "i32" | "bool"; shape: number[]; data: Numbers }[];
  expected: { shape: number[]; data: Numbers }[];
  gradients?: (Numbers | null)[];
  note?: string;
  tolerance?: number;
  /** The op with which this form of the call came. */
  needs?: string;
  /** Inputs that the op takes in this layout alone [none]. */
  dense?: number[];
}

const { defaultDevice, record, scope, tensor } = wick;
type Tensor = wick.Tensor;

function exists(given: Case): boolean {
  return find(given) !== undefined && (!given.needs || find({ ...given, op: given.needs }) !== undefined);
}

function inputsOf(given: Case, layout: Layout, own: wick.Scope): Tensor[] {
  return given.inputs.map(({ dtype, shape, data }, i) => {
    if (dtype === "i32") return tensor(Int32Array.from(plain(data)), { shape, scope: own });
    if (dtype === "bool") return tensor(Uint8Array.from(plain(data)), { shape, dtype, scope: own });
    const way = given.dense?.includes(i) ? "dense" : layout;
    const made = laidOut({ data: plain(data), shape }, way, own, { dtype: dtype === "f64" ? dtype : "f32" });
    return given.gradients?.[i] ? made.requiresGrad() : made;
  });
}

/** Ops whose result's shape depends on values, so that they give promises and cannot be recorded. */
const waits = ["maskedSelect", "nonzero"];

async function compare(what: string, got: Tensor, shape: number[], data: Numbers, tolerance: number) {
  deepEqual(got.shape, shape, `${what} is of another shape`);
  const values = Array.from<number | bigint, number>(await got.data(), Number);
  plain(data).forEach((want, i) => {
    ok(isNear(values[i], want, tolerance * (1 + Math.abs(want))), `${what}[${i}] is ${values[i]}, expected ${want}`);
  });
}

/** Runs a case, compares, and gives all numbers that came out: equal texts are equal bits, but for NaN's. */
async function check(given: Case, layout: Layout, recorded: boolean): Promise<string[]> {
  using own = scope();
  const inputs = inputsOf(given, layout, own);
  const dtype = inputs[0]?.dtype === "f64" ? "f64" : "f32";
  const slopes = given.expected.map(({ shape }) => tensor(slopeOf(shape), { dtype, shape, scope: own }));
  const all = (value: unknown) => {
    const ys = results(value, own, given.results);
    return [...ys, ...(given.gradients ? gradientsOf(inputs, ys, slopes) : [])];
  };
  using program = recorded ? record(defaultDevice(), () => all(run(given, inputs))) : undefined;
  program?.run();
  const got = program?.outputs ?? all(await run(given, inputs));
  const { expected, tolerance = 1e-5 } = given;
  for (const [i, { shape, data }] of expected.entries()) {
    await compare(expected.length > 1 ? `result ${i}` : "the result", got[i], shape, data, tolerance);
  }
  let at = expected.length;
  for (const [i, data] of given.gradients?.entries() ?? []) {
    if (data) await compare(`gradient ${i}`, got[at++], given.inputs[i].shape, data, 2 * tolerance);
  }
  return await Promise.all(got.map(async (y) => (await y.data()).join()));
}

async function checkAll(given: Case): Promise<void> {
  const shapes = given.inputs.map(({ shape }) => `[${shape}]`).join(" ");
  const name = `${given.op} ${shapes} ${JSON.stringify(given.args)} ${given.note ?? ""}`;
  const ways: [Layout, boolean][] = [["dense", false], ["transposed", false], ["narrowed", false], [
    "dense",
    true,
  ]];
  let held: number | undefined;
  let first: string[] | undefined;
  for (const [layout, recorded] of ways) {
    if (recorded && waits.includes(given.op)) continue;
    const way = `${name} ${recorded ? "recorded" : layout}`;
    try {
      const got = await check(given, layout, recorded);
      first ??= got;
      if (recorded) deepEqual(got, first, "other bits than eager");
    } catch (error) {
      throw new Error(`${way}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
    const live = defaultDevice().live().storages; // not its bytes: the kernels' scratch grows
    if (held !== undefined) equal(live, held, `${way} left memory behind`);
    held = live; // constants are made in the first pass
  }
}

const folder = repositoryPath("test/golden/ops");
for (const file of readdirSync(folder).sort()) {
  const { cases }: { cases: Case[] } = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
  const groups = Map.groupBy(cases, ({ op, needs }) => needs ? `${op} as came with ${needs}` : op);
  for (const [op, group] of groups) {
    const family = file.replace(".json", "");
    Deno.test(`${family}: ${op} equals PyTorch's in ${group.length} cases`, async () => {
      ok(exists(group[0]), `there is no op ${op}`);
      for (const given of group) await checkAll(given);
    });
  }
}
