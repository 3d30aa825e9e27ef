/**
 * Every row of the kernel table states how to go back through it, and does: each op of the op table is called with
 * inputs that require a gradient, which it must give (held to central differences, in f32 and, where it takes them, in
 * f64, f16 and bf16) or refuse; the rows that it ran forth and back are what the table says.
 */
import { deepEqual, match, ok, rejects } from "node:assert/strict";
import { noGrad, rope, type Tensor } from "../../mod.ts";
import { kernels } from "../../src/device/kernels/mod.ts";
import { type Call, entries } from "../ops/entries.ts";
import { bendsAt, direction, lossAt, outcome, rowsIn, slopesAt, startOf, type Values } from "../ops/trace.ts";

const STEP = 1 / 128; // less than half of what lies between values
const TOLERANCE = 5e-3; // of 1 + the largest: of the differences, which f32 rounds
/** What an op in a dtype may differ from f32. */
const ROUNDING = { f64: 1e-5, f16: 1e-2, bf16: 8e-2, f8e4m3: 0.15 } as const;
/** Ops that take no more of a tensor than its shape, or depend on nothing by what they are for. */
const CONSTANT = ["Tensor.detach", "zerosLike", "onesLike", "fullLike", "emptyLike"];

/** Rows that ran, by the calls that a gradient was checked of. */
interface Seen {
  readonly forth: Set<string>;
  /** For each row that ran in a call, the rows that ran on the way back. */
  readonly back: Map<string, Set<string>>;
}

function near(what: string, got: Float32Array, want: ArrayLike<number>, tolerance: number): void {
  const bound = tolerance * (1 + Math.max(0, ...Array.from(want, Math.abs)));
  deepEqual(got.length, want.length, `${what}: lengths`);
  got.forEach((v, i) => ok(Math.abs(v - want[i]) <= bound, `${what}[${i}] is ${v}, not ${want[i]}`));
}

/** Values with those of one input, or of several, moved. */
function moved(values: Values, by: (input: number, i: number) => number): Values {
  return values.map((v, input) => v && v.map((x, i) => x + by(input, i)));
}

/** Central differences of the loss with respect to one input. */
async function differences(call: Call, values: Values, input: number): Promise<number[]> {
  const slopes: number[] = [];
  for (let e = 0; e < values[input]!.length; e++) {
    const at = async (step: number) =>
      (await lossAt(call, moved(values, (k, i) => k === input && i === e ? step : 0)))!;
    slopes.push((await at(STEP) - await at(-STEP)) / (2 * STEP));
  }
  return slopes;
}

/** Holds a call to what it says of gradients; what ran goes into `seen`. */
async function hold(name: string, call: Call, seen: Seen): Promise<void> {
  const values = startOf(call);
  const leaves: number[] = [];
  for (const [input, v] of values.entries()) {
    if (!v) continue;
    const what = await outcome(call, input);
    ok(what !== "nothing" || CONSTANT.includes(name), `${name} silently gives input ${input} no gradient`);
    if (what === "gradient") leaves.push(input);
  }
  if (leaves.length === 0) return;
  const fused = await slopesAt(call, values, leaves);
  const composed = await slopesAt(call, values, leaves, { composed: true });
  const smooth = call.rounds ? { ...call, op: (x: Tensor) => x.mul(1) } : call;
  const tolerance = call.rounds ?? TOLERANCE;
  for (const [k, input] of leaves.entries()) {
    const want = await differences(smooth, values, input);
    near(`${name}: gradient of input ${input}`, fused.gradients[k], want, tolerance);
    near(`${name}: gradient of input ${input}, composed`, composed.gradients[k], want, tolerance);
  }
  const bends = call.rounds ? [] : await curvature(name, call, values, leaves);
  note(seen, fused.forth, [fused.back, composed.back, bends]);
  for (const dtype of ["f64", "f16", "bf16", "f8e4m3"] as const) {
    await holdIn(dtype, name, call, leaves, seen);
  }
}

/** Holds gradients of gradients to differences of gradients; gives the rows that ran. */
async function curvature(name: string, call: Call, values: Values, leaves: number[]): Promise<string[]> {
  const { bends, back, refused } = await bendsAt(call, values, leaves);
  if (refused) return [];
  const along = values.map((v) => v && direction(v.length));
  const at = async (step: number) => {
    const there = moved(values, (k, i) => leaves.includes(k) ? step * along[k]![i] : 0);
    return (await slopesAt(call, there, leaves)).gradients;
  };
  const [above, below] = [await at(STEP), await at(-STEP)];
  for (const k of leaves.keys()) {
    const want = Array.from(above[k], (v, i) => (v - below[k][i]) / (2 * STEP));
    near(
      `${name}: curvature of input ${leaves[k]}`,
      bends?.[k] ?? new Float32Array(want.length),
      want,
      TOLERANCE,
    );
  }
  return back;
}

