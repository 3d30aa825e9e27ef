/**
 * What holds for any values and shapes: shifts that softmax does not see, products in any order, parts that equal
 * the whole, layouts that change nothing, roundings that happen once.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import * as wick from "../../mod.ts";
import * as casts from "../../src/device/kernels/copy.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import { run } from "../../src/tensor/dispatch.ts";
import { linear, quantizeQ8 } from "../../src/tensor/ops/linear.ts";
import { Random, testSeed } from "../random.ts";
import { activationsOf, randomWeights, weightsOf } from "../reference/quantized.ts";

const { defaultDevice, scope, Tensor, tensor } = wick;
type Tensor = wick.Tensor;
/** Joining came later than these properties: they use it where it is. */
const cat = (wick as Record<string, unknown>).cat as
  | ((tensors: readonly Tensor[], dim: number) => Tensor)
  | undefined;

const seed = testSeed();
const ROUNDS = 25;
/** Half the distance from 1 to the next f32. */
const UNIT = 2 ** -24;

/** Runs a property on fresh draws; a failure tells the round. */
function property(name: string, holds: (random: Random, own: wick.Scope) => Promise<void>): void {
  Deno.test(name, async () => {
    const random = new Random(seed);
    for (let round = 0; round < ROUNDS; round++) {
      using own = scope();
      await holds(random, own);
    }
  });
}

/** Sizes in 1 .. 9, now and then 0 or past a tile. */
const size = (random: Random) => random.pick([0, 1, 1, 2, 3, 5, 7, 8, 9, 17, 33]);
const sizes = (random: Random, count: number) => Array.from({ length: count }, () => size(random));
const draw = (random: Random, shape: number[], own: wick.Scope) =>
  tensor(random.floats(shape.reduce((a, b) => a * b, 1)), { shape, scope: own });

async function bits(x: Tensor): Promise<Int32Array> {
  return new Int32Array((await x.data()).buffer);
}

async function sameBits(a: Tensor, b: Tensor, what: string): Promise<void> {
  deepEqual(a.shape, b.shape, what);
  deepEqual(await bits(a), await bits(b), what);
}

async function within(a: Tensor, b: Tensor, bound: Tensor | number, what: string): Promise<void> {
  const [x, y] = [await a.data(), await b.data()];
  const most = typeof bound === "number" ? undefined : await bound.data();
  deepEqual(a.shape, b.shape, what);
  x.forEach((v, i) => {
    const limit = most?.[i] ?? bound as number;
    ok(Math.abs(v - y[i]) <= limit, `${what}: ${v} and ${y[i]} at ${i} differ by more than ${limit}`);
  });
}

property("softmax does not see a shift", async (random, own) => {
  const shape = [size(random), random.integer(1, 40)];
  // in steps of 1 / 1024, so that adding a whole number is exact
  const steps = draw(random, shape, own).mul(1024);
  const whole = tensor(Float32Array.from(await steps.data(), Math.round), { shape, scope: own });
  const x = whole.mul(1 / 1024);
  const shift = random.integer(-4000, 4000);
  await sameBits(x.softmax(-1), x.add(shift).softmax(-1), `softmax shifted by ${shift}`);
  const far = (Math.abs(shift) + 20) * UNIT * 4;
  await within(
    x.logSoftmax(-1),
    x.add(shift).logSoftmax(-1),
    far,
    `logSoftmax shifted by ${shift}`,
  );
  const ones = tensor(new Float32Array(shape[0]).fill(1), { scope: own });
  await within(x.softmax(-1).sum(-1), ones, 1e-6, "a softmax's sum");
});

