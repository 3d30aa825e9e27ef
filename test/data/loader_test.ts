/** A loader gives each item once an epoch, in an order that a seed repeats, goes on where it was, and keeps nothing. */
import { deepEqual, equal, notDeepEqual, ok, rejects, throws } from "node:assert/strict";
import {
  type Columns,
  crossEntropy,
  DataLoader,
  type DataLoaderOptions,
  type Dataset,
  defaultDevice,
  type LoaderState,
  manualSeed,
  nn,
  optim,
  record,
  scope,
  type Tensor,
  tensor,
  WasmDevice,
  zeros,
} from "../../mod.ts";
import { Random, testSeed } from "../random.ts";

const counting = (length: number): Dataset<{ x: number }> => ({ length, get: (i) => ({ x: i }) });

/** The numbers of the items of each batch of an epoch. */
async function epochOf(loader: DataLoader<Dataset<object> | Columns>): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const batch of loader) batches.push([...batch.indices]);
  return batches;
}

Deno.test("each epoch has every item once, in batches of the size but the last", async () => {
  const random = new Random(testSeed());
  for (let round = 0; round < 60; round++) {
    const [length, batchSize] = [random.integer(1, 40), random.integer(1, 12)];
    for (const shuffle of [true, false]) {
      const loader = new DataLoader(counting(length), { batchSize, shuffle, seed: round });
      equal(loader.batches, Math.ceil(length / batchSize));
      for (let epoch = 0; epoch < 3; epoch++) {
        equal(loader.epoch, epoch);
        const batches = await epochOf(loader);
        equal(batches.length, loader.batches);
        batches.forEach((b, i) =>
          ok(b.length === (i < batches.length - 1 ? batchSize : (length - 1) % batchSize + 1))
        );
        const all = Array.from({ length }, (_, i) => i);
        deepEqual(batches.flat().sort((a, b) => a - b), all);
        if (!shuffle) deepEqual(batches.flat(), all);
      }
    }
  }
});

Deno.test("dropLast leaves out what fills no batch, other items in every epoch", async () => {
  const loader = new DataLoader(counting(11), { batchSize: 4, shuffle: true, seed: 1, dropLast: true });
  equal(loader.batches, 2);
  const given = [await epochOf(loader), await epochOf(loader)];
  for (const batches of given) {
    deepEqual(batches.map((b) => b.length), [4, 4]);
    equal(new Set(batches.flat()).size, 8);
  }
  notDeepEqual(given[0].flat().sort(), given[1].flat().sort());
});

Deno.test("equal seeds give equal batches, others and other epochs other ones", async () => {
  const options = { batchSize: 4, shuffle: true, seed: 5 };
  const [a, b] = [new DataLoader(counting(30), options), new DataLoader(counting(30), options)];
  const first = await epochOf(a);
  deepEqual(await epochOf(b), first);
  notDeepEqual(await epochOf(a), first);
  notDeepEqual(await epochOf(new DataLoader(counting(30), { ...options, seed: 6 })), first);
  const wide = new DataLoader(counting(30), { ...options, batchSize: 7 });
  deepEqual((await epochOf(wide)).flat(), first.flat(), "the order is that of the epoch, however it is cut");
});

Deno.test("a loader without a seed takes one of the default generator, and tells it", async () => {
  const make = () => new DataLoader(counting(30), { batchSize: 30, shuffle: true });
  manualSeed(3);
  const [first, second] = [make(), make()];
  manualSeed(3);
  const again = make();
  const order = await epochOf(first);
  deepEqual(await epochOf(again), order);
  notDeepEqual(await epochOf(second), order);
  const told = new DataLoader(counting(30), { batchSize: 30, shuffle: true, seed: first.state().seed });
  deepEqual(await epochOf(told), order);
});

Deno.test("a loader resumes at every position as if it had never stopped, through JSON", async () => {
  for (const dropLast of [false, true]) {
    const options = { batchSize: 3, shuffle: true, dropLast };
    const whole = new DataLoader(counting(10), { ...options, seed: 8 });
    const states: LoaderState[] = [whole.state()];
    const given: number[][] = [];
    while (whole.epoch < 3) {
      for await (const batch of whole) {
        given.push([batch.epoch, ...batch.indices]);
        states.push(whole.state());
      }
    }
    for (const [n, state] of states.entries()) {
      const rest = new DataLoader(counting(10), { ...options, from: JSON.parse(JSON.stringify(state)) });
      deepEqual(rest.state(), state);
      const found: number[][] = [];
      while (rest.epoch < 3) for await (const batch of rest) found.push([batch.epoch, ...batch.indices]);
      deepEqual(found, given.slice(n), `after ${n} batches`);
    }
  }
});

