/**
 * Every op of the op table on inputs of which a dimension is empty: a result, or a WickError, and the same in every dtype
 * of floats that takes the op; the same for gradients, which have the shape and dtype of their inputs.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { scope, Tensor, WickError, zeros } from "../../mod.ts";
import { type Call, entries, type Given } from "./entries.ts";
import { inputsOf, startOf } from "./trace.ts";

type Shape = readonly number[];

function shapeOf(given: Given): Shape {
  if ("ids" in given) return given.ids;
  if ("mask" in given) return given.mask;
  return "positive" in given ? given.positive : given as Shape;
}

function shaped(given: Given, shape: Shape): Given {
  if ("ids" in given) return { ...given, ids: shape };
  if ("mask" in given) return { mask: shape };
  return "positive" in given ? { positive: shape } : shape;
}

/** The call with one dimension of one input empty, and with all of the same extent. */
function emptied(call: Call): Call[] {
  const shapes = call.inputs.map(shapeOf);
  const all = shapes.flatMap((shape, input) =>
    shape.flatMap((extent, dim) =>
      [false, true].map((together) =>
        shapes.map((other, i) =>
          other.map((n, d) => (together ? n === extent : i === input && d === dim) ? 0 : n)
        )
      )
    )
  );
  const different = new Map(all.map((shapes) => [JSON.stringify(shapes), shapes]));
  return [...different.values()].map((shapes) => ({
    ...call,
    inputs: call.inputs.map((given, i) => shaped(given, shapes[i])),
  }));
}

/** Shapes of results, which of their numbers are NaN, and those of gradients; or the code of a refusal. */
async function outcome(
  call: Call,
  dtype: "f32" | "f64" | "f16" | "bf16",
  backward: boolean,
): Promise<unknown> {
  using own = scope();
  const values = startOf(call);
  const leaves = backward ? values.flatMap((v, i) => v ? [i] : []) : [];
  try {
    const { handed, leaf } = inputsOf(call, values, own, dtype, leaves);
    const value = await call.op(...handed);
    const ys: Tensor[] = value instanceof Tensor ? [value] : Object.values(value);
    for (const y of ys) if (!y.scope) own.own(y);
    const told = await Promise.all(ys.map(tell));
    const floats = ys.filter((y) => y.variable).map((y) => y.to("f32").sum());
    if (floats.length === 0) return told;
    const found = floats.reduce((a, b) => a.add(b)).backward();
    return [...told, ...await Promise.all(leaf.map((x) => found.find(x)).map((g) => g && tell(g)))];
  } catch (error) {
    ok(error instanceof WickError, `${error instanceof Error ? error.stack : error}`);
    return error.code;
  }
}

async function tell(y: Tensor): Promise<string> {
  const numbers = await y.to("f32").data();
  return `[${y.shape}] ${Array.from(numbers, (v) => Number.isNaN(v) ? "NaN" : "").join()}`;
}

for (const [name, { calls }] of Object.entries(entries)) {
  const own = calls.filter(({ inputs }) => inputs.length > 0 && !inputs.some((given) => "packed" in given));
  if (own.length === 0) continue;
  Deno.test(`${name} of nothing is the same in every dtype of floats`, async () => {
    for (const call of own.flatMap(emptied)) {
      for (const backward of [false, true]) {
        const what = `${JSON.stringify(call.inputs)} ${backward ? "and back" : ""}`;
        const f32 = await outcome(call, "f32", backward);
        for (const dtype of ["f64", "f16", "bf16"] as const) {
          deepEqual(await outcome(call, dtype, backward), f32, `${what} in ${dtype}`);
        }
      }
    }
  });
}

Deno.test("an extent of -1 is refused where it could be anything", () => {
  using x = zeros([0, 3]);
  for (const shape of [[-1, 3], [3, -1], [-1]]) equal(x.reshape(...shape).size, 0);
  for (const shape of [[0, -1], [-1, 0], [2, 0, -1]]) {
    throws(() => x.reshape(...shape), {
      code: "SHAPE_MISMATCH",
      message: /beside an extent of 0, -1 could be anything/,
    });
  }
});
