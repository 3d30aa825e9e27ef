/**
 * What each dtype can do: arithmetic, comparisons, reductions, products, views and gradients of f64, i64, i32, small
 * integers, halves and bool, against plain JavaScript.
 */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { cat, defaultDevice, grad, ones, type PlainDtype, record, scope, Tensor, tensor } from "../../mod.ts";
import { isNear } from "../near.ts";
import { Random, testSeed } from "../random.ts";

const seed = testSeed();

Deno.test("data() gives each dtype's own array, and tensor() takes it back", async () => {
  using own = scope();
  const arrays = {
    f64: Float64Array.of(0.1, -2),
    f32: Float32Array.of(0.5, -2),
    f16: Uint16Array.of(0x3c00, 0xc000),
    bf16: Uint16Array.of(0x3f80, 0xc000),
    f8e4m3: Uint8Array.of(0x38, 0xc0),
    i64: BigInt64Array.of(2n ** 60n, -2n),
    i32: Int32Array.of(7, -2),
    u32: Uint32Array.of(7, 2 ** 32 - 2),
    i16: Int16Array.of(300, -2),
    u8: Uint8Array.of(7, 254),
    bool: Uint8Array.of(1, 0),
  };
  for (const [dtype, values] of Object.entries(arrays) as [PlainDtype, typeof arrays.f64][]) {
    const x = tensor(values, { dtype, scope: own });
    deepEqual(await x.data(), values, dtype);
    deepEqual(await x.expand(2, 2).t().narrow(1, 0, 1).reshape(2).data(), values, `${dtype}, strided`);
  }
  equal(tensor(arrays.i64, { scope: own }).dtype, "i64");
  equal(tensor(arrays.f64, { scope: own }).dtype, "f64");
  equal(tensor(arrays.i16, { scope: own }).dtype, "i16");
  equal(tensor(arrays.u32, { scope: own }).dtype, "u32");
  equal(tensor([[true, false]], { scope: own }).dtype, "bool");
  equal(tensor([1n, -1n], { scope: own }).dtype, "i64");
  deepEqual(await tensor([1.5, -2], { dtype: "f8e4m3", scope: own }).toArray(), [1.5, -2]);
  deepEqual(await tensor(Uint8Array.of(0, 7), { dtype: "bool", scope: own }).data(), Uint8Array.of(0, 1));
});

Deno.test("reading and writing refuse what does not fit", async () => {
  using own = scope();
  const great = tensor(BigInt64Array.of(2n ** 53n + 1n), { scope: own });
  await rejects(great.item(), { code: "INVALID_ARGUMENT" });
  await rejects(great.toArray(), { code: "INVALID_ARGUMENT" });
  equal(await great.sub(1).sub(2).item(), 2 ** 53 - 2);
  const x = tensor([1, 2], { scope: own });
  throws(() => x.write(Int32Array.of(1, 2)), { code: "DTYPE_MISMATCH" });
  throws(() => x.write(Float32Array.of(1)), { code: "SHAPE_MISMATCH" });
  throws(() => tensor(Float64Array.of(1), { dtype: "f32", shape: [2] }), { code: "DTYPE_MISMATCH" });
  throws(() => tensor([1, true]), { code: "DTYPE_MISMATCH" });
  throws(() => tensor(Uint16Array.of(1)), { code: "DTYPE_MISMATCH" });
});

Deno.test("f64 arithmetic is JavaScript's, on strided and broadcast operands (random shapes)", async () => {
  const random = new Random(seed);
  for (let round = 0; round < 20; round++) {
    using own = scope();
    const [m, n] = [random.integer(0, 5), random.integer(1, 5)];
    const draw = (size: number) => Array.from({ length: size }, () => Math.exp(random.normal()));
    const [p, q] = [draw(m * n), draw(n)];
    const a = tensor(Float64Array.from(p), { shape: [n, m], scope: own }).t();
    const b = tensor(Float64Array.from(q), { scope: own });
    const at = (i: number, j: number) => [p[j * m + i], q[j]];
    const binary: [Tensor, (x: number, y: number) => number][] = [
      [a.add(b), (x, y) => x + y],
      [a.sub(b), (x, y) => x - y],
      [a.mul(b), (x, y) => x * y],
      [a.div(b), (x, y) => x / y],
      [a.maximum(b), Math.max],
      [a.remainder(b), (x, y) => x % y],
      [a.floorDiv(b), (x, y) => Math.floor(x / y)],
      [a.div(3), (x) => x / 3],
      [a.mul(0.1).add(0.2).sub(0.3), (x) => x * 0.1 + 0.2 - 0.3],
      [a.neg().abs(), (x) => x],
      [a.sqrt(), (x) => Math.sqrt(x)],
      [a.reciprocal(), (x) => 1 / x],
    ];
    for (const [got, f] of binary) {
      equal(got.dtype, "f64");
      const wanted = Array.from(
        { length: m },
        (_, i) => Array.from({ length: n }, (_, j) => f(...pair(at(i, j)))),
      );
      deepEqual(await got.toArray(), wanted);
    }
  }
});

