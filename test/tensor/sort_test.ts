/** Sorting against JavaScript's own, on rows of every kind of value, and its gradients against differences. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { defaultDevice, record, scope, type Tensor, tensor } from "../../mod.ts";
import { Random, testSeed } from "../random.ts";
import { order } from "../reference/sort.ts";
import { hold, untied } from "./differences.ts";
import type { Op } from "./slopes.ts";

const seed = testSeed();

Deno.test("65537 elements with duplicates, NaN, infinities and both zeros sort in both directions", async () => {
  const random = new Random(seed);
  const special = [NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45];
  const row = random.floats(65537).map((v) =>
    random.next() < 0.01 ? random.pick(special) : random.next() < 0.5 ? Math.round(v * 100) : v
  );
  const integers = random.ints(65537, -0x80000000, 0x7fffffff).map((v, i) => i % 3 ? v : v >> 24);
  for (const values of [row, integers]) {
    for (const descending of [false, true]) {
      using own = scope();
      const x = tensor(values, { scope: own });
      const sorted = x.sort(0, descending);
      const want = order(values, descending);
      deepEqual(Array.from(await sorted.indices.data()), want);
      const bits = (v: ArrayLike<number>) => Array.from(v, (n) => Object.is(n, -0) ? "-0" : n);
      deepEqual(bits(await sorted.values.data()), bits(want.map((i) => values[i])));
      for (const k of [5, 2000, 20_000]) { // by a heap, by a larger one, by sorting all
        const top = x.topK(k, 0, descending);
        deepEqual(Array.from(await top.indices.data()), want.slice(0, k));
        deepEqual(bits(await top.values.data()), bits(want.slice(0, k).map((i) => values[i])));
      }
    }
  }
});

Deno.test("rows that keep a heap busy: ascending, descending, all equal", async () => {
  const n = 1000;
  const rows = [(i: number) => i, (i: number) => -i, () => 7, (i: number) => i % 3];
  using own = scope();
  const values = Float32Array.from({ length: n * rows.length }, (_, e) => rows[Math.floor(e / n)](e % n));
  const x = tensor(values, { shape: [rows.length, n], scope: own });
  for (const largest of [true, false]) {
    const { indices } = x.topK(9, -1, largest);
    const want = rows.map((_, r) => order(values.subarray(r * n, (r + 1) * n), largest).slice(0, 9));
    deepEqual(await indices.toArray(), want);
  }
});

Deno.test("any dimension of any strides", async () => {
  const random = new Random(seed);
  for (let round = 0; round < 60; round++) {
    using own = scope();
    const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(0, 6));
    const dims = shape.map((_, i) => i).sort(() => random.next() - 0.5);
    const stored = random.floats(shape.reduce((a, b) => a * b, 1)).map((v) => Math.round(2 * v));
    const base = tensor(stored, { shape: dims.map((d) => shape[d]), scope: own });
    const x = base.permute(...shape.map((_, d) => dims.indexOf(d)));
    const [d, descending] = [random.integer(0, shape.length - 1), random.next() < 0.5];
    const { values, indices } = x.sort(d - shape.length, descending);
    const k = random.integer(0, shape[d]);
    const top = x.topK(k, d, descending);
    const last = async (t: Tensor) => Array.from(await t.transpose(d, -1).data());
    const [from, n] = [await last(x), shape[d]];
    const rows = Array.from({ length: n ? from.length / n : 0 }, (_, r) => from.slice(r * n, (r + 1) * n));
    const want = rows.map((row) => order(row, descending));
    const picked = (length: number) => rows.flatMap((row, r) => want[r].slice(0, length).map((i) => row[i]));
    deepEqual(values.shape, shape);
    deepEqual(await last(values), picked(n));
    deepEqual(await last(indices), want.flat());
    deepEqual(await last(x.argsort(d, descending)), want.flat());
    deepEqual(top.values.shape, shape.with(d, k));
    deepEqual(await last(top.values), picked(k));
    deepEqual(await last(top.indices), want.flatMap((row) => row.slice(0, k)));
  }
});

const differentiable: Record<string, { op: Op; shape: number[] }> = {
  "sorted values": { op: (x) => x.add(4).mul(x.add(4)).sort().values, shape: [2, 5] },
  "sorted values of the first, descending": { op: (x) => x.exp().sort(0, true).values, shape: [4, 2] },
  "the largest, strided": { op: (x) => x.exp().permute(1, 0, 2).topK(2, 1).values, shape: [4, 2, 2] },
  "the smallest": { op: (x) => x.exp().topK(3, -1, false).values, shape: [2, 6] },
  "most, by sorting all": { op: (x) => x.topK(70, 0).values, shape: [80] },
};

for (const [name, { op, shape }] of Object.entries(differentiable)) {
  Deno.test(`gradient of ${name}`, () =>
    hold({ op, composed: true, shapes: [shape], apart: true, lies: untied }, seed));
}

Deno.test("sorting runs inside record, keeps nothing, and says what it cannot do", async () => {
  using own = scope();
  const device = defaultDevice();
  const x = tensor([[3, 1, 2], [4, 6, 5]], { scope: own });
  x.sort();
  const before = device.live();
  {
    using program = record(device, () => {
      const { values, indices } = x.sort(1, true);
      return [values, indices, x.topK(2).values];
    });
    program.run();
    deepEqual(await program.outputs[0].toArray(), [[3, 2, 1], [6, 5, 4]]);
    deepEqual(await program.outputs[1].toArray(), [[0, 2, 1], [1, 2, 0]]);
    deepEqual(await program.outputs[2].toArray(), [[3, 2], [6, 5]]);
  }
  deepEqual(device.live(), before);
  {
    using again = scope();
    const leaf = tensor([3, 1, 2], { scope: again }).requiresGrad();
    const { values, indices } = leaf.sort();
    equal(indices.variable, undefined);
    deepEqual(await values.narrow(0, 0, 1).sum().backward().get(leaf).toArray(), [0, 1, 0]);
  }
  ok(device.live().storages - before.storages <= 2, "but for the device's own constants");
  throws(() => x.topK(4), { code: "INDEX_OUT_OF_RANGE", message: /topK \[2,3\].*k must be in 0..3, got 4/ });
  throws(() => x.topK(1.5), { code: "INDEX_OUT_OF_RANGE" });
  throws(() => x.sort(2), { code: "INDEX_OUT_OF_RANGE" });
  throws(() => tensor([1], { dtype: "u8", scope: own }).sort(), { code: "DTYPE_MISMATCH" });
});
