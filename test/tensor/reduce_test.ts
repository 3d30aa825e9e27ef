/** Reductions against plain arrays over random dimensions and strides, and their gradients against differences. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { defaultDevice, record, type Scope, scope, type Tensor, tensor } from "../../mod.ts";
import { constant } from "../../src/tensor/constant.ts";
import { Random, testSeed } from "../random.ts";
import { type Case, hold, untied } from "./differences.ts";
import type { Op } from "./slopes.ts";

const seed = testSeed();
type Elements = Float32Array | Int32Array | Uint8Array;
type Column = readonly number[];
type Reduce = (x: Tensor, dims: number[] | undefined, keep: boolean) => Tensor;

const sum = (column: Column) => column.reduce((a, b) => a + b, 0);
const variance = (column: Column, correction: number) => {
  const mean = sum(column) / column.length;
  return sum(column.map((v) => (v - mean) ** 2)) / Math.max(0, column.length - correction);
};
const power = (p: number) => (column: Column) => sum(column.map((v) => Math.abs(v) ** p)) ** (1 / p);

/** Every reduction: how it is called, its plain reference, whether it takes nothing. */
const reductions: Record<string, { of: Reduce; plain: (column: Column) => number; empty?: boolean }> = {
  sum: { of: (x, d, k) => x.sum(d, k), plain: sum, empty: true },
  mean: { of: (x, d, k) => x.mean(d, k), plain: (c) => sum(c) / c.length, empty: true },
  prod: { of: (x, d, k) => x.prod(d, k), plain: (c) => c.reduce((a, b) => a * b, 1), empty: true },
  max: { of: (x, d, k) => x.max(d, k), plain: (c) => Math.max(...c) },
  min: { of: (x, d, k) => x.min(d, k), plain: (c) => Math.min(...c) },
  var: { of: (x, d, keepDim) => x.var(d, { keepDim }), plain: (c) => variance(c, 1), empty: true },
  std: {
    of: (x, d, keepDim) => x.std(d, { keepDim, correction: 0 }),
    plain: (c) => Math.sqrt(variance(c, 0)),
    empty: true,
  },
  norm: { of: (x, d, k) => x.norm(2, d, k), plain: power(2), empty: true },
  "norm of p = 1": { of: (x, d, k) => x.norm(1, d, k), plain: power(1), empty: true },
  "norm of p = 3": { of: (x, d, k) => x.norm(3, d, k), plain: power(3), empty: true },
  "norm of p = 0": {
    of: (x, d, k) => x.norm(0, d, k),
    plain: (c) => c.filter((v) => v !== 0).length,
    empty: true,
  },
  "norm of p = Infinity": {
    of: (x, d, k) => x.norm(Infinity, d, k),
    plain: (c) => Math.max(...c.map(Math.abs)),
  },
  "norm of p = -Infinity": {
    of: (x, d, k) => x.norm(-Infinity, d, k),
    plain: (c) => Math.min(...c.map(Math.abs)),
  },
  logSumExp: {
    of: (x, d, k) => x.logSumExp(d, k),
    plain: (c) => Math.log(sum(c.map(Math.exp))),
    empty: true,
  },
  all: { of: (x, d, k) => x.all(d, k), plain: (c) => Number(c.every((v) => v !== 0)), empty: true },
  any: { of: (x, d, k) => x.any(d, k), plain: (c) => Number(c.some((v) => v !== 0)), empty: true },
  countNonzero: {
    of: (x, d, k) => x.countNonzero(d, k),
    plain: (c) => c.filter((v) => v !== 0).length,
    empty: true,
  },
};

