/**
 * Every op of the op table gives the same bits wherever its inputs lie (turned around with gaps, or cut out of longer
 * rows), and so does its gradient. What adds may do so in the order of memory: it is within the rounding of that.
 */
import { deepEqual, ok } from "node:assert/strict";
import { type Scope, scope, Tensor, tensor, WickError } from "../../mod.ts";
import { type Call, entries, type Given } from "../ops/entries.ts";
import { isNear } from "../near.ts";
import { Random, testSeed } from "../random.ts";
import { laidOut, type Layout } from "./layouts.ts";

const seed = testSeed();

/** Ops that add in the order of memory. */
const SUMS = ["sum", "mean", "var", "std", "norm", "logSumExp", "batchNorm"];
/** Ops whose elements are whatever was there. */
const UNWRITTEN = ["emptyLike"];
/** Of results that add: relative to 1 + the value. */
const ROUNDING = 1e-5;
/** A wider shape, past a vector and a tile, for ops of one matrix. */
const WIDE = [7, 37];

type Draws = readonly Float32Array[];

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function shapeOf(given: Given): readonly number[] {
  if (Array.isArray(given)) return given;
  const { positive, ids, mask } = given as { positive?: number[]; ids?: number[]; mask?: number[] };
  return (positive ?? ids ?? mask)!;
}

/** Numbers that an input takes. */
function drawn(random: Random, given: Given): Float32Array {
  const size = sizeOf(shapeOf(given));
  if ("ids" in given) return Float32Array.from(random.ints(size, 0, given.below - 1));
  if ("mask" in given) return Float32Array.from(random.ints(size, 0, 1));
  const numbers = random.floats(size);
  return "positive" in given ? numbers.map((v) => Math.abs(v) + 0.25) : numbers;
}

function inputOf(given: Given, numbers: Float32Array, layout: Layout, own: Scope): Tensor {
  const values = { data: numbers, shape: shapeOf(given) };
  if ("ids" in given) return laidOut(values, layout, own, { dtype: "i32" });
  const x = laidOut(values, layout, own);
  return "mask" in given ? x.to("bool") : x;
}

/** The op on inputs in a layout: its results, and the gradients of their weighed sum. */
async function numbersOf(call: Call, draws: Draws, layout: Layout): Promise<ArrayLike<number>[]> {
  using own = scope();
  const inputs = call.inputs.map((given, i) => inputOf(given, draws[i], layout, own));
  const ys = await results(call, inputs, own, true) ?? (await results(call, inputs, own, false))!;
  const parts = ys.filter((y) => y.variable).map((y) => y.to("f32").mul(weights(y, own)).sum());
  const found = parts.length > 0 ? parts.reduce((a, b) => a.add(b)).backward() : undefined;
  const slopes = inputs.flatMap((x) => found?.find(x) ?? []);
  return await Promise.all([...ys, ...slopes].map(async (y) => await y.data()));
}

/** Undefined where an input may not require a gradient. */
async function results(
  call: Call,
  inputs: Tensor[],
  own: Scope,
  tracked: boolean,
): Promise<Tensor[] | undefined> {
  const handed = inputs.map((x) => tracked && x.dtype === "f32" ? x.requiresGrad() : x.detach());
  try {
    const value = await call.op(...handed);
    const ys: Tensor[] = value instanceof Tensor ? [value] : Object.values(value);
    for (const y of ys) if (!y.scope) own.own(y);
    return ys;
  } catch (error) {
    if (tracked && error instanceof WickError && /requires a gradient/.test(error.message)) return undefined;
    throw error;
  }
}

function weights(y: Tensor, own: Scope): Tensor {
  const numbers = Float32Array.from({ length: y.size }, (_, i) => ((i * 29 + 11) % 31 - 15) / 16 + 1 / 64);
  return tensor(numbers, { shape: y.shape, scope: own });
}

/** Holds a call in other layouts to itself in the dense one. */
async function hold(name: string, call: Call, random: Random): Promise<void> {
  const draws = call.inputs.map((given) => drawn(random, given));
  const want = await numbersOf(call, draws, "dense");
  for (const layout of ["transposed", "narrowed"] as const) {
    const got = await numbersOf(call, draws, layout).catch((error) => {
      // an operand that is a table: copied by the caller, visibly
      if (error instanceof WickError && /contiguous/.test(error.message)) return undefined;
      throw error;
    });
    if (!got) continue;
    for (const [i, numbers] of want.entries()) {
      const what = `${name}, ${layout}: result ${i}`;
      if (!SUMS.includes(name)) deepEqual(Array.from(got[i]), Array.from(numbers), what); // a NaN is any NaN
      else for (let e = 0; e < numbers.length; e++) same(got[i][e], numbers[e], `${what}[${e}]`);
    }
  }
}

function same(got: number, want: number, what: string): void {
  ok(isNear(got, want, ROUNDING * (1 + Math.abs(want))), `${what} is ${got}, not ${want}`);
}

/** The call on a wider matrix; undefined where the op is not one of a matrix of any shape. */
async function widened(call: Call): Promise<Call | undefined> {
  const [given] = call.inputs;
  const isMatrix = call.inputs.length === 1 && shapeOf(given).length === 2 &&
    !("ids" in given || "mask" in given);
  if (!isMatrix) return undefined;
  const wide: Call = { ...call, inputs: ["positive" in given ? { positive: WIDE } : WIDE] };
  try {
    await numbersOf(wide, [drawn(new Random(1), wide.inputs[0])], "dense");
    return wide;
  } catch (error) {
    if (error instanceof WickError) return undefined;
    throw error;
  }
}

for (const [key, { calls }] of Object.entries(entries)) {
  const own = calls.filter(({ inputs }) => inputs.length > 0 && !inputs.some((given) => "packed" in given));
  const name = key.replace(/^(Tensor|nn)\./, "");
  if (own.length === 0 || UNWRITTEN.includes(name)) continue;
  Deno.test(`${name} gives the same bits wherever its inputs lie`, async () => {
    const random = new Random(seed);
    for (const call of own) {
      await hold(name, call, random);
      const wide = await widened(call);
      if (wide) await hold(name, wide, random);
    }
  });
}