/** Holds the gradients in another dtype to those in f32. */
async function holdIn(
  dtype: keyof typeof ROUNDING,
  name: string,
  call: Call,
  leaves: number[],
  seen: Seen,
): Promise<void> {
  if (!await rowsIn(call, dtype)) return;
  const values = startOf(call).map((v) => v && v.map((x) => rounded(x, dtype)));
  const want = (await slopesAt(call, values, leaves)).gradients;
  let found;
  try {
    found = await slopesAt(call, values, leaves, { dtype });
  } catch (error) {
    // gradients in f8e4m3 pass through moves alone: it has no arithmetic to sum them with
    ok(/requires a gradient|Cannot (sum|add) f8e4m3/.test(String(error)), `${name} in ${dtype}: ${error}`);
    return;
  }
  want.forEach((w, k) =>
    near(`${name} in ${dtype}: input ${leaves[k]}`, found.gradients[k], w, ROUNDING[dtype])
  );
  note(seen, found.forth, [found.back]);
}

/** What a dtype holds of the bits of an f32; of those that startOf draws f16 and f64 hold all. */
const BITS = { f64: 0xffffffff, f16: 0xffffffff, bf16: 0xffff0000, f8e4m3: 0xfff00000 };

/** Toward zero. */
function rounded(value: number, dtype: keyof typeof BITS): number {
  const word = new Uint32Array(Float32Array.of(value).buffer);
  word[0] &= BITS[dtype];
  return new Float32Array(word.buffer)[0];
}

function note(seen: Seen, forth: readonly string[], back: readonly (readonly string[])[]): void {
  for (const row of forth) seen.forth.add(row);
  const after = back.flat();
  for (const row of [...forth, ...after]) {
    const known = seen.back.get(row) ?? new Set();
    for (const b of after) known.add(b);
    seen.back.set(row, known);
  }
}

Deno.test("every row with a gradient is reached by an op whose gradient equals differences", async (t) => {
  const seen: Seen = { forth: new Set(), back: new Map() };
  for (const [name, { calls }] of Object.entries(entries)) {
    await t.step(name, async () => {
      for (const call of calls) await hold(name, call, seen);
    });
  }
  for (const { name, gradient } of kernels.values()) {
    if (typeof gradient === "object" && "none" in gradient) continue;
    await t.step(`row ${name}`, () => {
      const ran = seen.back.get(name);
      ok(ran, `no checked gradient leads through ${name}`);
      if (gradient === "ops") return;
      for (const row of gradient) {
        ok(kernels.has(row), `${name} names ${row}, which is no row`);
        ok(ran.has(row), `${name} names ${row}, which does not run on the way back`);
      }
    });
  }
});

Deno.test("a row without a gradient says why, and no op that it computes alone has one", async () => {
  for (const { name, gradient } of kernels.values()) {
    if (typeof gradient === "object" && "none" in gradient) {
      ok(gradient.none.length > 5, `${name} says nothing`);
    }
  }
  for (const [name, { calls }] of Object.entries(entries)) {
    for (const call of calls) {
      const rows = await rowsIn(call, "f32");
      const gradient = rows?.length === 1 ? kernels.get(rows[0])!.gradient : "ops";
      if (typeof gradient !== "object" || !("none" in gradient)) continue;
      for (const [input, v] of startOf(call).entries()) {
        if (v) {
          ok(await outcome(call, input) !== "gradient", `${name}: ${rows![0]} says that it has no gradient`);
        }
      }
    }
  }
});

Deno.test("an op refuses an input that it has no gradient of", async () => {
  const table: Call = { inputs: [[2, 1, 4], [3, 4]], op: (x, angles) => rope(x, angles) };
  deepEqual(await outcome(table, 0), "gradient");
  match(JSON.stringify(await outcome(table, 1)), /Cannot rope by a tensor that requires a gradient/);
  const ids = { ids: [2], below: 2 };
  const taken: Call = { inputs: [[2, 3], ids], op: (x, i) => x.to("f8e4m3").indexSelect(0, i) };
  match(
    JSON.stringify(await outcome(taken, 0)),
    /Cannot indexSelect .* its gradient takes f32, f64, f16 or bf16/,
  );
  const gathered: Call = { inputs: [[2], ids], op: (x, i) => x.to("f8e4m3").gather(0, i) };
  match(
    JSON.stringify(await outcome(gathered, 0)),
    /Cannot gather .* its gradient takes f32, f64, f16 or bf16/,
  );
});

Deno.test("an op that lost its gradient is found, and one whose gradient is wrong", async () => {
  const seen: Seen = { forth: new Set(), back: new Map() };
  const silent: Call = { inputs: [[2, 3]], op: (x) => noGrad(() => x.exp()) };
  await rejects(hold("silent", silent, seen), /silently gives input 0 no gradient/);
  const partly: Call = { inputs: [[2, 3], [3]], op: (x, w) => x.mul(w.detach()) };
  await rejects(hold("partly", partly, seen), /silently gives input 1 no gradient/);
  const wrong: Call = { inputs: [[2, 3]], op: (x) => x.mul(x.detach()) };
  await rejects(hold("wrong", wrong, seen), /gradient of input 0/);
});