property("products may be taken in any order", async (random, own) => {
  const [m, k, l, n] = sizes(random, 4);
  const [a, b, c] = [[m, k], [k, l], [l, n]].map((shape) => draw(random, shape, own));
  const scale = a.abs().matmul(b.abs()).matmul(c.abs());
  const bound = scale.mul(2 * (k + l + 4) * UNIT).add(1e-30);
  await within(a.matmul(b).matmul(c), a.matmul(b.matmul(c)), bound, `[${m},${k}] [${k},${l}] [${l},${n}]`);
  const both = a.matmul(b);
  const turned = b.t().matmul(a.t()).t();
  const terms = a.abs().matmul(b.abs()).mul(2 * (k + 2) * UNIT).add(1e-30);
  await within(both, turned, terms, "(A B)' = B' A'");
});

property("parts equal the whole", async (random, own) => {
  const [m, k, n] = sizes(random, 3).map((v) => v + 1);
  const [a, b] = [draw(random, [m, k], own), draw(random, [k, n], own)];
  const [row, inner] = [random.integer(0, m - 1), random.integer(0, k)];
  const whole = a.matmul(b);
  await sameBits(
    whole.narrow(0, row, m - row),
    a.narrow(0, row, m - row).matmul(b),
    `rows from ${row} of ${m}`,
  );
  const sum = a.narrow(1, 0, inner).matmul(b.narrow(0, 0, inner))
    .add(a.narrow(1, inner, k - inner).matmul(b.narrow(0, inner, k - inner)));
  const bound = a.abs().matmul(b.abs()).mul(2 * (k + 2) * UNIT).add(1e-30);
  await within(whole, sum, bound, `inner ${k} split at ${inner}`);
  for (const fold of ["sum", "mean", "max", "min", "argmax"] as const) {
    await sameBits(
      whole[fold](1).narrow(0, row, m - row),
      whole.narrow(0, row, m - row)[fold](1),
      `${fold} of rows from ${row}`,
    );
  }
  const halves = [whole.narrow(0, 0, row), whole.narrow(0, row, m - row)];
  if (cat) await sameBits(cat(halves, 0), whole, `${row} rows and the others`);
  for (const name of ["softmax", "logSoftmax"] as const) {
    if (cat) await sameBits(cat(halves.map((t) => t[name](1)), 0), whole[name](1), `${name} of parts`);
    await sameBits(
      whole[name](1).narrow(0, row, 1),
      whole.narrow(0, row, 1)[name](1),
      `${name} of row ${row}`,
    );
  }
});

property("attention of some queries, heads or sequences is that part of the whole", async (random, own) => {
  const [B, G, T, S, D] = [1, 1, 2, 1, 1].map((least) => random.integer(least, least + 3));
  const [H, depth] = [G * random.integer(1, 2), 4 * D + random.integer(0, 1)];
  const [q, k, v] = [[B, H, T, depth], [B, G, S + 6, depth], [B, G, S + 6, depth]].map((s) =>
    draw(random, s, own)
  );
  const attend = wick.scaledDotProductAttention;
  const whole = attend(q, k, v);
  const [b, h, t] = [random.integer(0, B - 1), random.integer(0, H - 1), random.integer(0, T - 1)];
  const of = (x: Tensor, dim: number, at: number) => x.narrow(dim, at, 1);
  const group = Math.floor(h / (H / G));
  const shapes = `[${q.shape}] over [${k.shape}]`;
  await sameBits(
    of(whole, 0, b),
    attend(of(q, 0, b), of(k, 0, b), of(v, 0, b)),
    `sequence ${b} of ${shapes}`,
  );
  await sameBits(
    of(whole, 1, h),
    attend(of(q, 1, h), of(k, 1, group), of(v, 1, group)),
    `head ${h} of ${shapes}`,
  );
  await sameBits(of(whole, 2, t), attend(of(q, 2, t), k, v), `query ${t} of ${shapes}`);
  // what comes after the last query that is asked for cannot be seen by it
  const [keys, values] = [k, v].map((x) => x.narrow(2, 0, T));
  const first = t + 1;
  const early = attend(q.narrow(2, 0, first), keys.narrow(2, 0, first), values.narrow(2, 0, first), {
    causal: true,
  });
  await sameBits(
    attend(q, keys, values, { causal: true }).narrow(2, 0, first),
    early,
    `the first ${first}, causal`,
  );
});