Deno.test("an iteration that is left early is gone on with by the next", async () => {
  const loader = new DataLoader(counting(10), { batchSize: 4 });
  for await (const _ of loader) break;
  deepEqual(loader.state(), { seed: loader.state().seed, epoch: 0, position: 4, length: 10 });
  deepEqual(await epochOf(loader), [[4, 5, 6, 7], [8, 9]]);
  equal(loader.epoch, 1);
});

Deno.test("a state of the dropped end of an epoch goes on with the next one", async () => {
  const from = { seed: 1, epoch: 2, position: 8, length: 10 };
  const loader = new DataLoader(counting(10), { batchSize: 4, dropLast: true, from });
  deepEqual(loader.state(), { seed: 1, epoch: 3, position: 0, length: 10 });
  deepEqual((await epochOf(loader)).length, 2);
});

Deno.test("columns of tensors, views, typed and nested arrays give the entries of their items", async () => {
  using grid = tensor([[0, 1], [10, 11], [20, 21], [30, 31], [40, 41]]);
  using view = grid.t().t().narrow(0, 0, 5); // shares memory
  using truth = tensor([true, false, true, false, true]);
  const columns = {
    grid,
    view,
    truth,
    typed: Int32Array.of(5, 6, 7, 8, 9),
    big: BigInt64Array.of(1n, 2n, 3n, 4n, 2n ** 60n),
    plain: [0.5, 1.5, 2.5, 3.5, 4.5],
    nested: [[[0], [1]], [[2], [3]], [[4], [5]], [[6], [7]], [[8], [9]]],
  };
  const loader = new DataLoader(columns, { batchSize: 2, shuffle: true, seed: 2 });
  const seen: number[] = [];
  for await (const batch of loader) {
    using step = scope();
    const { grid, view, truth, typed, big, plain, nested } = batch.tensors(step);
    const ids = [...batch.indices];
    seen.push(...ids);
    deepEqual(await grid.toArray(), ids.map((i) => [10 * i, 10 * i + 1]));
    deepEqual(await view.toArray(), await grid.toArray());
    deepEqual(await truth.toArray(), ids.map((i) => (i + 1) % 2));
    deepEqual(await typed.toArray(), ids.map((i) => 5 + i));
    deepEqual([...await big.data<BigInt64Array>()], ids.map((i) => i < 4 ? BigInt(i + 1) : 2n ** 60n));
    deepEqual(await plain.toArray(), ids.map((i) => i + 0.5));
    deepEqual(await nested.toArray(), ids.map((i) => [[2 * i], [2 * i + 1]]));
    deepEqual([truth, typed, big, plain].map((x) => x.dtype), ["bool", "i32", "i64", "f32"]);
  }
  equal(seen.length, 5);
});

Deno.test("listed columns give listed tensors", async () => {
  using x = tensor([[1], [2], [3]]);
  for await (const batch of new DataLoader([x, Int32Array.of(0, 1, 2)], { batchSize: 3 })) {
    using step = scope();
    const [inputs, targets] = batch.tensors(step);
    deepEqual([await inputs.toArray(), await targets.toArray()], [[[1], [2], [3]], [0, 1, 2]]);
  }
});

Deno.test("a dataset's items are put together, sync or async, typed or nested", async () => {
  const item = (i: number) => ({ row: Float64Array.of(i, -i), label: i % 2, truth: i > 1, grid: [[i], [i]] });
  const gets = [
    item,
    (i: number) => new Promise<ReturnType<typeof item>>((done) => setTimeout(done, 3 - i, item(i))),
  ];
  for (const get of gets) {
    for await (const batch of new DataLoader({ length: 3, get }, { batchSize: 3 })) {
      using step = scope();
      const { row, label, truth, grid } = batch.tensors(step);
      deepEqual([row.dtype, label.dtype, truth.dtype], ["f64", "f32", "bool"]);
      deepEqual(await row.toArray(), [[0, -0], [1, -1], [2, -2]]);
      deepEqual(await label.toArray(), [0, 1, 0]);
      deepEqual(await grid.toArray(), [[[0], [0]], [[1], [1]], [[2], [2]]]);
    }
  }
  const pairs: Dataset<[number, Int32Array]> = { length: 2, get: (i) => [i, Int32Array.of(i)] };
  for await (const batch of new DataLoader(pairs, { batchSize: 2 })) {
    using step = scope();
    const [x, y] = batch.tensors(step);
    deepEqual([x.shape, y.shape, y.dtype], [[2], [2, 1], "i32"]);
  }
});

