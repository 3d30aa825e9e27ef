/** Running sums and products against plain arrays, and their gradients against differences. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { defaultDevice, record, scope, type Tensor, tensor } from "../../mod.ts";
import { Random, testSeed } from "../random.ts";
import { hold, untied } from "./differences.ts";
import type { Op } from "./slopes.ts";

const seed = testSeed();

/** Elements of shape, contiguous, with f running along dimension d. */
function running(
  values: ArrayLike<number>,
  shape: readonly number[],
  d: number,
  f: (a: number, b: number) => number,
): number[] {
  const stride = shape.slice(d + 1).reduce((a, b) => a * b, 1);
  const y = Array.from(values);
  for (let e = 0; e < y.length; e++) if (Math.floor(e / stride) % shape[d] > 0) y[e] = f(y[e - stride], y[e]);
  return y;
}

Deno.test("cumsum and cumprod run along any dimension of any strides", async () => {
  const random = new Random(seed);
  for (let round = 0; round < 60; round++) {
    using own = scope();
    const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(0, 5));
    const order = shape.map((_, i) => i).sort(() => random.next() - 0.5);
    const count = shape.reduce((a, b) => a * b, 1);
    const turned = (x: Tensor) => x.permute(...shape.map((_, d) => order.indexOf(d)));
    const stored = order.map((d) => shape[d]);
    const x = turned(tensor(random.floats(count), { shape: stored, scope: own }));
    const whole = turned(tensor(random.ints(count, -9, 9), { shape: stored, scope: own }));
    const d = random.integer(0, shape.length - 1);
    const near = async (y: Tensor, f: (a: number, b: number) => number) => {
      const want = running(await x.data(), shape, d, f);
      deepEqual(y.shape, shape);
      (await y.data()).forEach((v, e) => ok(Math.abs(v - want[e]) <= 1e-6 * (1 + Math.abs(want[e])), `${v}`));
    };
    await near(x.cumsum(d), (a, b) => a + b);
    await near(x.cumprod(d - shape.length), (a, b) => a * b);
    const integers = await whole.data();
    const same = async (y: Tensor, f: (a: number, b: number) => number) => {
      equal(y.dtype, "i32");
      deepEqual(Array.from(await y.data()), running(integers, shape, d, f));
    };
    await same(whole.cumsum(d, { dtype: "i32" }), (a, b) => a + b | 0);
    await same(whole.cumprod(d, { dtype: "i32" }), Math.imul);
    const { values, indices } = whole.cummax(d);
    await same(values, Math.max);
    const elements = await whole.data(), at = await indices.data();
    const stride = shape.slice(d + 1).reduce((a, b) => a * b, 1);
    (await values.data()).forEach((v, e) => {
      const n = Math.floor(e / stride) % shape[d];
      ok(at[e] <= n && elements[e + (at[e] - n) * stride] === v, `${v} is not at ${at[e]}`);
    });
    await same(whole.cummin(d - shape.length).values, Math.min);
  }
});

Deno.test("a long cumsum keeps its precision", async () => {
  using x = tensor(new Float32Array(100_000).fill(0.1));
  using y = x.cumsum(0);
  const one = Math.fround(0.1);
  (await y.data()).forEach((v, i) => ok(Math.abs(v - one * (i + 1)) <= 1e-7 * one * (i + 1), `${i}: ${v}`));
});

const differentiable: Record<string, { op: Op; shape: number[]; zeros?: number[]; kinks?: boolean }> = {
  cumsum: { op: (x) => x.mul(x).cumsum(0), shape: [4] },
  "cumsum in the middle, strided": { op: (x) => x.mul(x).permute(2, 0, 1).cumsum(1), shape: [3, 2, 2] },
  cumprod: { op: (x) => x.cumprod(-1), shape: [2, 4] },
  "cumprod of the first": { op: (x) => x.cumprod(0), shape: [4, 2] },
  "cumprod with a zero": { op: (x) => x.cumprod(-1), shape: [2, 4], zeros: [1] },
  "cumprod with zeros": { op: (x) => x.t().cumprod(1), shape: [4, 2], zeros: [0, 4, 3] },
  cummax: { op: (x) => x.exp().cummax(0).values, shape: [5], kinks: true },
  "cummin in the middle, strided": {
    op: (x) => x.exp().permute(2, 0, 1).cummin(1).values,
    shape: [3, 2, 2],
    kinks: true,
  },
  "cumprod of one": { op: (x) => x.cumprod(0), shape: [1, 2] },
};

for (const [name, { op, shape, zeros = [], kinks }] of Object.entries(differentiable)) {
  const draw = (random: Random, n: number) => random.floats(n).map((v, i) => zeros.includes(i) ? 0 : v);
  const drawn = kinks ? { apart: true, lies: untied } : { draw };
  Deno.test(`gradient of ${name}`, () => hold({ op, composed: true, shapes: [shape], ...drawn }, seed));
}

Deno.test("the best so far: the last of equals, NaN from the first on", async () => {
  using own = scope();
  const x = tensor([1, 3, 3, 2, NaN, 5], { scope: own }).requiresGrad();
  const { values, indices } = x.cummax(0);
  deepEqual(await values.toArray(), [1, 3, 3, 3, NaN, NaN]);
  deepEqual(await indices.toArray(), [0, 1, 2, 2, 4, 4]);
  equal(indices.dtype, "i32");
  deepEqual(await values.narrow(0, 0, 4).sum().backward().get(x).toArray(), [1, 1, 2, 0, 0, 0]);
  deepEqual(await x.cummin(0).indices.toArray(), [0, 0, 0, 0, 4, 4]);
});

Deno.test("scans run inside record; what cannot be scanned says so", async () => {
  using own = scope();
  const device = defaultDevice();
  const x = tensor([[1, 2], [3, 4]], { scope: own });
  const before = device.live();
  {
    using program = record(device, () => [x.cumsum(0), x.cumprod(1)]);
    program.run();
    deepEqual(await program.outputs[0].toArray(), [[1, 2], [4, 6]]);
    deepEqual(await program.outputs[1].toArray(), [[1, 2], [3, 12]]);
  }
  deepEqual(device.live(), before);
  throws(() => tensor([1], { dtype: "f8e4m3", scope: own }).cumsum(0), {
    code: "DTYPE_MISMATCH",
    message: /Cannot cumsum f8e4m3\[1\] on wasm: it takes f32 f64 i32 u32 i64/,
  });
  throws(() => x.cumprod(2), { code: "INDEX_OUT_OF_RANGE" });
  const rows = device.cell(2);
  const changing = x.alias(x.shape, { rows });
  throws(() => changing.cumsum(0), { code: "SHAPE_MISMATCH", message: /changes between replays/ });
  equal(changing.cumsum(1).rows, rows);
  rows.dispose();
});