/** Ops that may add in the order of memory. */
const sums = new Set(["sum", "mean", "softmax", "logSoftmax", "matmul"]);

/** Ops of one tensor of rank 3 without empty dimensions. */
const ops: Record<string, (x: Tensor) => Tensor> = {
  neg: (x) => x.neg(),
  exp: (x) => x.exp(),
  tanh: (x) => x.tanh(),
  gelu: (x) => x.gelu(),
  relu: (x) => x.relu(),
  affine: (x) => x.mul(1.7).add(0.3),
  add: (x) => x.add(x.narrow(0, 0, 1)),
  mul: (x) => x.mul(x),
  maximum: (x) => x.maximum(x.neg()),
  compare: (x) => x.gt(0).where(x, 0.5),
  sum: (x) => x.sum(1),
  mean: (x) => x.mean(0, true),
  max: (x) => x.max(-1),
  softmax: (x) => x.softmax(1),
  logSoftmax: (x) => x.logSoftmax(-1),
  matmul: (x) => x.matmul(x.t()),
  reshape: (x) => x.reshape(-1),
  toF32: (x) => x.toF32(),
};

property("a layout changes nothing", async (random, own) => {
  const shape = sizes(random, 3).map((v) => Math.max(1, v % 10));
  const dense = draw(random, shape, own);
  const order = [0, 1, 2].sort(() => random.next() - 0.5);
  const back = [0, 1, 2].map((d) => order.indexOf(d));
  const wide = draw(random, shape.map((n) => n + 3), own);
  const layouts: Record<string, Tensor> = {
    [`permuted ${order}`]: dense.permute(...order).contiguous().permute(...back),
    "with an offset": tensor(await dense.data(), { scope: own }).reshape(1, -1).expand(2, dense.size)
      .contiguous().narrow(0, 1, 1).reshape(...shape),
  };
  let part = wide;
  shape.forEach((n, d) => part = part.narrow(d, random.integer(0, 3), n));
  for (const [name, op] of Object.entries(ops)) {
    const same = (a: Tensor, b: Tensor, how: string) =>
      sums.has(name)
        ? within(a, b, b.abs().add(16).mul(16 * UNIT), `${name} of [${shape}] ${how}`)
        : sameBits(a, b, `${name} of [${shape}] ${how}`);
    const want = op(dense);
    for (const [how, x] of Object.entries(layouts)) await same(op(x), want, how);
    await same(op(part), op(part.contiguous()), `out of [${wide.shape}]`);
  }
});

property("rounding to q8 is off by half a step at most, and happens once", async (random, own) => {
  const [rows, blocks] = [random.integer(1, 4), random.integer(1, 5)];
  const scale = 10 ** random.integer(-6, 6);
  const values = random.floats(rows * blocks * 32, scale);
  const x = tensor(values, { shape: [rows, blocks * 32], scope: own });
  const read = async (q: Tensor) => {
    const bytes = await q.device.read(q.storage, 0, rows * blocks * 48);
    return activationsOf(bytes);
  };
  const once = await read(quantizeQ8(x));
  for (let b = 0; b < once.length; b += 32) {
    const most = Math.max(...values.subarray(b, b + 32).map(Math.abs));
    for (let i = b; i < b + 32; i++) {
      const error = Math.abs(once[i] - values[i]);
      ok(
        error <= most / 254 * (1 + 1e-5),
        `${values[i]} became ${once[i]}, the largest of its block is ${most}`,
      );
    }
  }
  const rounded = tensor(Float32Array.from(once), { shape: x.shape, scope: own });
  const twice = await read(quantizeQ8(rounded));
  twice.forEach((v, i) =>
    ok(Math.abs(v - once[i]) <= 4 * UNIT * Math.abs(once[i]), `${once[i]} became ${v}`)
  );
});