Deno.test("a batch belongs to the scope that asks for it, and memory stays flat over epochs", async () => {
  using x = tensor(new Float32Array(64), { shape: [32, 2] });
  const data = { x, y: new Int32Array(32), z: Array.from({ length: 32 }, (_, i) => [i]) };
  const loader = new DataLoader(data, { batchSize: 5, shuffle: true, seed: 1 });
  const before = defaultDevice().live();
  for (let epoch = 0; epoch < 3; epoch++) {
    for await (const batch of loader) {
      deepEqual(defaultDevice().live(), before, "nothing is made before it is asked for");
      using step = scope();
      const tensors = Object.values(batch.tensors(step));
      const sum = tensors[0].sum();
      ok([...tensors, sum].every((t) => t.scope === step));
    }
    deepEqual(defaultDevice().live(), before);
  }
  ok(!x.isDisposed);
});

Deno.test("the tensors of a younger scope's data go with the step that asks for a batch", async () => {
  using older = scope();
  using younger = scope();
  const x = tensor([1, 2, 3], { scope: younger });
  for await (const batch of new DataLoader([x], { batchSize: 2 })) {
    const [taken] = batch.tensors(older);
    ok(taken.scope === older);
  }
});

Deno.test("host values go to the loader's device, entries of a tensor to that tensor's", async () => {
  using other = new WasmDevice();
  using x = tensor([1, 2], { device: other });
  for await (const batch of new DataLoader({ x, y: [3, 4] }, { batchSize: 2, device: other })) {
    using step = scope();
    const { x, y } = batch.tensors(step);
    deepEqual([x.device === other, y.device === other], [true, true]);
    deepEqual(await x.add(y).toArray(), [4, 6]);
  }
});

Deno.test("a batch writes into the inputs of a recorded step, or nothing at all", async () => {
  using all = tensor([[1, 2], [3, 4], [5, 6], [7, 8]]);
  using x = zeros([2, 2]);
  using y = zeros([2], { dtype: "i32" });
  using step = record(x.device, () => x.sum(1).add(y));
  const loader = new DataLoader({ x: all, y: Int32Array.of(10, 20, 30, 40) }, { batchSize: 2 });
  const sums: unknown[] = [];
  for await (const batch of loader) {
    batch.write({ x, y });
    step.run();
    sums.push(await step.outputs[0].toArray());
  }
  deepEqual(sums, [[13, 27], [41, 55]]);
  for await (const batch of loader) {
    using floats = zeros([2]);
    using short = zeros([1, 2]);
    throws(() => batch.write({ x, y: floats }), {
      code: "SHAPE_MISMATCH",
      param: "y",
      message: /expected a contiguous i32\[2\]/,
    });
    throws(() => batch.write({ x: short, y }), { code: "SHAPE_MISMATCH", param: "x" });
    throws(() => batch.write({ x } as never), { code: "INVALID_ARGUMENT", param: "y" });
    deepEqual(await x.toArray(), [[5, 6], [7, 8]], "untouched");
  }
});

Deno.test("a recorded step learns from a loader's batches what an eager one does, to the bit", async () => {
  const random = new Random(5);
  const data = {
    x: Array.from({ length: 50 }, () => [...random.floats(3, 1)]),
    y: new Int32Array(50).map((_, i) => i % 4),
  };
  const learned = await Promise.all([false, true].map(async (recorded) => {
    using net = new nn.Sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Linear(8, 4)).init(2);
    using optimizer = new optim.AdamW(net.parameters(), { learningRate: 0.01 });
    const loader = new DataLoader(data, { batchSize: 16, shuffle: true, seed: 1, dropLast: true });
    const learn = ({ x, y }: { x: Tensor; y: Tensor }) => {
      const loss = crossEntropy(net.forward(x), y);
      optimizer.step(loss.backward());
      return loss;
    };
    const inputs = { x: zeros([16, 3]), y: zeros([16], { dtype: "i32" }) };
    using program = record(inputs.x.device, () => learn(inputs));
    while (loader.epoch < 5) {
      for await (const batch of loader) {
        using step = scope();
        if (recorded) batch.write(inputs), program.run();
        else learn(batch.tensors(step));
      }
    }
    return await Promise.all(net.parameters().map((parameter) => parameter.data()));
  }));
  deepEqual(learned[1], learned[0]);
  using untrained = new nn.Sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Linear(8, 4)).init(2);
  notDeepEqual(await untrained.parameters()[0].data(), learned[0][0]);
});

Deno.test("a failing item leaves the loader before its batch", async () => {
  let broken = true;
  const data = {
    length: 6,
    get(i: number): { x: number } {
      if (i === 3 && broken) throw new TypeError("no such picture");
      return { x: i };
    },
  };
  const loader = new DataLoader(data, { batchSize: 2 });
  await rejects(epochOf(loader), { message: "no such picture" });
  equal(loader.state().position, 2);
  broken = false;
  deepEqual(await epochOf(loader), [[2, 3], [4, 5]]);
});

