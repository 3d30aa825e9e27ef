/**
 * Holds an op to a float64 reference: its values, its gradients (fused, composed, and of second order) to central
 * differences of the reference, on dense, strided and repeated inputs, eager and recorded; its memory to what it was;
 * and its kernels' accesses to their operands.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import {
  defaultDevice,
  type Device,
  grad,
  noGrad,
  record,
  type Scope,
  scope,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { debugDevice } from "../device/wasm/debug.ts";
import { Random } from "../random.ts";

/** Numbers with a shape, in float64. */
export interface Values {
  data: Float64Array;
  shape: readonly number[];
}

/** An op, and what it should give. */
export interface Case {
  op: (...inputs: Tensor[]) => Tensor;
  reference: (...inputs: Values[]) => Values;
  shapes: readonly (readonly number[])[];
  /** Bends a normal number to one that the op takes, away from its kinks [as it is]. */
  domain?: (v: number, input: number) => number;
  /** Whether values are drawn farther apart than differences reach: for ops that choose among them [false]. */
  apart?: boolean;
  /** Whether the op uses tensors of the default device beside its inputs [false]. */
  captures?: boolean;
  /** Of values, relative to 1 + the reference [2e-6]. */
  tolerance?: number;
}

const layouts = ["dense", "transposed", "narrowed", "repeated"] as const;

/** How a tensor lies in memory. */
type Layout = typeof layouts[number];

/** A tensor of `values` in a layout: the others are views of larger or turned memory. */
export function laidOut({ data, shape }: Values, layout: Layout, own: Scope, device?: Device): Tensor {
  const options = { scope: own, device };
  if (layout === "dense" || data.length === 0 || shape.length === 0) {
    return tensor(Float32Array.from(data), { shape, ...options });
  }
  if (layout === "repeated") {
    const entry = Float32Array.from(data.subarray(0, data.length / shape[0]));
    return tensor(entry, { shape: shape.with(0, 1), ...options }).expand(...shape);
  }
  const dims = shape.length;
  const order = shape.map((_, i) => dims - 1 - i);
  if (layout === "transposed") {
    const turned = order.map((d) => shape[d]);
    const lie = new Float32Array(data.length);
    const strides = contiguous(turned);
    data.forEach((v, i) => lie[at(i, shape).reduce((s, x, d) => s + x * strides[dims - 1 - d], 0)] = v);
    return tensor(lie, { shape: turned, ...options }).permute(...order);
  }
  const last = shape[dims - 1];
  const wide = new Float32Array(data.length / last * (last + 3)).fill(NaN);
  data.forEach((v, i) => wide[Math.floor(i / last) * (last + 3) + 2 + i % last] = v);
  return tensor(wide, { shape: [...shape.slice(0, -1), last + 3], ...options }).narrow(-1, 2, last);
}

/** The indices of element `i`. */
export function at(i: number, shape: readonly number[]): number[] {
  return contiguous(shape).map((s, d) => Math.floor(i / s) % shape[d]);
}

function contiguous(shape: readonly number[]): number[] {
  return shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
}

/** Fails where numbers differ by more than the tolerance times 1 + their size, or are NaN in one alone. */
export function near(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number, what: string): void {
  deepEqual(got.length, want.length, `${what}: lengths`);
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i]) || (got[i] === want[i])) continue;
    ok(
      Math.abs(got[i] - want[i]) <= tolerance * (1 + Math.abs(want[i])),
      `${what}: element ${i} is ${got[i]}, not ${want[i]}`,
    );
  }
}

/** Values, and what should come of them. */
interface Expected {
  inputs: Values[];
  values: Values;
  /** Of the result's elements in the loss. */
  weights: Values;
  /** Gradients of the loss. */
  slopes: Float64Array[];
  /** The direction in which the gradients change, and their change. */
  along: Values[];
  bends: Float64Array[];
}

/** Checks a case on values from `seed`. */
export async function hold(checked: Case, seed: number): Promise<void> {
  const { op, captures, tolerance = 2e-6 } = checked;
  const random = new Random(seed);
  const drawn = expected(checked, random, (v) => v);
  for (const [i, layout] of layouts.entries()) {
    const wanted = layout === "repeated" ? expected(checked, random, repeated) : drawn;
    const before = defaultDevice().live().storages;
    await agrees(op, wanted, tolerance, layout);
    // the first makes the constants that a device keeps for good
    if (i > 0) deepEqual(defaultDevice().live().storages, before, `${layout}: what is left`);
  }
  if (captures) return;
  using device = debugDevice(); // throws where a kernel reads or writes outside its operands
  using own = scope();
  const leaves = drawn.inputs.map((v) => laidOut(v, "dense", own, device).requiresGrad());
  const found = dot(op(...leaves), laidOut(drawn.weights, "dense", own, device)).backward();
  for (const [i, leaf] of leaves.entries()) {
    near(await found.get(leaf).data(), drawn.slopes[i], 20 * tolerance, `debug gradient of input ${i}`);
  }
}