/** Reduces elements in order of `shape` over `dims`. */
function reduced(
  values: ArrayLike<number>,
  shape: readonly number[],
  dims: readonly number[],
  plain: (column: Column) => number,
): number[] {
  const kept = shape.map((n, d) => dims.includes(d) ? 1 : n);
  const columns: number[][] = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, () => []);
  for (let e = 0; e < values.length; e++) {
    let [rest, at, stride] = [e, 0, 1];
    for (let d = shape.length - 1; d >= 0; d--) {
      if (!dims.includes(d)) at += (rest % shape[d]) * stride;
      rest = Math.floor(rest / shape[d]);
      stride *= kept[d];
    }
    columns[at].push(values[e]);
  }
  return columns.map(plain);
}

/** A tensor of random strides: permuted, and sometimes a part of a larger one. */
function strided(
  random: Random,
  shape: readonly number[],
  own: Scope,
  draw: (n: number) => Elements,
): Tensor {
  const order = shape.map((_, i) => i).sort(() => random.next() - 0.5);
  const wider = random.next() < 0.3 && shape.length > 0 ? 1 : 0;
  const stored = order.map((d, i) => shape[d] + (i === 0 ? wider : 0));
  const base = tensor(draw(stored.reduce((a, b) => a * b, 1)), { shape: stored, scope: own });
  const part = wider ? base.narrow(0, 1, shape[order[0]]) : base;
  return random.next() < 0.2
    ? part.permute(...shape.map((_, d) => order.indexOf(d))).contiguous()
    : part.permute(
      ...shape.map((_, d) => order.indexOf(d)),
    );
}

for (const [name, { of, plain, empty }] of Object.entries(reductions)) {
  Deno.test(`${name} over random dimensions of random strides`, async () => {
    const random = new Random(seed);
    const live = defaultDevice().live().storages;
    for (let round = 0; round < 60; round++) {
      using own = scope();
      const shape = Array.from({ length: random.integer(0, 5) }, () => random.integer(empty ? 0 : 1, 4));
      const x = strided(random, shape, own, (n) => random.floats(n).map((v) => random.next() < 0.2 ? 0 : v));
      const all = random.next() < 0.2;
      const dims = shape.flatMap((_, d) => all || random.next() < 0.5 ? [d] : []);
      const keep = random.next() < 0.5;
      const given = all ? undefined : dims.map((d) => random.next() < 0.5 ? d : d - shape.length);
      const y = of(x, given, keep);
      const about = `[${shape}] over [${dims}], keep ${keep}`;
      deepEqual(
        y.shape,
        shape.map((n, d) => dims.includes(d) ? 1 : n).filter((_, d) => keep || !dims.includes(d)),
      );
      const want = reduced(await x.data(), shape, dims, plain);
      (await y.data()).forEach((v, e) =>
        ok(
          Object.is(v, want[e]) || Math.abs(v - want[e]) <= 2e-5 * (1 + Math.abs(want[e])),
          `${about}: ${v} for ${want[e]}`,
        )
      );
    }
    const kept = defaultDevice().live().storages - live;
    ok(kept <= 8, `${kept} storages stay, more than the device's own constants`);
  });
}

Deno.test("integers and bytes", async () => {
  const random = new Random(seed);
  for (let round = 0; round < 40; round++) {
    using own = scope();
    const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 5));
    const dims = shape.flatMap((_, d) => random.next() < 0.5 ? [d] : []);
    const x = strided(random, shape, own, (n) => random.ints(n, -3, 3).map((v) => v * 2 ** 29));
    const values = Array.from(await x.data());
    const same = async (y: Tensor, plain: (column: Column) => number) => {
      equal(y.dtype, "i32");
      deepEqual(Array.from(await y.data()), reduced(values, shape, dims, plain), `[${shape}] over [${dims}]`);
    };
    await same(x.sum(dims, false, { dtype: "i32" }), (c) => c.reduce((a, b) => a + b | 0, 0));
    await same(x.prod(dims, false, { dtype: "i32" }), (c) => c.reduce(Math.imul, 1));
    await same(x.max(dims), (c) => Math.max(...c));
    await same(x.min(dims), (c) => Math.min(...c));
    await same(x.countNonzero(dims), (c) => c.filter((v) => v !== 0).length);
    const first = (best: (...values: number[]) => number) => (c: Column) => c.indexOf(best(...c));
    const places = async (y: Tensor) => Array.from(await y.data());
    deepEqual(await places(x.argmax(0)), reduced(values, shape, [0], first(Math.max)), `[${shape}]`);
    deepEqual(await places(x.argmin(-1)), reduced(values, shape, [shape.length - 1], first(Math.min)));
  }
  using bytes = tensor([[1, 2, 0], [255, 255, 255]], { dtype: "u8" });
  using sums = bytes.sum(0);
  deepEqual([sums.dtype, await sums.toArray()], ["i64", [256, 257, 255]]);
  using all = bytes.all(1);
  deepEqual([all.dtype, await all.toArray()], ["bool", [0, 1]]);
});

