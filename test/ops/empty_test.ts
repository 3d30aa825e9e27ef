/**
 * Every op of the op table with an extent of 0 in place of another: what f32 gives, f64, f16 and bf16 give too, in
 * shape, values and gradients, or all refuse it by the same code.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type PlainDtype, scope, Tensor, WickError } from "../../mod.ts";
import { isFloat } from "../../src/tensor/dtype.ts";
import { type Call, entries, type Given } from "./entries.ts";
import { inputsOf, startOf } from "./trace.ts";

/** What an op gives, in a form that can be compared; or the code by which it refuses. */
type Outcome = string | { shapes: number[][]; values: unknown[]; slopes: unknown[] };

/** The same call with every extent of `from` as 0, or undefined where none is. */
function emptied(call: Call, from: number): Call | undefined {
  let found = false;
  const less = (shape: readonly number[]) => shape.map((n) => n === from ? (found = true, 0) : n);
  const inputs = call.inputs.map((given): Given => {
    if (Array.isArray(given)) return less(given);
    const { positive, ids, mask } = given as { positive?: number[]; ids?: number[]; mask?: number[] };
    if (positive) return { ...given, positive: less(positive) };
    if (ids) return { ...given, ids: less(ids) } as Given;
    return mask ? { ...given, mask: less(mask) } as Given : given;
  });
  return found ? { ...call, inputs } : undefined;
}

async function outcome(call: Call, dtype: PlainDtype): Promise<Outcome> {
  using own = scope();
  try {
    const values = startOf(call);
    const leaves = values.flatMap((v, i) => v && isFloat(dtype) ? [i] : []);
    let made = inputsOf(call, values, own, dtype, leaves);
    let result;
    try {
      result = await call.op(...made.handed);
    } catch (error) {
      if (!(error instanceof WickError && /requires a gradient|gradient/.test(error.message))) throw error;
      made = inputsOf(call, values, own, dtype, []);
      result = await call.op(...made.handed);
    }
    const all = (result instanceof Tensor ? [result] : Object.values(result)) as Tensor[];
    for (const y of all) if (!y.scope) own.own(y);
    const slopes: unknown[] = [];
    const grown = all.filter((y) => y.variable);
    if (grown.length > 0) {
      const loss = grown.map((y) => y.to("f64").sum()).reduce((a, b) => a.add(b));
      const gradients = loss.backward();
      for (const leaf of made.leaf) slopes.push(await gradients.find(leaf)?.toArray() ?? "none");
    }
    return {
      shapes: all.map((y) => [...y.shape]),
      values: await Promise.all(all.map((y) => y.toArray())),
      slopes,
    };
  } catch (error) {
    if (error instanceof WickError) return error.code === "DTYPE_MISMATCH" ? "dtype" : error.code;
    throw error;
  }
}

const numbers = (value: unknown): number[] => [value].flat(Infinity as 1) as number[];

/** Equal but for rounding to half of 16 bits. */
function near(what: string, got: unknown, want: unknown): void {
  const [a, b] = [numbers(got), numbers(want)];
  equal(a.length, b.length, what);
  a.forEach((v, i) => {
    const [x, y] = [Number(v), Number(b[i])];
    ok(Object.is(x, y) || Math.abs(x - y) <= 0.05 * (1 + Math.abs(y)), `${what}: ${x}, not ${y}`);
  });
}

for (const [name, { calls }] of Object.entries(entries)) {
  Deno.test(`${name} of nothing is the same in every float dtype`, async () => {
    for (const [c, call] of calls.entries()) {
      for (const from of [1, 2, 3, 4, 5, 6]) {
        const empty = emptied(call, from);
        if (!empty || !startOf(empty).some((v) => v)) continue;
        const base = await outcome(empty, "f32");
        for (const dtype of ["f64", "f16", "bf16"] as const) {
          const got = await outcome(empty, dtype);
          const what = `${name}, call ${c}, ${from} as 0, ${dtype}`;
          if (got === "dtype") continue; // a dtype that the op does not take
          if (typeof base === "string" || typeof got === "string") deepEqual(got, base, what);
          else {
            deepEqual(got.shapes, base.shapes, what);
            if (/random|dropout|rand|bernoulli|multinomial/i.test(name)) continue;
            near(what, got.values, base.values);
            near(`${what}: gradients`, got.slopes, base.slopes);
          }
        }
      }
    }
  });
}