const pair = ([x, y]: number[]): [number, number] => [x, y];

Deno.test("f64 functions are right to 1e-14", async () => {
  using own = scope();
  const values = [-3, -0.5, 0, 1e-9, 0.25, 1, 2.5];
  const x = tensor(values, { dtype: "f64", scope: own });
  const functions: [Tensor, (v: number) => number][] = [
    [x.exp(), Math.exp],
    [x.add(4).log(), (v) => Math.log(v + 4)],
    [x.sin(), Math.sin],
    [x.cos(), Math.cos],
    [x.tanh(), Math.tanh],
    [x.sigmoid(), (v) => 1 / (1 + Math.exp(-v))],
    [x.silu(), (v) => v / (1 + Math.exp(-v))],
    [x.relu(), (v) => Math.max(v, 0)],
    [x.add(4).pow(2.5), (v) => (v + 4) ** 2.5],
    [x.pow(3), (v) => v ** 3],
  ];
  for (const [got, f] of functions) {
    const y = await got.toArray() as number[];
    y.forEach((v, i) => ok(Math.abs(v - f(values[i])) <= 1e-14 * (1 + Math.abs(v)), `${v} of ${values[i]}`));
  }
});

Deno.test("integers keep their dtype, wrap around and divide with PyTorch's signs", async () => {
  using own = scope();
  for (const dtype of ["i32", "i64", "i16"] as const) {
    const a = tensor([7, -7, 7, -7, 0, 5], { dtype, scope: own });
    const b = tensor([3, 3, -3, -3, 3, 0], { dtype, scope: own });
    deepEqual(await a.floorDiv(b).toArray(), [2, -3, -3, 2, 0, 0], dtype);
    deepEqual(await a.remainder(b).toArray(), [1, 2, -2, -1, 0, 0], dtype);
    deepEqual(await a.remainder(4).toArray(), [3, 1, 3, 1, 0, 1]);
    deepEqual(await a.abs().toArray(), [7, 7, 7, 7, 0, 5]);
    deepEqual(await a.neg().relu().toArray(), [0, 7, 0, 7, 0, 0]);
    deepEqual(await a.mul(2).add(1).sub(b).toArray(), [12, -16, 18, -10, -2, 11]);
    deepEqual(await a.pow(2).toArray(), [49, 49, 49, 49, 0, 25]);
    equal(a.pow(2).dtype, dtype);
    equal(a.div(b).dtype, "f32");
    deepEqual(await a.div(2).toArray(), [3.5, -3.5, 3.5, -3.5, 0, 2.5]);
    equal(a.mul(0.5).dtype, "f32");
    equal(a.exp().dtype, "f32");
  }
  const top = tensor(Int32Array.of(2 ** 31 - 1), { scope: own });
  deepEqual(await top.add(1).toArray(), [-(2 ** 31)]);
  const long = tensor(BigInt64Array.of(2n ** 63n - 1n), { scope: own });
  deepEqual(await long.add(1).data(), BigInt64Array.of(-(2n ** 63n)));
  const bytes = tensor(Uint8Array.of(1, 200), { scope: own });
  deepEqual(await bytes.add(100).toArray(), [101, 44]);
  throws(() => bytes.add(300), { code: "DTYPE_MISMATCH", message: /300: u8 has no such element/ });
  deepEqual(await bytes.mul(bytes).toArray(), [1, 64]);
  deepEqual(await bytes.maximum(bytes.mul(0)).toArray(), [1, 200]);
  const powers = tensor([2, -2, 1, -1, 3], { dtype: "i64", scope: own });
  deepEqual(await powers.pow(tensor([-1, 3, -5, -5, 0], { dtype: "i64", scope: own })).toArray(), [
    0,
    -8,
    1,
    -1,
    1,
  ]);
});

