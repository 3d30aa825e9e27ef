/**
 * Ops on integers against PyTorch's values and dtypes (test/golden/make/integers.py), NumPy's where PyTorch has no
 * uint32: as they lie, and transposed in memory.
 */
import { deepEqual, equal } from "node:assert/strict";
import { type PlainDtype, type Scope, scope, Tensor, tensor } from "../../mod.ts";
import { readGolden } from "../golden_file.ts";

/** A tensor, its elements as text of all their digits. */
interface Told {
  dtype: PlainDtype;
  shape: number[];
  data: string[];
}
interface Case {
  op: string;
  inputs: Told[];
  args: unknown[];
  expected: Told[];
}

const { cases } = readGolden<{ cases: Case[] }>("integers.json");

function made({ dtype, shape, data }: Told, isTurned: boolean, own: Scope): Tensor {
  const x = tensor(data.map(BigInt), { dtype, shape, scope: own });
  return isTurned ? x.transpose(0, -1).contiguous().transpose(0, -1) : x;
}

/** Results in order: one tensor, or the values and indices of several. */
function results(value: unknown): Tensor[] {
  return value instanceof Tensor ? [value] : Object.values(value as Record<string, Tensor>);
}

/** PyTorch's indices are int64, as are its median's: ours are i32. */
const INDICES = ["sort", "topK"];

async function check({ op, inputs, args, expected }: Case, isTurned: boolean): Promise<void> {
  using own = scope();
  const [x, ...others] = inputs.map((told) => made(told, isTurned, own));
  const given = args.map((a) => typeof a === "object" && a && "input" in a ? others[Number(a.input) - 1] : a);
  const method = (x as unknown as Record<string, (...args: unknown[]) => unknown>)[op];
  const got = results(method.apply(x, given));
  for (const [i, { dtype, shape, data }] of expected.entries()) {
    const label = `${op} of ${inputs.map((t) => `${t.dtype}[${t.shape}]`)} by ${JSON.stringify(args)}, result ${i}`;
    equal(got[i].dtype, i === 1 && INDICES.includes(op) ? "i32" : dtype, label);
    deepEqual(got[i].shape, shape, label);
    deepEqual(Array.from<number | bigint, string>(await got[i].data(), String), data, label);
  }
}

for (const [op, group] of Map.groupBy(cases, (c) => c.op)) {
  Deno.test(`${op} of integers equals PyTorch's in ${group.length} cases`, async () => {
    for (const given of group) for (const isTurned of [false, true]) await check(given, isTurned);
  });
}