Deno.test("the index of the best: the first of equals, flattened where no dimension is given", async () => {
  using own = scope();
  const x = tensor([[1, 5, 2], [5, 0, 0]], { scope: own });
  deepEqual(await x.argmax().toArray(), 1);
  deepEqual(await x.t().argmax().toArray(), 1);
  deepEqual(await x.argmin(undefined, true).toArray(), [[4]]);
  deepEqual(await x.argmax(0).toArray(), [1, 0, 0]);
  deepEqual(await x.argmin(1, true).toArray(), [[0], [1]]);
  const integers = tensor([[3, 3], [-1, 7]], { dtype: "i32", scope: own });
  deepEqual(await integers.argmax(1).toArray(), [0, 1]);
  deepEqual(await integers.argmin().toArray(), 2);
  const random = new Random(seed);
  const long = random.ints(1000, 0, 100);
  const floats = tensor(Float32Array.from(long), { scope: own });
  equal(await floats.argmax(0).item(), long.indexOf(Math.max(...long)));
  equal(await floats.argmin(0).item(), long.indexOf(Math.min(...long)));
});

Deno.test("sums of 100000 elements are right to 1e-6 of the sum of their sizes", async () => {
  const random = new Random(seed);
  const n = 100_000;
  const rows = {
    equal: new Float32Array(n).fill(0.1),
    positive: Float32Array.from({ length: n }, () => random.next()),
    normal: random.floats(n),
  };
  for (const [name, row] of Object.entries(rows)) {
    using own = scope();
    const want = sum(Array.from(row)), size = sum(Array.from(row, Math.abs));
    const near = async (how: string, y: Tensor, scale = 1) => {
      const got = await y.item() * scale;
      ok(Math.abs(got - want) <= 1e-6 * size, `${name}, ${how}: ${got} for ${want} of ${size}`);
    };
    await near("last", tensor(row, { scope: own }).sum(0));
    await near("mean", tensor(row, { scope: own }).mean(), n);
    const pairs = tensor(Float32Array.from({ length: 2 * n }, (_, i) => row[i >> 1]), {
      shape: [n, 2],
      scope: own,
    });
    await near("leading", pairs.sum(0).narrow(0, 1, 1));
    await near("both", tensor(row, { shape: [100, 10, 100], scope: own }).sum([0, 2]).sum(0));
  }
});

Deno.test("variance far from 0 does not cancel", async () => {
  const random = new Random(seed);
  const x = random.floats(10_000).map((v) => 1e6 + v);
  using t = tensor(x);
  const want = variance(Array.from(x), 1);
  const got = await t.var().item();
  ok(Math.abs(got - want) <= 1e-6 * want, `${got} for ${want}`);
});