for (const dtype of blockFormats.keys()) {
  Deno.test(`${dtype} weights times the identity are the weights`, async () => {
    using own = scope();
    const { block } = blockFormats.get(dtype)!;
    const [N, K] = [5, block];
    const packed = randomWeights(new Random(seed), dtype, N, K);
    const device = defaultDevice();
    const storage = device.allocate(packed.length);
    device.write(storage, 0, packed);
    const weight = new Tensor(storage, dtype, [N, K], { scope: own });
    const identity = tensor(Float32Array.from({ length: K * K }, (_, i) => i % (K + 1) === 0 ? 1 : 0), {
      shape: [K, K],
      scope: own,
    });
    const got = await linear(identity, weight).t().data();
    const want = weightsOf(dtype, packed, N, K).weights;
    equal(got.length, want.length);
    got.forEach((v, i) => equal(v, want[i], `element ${i}`));
  });
}

for (
  const [dtype, up, down] of [
    ["f16", casts.cast_f16_f32, casts.cast_f32_f16],
    ["bf16", casts.cast_bf16_f32, casts.cast_f32_bf16],
  ] as const
) {
  Deno.test(`every number of ${dtype} is the same after f32`, async () => {
    using own = scope();
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const [narrow, again] = [0, 1].map(() => tensor(patterns.slice(), { dtype, scope: own }));
    const wide = tensor(new Float32Array(65536), { scope: own });
    run(up, [narrow, wide], [65536], [1]);
    again.write(new Uint16Array(65536));
    run(down, [wide, again], [65536], [1]);
    const [floats, back] = [await wide.data(), await again.data()];
    patterns.forEach((p, i) => ok(Number.isNaN(floats[i]) || back[i] === p, `${p} became ${back[i]}`));
  });
}

Deno.test("every number of f8e4m3, i16, u8 and bool is the same after every dtype that holds it", async () => {
  using own = scope();
  const all = (count: number, low: number) => Array.from({ length: count }, (_, i) => low + i);
  const bytes = Uint8Array.from(all(256, 0));
  const cases = [
    [tensor(bytes, { dtype: "f8e4m3", scope: own }), ["f32", "f64", "f16", "bf16"]],
    [tensor(Int16Array.from(all(65536, -32768)), { scope: own }), ["i32", "i64", "f32", "f64"]],
    [tensor(bytes, { scope: own }), ["i16", "i32", "i64", "f32", "f64", "f16", "bf16"]],
    [tensor(Uint8Array.of(0, 1), { dtype: "bool", scope: own }), [
      "u8",
      "i16",
      "i32",
      "i64",
      "f32",
      "f16",
      "f8e4m3",
    ]],
  ] as const;
  for (const [x, dtypes] of cases) {
    for (const dtype of dtypes) {
      const back = await x.to(dtype).to(x.dtype as wick.PlainDtype).data();
      const want = await x.data();
      const isNan = (i: number) => x.dtype === "f8e4m3" && (want[i] & 0x7f) === 0x7f; // whose sign may go
      want.forEach((v, i) =>
        ok(back[i] === v || isNan(i), `${x.dtype} ${v} became ${back[i]} after ${dtype}`)
      );
    }
  }
});

property(
  "whole numbers of i32 and i64 are the same after f64, and those of 24 bits after f32",
  async (random, own) => {
    const near = random.ints(50, -(2 ** 31), 2 ** 31 - 1);
    const small = near.map((v) => v >> 7);
    const wide = BigInt64Array.from(near, (v) => BigInt(v) * 2n ** 21n);
    for (
      const [x, dtype] of [[tensor(near, { scope: own }), "f64"], [
        tensor(small, { scope: own }),
        "f32",
      ]] as const
    ) {
      deepEqual(await x.to(dtype).to("i32").data(), await x.data(), dtype);
      deepEqual(await x.to("i64").to("i32").data(), await x.data(), "i64");
    }
    const x = tensor(wide, { scope: own });
    deepEqual(await x.to("f64").to("i64").data<BigInt64Array>(), wide, "53 bits");
  },
);
