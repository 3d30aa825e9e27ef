/** Indexing where it ends: indices outside, ties, zeros, duplicates, views, in place, Programs, memory. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import {
  defaultDevice,
  type Device,
  grad,
  noGrad,
  oneHot,
  record,
  scope,
  Tensor,
  tensor,
  WasmDevice,
} from "../../mod.ts";
import type { ScatterReduction } from "../../src/tensor/ops/scatter_reduce.ts";
import { takeRows } from "../../src/tensor/ops/linear.ts";

const ids = (...values: number[]) => tensor(Int32Array.from(values));
const ids2 = (values: number[][]) => tensor(values, { dtype: "i32" });

Deno.test("an index outside throws at once, and says op, place, value and size", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  const bad = ids2([[0, 2, 1], [1, 0, 3]]);
  const code = "INDEX_OUT_OF_RANGE";
  throws(() => x.gather(1, bad), {
    code,
    message: "Cannot gather dimension 1 of [2,3]: indices must be in 0 .. 2, got 3 at [1,2]",
  });
  throws(() => x.gather(1, ids2([[0, -1]])), { code, message: /got -1 at \[0,1\]/ });
  throws(() => x.indexSelect(0, ids(0, 1, 2)), {
    code,
    message: "Cannot indexSelect dimension 0 of [2,3]: indices must be in 0 .. 1, got 2 at [2]",
  });
  throws(() => x.indexAdd(1, ids(2 ** 31 - 1), tensor([[1], [1]])), {
    code,
    message: /indexAdd.*got 2147483647/,
  });
  throws(() => x.embedding(ids2([[1], [-5]])), { code, message: /embedding.*got -5 at \[1,0\]/ });
  throws(() => x.i(null, ids(3)), { code, message: /index dimension 1.*got 3/ });
  throws(() => oneHot(ids(0, 3), 3), { code, message: /oneHot.*0 \.\. 2, got 3 at \[1\]/ });
  for (const op of ["scatter", "scatterAdd"] as const) {
    throws(() => x[op](0, ids2([[0, 1, 2]]), 1), { code, message: new RegExp(`Cannot ${op} dim.*got 2 at`) });
  }
  throws(() => x.scatterReduce(0, ids2([[2]]), x, "amax"), { code, message: /scatterReduce.*got 2/ });
  throws(() => x.scatterSet(0, ids2([[0, 2, 0]]), x), { code });
  deepEqual(await x.toArray(), [[1, 2, 3], [4, 5, 6]], "nothing was written in place");
  throws(() => tensor(new Float32Array(), { shape: [0, 2] }).embedding(ids(0)), {
    code,
    message: "Cannot embedding dimension 0 of [0,2]: it holds 0 entries, got indices i32[1] on wasm",
  });
  deepEqual(await x.indexSelect(1, ids(2)).toArray(), [[3], [6]], "the next op is not blamed");
});

Deno.test("a Program throws at its run, once, and names the first index of the op that was outside", async () => {
  using device = new WasmDevice();
  using x = tensor([[1, 2], [3, 4]], { device });
  using index = tensor([[0, 1], [1, 1]], { dtype: "i32", device });
  using rows = tensor(Int32Array.of(1), { device });
  const program = record(device, () => x.gather(0, index).add(takeRows(x, rows)));
  program.run();
  deepEqual(await program.outputs[0].toArray(), [[4, 8], [6, 8]]);
  index.write(Int32Array.of(0, 1, 9, 7));
  throws(() => program.run(), {
    code: "INDEX_OUT_OF_RANGE",
    message: /gather dimension 0 of \[2,2\].*got 9 at \[1,0\]/,
  });
  index.write(Int32Array.of(0, 0, 0, 0));
  rows.write(Int32Array.of(-1));
  throws(() => program.run(), { code: "INDEX_OUT_OF_RANGE", message: /embedding.*got -1 at \[0\]/ });
  rows.write(Int32Array.of(0));
  program.run();
  deepEqual(await program.outputs[0].toArray(), [[2, 4], [2, 4]]);
});

Deno.test("ids beyond the live extent of a Program are not looked at", async () => {
  using device = new WasmDevice();
  using table = tensor([[1, 2], [3, 4]], { device });
  using all = tensor(Int32Array.of(1, 0, 99), { device });
  const cell = device.cell(2);
  using live = new Tensor(all.storage.retain(), "i32", [3], { rows: cell });
  const program = record(device, () => table.embedding(live));
  program.run();
  deepEqual((await program.outputs[0].data()).slice(0, 4), Float32Array.of(3, 4, 1, 2));
  cell.set(3);
  throws(() => program.run(), { code: "INDEX_OUT_OF_RANGE", message: /got 99 at \[2\]/ });
  throws(() => record(device, () => table.indexSelect(1, live)), {
    code: "SHAPE_MISMATCH",
    message: /between replays/,
  });
});

Deno.test("forward and backward record into one Program", async () => {
  using device = new WasmDevice();
  using x = tensor([[1, 2, 3], [4, 5, 6]], { device });
  using index = tensor([[0, 0], [2, 1]], { dtype: "i32", device });
  const step = () =>
    grad((x) => x.gather(1, index).mul(x.scatter(1, index, 7).i(":", [0, 2])).reshape(-1).sum(0))(x);
  const [eager] = step();
  const program = record(device, () => step());
  program.run();
  deepEqual(await program.outputs[0].data(), await eager.data());
});

Deno.test("whole indices count as i32; others are refused", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  deepEqual(await x.indexSelect(1, tensor(Uint8Array.of(2, 0))).toArray(), [[3, 1], [6, 4]]);
  const turned = tensor(Uint8Array.of(1, 2, 0, 0), { shape: [2, 2] }).t();
  deepEqual(await x.gather(1, turned).toArray(), [[2, 1], [6, 4]]);
  throws(() => x.indexSelect(1, tensor([1])), {
    code: "DTYPE_MISMATCH",
    message: /indices must be i32, u32, i64, i16 or u8/,
  });
  throws(() => x.i(tensor(Uint8Array.of(1, 0))), {
    code: "DTYPE_MISMATCH",
    message: /maskedSelect takes it/,
  });
});

Deno.test("elements of every size move whole", async () => {
  for (const make of [Uint8Array, Int32Array, Float32Array] as const) {
    const x = tensor(make.of(1, 2, 3, 4, 5, 6), { shape: [2, 3] });
    deepEqual(await x.gather(1, ids2([[2], [0]])).toArray(), [[3], [4]]);
    deepEqual(await x.indexSelect(1, ids(1, 1)).toArray(), [[2, 2], [5, 5]]);
    deepEqual(await x.scatter(1, ids2([[2], [0]]), 9).toArray(), [[1, 2, 9], [9, 5, 6]]);
    deepEqual(await x.sliceScatter(x.i([1, 2]), 0, 0).toArray(), [[4, 5, 6], [4, 5, 6]]);
  }
  const half = tensor(Uint16Array.of(0x3c00, 0x4000), { dtype: "f16", shape: [2, 1] });
  deepEqual(await half.indexSelect(0, ids(1, 0, 1)).toArray(), [[2], [1], [2]]);
  equal(half.embedding(ids(1)).dtype, "f32");
  const whole = tensor([[3, -4]], { dtype: "i32" });
  const src = tensor([[5, -2, -1]], { dtype: "i32" });
  const folded = (r: ScatterReduction, self = true) =>
    whole.scatterReduce(1, ids2([[0, 1, 1]]), src, r, self).toArray();
  deepEqual(await folded("sum"), [[8, -7]]);
  deepEqual(await folded("prod"), [[15, -8]]);
  deepEqual(await folded("amax"), [[5, -1]]);
  deepEqual(await folded("amin", false), [[5, -2]]);
  throws(() => whole.scatterReduce(1, ids2([[0]]), src, "mean"), { code: "DTYPE_MISMATCH" });
});

// x, index and src with ties, zeros and places that nothing is put into; values and gradients by torch 2
const X = [[1, 2, 2], [0, 5, 4]], INDEX = [[0, 1, 1, 0], [2, 2, 0, 0]], SRC = [[1, 2, 2, 0], [4, 4, 0, 0]];
const W = [[1, 2, 3], [4, 5, 6]];
const [third, half2] = [4 / 3, 2 / 3];
const byTorch: [ScatterReduction, boolean, number[][], number[][], number[][]][] = [
  ["prod", true, [[0, 8, 2], [0, 5, 64]], [[0, 8, 3], [0, 5, 96]], [[0, 8, 8, 1], [96, 96, 0, 0]]],
  ["prod", false, [[0, 4, 2], [0, 5, 16]], [[0, 0, 3], [0, 5, 0]], [[0, 4, 4, 1], [24, 24, 0, 0]]],
  ["amax", true, [[1, 2, 2], [0, 5, 4]], [[0.5, half2, 3], [third, 5, 2]], [[0.5, half2, half2, 0], [
    2,
    2,
    third,
    third,
  ]]],
  ["amin", true, [[0, 2, 2], [0, 5, 4]], [[0, half2, 3], [third, 5, 2]], [[0, half2, half2, 1], [
    2,
    2,
    third,
    third,
  ]]],
  // torch counts x among the ties here, although it takes no part in the result
  ["amax", false, [[1, 2, 2], [0, 5, 4]], [[0, 0, 3], [0, 5, 0]], [[1, 1, 1, 0], [3, 3, 2, 2]]],
];

for (const [reduction, includeSelf, y, dx, dsrc] of byTorch) {
  Deno.test(`scatterReduce by ${reduction} with ties and zeros, ${includeSelf ? "with" : "without"} self`, async () => {
    using own = scope();
    const [x, src] = [X, SRC].map((v) => tensor(v, { scope: own }).requiresGrad());
    const got = x.scatterReduce(1, ids2(INDEX), src, reduction, includeSelf);
    const gradients = got.backward({ gradient: tensor(W, { scope: own }) });
    deepEqual(await got.toArray(), y);
    for (const [leaf, want] of [[x, dx], [src, dsrc]] as const) {
      const flat = (want as number[][]).flat();
      (await gradients.get(leaf).data()).forEach((v, i) =>
        ok(Math.abs(v - flat[i]) < 1e-5, `${v} for ${flat[i]}`)
      );
    }
  });
}

Deno.test("the gradient of what is scattered goes to what came last, that of the rest to x", async () => {
  using own = scope();
  const x = tensor([1, 2, 3], { scope: own }).requiresGrad();
  const src = tensor([4, 5, 6], { scope: own }).requiresGrad();
  const y = x.scatter(0, ids(2, 0, 2), src);
  deepEqual(await y.toArray(), [5, 2, 6]);
  const gradients = y.backward({ gradient: tensor([10, 20, 30], { scope: own }) });
  deepEqual(await gradients.get(x).toArray(), [0, 20, 0]);
  deepEqual(await gradients.get(src).toArray(), [0, 10, 30]);
});

Deno.test("the gradient of what is added goes to each that was added, that of x stays whole", async () => {
  using own = scope();
  const x = tensor([1, 2, 3], { scope: own }).requiresGrad();
  const src = tensor([4, 5, 6], { scope: own }).requiresGrad();
  const y = x.scatterAdd(0, ids(2, 0, 2), src);
  deepEqual(await y.toArray(), [6, 2, 13]);
  const gradients = y.backward({ gradient: tensor([10, 20, 30], { scope: own }) });
  deepEqual(await gradients.get(x).toArray(), [10, 20, 30]);
  deepEqual(await gradients.get(src).toArray(), [30, 10, 30]);
});

Deno.test("gradients of gradients go through indexing", async () => {
  using own = scope();
  const x = tensor([0.5, -1, 2], { scope: own });
  const index = ids(2, 0, 2);
  const cubes: ((x: Tensor) => Tensor)[] = [
    (x) => x.gather(0, index),
    (x) => x.indexSelect(0, index),
    (x) => x.scatter(0, index, x.mul(2)),
    (x) => x.scatterAdd(0, index, x),
    (x) => x.indexAdd(0, index, x),
    (x) => x.scatterReduce(0, index, x, "mean", false),
    (x) => x.sliceScatter(x.i([1, 3]), 0, 0),
  ];
  // f is linear: d2/dx2 of sum f(x)^3 summed over columns is A^T diag(6 f(x)) A 1, with A by its columns
  for (const f of cubes) {
    const columns = await Promise.all(
      [0, 1, 2].map((c) => f(tensor([0, 0, 0].with(c, 1), { scope: own })).data()),
    );
    const y = await f(x).data();
    const total = y.map((v, r) => 6 * v * (columns[0][r] + columns[1][r] + columns[2][r]));
    const want = columns.map((column) => Array.from(column).reduce((sum, a, r) => sum + a * total[r], 0));
    const cube = (x: Tensor) => f(x).mul(f(x)).mul(f(x)).sum(0);
    const [got] = grad((x) => grad(cube)(x)[0].sum(0))(x);
    (await got.data()).forEach((v, i) => ok(Math.abs(v - want[i]) < 1e-3, `${f}: ${v} for ${want[i]}`));
  }
  const product = (x: Tensor) => x.scatterReduce(0, index, x, "prod").sum(0);
  const [bend] = grad((x) => grad(product)(x)[0].sum(0))(x); // of x0 x1 + x1 + x0 x2^2
  deepEqual(await bend.toArray(), [5, 1, 5]);
  // with members that are 0, against the products written out
  const lanes = tensor(Int32Array.of(0, 0, 1, 0), { scope: own });
  const folded = (x: Tensor, s: Tensor) => x.scatterReduce(0, lanes, s, "prod").mul(2).sum();
  const written = (x: Tensor, s: Tensor) =>
    [x.i(0).mul(s.i(0)).mul(s.i(1)).mul(s.i(3)), x.i(1).mul(s.i(2))].reduce((a, b) => a.add(b)).mul(2);
  for (const [xs, ss] of [[[1, 2], [3, 0, 5, 7]], [[0, 2], [3, 0, 0, 7]], [[0, 0], [0, 0, 0, 0]]]) {
    const bends = (f: (x: Tensor, s: Tensor) => Tensor) =>
      grad((x, s) => {
        const [dx, ds] = grad(f)(x, s);
        return dx.sqr().sum().add(ds.mul(tensor([1, -2, 3, 0.5], { scope: own })).sum());
      })(tensor(xs, { scope: own }), tensor(ss, { scope: own }));
    const [got, want] = [bends(folded), bends(written)];
    for (const i of [0, 1]) deepEqual(await got[i].toArray(), await want[i].toArray(), `${xs} ${ss}`);
  }
});

Deno.test("i gives views, and errors name the dimension", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  for (const y of [x.i(1), x.i(null, -1), x.i(":", [0, 3, 2]), x.i()]) equal(y.storage, x.storage);
  deepEqual(await x.i(1, 2).item(), 6);
  deepEqual(x.i(":", [3, 3]).shape, [2, 0]);
  for (const item of [2, -3, [0, 3], [1, 0], [-3, null], [0, 1.5], [0, 2, 0], 0.5] as const) {
    throws(() => x.i(item), {
      code: "INDEX_OUT_OF_RANGE",
      message: /Cannot i: cannot index dimension 0 of \[2,3\]: it holds 2/,
    });
  }
  throws(() => x.i(0, 0, 0), { code: "SHAPE_MISMATCH", message: /2 dimensions, got 3 items/ });
  throws(() => x.sliceAssign([0], tensor([1, 2])), { code: "SHAPE_MISMATCH", message: /must broadcast/ });
  throws(() => x.sliceScatter(tensor([[1, 2]]), 0, 0), { code: "SHAPE_MISMATCH" });
  throws(() => x.sliceScatter(x, 0, 1), { code: "INDEX_OUT_OF_RANGE" });
  throws(() => x.gather(0, ids(1)), { code: "SHAPE_MISMATCH", message: /as many dimensions/ });
  throws(() => x.gather(0, ids2([[0, 0, 0, 0]])), { code: "SHAPE_MISMATCH", message: /no larger extents/ });
  throws(() => x.scatter(0, ids2([[0, 0]]), tensor([[1]])), { code: "SHAPE_MISMATCH" });
  throws(() => x.scatter(0, ids2([[0]]), ids2([[1]])), { code: "DTYPE_MISMATCH" });
  throws(() => x.scatterReduce(0, ids2([[0]]), x, "median" as "sum"), { code: "INVALID_ARGUMENT" });
  throws(() => oneHot(ids(0), 0), { code: "INVALID_ARGUMENT" });
});

Deno.test("sliceSet and scatterSet write in place, through views and from their own memory", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  equal(x.sliceSet(x.i(":", [0, 2]), 1, 1), x);
  deepEqual(await x.toArray(), [[1, 1, 2], [4, 4, 5]]);
  x.t().sliceSet(tensor([[7, 8]]), 0, -1);
  deepEqual(await x.toArray(), [[1, 1, 7], [4, 4, 8]]);
  x.t().scatterSet(0, ids2([[2, 0]]), tensor([[0, -1], [9, 9]]));
  deepEqual(await x.toArray(), [[1, 1, 0], [-1, 4, 8]]);
  x.scatterSet(1, ids2([[0, 0, 1], [2, 2, 1]]), x);
  deepEqual(await x.toArray(), [[1, 0, 0], [-1, 8, 4]]);
  throws(() => tensor([1]).expand(3).sliceSet(tensor([2])), {
    code: "INVALID_STATE",
    message: /share memory/,
  });
});

Deno.test("writing in place is refused where it would corrupt a gradient", () => {
  using own = scope();
  const w = tensor([1, 2], { scope: own }).requiresGrad();
  const x = tensor([3, 4], { scope: own });
  throws(() => w.sliceSet(x), { code: "INVALID_STATE", message: /it writes in place/ });
  throws(() => x.sliceSet(w), { code: "INVALID_STATE" });
  throws(() => x.scatterSet(0, ids(0), w), { code: "INVALID_STATE" });
  const y = w.mul(x).sum(0);
  x.sliceSet(tensor([5]));
  throws(() => y.backward(), { code: "INVALID_STATE", message: /was overwritten since/ });
  noGrad(() => w.sliceSet(tensor([9])));
});

Deno.test("masks and places of what is not 0", async () => {
  using own = scope();
  const x = tensor([[1, NaN, 0], [-0, 5, 6]], { scope: own });
  deepEqual(await (await x.nonzero()).toArray(), [[0, 0], [0, 1], [1, 1], [1, 2]]);
  deepEqual((await tensor([0]).nonzero()).shape, [0, 1]);
  deepEqual((await tensor(5).nonzero()).shape, [1, 0]);
  deepEqual(await (await x.t().nonzero()).i(0).toArray(), [0, 0]);
  const w = tensor([[1, 2, 3], [4, 5, 6]], { scope: own }).requiresGrad();
  const mask = tensor(Uint8Array.of(1, 0, 255));
  const chosen = await w.maskedSelect(mask);
  deepEqual(await chosen.toArray(), [1, 3, 4, 6]);
  deepEqual(await chosen.mul(chosen).sum(0).backward().get(w).toArray(), [[2, 0, 6], [8, 0, 12]]);
  const row = tensor([1, 2], { scope: own }).requiresGrad();
  const wide = await row.maskedSelect(tensor(Uint8Array.of(1, 1, 0, 1), { shape: [2, 2] }));
  deepEqual(await wide.toArray(), [1, 2, 2]);
  deepEqual(await wide.sum(0).backward().get(row).toArray(), [1, 2]);
  deepEqual(await noGrad(() => w).maskedFill(mask, Infinity).toArray(), [[Infinity, 2, Infinity], [
    Infinity,
    5,
    Infinity,
  ]]);
  const counts = tensor([[1, 2, 3]], { dtype: "i32" });
  deepEqual(await counts.maskedFill(mask, -7).toArray(), [[-7, 2, -7]]);
  throws(() => counts.maskedFill(mask, 0.5), { code: "DTYPE_MISMATCH" });
  throws(() => row.maskedFill(tensor(Uint8Array.of(1, 1), { shape: [2, 1] }), 0), { code: "SHAPE_MISMATCH" });
  throws(() => w.maskedFill(w, 0), { code: "DTYPE_MISMATCH", message: /a mask is bool or u8/ });
  await rejects(() => w.maskedSelect(w), { code: "DTYPE_MISMATCH" });
});

Deno.test("duplicates add in ascending order, to the bit", async () => {
  const values = Float32Array.of(1e8, 1, -1e8, 1, 0.5);
  const want = values.reduce((sum, v) => Math.fround(sum + v), 0);
  const at = ids(1, 1, 1, 1, 1);
  const zeros = tensor([0, 0]);
  equal((await zeros.scatterAdd(0, at, tensor(values)).data())[1], want);
  equal((await zeros.indexAdd(0, at, tensor(values)).data())[1], want);
  const wide = tensor([[0, 0], [0, 0]]).indexAdd(1, at, tensor([...values, ...values], {}).reshape(2, 5));
  deepEqual(await wide.toArray(), [[0, want], [0, want]]);
});

Deno.test("indexing leaves nothing behind", async () => {
  const device: Device = defaultDevice();
  const step = async () => {
    using own = scope();
    const x = tensor([[1, 2, 3], [4, 5, 6]], { scope: own }).requiresGrad();
    const index = tensor([[0, 2], [1, 1]], { dtype: "i32", scope: own });
    const bytes = tensor(Uint8Array.of(1, 0), { scope: own });
    const src = tensor([[1, 2], [3, 4]], { scope: own }).requiresGrad();
    for (const reduction of ["sum", "prod", "mean", "amax", "amin"] as const) {
      for (const self of [true, false]) {
        x.scatterReduce(1, index, src, reduction, self).reshape(-1).sum(0).backward();
        using tight = x.i(null, [0, 2]);
        tight.scatterReduce(0, index.narrow(0, 1, 1), src, reduction, self).reshape(-1).sum(0).backward();
      }
    }
    x.gather(1, index).mul(x.scatter(1, index, src).i(":", [0, 2])).reshape(-1).sum(0).backward();
    x.embedding(bytes).mul(x.indexAdd(0, bytes, x)).reshape(-1).sum(0).backward();
    x.sliceAssign([0], 3).i(1, index).reshape(-1).sum(0).backward();
    (await x.maskedSelect(x.gt(2))).sum(0).backward();
    using hot = oneHot(bytes, 2);
    (await hot.nonzero()).dispose();
  };
  await step();
  const before = device.live();
  await step();
  deepEqual(device.live(), before);
  {
    using own = scope();
    const x = tensor([[1, 2], [3, 4]], { scope: own });
    using bad = tensor([[0, 9]], { dtype: "i32" });
    throws(() => x.gather(1, bad));
    throws(() => x.embedding(bad));
    throws(() => x.scatterReduce(1, bad, x, "prod"));
  }
  deepEqual(device.live(), before, "nor after an error");
});

Deno.test("outside of scopes an op leaves its result alone", async () => {
  using x = tensor([[1, 2, 3], [4, 5, 6]]);
  using small = tensor([[1, 2]]);
  using index = tensor([[2, 0]], { dtype: "i32" });
  using bytes = tensor(Uint8Array.of(1, 0));
  using mask = tensor(Uint8Array.of(1, 0, 1));
  const ops: (() => Tensor | Promise<Tensor>)[] = [
    () => x.gather(1, index),
    () => x.t().gather(0, index.t()),
    () => x.scatter(1, index, small),
    () => x.scatterAdd(1, index, 3),
    ...(["sum", "prod", "mean", "amax", "amin"] as const).flatMap((by) =>
      [true, false].map((self) => () => x.scatterReduce(1, index, small, by, self))
    ),
    () => x.indexSelect(0, bytes),
    () => x.indexAdd(0, bytes, x),
    () => x.embedding(bytes),
    () => x.i(0, [0, 2]),
    () => x.i(-1, index),
    () => x.sliceScatter(small.t(), 1, 2),
    () => x.sliceAssign([0], 3),
    () => x.maskedFill(mask, 2),
    () => x.maskedSelect(mask),
    () => x.nonzero(),
    () => oneHot(bytes, 2),
  ];
  const { device } = x;
  for (const op of ops) {
    (await op()).dispose(); // makes constants
    const before = device.live();
    const y = await op();
    const { storages } = device.live();
    ok(storages - before.storages <= 1, `${op}`);
    y.dispose();
    deepEqual(device.live(), before, `${op}`);
  }
});