Deno.test("extremes: overflow, infinities, NaN, products past f32", async () => {
  using own = scope();
  const t = (values: number[]) => tensor(values, { scope: own });
  equal(await t([1e30, 1e30]).norm().item(), Math.fround(Math.SQRT2 * Math.fround(1e30)));
  equal(await t([1e-30, 0]).norm().item(), Math.fround(1e-30));
  const back = await t([1e30, 1e30, 1e-30, 1e-30]).prod().item();
  ok(Math.abs(back - 1) < 1e-6, `${back}`);
  equal(await t([1000, 1000]).logSumExp().item(), Math.fround(1000 + Math.LN2));
  equal(await t([-Infinity, -Infinity]).logSumExp().item(), -Infinity);
  equal(await t([1, Infinity]).logSumExp().item(), Infinity);
  ok(Number.isNaN(await t([1, NaN, 2]).max().item()));
  ok(Number.isNaN(await t([1, NaN, 2]).logSumExp().item()));
  ok(Number.isNaN(await t([1]).var().item()));
  equal(await t([NaN]).any().item(), 1);
  equal(await t([-0]).any().item(), 0);
});

const differentiable: Record<string, { op: Op; shape: number[]; draw?: Case["draw"]; apart?: boolean }> = {
  "sum of some": { op: (x) => x.sum([0, 2]), shape: [2, 3, 2] },
  "sum of all": { op: (x) => x.mul(x).sum(), shape: [2, 3] },
  "sum, kept, strided": { op: (x) => x.mul(x).permute(2, 0, 1).sum([0, -1], true), shape: [2, 3, 2] },
  "mean of some": { op: (x) => x.mul(x).mean([1, 2]), shape: [2, 3, 2] },
  "mean of all": { op: (x) => x.t().mul(x.t()).mean(), shape: [2, 3] },
  "max of some": { op: (x) => x.mul(x.abs()).max([0, 2]), shape: [2, 3, 2], apart: true },
  "min of all": { op: (x) => x.mul(x.abs()).min(), shape: [2, 3], apart: true },
  prod: { op: (x) => x.prod(1), shape: [2, 4, 2] },
  "prod of the last": { op: (x) => x.prod(-1, true), shape: [3, 3] },
  "prod with a zero": { op: (x) => x.prod(1), shape: [3, 4], draw: (r, n) => r.floats(n).with(1, 0) },
  "prod with zeros": {
    op: (x) => x.prod(0),
    shape: [4, 2],
    draw: (r, n) => r.floats(n).with(2, 0).with(4, 0),
  },
  "prod of all, strided": { op: (x) => x.t().prod(), shape: [2, 3] },
  "prod of some": { op: (x) => x.prod([0, 2], true), shape: [2, 2, 2] },
  "prod of nothing": { op: (x) => x.prod([]), shape: [3] },
  var: { op: (x) => x.var(0), shape: [4, 3] },
  "var of some": { op: (x) => x.var([0, 2], { correction: 0, keepDim: true }), shape: [2, 2, 3] },
  "var of all, strided": { op: (x) => x.t().var(), shape: [2, 3] },
  std: { op: (x) => x.std(1), shape: [2, 5] },
  norm: { op: (x) => x.norm(2, 1), shape: [2, 4] },
  "norm of all": { op: (x) => x.t().norm(), shape: [2, 3] },
  "norm of p = 1": { op: (x) => x.mul(x.abs()).norm(1, 0), shape: [3, 2], apart: true },
  "norm of p = 3": { op: (x) => x.norm(3, [0, 1]), shape: [2, 3], draw: (r, n) => r.floats(n).map(away) },
  "norm of p = Infinity": { op: (x) => x.add(3).norm(Infinity, 1), shape: [2, 4], apart: true },
  logSumExp: { op: (x) => x.logSumExp(1), shape: [2, 4] },
  "logSumExp of some": { op: (x) => x.logSumExp([0, 2], true), shape: [2, 2, 2] },
  "softmax of the first": { op: (x) => x.softmax(0), shape: [3, 2] },
};

function away(v: number): number {
  return v + Math.sign(v) * 0.5;
}

for (const [name, { op, shape, draw, apart }] of Object.entries(differentiable)) {
  const lies = apart ? untied : undefined;
  Deno.test(`gradient of ${name}`, () =>
    hold({ op, composed: true, shapes: [shape], draw, apart, lies }, seed));
}