Deno.test("floats divide with a floor as PyTorch's", async () => {
  using own = scope();
  const [a, b] = [[5, -5, 5, -5, 0, 1, -1, 1, -1], [3, 3, -3, -3, 3, 0, 0, Infinity, Infinity]];
  for (const dtype of ["f32", "f64", "f16"] as const) {
    const [x, y] = [a, b].map((v) => tensor(v, { dtype, scope: own }));
    deepEqual(await x.floorDiv(y).toArray(), [1, -2, -2, 1, 0, Infinity, -Infinity, 0, -1], dtype);
    deepEqual(await x.remainder(y).toArray(), [2, 1, -1, -2, 0, NaN, NaN, 1, Infinity], dtype);
  }
});

Deno.test("bool: logic, sums, choice; no minus", async () => {
  using own = scope();
  const a = tensor([true, true, false, false], { scope: own });
  const b = tensor([true, false, true, false], { scope: own });
  const table: [Tensor, number[]][] = [
    [a.logicalAnd(b), [1, 0, 0, 0]],
    [a.logicalOr(b), [1, 1, 1, 0]],
    [a.logicalXor(b), [0, 1, 1, 0]],
    [a.logicalNot(), [0, 0, 1, 1]],
    [a.add(b), [1, 1, 1, 0]],
    [a.mul(b), [1, 0, 0, 0]],
    [a.eq(b), [1, 0, 0, 1]],
    [
      tensor([0.5, NaN, 0, -0], { scope: own }).logicalAnd(
        tensor([1, 2, 3, 0], { dtype: "i64", scope: own }),
      ),
      [1, 1, 0, 0],
    ],
    [a.where(b, a), [1, 0, 0, 0]],
  ];
  for (const [got, wanted] of table) {
    equal(got.dtype, "bool");
    deepEqual(await got.toArray(), wanted);
  }
  equal(a.add(1).dtype, "i64");
  deepEqual(await a.add(1).toArray(), [2, 2, 1, 1]);
  equal(await a.sum(0).item(), 2);
  equal(a.sum(0).dtype, "i64");
  throws(() => a.sub(b), { code: "DTYPE_MISMATCH" });
  throws(() => a.floorDiv(b), { code: "DTYPE_MISMATCH" });
  deepEqual(await a.mul(0.5).toArray(), [0.5, 0.5, 0, 0]);
  deepEqual(await a.to("u8").where(1, 2).toArray(), [1, 1, 2, 2]);
});

Deno.test("comparisons are exact in each dtype, and with numbers that it cannot hold", async () => {
  using own = scope();
  const long = tensor(BigInt64Array.of(2n ** 53n, 2n ** 53n + 1n), { scope: own });
  deepEqual(await long.gt(tensor(BigInt64Array.of(2n ** 53n), { scope: own })).toArray(), [0, 1]);
  deepEqual(await long.ge(long).toArray(), [1, 1]);
  const real = tensor(Float64Array.of(1, 1 + 2 ** -40, NaN), { scope: own });
  deepEqual(await real.gt(1).toArray(), [0, 1, 0]);
  deepEqual(await real.ge(1).toArray(), [1, 1, 0]);
  deepEqual(await real.le(1).toArray(), [1, 0, 0]);
  deepEqual(await real.ne(real).toArray(), [0, 0, 1]);
  const bytes = tensor(Uint8Array.of(44, 255), { scope: own });
  deepEqual(await bytes.lt(300).toArray(), [1, 1]);
  deepEqual(await bytes.eq(300).toArray(), [0, 0]);
  deepEqual(await bytes.ge(-1).toArray(), [1, 1]);
  deepEqual(await tensor(Int32Array.of(2, 3), { scope: own }).lt(2.5).toArray(), [1, 0]);
  deepEqual(await tensor([1, 2], { dtype: "f16", scope: own }).lt(1.5).toArray(), [1, 0]);
});

Deno.test("where keeps elements of every width", async () => {
  using own = scope();
  const mask = tensor([true, false, true], { scope: own });
  for (const dtype of ["f64", "i64", "u32", "f16", "bf16", "i16", "u8", "bool", "f8e4m3"] as const) {
    const [a, b] = [[1, 1, 0], [0, 0, 1]].map((v) => tensor(v, { dtype, scope: own }));
    const y = mask.where(a, b);
    equal(y.dtype, dtype);
    deepEqual(await y.toArray(), [1, 0, 0]);
  }
  const x = tensor([0.1, 0.2, 0.3], { dtype: "f64", scope: own });
  deepEqual(await mask.where(x, 0.7).toArray(), [0.1, 0.7, 0.3]);
});