function expected(
  { reference, shapes, domain, apart }: Case,
  random: Random,
  bend: (v: Values) => Values,
): Expected {
  const draw = (shape: readonly number[], k: number): Values => {
    const size = shape.reduce((a, b) => a * b, 1);
    const numbers = apart && k >= 0 ? spread(random, size) : random.floats(size);
    const moved = [...numbers].map((v) => domain ? domain(v, k) : v);
    return { data: Float64Array.from(Float32Array.from(moved)), shape };
  };
  const inputs = shapes.map((shape, k) => bend(draw(shape, k)));
  const values = reference(...inputs);
  const weights = draw(values.shape, -1);
  const along = inputs.map(({ shape }) => draw(shape, -1));
  const slopes = gradientOf(reference, inputs, weights.data);
  const bends = curvature(reference, inputs, weights.data, along);
  return { inputs, values, weights, slopes, along, bends };
}

/** The first entry of dimension 0 in place of all. */
function repeated({ data, shape }: Values): Values {
  const entry = data.length / (shape[0] ?? 1);
  return { data: data.map((_, i) => data[i % entry]), shape };
}

async function agrees(op: Case["op"], wanted: Expected, tolerance: number, layout: Layout): Promise<void> {
  using own = scope();
  const xs = wanted.inputs.map((v) => laidOut(v, layout, own));
  const [w, ...along] = [wanted.weights, ...wanted.along].map((v) => laidOut(v, "dense", own));
  await reads(op, xs, wanted.values, tolerance, layout);
  leavesNothing(op, xs);
  const loss = (...xs: Tensor[]) => dot(op(...xs), w);
  const leaves = xs.map((x) => x.detach().requiresGrad());
  const found = loss(...leaves).backward();
  const composed = grad(loss)(...xs);
  const second = grad((...xs) =>
    grad(loss)(...xs).map((g, i) => dot(g, along[i])).reduce((a, b) => a.add(b))
  )(...xs);
  for (const [i, leaf] of leaves.entries()) {
    const what = `${layout} gradient of input ${i}`;
    near(await found.get(leaf).data(), wanted.slopes[i], 20 * tolerance, what);
    near(await composed[i].data(), wanted.slopes[i], 20 * tolerance, `${what}, composed`);
    near(await second[i].data(), wanted.bends[i], 100 * tolerance + 1e-5, `${what}, of second order`);
  }
}

/** An op disposes what it made on its way, also while gradients are recorded. */
function leavesNothing(op: Case["op"], xs: readonly Tensor[]): void {
  noGrad(() => op(...xs)).dispose(); // makes constants
  const { device } = xs[0];
  const before = device.live().storages;
  using y = noGrad(() => op(...xs));
  const own = xs.some((x) => x.storage === y.storage) ? 0 : 1;
  deepEqual(device.live().storages, before + own, "an op leaves its result alone");
}

/** Multiples of 0.05 about 0, in random order (Fisher and Yates). */
function spread(random: Random, size: number): Float32Array {
  const grid = Float32Array.from({ length: size }, (_, i) => (i - size / 2) * 0.05);
  for (let i = size - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [grid[i], grid[j]] = [grid[j], grid[i]];
  }
  return grid;
}

function dot(y: Tensor, w: Tensor): Tensor {
  return y.mul(w).reshape(-1).sum(0);
}

async function reads(
  op: Case["op"],
  xs: readonly Tensor[],
  want: Values,
  tolerance: number,
  layout: string,
): Promise<void> {
  using y = op(...xs);
  deepEqual(y.shape, want.shape, "the shape of the result");
  const eager = await y.data();
  near(eager, want.data, tolerance, `${layout} values`);
  using program = record(y.device, () => op(...xs));
  program.run();
  deepEqual(await program.outputs[0].data(), eager, "recorded as eager");
}

type Reference = Case["reference"];

/** Of sum(reference * weights). */
function gradientOf(reference: Reference, inputs: readonly Values[], weights: Float64Array): Float64Array[] {
  const loss = (moved: readonly Values[]) =>
    reference(...moved).data.reduce((sum, v, i) => sum + v * weights[i], 0);
  return inputs.map((input, k) =>
    input.data.map((_, e) => {
      const h = 1e-5;
      return (loss(shifted(inputs, k, e, h)) - loss(shifted(inputs, k, e, -h))) / (2 * h);
    })
  );
}

/** Of the gradient's product with a direction. */
function curvature(
  reference: Reference,
  inputs: readonly Values[],
  weights: Float64Array,
  along: readonly Values[],
): Float64Array[] {
  const loss = (moved: readonly Values[]) =>
    reference(...moved).data.reduce((sum, v, i) => sum + v * weights[i], 0);
  const h = 1e-4;
  const sides = [h, -h].map((step) =>
    inputs.map(({ data, shape }, k) => ({ data: data.map((v, i) => v + step * along[k].data[i]), shape }))
  );
  return inputs.map((input, k) =>
    input.data.map((_, e) => {
      const slope = (side: readonly Values[]) => loss(shifted(side, k, e, h)) - loss(shifted(side, k, e, -h));
      return (slope(sides[0]) - slope(sides[1])) / (4 * h * h);
    })
  );
}

function shifted(inputs: readonly Values[], k: number, e: number, by: number): Values[] {
  return inputs.map((v, i) => i === k ? { ...v, data: v.data.with(e, v.data[e] + by) } : v);
}

/** A reference of one function for each element. */
export function each(f: (v: number) => number): Reference {
  return ({ data, shape }) => ({ data: data.map(f), shape });
}