Deno.test("gradients where there is none or many", async () => {
  using own = scope();
  const of = async (values: number[], f: Op) => {
    const x = tensor(values, { scope: own }).requiresGrad();
    return await f(x).backward().get(x).toArray();
  };
  deepEqual(await of([3, 3, 3], (x) => x.std()), [0, 0, 0]);
  deepEqual(await of([0, 0], (x) => x.norm()), [0, 0]);
  deepEqual(await of([0, 0], (x) => x.norm(3)), [0, 0]);
  deepEqual(await of([4, 1, 4], (x) => x.max()), [0.5, 0, 0.5]);
  deepEqual(await of([0, 2, 3], (x) => x.prod()), [6, 0, 0]);
  deepEqual(await of([0, 2, 0], (x) => x.prod()), [0, 0, 0]);
  deepEqual(await of([0, 0], (x) => x.logSumExp()), [0.5, 0.5]);
  const w = tensor([1, 0], { scope: own }).requiresGrad();
  throws(() => w.norm(0), { code: "INVALID_STATE", message: /Cannot norm/ });
  equal(w.countNonzero().variable, undefined);
});

Deno.test("bad reductions name what is wrong", () => {
  using own = scope();
  const x = tensor([[1, 2], [3, 4]], { scope: own });
  throws(() => x.sum([0, -2]), { code: "INVALID_ARGUMENT", message: /sum f32\[2,2\].*over \[0,-2\]/ });
  throws(() => x.mean(2), { code: "INDEX_OUT_OF_RANGE", message: /Cannot mean: dimension must be in -2..1/ });
  throws(() => tensor([1], { dtype: "i32", scope: own }).mean(), {
    code: "DTYPE_MISMATCH",
    message: /it takes f32/,
  });
  throws(() => tensor([1], { dtype: "f8e4m3", scope: own }).max(), { message: /it takes f32 or i32/ });
  throws(() => x.narrow(0, 0, 0).max(0), {
    code: "SHAPE_MISMATCH",
    message: /dimension 0 of \[0,2\]: it is empty/,
  });
  throws(() => x.narrow(0, 0, 0).argmin(), { code: "SHAPE_MISMATCH" });
  throws(() => x.norm(NaN), { code: "INVALID_ARGUMENT" });
});

Deno.test("a leading extent that changes between replays is kept, never folded", async () => {
  const device = defaultDevice();
  using own = scope();
  const rows = device.cell(4);
  const base = tensor(Float32Array.from({ length: 24 }, (_, i) => i), { shape: [4, 2, 3], scope: own });
  const x = base.alias(base.shape, { rows });
  throws(() => x.sum(0), { code: "SHAPE_MISMATCH", message: /changes between replays/ });
  throws(() => x.max(), { code: "SHAPE_MISMATCH" });
  using program = record(device, () => [x.sum(1), x.sum([1, 2]), x.permute(0, 2, 1).var(1)]);
  rows.set(2);
  program.run();
  const [middle, both, spread] = program.outputs;
  equal(middle.rows, rows);
  deepEqual((await both.data()).slice(0, 2), Float32Array.of(15, 51));
  deepEqual((await middle.data()).slice(0, 6), Float32Array.of(3, 5, 7, 15, 17, 19));
  deepEqual((await spread.data()).slice(0, 4), Float32Array.of(1, 1, 1, 1));
  rows.dispose();
});

Deno.test("reductions run inside record, and hold nothing afterwards", async () => {
  using own = scope();
  const device = defaultDevice();
  constant(device, 0);
  const x = tensor([[1, 2, 3], [4, 5, 6]], { scope: own });
  const before = device.live();
  {
    using program = record(device, () => [x.sum([0, 1]), x.prod(0), x.norm(2, 1), x.all(), x.logSumExp(0)]);
    program.run();
    const [sum, product, , all] = program.outputs;
    equal(await sum.item(), 21);
    deepEqual(await product.toArray(), [4, 10, 18]);
    equal(await all.item(), 1);
  }
  deepEqual(device.live(), before);
});