Deno.test("reductions of f64, integers and halves", async () => {
  using own = scope();
  const rows = [[1, 5, 2], [7, -1, 7]];
  for (const dtype of ["f64", "i64", "i32", "u32", "u8", "i16", "f16", "bf16"] as const) {
    const x = tensor(dtype[0] === "u" ? [[1, 5, 2], [7, 0, 7]] : rows, { dtype, scope: own });
    const low = dtype[0] === "u" ? 0 : -1;
    const isWhole = /^[iu]/.test(dtype);
    deepEqual(await x.sum(1).toArray(), [8, 14 + low], dtype);
    equal(x.sum(1).dtype, isWhole ? "i64" : dtype);
    equal(x.sum(1, false, { dtype: "f32" }).dtype, "f32");
    deepEqual(await x.max(0).toArray(), [7, 5, 7], dtype);
    equal(x.max(0).dtype, dtype);
    deepEqual(await x.min(1, true).toArray(), [[1], [low]]);
    deepEqual(await x.argmax(1).toArray(), [1, 0]);
    equal(x.argmin(1).dtype, "i32");
    if (isWhole) throws(() => x.mean(0), { code: "DTYPE_MISMATCH" });
    else deepEqual(await x.mean(0).toArray(), [4, 2, 4.5]);
  }
});

Deno.test("matmul in f64, and of halves, on strided batches (random shapes)", async () => {
  const random = new Random(seed);
  for (const dtype of ["f64", "f16", "bf16"] as const) {
    for (let round = 0; round < 8; round++) {
      using own = scope();
      const [b, m, k, n] = [2, random.integer(1, 7), random.integer(0, 9), random.integer(1, 9)];
      const [p, q] = [b * k * m, n * k].map((size) => Array.from(random.ints(size, -9, 9)));
      const x = tensor(p, { dtype, shape: [b, k, m], scope: own }).t();
      const y = tensor(q, { dtype, shape: [n, k], scope: own }).t();
      const z = x.matmul(y);
      equal(z.dtype, dtype);
      const got = z.shape.includes(0) ? [] : await z.to("f64").data();
      const wanted = Array.from({ length: b * m * n }, (_, at) => {
        const [j, i, s] = [at % n, Math.floor(at / n) % m, Math.floor(at / n / m)];
        return Array.from({ length: k }, (_, l) => p[(s * k + l) * m + i] * q[j * k + l]).reduce(
          (u, v) => u + v,
          0,
        );
      });
      const rounded = await tensor(wanted, { dtype, scope: own }).to("f64").data();
      deepEqual(Array.from(got as Float64Array), Array.from(rounded as Float64Array));
    }
  }
  using own = scope();
  const [x, h] = [
    tensor([[0.1, 2]], { dtype: "f64", scope: own }),
    tensor([[1], [2]], { dtype: "bf16", scope: own }),
  ];
  deepEqual(await x.matmul(h).toArray(), [[4.1]]);
  equal(h.t().matmul(tensor([[1], [2]], { scope: own })).dtype, "f32");
  throws(() => x.to("i32").matmul(h), { code: "DTYPE_MISMATCH" });
});

/** Gradients through f64 ops, against central differences of the f64 results themselves. */
const differentiable: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  arithmetic: (a, b) => a.mul(b).add(a.div(b)).sub(b).div(3).mul(0.1),
  functions: (a, b) => a.exp().mul(b.log()).add(a.sin().mul(b.cos())).add(a.tanh()).sub(b.sqrt()),
  activations: (a, b) =>
    a.sigmoid().mul(b.silu()).add(a.gelu("tanh")).add(b.gelu()).add(b.reciprocal()).add(a.relu()),
  powers: (a, b) => b.pow(a).add(b.pow(2.5)).add(a.abs()).add(a.neg()),
  choice: (a, b) => a.gt(b).where(a.mul(a), b).add(a.maximum(b)).add(a.minimum(b).mul(2)),
  "remainder and broadcasting": (a, b) => a.remainder(b.narrow(0, 0, 1)).mul(b),
  reductions: (a, b) => a.mul(b).sum(1, true).add(b.mean(0)).add(a.max(1, true)).mul(a.min(0)),
  products: (a, b) => a.matmul(b.t()).matmul(b),
  "views and copies": (a, b) => a.t().narrow(0, 1, 2).reshape(3, 2).matmul(b.narrow(0, 0, 2)),
  softmax: (a, b) => a.softmax(-1).mul(b.logSoftmax(0)),
  "single beside double": (a, b) => a.mul(b.to("f32").mul(2)),
};

