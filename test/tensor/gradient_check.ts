/**
 * Gradients of ops against central differences of their own results (f32 forward: steps and tolerances follow), and
 * gradients of gradients against differences of gradients.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { grad, noGrad, scope, type Tensor, tensor } from "../../mod.ts";
import type { Random } from "../random.ts";

/** An op of one input. */
export type Op = (x: Tensor) => Tensor;

/** Values of an input, and its shape. */
export interface Input {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

const STEP = 1e-2;
const TOLERANCE = 2e-3;

/** Holds op's gradient, by fused rows and by ops, and that of its gradient to differences. */
export async function checkGradient(op: Op, input: Input, random: Random): Promise<void> {
  const size = await evaluate((x) => noGrad(() => op(x)), input).then((y) => y.length);
  const w = random.floats(size);
  const loss = (x: Tensor) => weighted(op(x), w);
  const fused = (x: Tensor) => loss(x.requiresGrad()).backward().get(x);
  const got = await evaluate(fused, input);
  await near("gradient", got, await differences(loss, input));
  const composed = (x: Tensor) => grad(loss)(x)[0];
  await near("gradient of ops", await evaluate(composed, input), got);
  const w2 = random.floats(got.length);
  const slope = (x: Tensor) => weighted(composed(x), w2);
  const second = await evaluate((x) => grad(slope)(x)[0], input);
  await near("gradient of the gradient", second, await differences(slope, input));
}

function weighted(y: Tensor, w: Float32Array): Tensor {
  using weights = tensor(w, { shape: y.shape });
  return y.mul(weights).sum();
}

async function evaluate(f: Op, { values, shape }: Input): Promise<Float32Array> {
  using own = scope();
  return await f(tensor(values, { shape, scope: own })).data() as Float32Array;
}

/** d loss / dx, of fourth order. */
async function differences(loss: Op, { values, shape }: Input): Promise<Float32Array> {
  const slopes = new Float32Array(values.length);
  for (let e = 0; e < values.length; e++) {
    const at = async (by: number) =>
      (await evaluate(loss, { values: values.with(e, values[e] + by), shape }))[0];
    const near = await at(STEP) - await at(-STEP);
    slopes[e] = (8 * near - (await at(2 * STEP) - await at(-2 * STEP))) / (12 * STEP);
  }
  return slopes;
}

function near(what: string, got: Float32Array, want: Float32Array): void {
  ok(got.length === want.length, `${what}: ${got.length} elements, expected ${want.length}`);
  const largest = Math.max(1, ...Array.from(want, Math.abs));
  got.forEach((v, e) =>
    ok(Math.abs(v - want[e]) <= TOLERANCE * largest, `${what}, element ${e}: ${v}, expected ${want[e]}`)
  );
}

/** Multiples of 0.1 in random order: apart enough for ops with kinks. */
export function apart(random: Random, length: number): Float32Array {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return Float32Array.from(order, (v) => (v - length / 2) / 10 + 0.05);
}
