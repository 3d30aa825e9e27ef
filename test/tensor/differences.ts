/**
 * Holds an op to what it should be: its values, its gradients (fused, composed, and of second order) to differences in
 * float64, on dense, turned, cut and repeated inputs, eager and recorded; its memory to what it was; and its kernels'
 * accesses to their operands.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { defaultDevice, noGrad, record, scope, type Tensor } from "../../mod.ts";
import { inScope } from "../../src/tensor/autograd.ts";
import { debugDevice } from "../device/wasm/debug.ts";
import { isNear } from "../near.ts";
import { Random } from "../random.ts";
import { laidOut, type Layout, layouts, type Values } from "./layouts.ts";
import { gradients, lossOf, type Op, type Reference, type Truth, truthOf } from "./slopes.ts";

/** An op, and what it should give. */
export interface Case {
  op: Op;
  /** [the op itself in f64, or where it does not take that in f32, coarsely] */
  reference?: Reference;
  shapes: readonly (readonly number[])[];
  /** Bends a normal number to one that the op takes, away from its kinks [as it is]. */
  domain?: (v: number, input: number) => number;
  /** The elements of an input [normal ones]. */
  draw?: (random: Random, size: number, input: number) => ArrayLike<number>;
  /** Whether values are drawn farther apart than differences reach: for ops that choose among them [false]. */
  apart?: boolean;
  /** The inputs that are indices, i32 [none]. */
  whole?: readonly number[];
  /** In which layouts [all]: repeated entries are ties for an op that chooses among them. */
  lies?: readonly Layout[];
  /** Whether several ops are held together, whose results on the way go with a scope [false]. */
  composed?: boolean;
  /** Whether it has gradients of gradients [true]. */
  twice?: boolean;
  /** Whether the op uses tensors of the default device beside its inputs [false]. */
  captures?: boolean;
  /** Of values, relative to 1 + the reference [2e-6]. */
  tolerance?: number;
}

/** Layouts without ties. */
export const untied: readonly Layout[] = ["dense", "transposed", "narrowed"];

/** Fails where numbers differ by more than the tolerance times 1 + their size, or are NaN in one alone. */
export function near(
  got: ArrayLike<number | bigint>,
  want: ArrayLike<number>,
  tolerance: number,
  what: string,
  size: (want: number) => number = Math.abs,
): void {
  deepEqual(got.length, want.length, `${what}: lengths`);
  for (let i = 0; i < want.length; i++) {
    ok(
      isNear(Number(got[i]), want[i], tolerance * (1 + size(want[i]))),
      `${what}: element ${i} is ${got[i]}, not ${want[i]}`,
    );
  }
}

/** Values, and what should come of them. */
interface Expected {
  inputs: Values[];
  truth: Truth;
  values: Values;
  /** Of the result's elements in the loss, and what keeps them small there. */
  weights: Values;
  size: number;
  /** Gradients of the loss. */
  slopes: Float64Array[];
  /** The direction in which the gradients change, and their change. */
  along: Values[];
  bends: Float64Array[];
}

/** Checks a case on values from `seed`. */
export async function hold(checked: Case, seed: number): Promise<void> {
  const { captures, whole = [], tolerance = 2e-6, lies = layouts } = checked;
  const random = new Random(seed);
  const drawn = await expected(checked, random, (v) => v);
  for (const [i, layout] of lies.entries()) {
    const wanted = layout === "repeated" ? await expected(checked, random, repeated) : drawn;
    const before = defaultDevice().live().storages;
    await agrees(checked, wanted, layout);
    // the first makes the constants that a device keeps for good
    if (i > 0) deepEqual(defaultDevice().live().storages, before, `${layout}: what is left`);
  }
  if (captures) return;
  using device = debugDevice(); // throws where a kernel reads or writes outside its operands
  using own = scope();
  const inputs = drawn.inputs.map((v, i) =>
    whole.includes(i)
      ? laidOut(v, "dense", own, { device, dtype: "i32" })
      : laidOut(v, "dense", own, { device }).requiresGrad()
  );
  const found = lossOf(checked.op(...inputs), laidOut(drawn.weights, "dense", own, { device }), drawn.size)
    .backward();
  await compareGradients(inputs.map((x) => found.find(x)), drawn, "debug", checked, tolerance);
}

async function expected(
  { op, reference, shapes, domain, draw: drawn, apart, whole = [] }: Case,
  random: Random,
  bend: (v: Values) => Values,
): Promise<Expected> {
  const draw = (shape: readonly number[], k: number): Values => {
    const size = shape.reduce((a, b) => a * b, 1);
    const numbers = drawn && k >= 0
      ? drawn(random, size, k)
      : apart && k >= 0
      ? spread(random, size, k)
      : random.floats(size);
    const moved = Array.from(numbers, (v) => domain ? domain(v, k) : v);
    return { data: Float64Array.from(Float32Array.from(moved)), shape };
  };
  const inputs = shapes.map((shape, k) => bend(draw(shape, k)));
  const truth = await truthOf(op, reference, whole, inputs);
  const values = await truth.at(inputs);
  const weights = draw(values.shape, -1);
  const along = inputs.map(({ shape }, i) =>
    whole.includes(i) ? { data: new Float64Array(0), shape } : draw(shape, -1)
  );
  const size = 1 + values.data.reduce((a, b) => Number.isFinite(b) ? Math.max(a, Math.abs(b)) : a, 0);
  const loss = { weights: weights.data, size };
  const slopes = await truth.slopes(inputs, loss);
  const still = along.map((v, i) => whole.includes(i) ? { ...v, data: inputs[i].data.map(() => 0) } : v);
  const bends = await truth.bends(inputs, loss, still);
  return { inputs, truth, values, weights, size, slopes, along, bends };
}

