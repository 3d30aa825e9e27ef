/**
 * Holds an op to a float64 reference: its values, its gradients (fused, composed, and of second order) to central
 * differences of the reference, on dense and strided inputs, eager and recorded; and its memory to what it was.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { grad, noGrad, record, type Scope, scope, type Tensor, tensor } from "../../mod.ts";
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
  /** Of values, relative to 1 + the reference [2e-6]. */
  tolerance?: number;
}

const layouts = ["dense", "transposed", "narrowed"] as const;

/** A tensor of `values` in a layout: the others are views of larger or turned memory. */
export function laidOut(values: Values, layout: typeof layouts[number], own: Scope): Tensor {
  const { data, shape } = values;
  if (layout === "dense" || data.length === 0 || shape.length === 0) {
    return tensor(Float32Array.from(data), { shape, scope: own });
  }
  const dims = shape.length;
  const order = shape.map((_, i) => dims - 1 - i);
  if (layout === "transposed") {
    const turned = order.map((d) => shape[d]);
    const lie = new Float32Array(data.length);
    const strides = contiguous(turned);
    data.forEach((v, i) => lie[at(i, shape).reduce((s, x, d) => s + x * strides[dims - 1 - d], 0)] = v);
    return tensor(lie, { shape: turned, scope: own }).permute(...order);
  }
  const last = shape[dims - 1];
  const wide = new Float32Array(data.length / last * (last + 3)).fill(NaN);
  data.forEach((v, i) => wide[Math.floor(i / last) * (last + 3) + 2 + i % last] = v);
  return tensor(wide, { shape: [...shape.slice(0, -1), last + 3], scope: own }).narrow(-1, 2, last);
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

/** Checks a case on values from `seed`. */
export async function hold(checked: Case, seed: number): Promise<void> {
  const { op, reference, shapes, domain, apart, tolerance = 2e-6 } = checked;
  const random = new Random(seed);
  const drawn = (shape: readonly number[], k: number): Values => {
    const size = shape.reduce((a, b) => a * b, 1);
    const numbers = apart && k >= 0 ? spread(random, size) : random.floats(size);
    const bent = [...numbers].map((v) => domain ? domain(v, k) : v);
    return { data: Float64Array.from(Float32Array.from(bent)), shape };
  };
  const inputs = shapes.map(drawn);
  const want = reference(...inputs);
  const weights = drawn(want.shape, -1);
  const along = inputs.map(({ shape }) => drawn(shape, -1));
  const slopes = gradientOf(reference, inputs, weights.data);
  const bends = curvature(reference, inputs, weights.data, along);
  for (const layout of layouts) {
    using own = scope();
    const xs = inputs.map((v) => laidOut(v, layout, own));
    const w = laidOut(weights, "dense", own);
    const device = w.device;
    warm(op, xs, w);
    const before = device.live().storages;
    await reads(op, xs, want, tolerance, layout);
    const loss = (...xs: Tensor[]) => dot(op(...xs), w);
    const leaves = xs.map((x) => x.detach().requiresGrad());
    {
      using y = noGrad(() => op(...xs));
      deepEqual(device.live().storages, before + (aliases(y, xs) ? 0 : 1), "an op leaves its result alone");
    }
    const found = loss(...leaves).backward();
    for (const [i, leaf] of leaves.entries()) {
      near(await found.get(leaf).data(), slopes[i], 20 * tolerance, `${layout} gradient of input ${i}`);
    }
    const composed = grad(loss)(...xs);
    for (const [i, g] of composed.entries()) {
      near(await g.data(), slopes[i], 20 * tolerance, `${layout} composed gradient of input ${i}`);
    }
    const second = grad((...xs) => {
      const first = grad(loss)(...xs);
      return first.map((g, i) => dot(g, laidOut(along[i], "dense", own))).reduce((a, b) => a.add(b));
    })(...xs);
    for (const [i, g] of second.entries()) {
      near(await g.data(), bends[i], 100 * tolerance + 1e-5, `${layout} second order, input ${i}`);
    }
  }
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

/** Makes the constants that a device keeps for good. */
function warm(op: Case["op"], xs: readonly Tensor[], w: Tensor): void {
  dot(op(...xs.map((x) => x.detach().requiresGrad())), w).backward();
  noGrad(() => op(...xs)).dispose();
}

function aliases(y: Tensor, xs: readonly Tensor[]): boolean {
  return xs.some((x) => x.storage === y.storage);
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