for (const [name, f] of Object.entries(differentiable)) {
  Deno.test(`gradient in f64 of ${name} against finite differences`, async () => {
    const random = new Random(seed);
    using own = scope();
    const values = [0, 1].map((i) =>
      Float64Array.from(
        { length: 9 },
        (_, j) => (i ? 1.3 : -0.9) + 0.23 * j * (1 - 0.4 * i) + random.next() * 0.01,
      )
    );
    const weights = tensor(Float64Array.from(random.floats(9)), { shape: [3, 3], scope: own });
    const isLoose = name.startsWith("single");
    const loss = (a: Tensor, b: Tensor) => f(a, b).mul(weights).sum(0).sum(0);
    const leaves = values.map((v) => tensor(v, { shape: [3, 3], scope: own }).requiresGrad());
    const gradients = loss(leaves[0], leaves[1]).backward();
    for (const [i, leaf] of leaves.entries()) {
      const gradient = gradients.get(leaf);
      equal(gradient.dtype, "f64");
      const got = await gradient.data() as Float64Array;
      for (let e = 0; e < 9; e++) {
        const h = isLoose ? 1e-2 : 1e-5;
        const [up, down] = await Promise.all([h, -h].map(async (step) => {
          const moved = values.map((v, j) => j === i ? v.with(e, v[e] + step) : v);
          const [a, b] = moved.map((v) => tensor(v, { shape: [3, 3], scope: own }));
          return await loss(a, b).item();
        }));
        const wanted = (up - down) / (2 * h);
        const bound = isLoose ? 1e-4 : 1e-7;
        ok(
          isNear(got[e], wanted, bound * (1 + Math.abs(wanted))),
          `${name}: ${got[e]}, expected ${wanted}`,
        );
      }
    }
  });
}

Deno.test("gradients of gradients in f64, and of a power by a number", async () => {
  using own = scope();
  const x = tensor([0.5, 2], { dtype: "f64", scope: own });
  const [second] = grad((x) => grad((x) => x.pow(3).add(x.exp()).sum(0))(x)[0].sum(0))(x);
  const got = await second.toArray() as number[];
  [0.5, 2].forEach((v, i) => ok(Math.abs(got[i] - (6 * v + Math.exp(v))) <= 1e-13));
  const single = tensor([-2, 0], { scope: own }).requiresGrad();
  deepEqual(await single.pow(2).sum(0).backward().get(single).toArray(), [-4, 0]);
  deepEqual(await single.pow(0).sum(0).backward().get(single).toArray(), [-0, 0]);
  throws(() => single.floorDiv(2), { code: "INVALID_STATE" });
});

Deno.test("softmax in f64 and of halves", async () => {
  using own = scope();
  const x = tensor([[1, 2], [3, 1000]], { dtype: "f64", scope: own });
  const tail = 1 / (1 + Math.E);
  const got = (await x.softmax(1).toArray() as number[][]).flat();
  [tail, 1 - tail, 0, 1].forEach((v, i) => ok(Math.abs(got[i] - v) <= 1e-15));
  deepEqual(await x.logSoftmax(1).narrow(0, 1, 1).toArray(), [[-997, 0]]);
  const half = x.to("f16").softmax(1);
  equal(half.dtype, "f16");
  deepEqual(await half.narrow(0, 1, 1).toArray(), [[0, 1]]);
});

Deno.test("halves compute in f32 and keep their dtype, also their gradient", async () => {
  using own = scope();
  const x = tensor([1, 2, 3], { scope: own }).requiresGrad();
  const y = x.to("bf16");
  const z = y.mul(y).add(1).exp().log();
  equal(z.dtype, "bf16");
  deepEqual(await z.toArray(), [2, 5, 10]);
  const gradient = y.mul(y).sum(0).backward().get(x);
  equal(gradient.dtype, "f32");
  deepEqual(await gradient.toArray(), [2, 4, 6]);
});

