/**
 * Integer dtypes against BigInt, on strided and broadcast operands of random shapes: arithmetic that wraps around,
 * order, reductions, scans, sorting, products, and elements by index.
 */
import { deepEqual, equal, throws } from "node:assert/strict";
import {
  defaultDevice,
  einsum,
  type PlainDtype,
  record,
  type Scope,
  scope,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { Random, testSeed } from "../random.ts";

const seed = testSeed();
type Whole = "u8" | "i16" | "i32" | "u32" | "i64";
const dtypes: readonly Whole[] = ["u8", "i16", "i32", "u32", "i64"];
const bits: Record<Whole, number> = { u8: 8, i16: 16, i32: 32, u32: 32, i64: 64 };

/** What a dtype keeps of an integer. */
function kept(value: bigint, dtype: Whole): bigint {
  return dtype[0] === "u" ? BigInt.asUintN(bits[dtype], value) : BigInt.asIntN(bits[dtype], value);
}

/** Integers of a dtype, some of them at its ends, some small and equal. */
function draw(random: Random, dtype: Whole, count: number): bigint[] {
  return Array.from({ length: count }, () => {
    const [high, low] = Array.from(random.ints(2, -(2 ** 31), 2 ** 31 - 1), BigInt);
    const any = high << 32n | BigInt.asUintN(32, low);
    return kept(
      random.pick([any, any, BigInt(random.integer(-3, 3)), -1n << BigInt(bits[dtype] - 1), -1n]),
      dtype,
    );
  });
}

/** Of a shape, turned or as it lies, and its elements in order. */
function made(
  random: Random,
  dtype: Whole,
  shape: readonly number[],
  own: Scope,
): { x: Tensor; values: bigint[] } {
  const size = shape.reduce((a, b) => a * b, 1), values = draw(random, dtype, size);
  if (random.next() < 0.5) return { x: tensor(values, { dtype, shape, scope: own }), values };
  const [rows, columns] = shape;
  const turned = values.map((_, e) => values[(e % rows) * columns + Math.floor(e / rows)]);
  return { x: tensor(turned, { dtype, shape: [columns, rows], scope: own }).t(), values };
}

async function elements(x: Tensor): Promise<bigint[]> {
  const data: ArrayLike<number | bigint> = await x.data<BigInt64Array>();
  return Array.from(data, BigInt as (v: number | bigint) => bigint);
}

const sizes = (random: Random) => [random.integer(1, 5), random.integer(1, 20)] as const;

/** The quotient rounded down, 0 by 0. */
const floorDiv = (a: bigint, b: bigint) => {
  if (b === 0n) return 0n;
  const q = a / b;
  return q * b !== a && a < 0n !== b < 0n ? q - 1n : q;
};
const remainder = (a: bigint, b: bigint) => b === 0n ? 0n : a - floorDiv(a, b) * b;

for (const dtype of dtypes) {
  Deno.test(`${dtype}: arithmetic wraps around, and order knows the sign (random shapes)`, async () => {
    const random = new Random(seed);
    for (let round = 0; round < 30; round++) {
      using own = scope();
      const [m, n] = sizes(random);
      const { x, values: p } = made(random, dtype, [m, n], own);
      const q = draw(random, dtype, n), y = tensor(q, { dtype, scope: own });
      const binary: [string, Tensor, (a: bigint, b: bigint) => bigint][] = [
        ["add", x.add(y), (a, b) => a + b],
        ["sub", x.sub(y), (a, b) => a - b],
        ["mul", x.mul(y), (a, b) => a * b],
        ["floorDiv", x.floorDiv(y), floorDiv],
        ["remainder", x.remainder(y), remainder],
        ["maximum", x.maximum(y), (a, b) => a > b ? a : b],
        ["minimum", x.minimum(y), (a, b) => a < b ? a : b],
        ["pow", x.pow(5), (a) => a ** 5n],
        ["neg", x.neg(), (a) => -a],
        ["abs", x.abs(), (a) => a < 0n ? -a : a],
        ["sign", x.sign(), (a) => BigInt(Number(a > 0n) - Number(a < 0n))],
        ["affine", x.affine(3, 7), (a) => 3n * a + 7n],
        ["add a number", x.add(100), (a) => a + 100n],
        ["sub a number", x.sub(100), (a) => a - 100n],
        ["clamp", x.clamp(2, 100), (a) => a < 2n ? 2n : a > 100n ? 100n : a],
        ["clamp beyond its ends", x.clamp(-(2 ** 40), 2 ** 40), (a) => {
          const end = 2n ** 40n;
          return a < -end ? -end : a > end ? end : a;
        }],
        ["where", x.lt(y).where(x, y), (a, b) => a < b ? a : b],
      ];
      for (const [name, got, f] of binary) {
        equal(got.dtype, dtype, name);
        deepEqual(
          await elements(got),
          p.map((a, i) => kept(f(a, q[i % n]), dtype)),
          `${name} of [${m},${n}]`,
        );
      }
      const order: [Tensor, (a: bigint, b: bigint) => boolean][] = [
        [x.eq(y), (a, b) => a === b],
        [x.ne(y), (a, b) => a !== b],
        [x.lt(y), (a, b) => a < b],
        [x.le(y), (a, b) => a <= b],
        [x.gt(y), (a, b) => a > b],
        [x.ge(y), (a, b) => a >= b],
        [x.gt(-1), (a) => a > -1n],
        [x.lt(2 ** 40), (a) => a < 2n ** 40n],
        [x.logicalAnd(y), (a, b) => a !== 0n && b !== 0n],
      ];
      for (const [got, f] of order) {
        equal(got.dtype, "bool");
        deepEqual(await elements(got), p.map((a, i) => BigInt(f(a, q[i % n]))));
      }
    }
  });

  Deno.test(`${dtype}: sums and products are i64, or wrap around in the dtype that is asked for`, async () => {
    const random = new Random(seed);
    for (let round = 0; round < 20; round++) {
      using own = scope();
      const [m, n] = sizes(random);
      const { x, values } = made(random, dtype, [m, n], own);
      const column = (i: number) => values.filter((_, e) => e % n === i);
      const row = (i: number) => values.slice(i * n, (i + 1) * n);
      const folds = [
        ["sum", (v: bigint[]) => v.reduce((a, b) => a + b, 0n)],
        ["prod", (v: bigint[]) => v.reduce((a, b) => a * b, 1n)],
      ] as const;
      for (const [op, fold] of folds) {
        for (const as of [undefined, "i64", "i32", "u32", "i16", "u8"] as const) {
          const to = as ?? "i64";
          const [rows, columns, all] = [[1], [0], undefined].map((dims) => x[op](dims, false, { dtype: as }));
          for (const y of [rows, columns, all]) equal(y.dtype, to);
          const label = `${op} of ${dtype}[${m},${n}] as ${as}`;
          deepEqual(await elements(rows), Array.from({ length: m }, (_, i) => kept(fold(row(i)), to)), label);
          deepEqual(
            await elements(columns),
            Array.from({ length: n }, (_, i) => kept(fold(column(i)), to)),
            label,
          );
          deepEqual(await elements(all), [kept(fold(values), to)], label);
        }
        const scan = op === "sum" ? "cumsum" : "cumprod";
        for (const as of [undefined, "i32", "u32"] as const) {
          const y = x[scan](1, { dtype: as }), to = as ?? "i64";
          equal(y.dtype, to);
          const wanted = values.map((_, e) => kept(fold(row(Math.floor(e / n)).slice(0, e % n + 1)), to));
          deepEqual(await elements(y), wanted, `${scan} of ${dtype}[${m},${n}] as ${as}`);
        }
      }
      const best = (v: bigint[], sign: bigint) => v.reduce((a, b) => sign * b > sign * a ? b : a);
      deepEqual(await elements(x.max(1)), Array.from({ length: m }, (_, i) => best(row(i), 1n)));
      deepEqual(await elements(x.min(0)), Array.from({ length: n }, (_, i) => best(column(i), -1n)));
      deepEqual(
        await x.argmax(1).toArray(),
        Array.from({ length: m }, (_, i) => row(i).indexOf(best(row(i), 1n))),
      );
      deepEqual(
        await x.argmin(0).toArray(),
        Array.from({ length: n }, (_, i) => column(i).indexOf(best(column(i), -1n))),
      );
      equal(await x.any().item(), Number(values.some((v) => v !== 0n)));
      equal(await x.all().item(), Number(values.every((v) => v !== 0n)));
      equal(await x.countNonzero().item(), values.filter((v) => v !== 0n).length);
    }
  });

  Deno.test(`${dtype}: products of matrices wrap around in their dtype (random shapes and batches)`, async () => {
    const random = new Random(seed);
    for (let round = 0; round < 20; round++) {
      using own = scope();
      const [m, k] = sizes(random), n = random.integer(1, 20), batch = random.integer(1, 2);
      const { x: a, values: p } = made(random, dtype, [m, k], own);
      const q = draw(random, dtype, batch * k * n);
      const b = tensor(q, { dtype, shape: [batch, k, n], scope: own });
      const y = a.matmul(b);
      equal(y.dtype, dtype);
      deepEqual(y.shape, [batch, m, n]);
      const wanted = Array.from({ length: batch * m * n }, (_, e) => {
        const [j, i, s] = [e % n, Math.floor(e / n) % m, Math.floor(e / n / m)];
        return kept(
          p.slice(i * k, (i + 1) * k).reduce((sum, v, l) => sum + v * q[(s * k + l) * n + j], 0n),
          dtype,
        );
      });
      deepEqual(await elements(y), wanted, `[${m},${k}] x [${batch},${k},${n}]`);
    }
  });
}

Deno.test("u32, i32 and i64 sort, select and scan by their values (random shapes)", async () => {
  const random = new Random(seed);
  for (const dtype of ["u32", "i32", "i64"] as const) {
    for (const count of [0, 1, 2, 9, 47, 200]) {
      using own = scope();
      const values = draw(random, dtype, count), x = tensor(values, { dtype, scope: own });
      for (const descending of [false, true]) {
        const sign = descending ? -1n : 1n;
        const order = values.map((_, i) => i)
          .sort((i, j) =>
            Number(sign * values[i] > sign * values[j]) - Number(sign * values[i] < sign * values[j])
          );
        const sorted = x.sort(0, descending);
        deepEqual(await elements(sorted.values), order.map((i) => values[i]), `${dtype}[${count}]`);
        deepEqual(await sorted.indices.toArray(), order);
        deepEqual(await x.argsort(0, descending).toArray(), order);
        for (const k of [0, 1, count >> 1, count].filter((k) => k <= count)) {
          const top = x.topK(k, 0, descending);
          equal(top.values.dtype, dtype);
          deepEqual(await elements(top.values), order.slice(0, k).map((i) => values[i]));
          deepEqual(await top.indices.toArray(), order.slice(0, k));
        }
      }
      if (count === 0) continue;
      const best = values.map((_, n) => values.slice(0, n + 1).reduce((a, b) => b > a ? b : a));
      deepEqual(await elements(x.cummax(0).values), best);
      const { values: median, indices } = x.median(0);
      const wanted = values.toSorted((a, b) => a < b ? -1 : Number(a > b))[(count - 1) >> 1];
      deepEqual(await elements(median), [wanted]);
      deepEqual(values[await indices.item()], wanted);
      deepEqual(await elements(x.median()), [wanted]);
    }
  }
});

Deno.test("u32 and i64 are added, multiplied and compared at indices; u32 are indices", async () => {
  using own = scope();
  for (const dtype of ["u32", "i64"] as const) {
    const x = tensor([[1, 2], [3, 4]], { dtype, scope: own }), top = dtype === "u32" ? 2n ** 32n : 2n ** 64n;
    const src = tensor([[kept(top - 1n, dtype), 5n], [7n, 0n]], { dtype, scope: own });
    const index = tensor(Uint32Array.of(1, 1), { scope: own });
    deepEqual(await elements(x.indexAdd(0, index, src)), [1n, 2n, 9n, 9n]);
    const at = tensor(Uint32Array.of(0, 1, 0, 1), { shape: [2, 2], scope: own });
    deepEqual(await elements(x.scatterAdd(0, at, src)), [7n, 2n, 3n, 9n]);
    const most = dtype === "u32" ? top - 1n : 7n;
    deepEqual(await elements(x.scatterReduce(0, at, src, "amax")), [most, 2n, 3n, 5n]);
    deepEqual(await elements(x.scatterReduce(0, at, src, "prod")), [kept(-7n, dtype), 2n, 3n, 0n]);
    deepEqual(await elements(x.gather(1, at)), [1n, 2n, 3n, 4n]);
    deepEqual(await elements(x.scatter(1, at, 9)), [9n, 9n, 9n, 9n]);
  }
  const table = tensor([[1, 2], [3, 4]], { scope: own });
  deepEqual(await table.embedding(tensor(Uint32Array.of(1, 0, 1), { scope: own })).toArray(), [
    [3, 4],
    [1, 2],
    [3, 4],
  ]);
  for (const far of [2, 2 ** 31, 2 ** 32 - 1]) {
    throws(() => table.indexSelect(0, tensor(Uint32Array.of(far), { scope: own })), {
      code: "INDEX_OUT_OF_RANGE",
    });
  }
  deepEqual(await (await tensor(Uint32Array.of(0, 7, 0, 2 ** 31), { scope: own }).nonzero()).toArray(), [
    [1],
    [3],
  ]);
});

Deno.test("products of integers promote among themselves; bool and floats beside them are refused", async () => {
  using own = scope();
  const [a, b] = (["i32", "u32"] as const).map((dtype) => tensor([[1, 2], [3, 4]], { dtype, scope: own }));
  equal(a.matmul(b).dtype, "i64");
  deepEqual(await a.matmul(b).toArray(), [[7, 10], [15, 22]]);
  deepEqual(await a.matmul(a.t()).toArray(), [[5, 11], [11, 25]]);
  deepEqual(await a.mv(a.i(0)).toArray(), [5, 11]);
  deepEqual(await a.i(0).dot(a.i(1)).toArray(), 11);
  equal(a.to("u8").matmul(a.to("i16")).dtype, "i16");
  equal(einsum("ij,jk->i", a, a).dtype, "i32");
  deepEqual(await einsum("ij,jk->i", a, a).toArray(), [17, 37]);
  equal(await a.trace().item(), 5);
  equal(a.trace().dtype, "i64");
  for (const dtype of ["f32", "f64", "f16", "bool"] as const) {
    throws(() => a.matmul(a.to(dtype)), {
      code: "DTYPE_MISMATCH",
      message: new RegExp(`Cannot matmul i32.* x ${dtype}.*or two of integers`),
    });
  }
  throws(() => a.to("bool").matmul(a.to("bool")), { code: "DTYPE_MISMATCH" });
  throws(() => a.matmul(tensor([1n, 2n, 3n], { scope: own })), { code: "SHAPE_MISMATCH" });
});

Deno.test("sums take a dtype: of floats too, with its gradient", async () => {
  using own = scope();
  const x = tensor([[1.5, 2.5], [3.5, 4.5]], { scope: own }).requiresGrad();
  const y = x.sum(1, false, { dtype: "f64" });
  equal(y.dtype, "f64");
  deepEqual(await y.toArray(), [4, 8]);
  deepEqual(await y.mul(y).sum().backward().get(x).toArray(), [[8, 8], [16, 16]]);
  deepEqual(await x.sum(1, false, { dtype: "i32" }).toArray(), [3, 7]);
  deepEqual(await x.detach().cumsum(1, { dtype: "i64" }).toArray(), [[1, 3], [3, 7]]);
  deepEqual(await tensor([true, true, false], { scope: own }).sum(0, false, { dtype: "bool" }).toArray(), 1);
  deepEqual(await tensor([true, true], { scope: own }).cumsum(0).toArray(), [1, 2]);
  deepEqual(await tensor([[1, 2], [3, 4]], { dtype: "i32", scope: own }).sum([0, 1], true).toArray(), [[10]]);
  const cube = tensor(Uint32Array.from({ length: 24 }, (_, i) => 2 ** 32 - 1 - i), {
    shape: [2, 3, 4],
    scope: own,
  });
  const sums = Array.from({ length: 3 }, (_, j) => {
    const places = Array.from({ length: 8 }, (_, e) => (e >> 2) * 12 + j * 4 + (e & 3));
    return places.reduce((sum, i) => sum + 2 ** 32 - 1 - i, 0);
  });
  deepEqual(await cube.sum([0, 2]).toArray(), sums);
});

Deno.test("median: the lower of two, NaN where there is one, and its gradient", async () => {
  using own = scope();
  const x = tensor([[4, 1, 3, 2], [NaN, 7, NaN, 1]], { scope: own }).requiresGrad();
  const { values, indices } = x.median(1);
  deepEqual(await values.toArray(), [2, NaN]);
  deepEqual(await indices.toArray(), [3, 0]);
  deepEqual(x.median(0, true).values.shape, [1, 4]);
  deepEqual(await values.i(0).mul(3).backward().get(x).toArray(), [[0, 0, 0, 3], [0, 0, 0, 0]]);
  deepEqual(await x.median().toArray(), NaN);
  const ties = tensor([2, 1, 2, 5], { scope: own }).requiresGrad();
  deepEqual(await ties.median().backward().get(ties).toArray(), [0.5, 0, 0.5, 0]);
  deepEqual(await tensor([3, 1, 2], { dtype: "bf16", scope: own }).median(0).values.toArray(), 2);
  deepEqual(await tensor([3, 1, 2], { dtype: "u8", scope: own }).median().toArray(), 2);
  deepEqual(await tensor([], { scope: own }).median().toArray(), NaN);
  throws(() => tensor([], { dtype: "i32", scope: own }).median(), { code: "SHAPE_MISMATCH" });
  throws(() => tensor([[]], { scope: own }).median(1), { code: "SHAPE_MISMATCH", message: /it is empty/ });
  deepEqual(await tensor([3, 1, NaN, 2], { dtype: "f64", scope: own }).i([0, 2]).median().toArray(), 1);
  deepEqual(await tensor([3, NaN, 2], { dtype: "f64", scope: own }).median(0).indices.toArray(), 1);
  throws(() => tensor([true], { scope: own }).median(), {
    code: "DTYPE_MISMATCH",
    message: /Cannot median bool\[1\].*it takes f64/,
  });
});

Deno.test("integer ops leave nothing behind, and are recorded", async () => {
  using x = tensor(Uint32Array.of(4, 2 ** 31, 1, 9), { shape: [2, 2] });
  x.floorDiv(3).dispose(); // a constant that the device keeps
  using first = x.floorDiv(3);
  first.remainder(2).dispose();
  const before = defaultDevice().live().storages;
  const compute = () => {
    using product = x.matmul(x);
    using sum = product.sum(1);
    using low = sum.to("u32");
    using third = low.floorDiv(3);
    const { values, indices } = third.sort();
    using order = indices;
    using sorted = values;
    return sorted.add(order);
  };
  {
    using eager = compute();
    equal(eager.dtype, "i64");
    equal(defaultDevice().live().storages, before + 1);
    using program = record(x.device, compute);
    program.run();
    deepEqual(await program.outputs[0].toArray(), await eager.toArray());
  }
  equal(defaultDevice().live().storages, before);
});

Deno.test("conversions between integers keep their low bits", async () => {
  const random = new Random(seed);
  using own = scope();
  for (const from of dtypes) {
    const values = draw(random, from, 40), x = tensor(values, { dtype: from, scope: own });
    for (const to of dtypes) {
      const y = x.to(to as PlainDtype);
      equal(y.dtype, to);
      deepEqual(await elements(y), values.map((v) => kept(v, to)), `${from} to ${to}`);
    }
  }
});