Deno.test("two iterations of one loader at a time are refused", async () => {
  const loader = new DataLoader(counting(6), { batchSize: 2 });
  const [a, b] = [loader[Symbol.asyncIterator](), loader[Symbol.asyncIterator]()];
  deepEqual([...(await a.next()).value!.indices], [0, 1]);
  deepEqual([...(await b.next()).value!.indices], [2, 3], "the first may have been left");
  await rejects(a.next(), { code: "INVALID_STATE", message: /another iteration/ });
  deepEqual([...(await b.next()).value!.indices], [4, 5]);
});

Deno.test("data that is none is refused, by name", () => {
  using matrix = tensor([[1], [2]]);
  using scalar = tensor([1]).squeeze();
  const make = (data: unknown) => () => new DataLoader(data as Columns, { batchSize: 1 });
  for (const data of [null, undefined, 3, "text", matrix, Float32Array.of(1), {}, []]) {
    throws(make(data), { code: "INVALID_ARGUMENT", param: "data" }, String(data));
  }
  throws(make({ x: matrix, y: [1, 2, 3] }), {
    code: "SHAPE_MISMATCH",
    param: "y",
    message: /got 2 in x and 3 in y/,
  });
  for (const x of [scalar, "text", 3, null]) throws(make({ x }), { code: "INVALID_ARGUMENT", param: "x" });
  for (const length of [0, -1, 1.5, NaN, "3", undefined, 2 ** 31]) {
    throws(make({ length, get: () => ({}) }), { code: "INVALID_ARGUMENT", param: "length" });
  }
  throws(make([[]]), { code: "INVALID_ARGUMENT", param: "length" });
});

Deno.test("options that are none are refused, by name", () => {
  const from = { seed: 1, epoch: 0, position: 0, length: 4 };
  const bad: [Record<string, unknown>, string][] = [
    [{}, "batchSize"],
    ...[0, -1, 1.5, NaN, "2"].map((
      batchSize,
    ): [Record<string, unknown>, string] => [{ batchSize }, "batchSize"]),
    [{ batchSize: 5, dropLast: true }, "batchSize"],
    [{ batchSize: 2, shufle: true }, "shufle"],
    [{ batchSize: 2, shuffle: 1 }, "shuffle"],
    [{ batchSize: 2, dropLast: "no" }, "dropLast"],
    [{ batchSize: 2, seed: -1 }, "seed"],
    [{ batchSize: 2, seed: 1.5 }, "seed"],
    [{ batchSize: 2, seed: 2, from }, "seed"],
    [{ batchSize: 2, from: 3 }, "from"],
    [{ batchSize: 2, from: { ...from, length: 5 } }, "from"],
    [{ batchSize: 2, from: { ...from, epoch: -1 } }, "epoch"],
    [{ batchSize: 2, from: { ...from, position: 4 } }, "position"],
  ];
  for (const [options, param] of bad) {
    throws(() => new DataLoader(counting(4), options as unknown as DataLoaderOptions), {
      code: "INVALID_ARGUMENT",
      param,
    }, JSON.stringify(options));
  }
});

Deno.test("items that cannot be put together are refused, by name", async () => {
  using x = tensor([1]);
  const bad: [unknown[], string, RegExp][] = [
    [[[[1]], [[1, 2]]], "SHAPE_MISMATCH", /Cannot put 0 of 2 items together/],
    [
      [{ x: Float32Array.of(1) }, { x: Float32Array.of(1, 2) }],
      "SHAPE_MISMATCH",
      /x of 2 items.* got 1 and 2/,
    ],
    [[{ x: Float32Array.of(1) }, { x: Int32Array.of(1) }], "DTYPE_MISMATCH", /x of 2 items.*one class/],
    [[{ x: 1 }, { x: Int32Array.of(1) }], "DTYPE_MISMATCH", /one class/],
    [[{ x: 1 }, { x: "one" }], "DTYPE_MISMATCH", /x of 2 items/],
    [[{ x: 1 }, { x: true }], "DTYPE_MISMATCH", /mixed/],
    [[{ x }, { x }], "DTYPE_MISMATCH", /got a tensor/],
    [[{ x: 1 }, { y: 1 }], "INVALID_ARGUMENT", /the same values, got x and y/],
    [[1, 2], "INVALID_ARGUMENT", /an item must be its values.*got number/],
    [[null, null], "INVALID_ARGUMENT", /got null/],
    [[{}, {}], "INVALID_ARGUMENT", /got none/],
  ];
  for (const [items, code, message] of bad) {
    const loader = new DataLoader({ length: 2, get: (i) => items[i] as object }, { batchSize: 2 });
    await rejects(epochOf(loader), { name: "WickError", code, message });
  }
});