Deno.test("promoted ops leave nothing behind, and are recorded", async () => {
  using a = tensor([1, 2, 3], { dtype: "i16" });
  using b = tensor([0.5, 1, 2], { dtype: "f16" });
  a.remainder(2).lt(1).dispose(); // constants that the device keeps
  const before = defaultDevice().live().bytes;
  const compute = () => {
    using sum = a.add(b);
    using scaled = sum.mul(3);
    using rest = a.remainder(2);
    using isEven = rest.lt(1);
    return isEven.where(scaled, a);
  };
  {
    using eager = compute();
    deepEqual(await eager.toArray(), [1, 9, 3]);
  }
  equal(defaultDevice().live().bytes, before);
  using program = record(a.device, compute);
  program.run();
  deepEqual(await program.outputs[0].toArray(), [1, 9, 3]);
});

Deno.test("indices of i64 are checked as they are; masks are bool; elements of f64 are taken and put whole", async () => {
  using own = scope();
  const x = tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], { dtype: "f64", scope: own });
  const index = tensor(BigInt64Array.of(2n, 0n), { scope: own });
  deepEqual(await x.indexSelect(1, index).toArray(), [[0.3, 0.1], [0.6, 0.4]]);
  for (const far of [2n ** 32n, -(2n ** 40n), 3n, -1n]) {
    throws(() => x.indexSelect(1, tensor(BigInt64Array.of(far), { scope: own })), {
      code: "INDEX_OUT_OF_RANGE",
    });
  }
  throws(() => x.indexSelect(1, index.to("bool")), { code: "DTYPE_MISMATCH" });
  const long = tensor(BigInt64Array.of(0n, 2n ** 60n, -1n), { scope: own });
  deepEqual(await (await long.nonzero()).toArray(), [[1], [2]]);
  deepEqual(await (await x.maskedSelect(x.gt(0.35))).toArray(), [0.4, 0.5, 0.6]);
  deepEqual(await x.maskedFill(x.lt(0.35), 0.7).narrow(0, 0, 1).toArray(), [[0.7, 0.7, 0.7]]);
  const at = tensor(Int32Array.of(1, 0), { shape: [2, 1], scope: own });
  deepEqual(await x.scatter(1, at, 9).toArray(), [[0.1, 9, 0.3], [9, 0.5, 0.6]]);
  const leaf = x.detach().requiresGrad();
  deepEqual(await leaf.scatter(1, at, 9).sum().backward().get(leaf).toArray(), [[1, 0, 1], [0, 1, 1]]);
});

Deno.test("creators, joins and printing know every dtype", async () => {
  using own = scope();
  for (const dtype of ["f64", "f16", "bf16", "f8e4m3", "i64", "u32", "i16", "bool"] as const) {
    const x = ones([2, 2], { dtype, scope: own });
    equal(x.dtype, dtype);
    deepEqual(await x.tril().toArray(), [[1, 0], [1, 1]], dtype);
    deepEqual(await cat([x, x.narrow(0, 0, 1)]).toArray(), [[1, 1], [1, 1], [1, 1]]);
  }
  const mixed = cat([
    tensor([1.5], { scope: own }),
    tensor([2n], { scope: own }),
    tensor([true], { scope: own }),
  ]);
  equal(mixed.dtype, "f32");
  deepEqual(await mixed.toArray(), [1.5, 2, 1]);
  equal(await tensor([[true], [false]], { scope: own }).toText(), "[[ True]\n [False]]");
  equal(await tensor(0.1, { dtype: "f64", scope: own }).toText(), "0.1");
});

Deno.test("dtypes without arithmetic are refused by name", () => {
  using own = scope();
  const x = tensor([1, 2], { dtype: "f8e4m3", scope: own });
  throws(() => x.add(1), { code: "DTYPE_MISMATCH", message: /f8e4m3/ });
  throws(() => x.add(x), { code: "DTYPE_MISMATCH", message: /f8e4m3/ });
  throws(() => x.exp(), { code: "DTYPE_MISMATCH", message: /f8e4m3/ });
  throws(() => x.eq(x), { code: "DTYPE_MISMATCH", message: /f8e4m3/ });
  throws(() => x.sum(0), { code: "DTYPE_MISMATCH", message: /f8e4m3/ });
  const blocks = new Tensor(defaultDevice().allocate(48), "q8", [32], { scope: own });
  throws(() => blocks.add(1), { code: "DTYPE_MISMATCH" });
  throws(() => blocks.add(x), { code: "DTYPE_MISMATCH" });
  throws(() => blocks.neg(), { code: "DTYPE_MISMATCH" });
});
