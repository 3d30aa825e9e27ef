/** Tensors against plain arrays: views, broadcasting, reductions, products, errors, ownership. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { defaultDevice, record, scope, type Tensor, tensor, WasmDevice } from "../../mod.ts";
import type { Cell } from "../../src/device/device.ts";
import { constant } from "../../src/tensor/constant.ts";
import { Random, testSeed } from "../random.ts";

const array = async (x: Tensor) => await x.toArray();

Deno.test("nested numbers make tensors, ragged ones do not", async () => {
  using x = tensor([[1, 2, 3], [4, 5, 6]]);
  deepEqual(x.shape, [2, 3]);
  deepEqual(await array(x), [[1, 2, 3], [4, 5, 6]]);
  throws(() => tensor([[1, 2], [3]]), { code: "SHAPE_MISMATCH" });
  throws(() => tensor(Float32Array.of(1, 2, 3), { shape: [2, 2] }), { code: "SHAPE_MISMATCH" });
});

Deno.test("views share storage and cost no memory", async () => {
  using x = tensor(Float32Array.from({ length: 24 }, (_, i) => i), { shape: [2, 3, 4] });
  const before = defaultDevice().live();
  using turned = x.permute(2, 0, 1);
  using part = turned.narrow(0, 1, 2);
  using row = part.narrow(2, 2, 1).squeeze(2);
  deepEqual(defaultDevice().live(), before);
  deepEqual(await array(row), [[9, 21], [10, 22]]);
  throws(() => x.narrow(1, 2, 2), { code: "INDEX_OUT_OF_RANGE" });
  throws(() => x.reshape(5, 5), {
    message: /Cannot reshape \[2,3,4\] to \[5,5\]: the new shape must hold 24/,
  });
  throws(() => x.permute(0, 0, 1), { code: "SHAPE_MISMATCH" });
  equal(row.toString(), "f32[2,2] on wasm");
});

Deno.test("reshape of a permuted tensor copies in the new order", async () => {
  using x = tensor([[1, 2, 3], [4, 5, 6]]);
  using y = x.t().reshape(6);
  deepEqual(await array(y), [1, 4, 2, 5, 3, 6]);
});

Deno.test("elementwise ops broadcast as NumPy does, on any strides (random shapes)", async () => {
  const random = new Random(testSeed());
  for (let round = 0; round < 60; round++) {
    using own = scope();
    const rank = random.integer(1, 5);
    const shape = Array.from({ length: rank }, () => random.integer(1, 4));
    const narrowed = () => shape.slice(random.integer(0, rank - 1)).map((n) => random.next() < 0.3 ? 1 : n);
    const make = (s: number[]) => {
      const order = s.map((_, i) => i).sort(() => random.next() - 0.5);
      const base = tensor(random.floats(s.reduce((a, b) => a * b, 1)), {
        shape: order.map((i) => s[i]),
        scope: own,
      });
      return base.permute(...s.map((_, i) => order.indexOf(i)));
    };
    const [a, b] = [make(shape), make(narrowed())];
    const [x, y] = [await a.data(), await b.data()];
    const got = await a.mul(b).sub(2).data();
    const strides = (s: readonly number[]) => {
      let stride = 1;
      return s.toReversed().map((n) => [n, (stride *= n) / n]).toReversed();
    };
    got.forEach((value, flat) => {
      let at = 0;
      let rest = flat;
      const index = strides(shape).map(([, step]) => {
        const i = Math.floor(rest / step);
        rest -= i * step;
        return i;
      });
      strides(b.shape).forEach(([n, step], i) => at += n === 1 ? 0 : index[i + rank - b.rank] * step);
      const want = x[flat] * y[at] - 2;
      ok(Math.abs(value - want) <= 1e-5 * (1 + Math.abs(want)), `${a} * ${b}: ${value} for ${want}`);
    });
  }
});

Deno.test("reductions fold any dimension", async () => {
  using x = tensor([[[1, 2], [3, 4]], [[5, 6], [7, 0]]]);
  const folded = async (op: (x: Tensor) => Tensor) => {
    using y = op(x);
    return await y.toArray();
  };
  deepEqual(await folded((x) => x.sum(0)), [[6, 8], [10, 4]]);
  deepEqual(await folded((x) => x.sum(-1, true)), [[[3], [7]], [[11], [7]]]);
  deepEqual(await folded((x) => x.mean(1)), [[2, 3], [6, 3]]);
  deepEqual(await folded((x) => x.max(1)), [[3, 4], [7, 6]]);
  deepEqual(await folded((x) => x.min(2)), [[1, 3], [5, 0]]);
  deepEqual(await folded((x) => x.argmax(1)), [[1, 1], [1, 0]]);
  throws(() => x.sum(3), { code: "INDEX_OUT_OF_RANGE" });
});

Deno.test("comparisons give 1 and 0, and choose", async () => {
  using own = scope();
  const x = tensor([[1, 5, NaN], [3, 3, 3]], { scope: own });
  const y = tensor([1, 4, 3], { scope: own });
  deepEqual(await array(x.eq(y)), [[1, 0, 0], [0, 0, 1]]);
  deepEqual(await array(x.ne(y)), [[0, 1, 1], [1, 1, 0]]);
  deepEqual(await array(x.lt(3)), [[1, 0, 0], [0, 0, 0]]);
  deepEqual(await array(x.ge(y)), [[1, 1, 0], [1, 0, 1]]);
  deepEqual(await array(x.t().gt(2).where(x.t(), -1)), [[-1, 3], [5, 3], [-1, 3]]);
  deepEqual(
    await array(tensor(Int32Array.of(1, 2), { scope: own }).le(tensor(Int32Array.of(1, 1), { scope: own }))),
    [1, 0],
  );
  deepEqual(await array(x.eq(tensor(Int32Array.of(3), { scope: own }))), [[0, 0, 0], [1, 1, 1]]);
  throws(() => x.where(1, 2), { code: "DTYPE_MISMATCH" });
});

Deno.test("a leading dimension of a cell is common to all operands of an elementwise op", async () => {
  using own = scope();
  const device = defaultDevice();
  const [short, other] = [device.cell(2), device.cell(2)];
  const led = (values: number[], rows: Cell) => {
    const x = tensor(values, { scope: own });
    return x.alias(x.shape, { rows, scope: own });
  };
  const x = led([1, 5, 3], short);
  const y = led([2, 4, 3], short);
  const fixed = tensor([2, 4, 3], { scope: own });
  deepEqual([...await x.lt(y).data()].slice(0, 2), [1, 0]);
  deepEqual([...await x.lt(y).where(x, 0).data()].slice(0, 2), [1, 0]);
  const ops = [x.add.bind(x), x.lt.bind(x), (b: Tensor) => x.gt(2).where(x, b)];
  for (const op of ops) {
    throws(() => op(fixed), { code: "SHAPE_MISMATCH", message: /must be common to all/ });
    throws(() => op(led([2, 4, 3], other)), { code: "SHAPE_MISMATCH", message: /change independently/ });
  }
  for (const cell of [short, other]) cell.dispose();
});

Deno.test("softmax over a middle dimension sums to one there", async () => {
  const random = new Random(testSeed());
  using own = scope();
  const x = tensor(random.floats(60, 5), { shape: [3, 4, 5], scope: own });
  const sums = await x.softmax(1).sum(1).data();
  for (const s of sums) ok(Math.abs(s - 1) <= 1e-6, `${s}`);
});

Deno.test("matmul broadcasts batches and takes transposed operands", async () => {
  const random = new Random(testSeed());
  for (const [batchA, batchB] of [[[], []], [[2], []], [[], [3]], [[2, 1], [3]], [[2, 1, 2], [3, 1]]]) {
    using own = scope();
    const [m, k, n] = [random.integer(1, 9), random.integer(1, 9), random.integer(1, 9)];
    const make = (s: number[]) =>
      tensor(random.floats(s.reduce((a, b) => a * b, 1)), { shape: s, scope: own });
    const a = make([...batchA, m, k]);
    const b = make([...batchB, n, k]).t();
    const y = a.matmul(b);
    const wide = (x: Tensor) => x.expand(...y.shape.slice(0, -2), ...x.shape.slice(-2)).contiguous();
    const [p, q, r] = [await wide(a).data(), await wide(b).data(), await y.data()];
    r.forEach((value, flat) => {
      const [batch, i, j] = [Math.floor(flat / (m * n)), Math.floor(flat / n) % m, flat % n];
      let want = 0;
      for (let c = 0; c < k; c++) want += p[batch * m * k + i * k + c] * q[batch * k * n + c * n + j];
      ok(Math.abs(value - want) <= 1e-5, `${a} x ${b} [${flat}]: ${value} for ${want}`);
    });
  }
  using a = tensor([[1, 2, 3]]);
  throws(() => a.matmul(a), { message: "Cannot matmul [1,3] x [1,3]: inner sizes must match, got 3 and 1" });
});

Deno.test("results belong to the youngest scope of their operands, also across awaits", async () => {
  const before = defaultDevice().live();
  const task = async (value: number) => {
    using own = scope();
    let x = tensor([value], { scope: own });
    for (let i = 0; i < 20; i++) {
      x = x.add(1);
      await Promise.resolve();
      equal(x.scope, own);
    }
    equal(await x.item(), value + 20);
  };
  await Promise.all([task(1), task(100)]);
  deepEqual(defaultDevice().live(), before);
});

Deno.test("what was disposed says so", async () => {
  const x = tensor([1, 2]);
  const y = x.reshape(2, 1);
  x.dispose();
  x.dispose();
  throws(() => x.add(1), { code: "DISPOSED" });
  await rejects(() => x.data(), { code: "DISPOSED" });
  deepEqual(await y.toArray(), [[1], [2]], "a view holds the storage");
  y.dispose();
});

Deno.test("memory that cannot grow is an error that tells the need", () => {
  using device = new WasmDevice({ maximumPages: 4 });
  throws(() => tensor(new Float32Array(1 << 20), { device }), {
    code: "OUT_OF_MEMORY",
    message: /Cannot allocate 4194304 bytes: \d+ are held/,
  });
  using y = tensor([1], { device });
  equal(y.size, 1, "the device goes on");
});

Deno.test("a Program replays on what its inputs hold, without allocating", async () => {
  using device = new WasmDevice();
  using x = tensor([[1, 2], [3, 4]], { device });
  const program = record(device, () => x.matmul(x).add(x).softmax(-1));
  const live = device.live();
  const eager = async () => {
    using own = scope();
    using input = tensor(await x.data(), { shape: [2, 2], device, scope: own });
    return await input.matmul(input).add(input).softmax(-1).data();
  };
  const [y] = program.outputs;
  for (const values of [[1, 2, 3, 4], [0, -1, 5, 2]]) {
    x.write(Float32Array.from(values));
    program.run();
    deepEqual(await y.data(), await eager());
  }
  equal(device.live().storages <= live.storages + 1, true, "but for the eager scratch");
  x.dispose();
  throws(() => program.run(), { code: "DISPOSED", message: /a tensor that it uses was disposed/ });
  program[Symbol.dispose]();
});

Deno.test("a tape that saved what a Program overwrites refuses to go back", () => {
  using device = new WasmDevice();
  using own = scope();
  const w = tensor([[1, 2], [3, 4]], { device, scope: own }).requiresGrad();
  const x = tensor([[1, 0], [0, 1]], { device, scope: own });
  using program = record(device, () => x.sliceSet(x.add(x), 0, 0));
  const message = /a value that it saved, .* was overwritten since/;
  const y = w.mul(x).sum();
  program.run();
  throws(() => y.backward(), { code: "INVALID_STATE", message });
  using doubled = record(device, () => x.mul(2)); // its result, which every replay writes again
  doubled.run();
  const z = w.mul(doubled.outputs[0]).sum();
  z.backward({ retainGraph: true });
  doubled.runCalls(0, 0); // nothing
  z.backward({ retainGraph: true });
  doubled.run();
  throws(() => z.backward(), { code: "INVALID_STATE", message });
});

Deno.test("a device keeps a constant by dtype and value, signed zeros apart", async () => {
  using device = new WasmDevice();
  const values = [0, -0, NaN, 1.5];
  const made = values.map((v) => constant(device, v));
  deepEqual(await Promise.all(made.map(async (c) => (await c.data())[0])), values);
  const before = device.live();
  values.forEach((v, i) => equal(constant(device, v), made[i]));
  deepEqual(device.live(), before);
  deepEqual([...await constant(device, -0, "f16").data()], [0x8000]);
  deepEqual([...await constant(device, 7, "i64").data()], [7n]);
  for (const [value, dtype] of [[1.5, "i32"], [256, "u8"], [NaN, "i64"], [2, "bool"], [0, "q8_0"]] as const) {
    throws(() => constant(device, value, dtype), { code: "DTYPE_MISMATCH" });
  }
});

Deno.test("recording is synchronous and holds no data", () => {
  using device = new WasmDevice();
  using x = tensor([1, 2], { device });
  throws(() => record(device, () => tensor([1], { device })), { code: "INVALID_STATE" });
  rejects(() => {
    let read: Promise<unknown> | undefined;
    record(device, () => {
      read = x.data();
      return x.add(1);
    });
    return read!;
  }, { code: "INVALID_STATE" });
  const nested = () => record(device, () => record(device, () => x.add(1)).outputs);
  throws(nested, { code: "INVALID_STATE" });
});