/** The first entry of dimension 0 in place of all. */
function repeated({ data, shape }: Values): Values {
  const entry = data.length / (shape[0] ?? 1);
  return { data: data.map((_, i) => data[i % entry]), shape };
}

async function agrees(checked: Case, wanted: Expected, layout: Layout): Promise<void> {
  const { op, whole = [], tolerance = 2e-6 } = checked;
  using own = scope();
  const xs = wanted.inputs.map((v, i) =>
    laidOut(v, layout, own, { dtype: whole.includes(i) ? "i32" : "f32" })
  );
  const [w, ...along] = [wanted.weights, ...wanted.along].map((v, i) =>
    whole.includes(i - 1) ? undefined : laidOut(v, "dense", own)
  );
  await reads(op, xs, wanted.values, wanted.truth.tolerance(tolerance).values, layout);
  if (checked.composed) leavesNothingBehind(op, xs);
  else leavesNothing(op, xs);
  const loss = (...xs: Tensor[]) => lossOf(op(...xs), w!, wanted.size);
  const leaves = xs.map((x, i) => whole.includes(i) ? x : x.detach().requiresGrad());
  const fused = loss(...leaves).backward();
  await compareGradients(leaves.map((x) => fused.find(x)), wanted, layout, checked, tolerance);
  const composed = gradients(loss, xs, whole);
  await compareGradients(composed, wanted, `${layout}, composed`, checked, tolerance);
  if (checked.twice === false) return;
  const turned = (...xs: Tensor[]) =>
    gradients(loss, xs, whole).flatMap((g, i) => g ? [g.mul(along[i]!).reshape(-1).sum(0)] : [])
      .reduce((a, b) => a.add(b));
  const second = gradients(turned, xs, whole);
  for (const [i, got] of second.entries()) {
    if (!got) continue;
    const { bends, coarse } = wanted.truth.tolerance(tolerance);
    near(
      await got.data(),
      wanted.bends[i],
      bends,
      `${layout} second gradient of input ${i}`,
      sizeIn(wanted.bends[i], coarse),
    );
  }
}

async function compareGradients(
  got: readonly (Tensor | undefined)[],
  { slopes, inputs, truth }: Expected,
  how: string,
  { whole = [] }: Case,
  tolerance: number,
): Promise<void> {
  for (const [i, gradient] of got.entries()) {
    if (whole.includes(i)) continue;
    const { slopes: bound, coarse } = truth.tolerance(tolerance);
    const numbers = gradient ? await gradient.data() : inputs[i].data.map(() => 0); // nothing depends on it
    near(numbers, slopes[i], bound, `${how} gradient of input ${i}`, sizeIn(slopes[i], coarse));
  }
}

function sizeIn(all: Float64Array, coarse: boolean): ((v: number) => number) | undefined {
  if (!coarse) return undefined;
  const largest = all.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return () => largest;
}

/** An op disposes what it made on its way, also while gradients are recorded. */
function leavesNothing(op: Op, xs: readonly Tensor[]): void {
  noGrad(() => op(...xs)).dispose(); // makes constants
  const { device } = xs[0];
  const before = device.live().storages;
  using y = noGrad(() => op(...xs));
  const own = xs.some((x) => x.storage === y.storage) ? 0 : 1;
  deepEqual(device.live().storages, before + own, "an op leaves its result alone");
}

/** Ops leave nothing once their scope is gone. */
function leavesNothingBehind(op: Op, xs: readonly Tensor[]): void {
  const { device } = xs[0];
  const once = () => {
    using own = scope();
    op(...xs.map((x) => inScope(x, own)));
  };
  once(); // makes constants
  const before = device.live();
  once();
  deepEqual(device.live(), before, "nothing is left once the scope is gone");
}

/** Every tenth about 0.025, in random order (Fisher and Yates); those of the next input lie halfway between. */
function spread(random: Random, size: number, input: number): Float32Array {
  const grid = Float32Array.from(
    { length: size },
    (_, i) => (i - Math.floor(size / 2)) / 10 + 0.025 + 0.05 * input,
  );
  for (let i = size - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [grid[i], grid[j]] = [grid[j], grid[i]];
  }
  return grid;
}

async function reads(
  op: Op,
  xs: readonly Tensor[],
  want: Values,
  tolerance: number,
  layout: string,
): Promise<void> {
  using y = op(...xs);
  deepEqual(y.shape, want.shape, "the shape of the result");
  const eager = await y.data();
  if (tolerance > 0) near(eager, want.data, tolerance, `${layout} values`);
  using program = record(y.device, () => op(...xs));
  program.run();
  deepEqual(await program.outputs[0].data(), eager, "recorded as eager");
}

/** A reference of one function for each element. */
export function each(f: (v: number) => number): Reference {
  return ({ data, shape }) => ({ data: data.map(f), shape });
}
