/**
 * Gradients of ops that are linear in each of their inputs, against central differences: exact but for rounding,
 * whatever the step, so that it can be large.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { grad, type Scope, scope, type Tensor, tensor } from "../../mod.ts";
import type { Random } from "../random.ts";

/** An op under test. */
export type Op = (...inputs: Tensor[]) => Tensor;

/** A tensor of `shape` with these values, in memory in another order of dimensions and behind other elements. */
export function strided(values: Float32Array, shape: readonly number[], random: Random, own: Scope): Tensor {
  const order = shape.map((_, d) => d).sort(() => random.next() - 0.5);
  const plain = tensor(values, { shape, scope: own }).permute(...order).contiguous();
  const wide = plain.unsqueeze(plain.rank).expand(...plain.shape, 2).contiguous();
  const turned = wide.narrow(plain.rank, 1, 1).squeeze(plain.rank);
  return turned.permute(...shape.map((_, d) => order.indexOf(d)));
}

/** Checks first and second derivatives, on contiguous and strided inputs, and that nothing is left in memory. */
export async function checkLinear(
  op: Op,
  shapes: readonly (readonly number[])[],
  random: Random,
): Promise<void> {
  const values = shapes.map((s) => random.floats(s.reduce((a, b) => a * b, 1)));
  using probe = scope();
  const plain = values.map((v, i) => tensor(v, { shape: shapes[i], scope: probe }));
  const device = plain[0].device;
  const weights = random.floats(op(...plain).size);
  const loss = (own: Scope, inputs: Tensor[]) => {
    const y = op(...inputs);
    return y.mul(tensor(weights, { shape: y.shape, scope: own })).reshape(-1).sum(0);
  };
  const at = async (data: readonly Float32Array[]) => {
    using own = scope();
    return await loss(own, data.map((v, i) => tensor(v, { shape: shapes[i], scope: own }))).item();
  };
  const expected = await differences(at, values);
  for (const layout of ["contiguous", "strided"]) {
    using own = scope();
    const inputs = values.map((v, i) =>
      (layout === "strided"
        ? strided(v, shapes[i], random, own)
        : tensor(v, { shape: shapes[i], scope: own }))
        .requiresGrad()
    );
    const gradients = loss(own, inputs).backward();
    for (const [i, x] of inputs.entries()) {
      close(await gradients.get(x).data(), expected[i], `${layout} input ${i}`);
    }
  }
  await checkSecond(loss, shapes, values, random);
  const before = device.live();
  {
    using own = scope();
    loss(own, values.map((v, i) => tensor(v, { shape: shapes[i], scope: own }).requiresGrad())).backward();
  }
  deepEqual(device.live(), before);
}

/** The gradient of (v times the gradient of loss(x * x)), by the first input. */
async function checkSecond(
  loss: (own: Scope, inputs: Tensor[]) => Tensor,
  shapes: readonly (readonly number[])[],
  values: readonly Float32Array[],
  random: Random,
): Promise<void> {
  const direction = random.floats(values[0].length);
  const along = (own: Scope, data: readonly Float32Array[]) => {
    const [first, ...rest] = data.map((v, i) => tensor(v, { shape: shapes[i], scope: own }));
    const v = tensor(direction, { shape: shapes[0], scope: own });
    const inner = (x: Tensor) => loss(own, [x.mul(x), ...rest]);
    return { first, inner: (x: Tensor) => grad(inner)(x)[0].mul(v).reshape(-1).sum(0) };
  };
  using own = scope();
  const { first, inner } = along(own, values);
  const [second] = grad(inner)(first);
  const at = async (data: readonly Float32Array[]) => {
    using own = scope();
    const { first, inner } = along(own, data);
    return await inner(first).item();
  };
  const [expected] = await differences(at, values.slice(0, 1), values.slice(1));
  close(await second.data(), expected, "second derivative");
}

async function differences(
  at: (data: readonly Float32Array[]) => Promise<number>,
  values: readonly Float32Array[],
  more: readonly Float32Array[] = [],
): Promise<number[][]> {
  const all: number[][] = [];
  for (const [i, v] of values.entries()) {
    const of: number[] = [];
    for (let e = 0; e < v.length; e++) {
      const moved = (by: number) => [...values.map((w, j) => i === j ? w.with(e, w[e] + by) : w), ...more];
      of.push(await at(moved(0.5)) - await at(moved(-0.5)));
    }
    all.push(of);
  }
  return all;
}

function close(got: ArrayLike<number>, want: ArrayLike<number>, what: string): void {
  deepEqual(got.length, want.length);
  for (let e = 0; e < want.length; e++) {
    ok(
      Math.abs(got[e] - want[e]) <= 2e-4 * (1 + Math.abs(want[e])),
      `${what}, ${e}: ${got[e]} for ${want[e]}`,
    );
  }
}
