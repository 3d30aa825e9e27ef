/** Tensors of one value, of formulas, and grids; eagerly and recorded. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  arange,
  defaultDevice,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  grad,
  linspace,
  meshgrid,
  ones,
  onesLike,
  type PlainDtype,
  record,
  scope,
  type Tensor,
  tensor,
  tri,
  WasmDevice,
  zeros,
  zerosLike,
} from "../../mod.ts";

const list = (n: number, at: (i: number) => number) => Array.from({ length: n }, (_, i) => at(i));

Deno.test("one value fills any shape, in every dtype that numbers make", async () => {
  using own = scope();
  for (const dtype of ["f32", "i32", "u32", "u8"] satisfies PlainDtype[]) {
    const x = full([2, 3], 7, { dtype, scope: own });
    deepEqual([x.dtype, x.shape, x.isContiguous], [dtype, [2, 3], true]);
    deepEqual([...await x.data()], new Array(6).fill(7));
    equal(await full([], 7, { dtype, scope: own }).item(), 7);
    equal(full([0, 3], 7, { dtype, scope: own }).size, 0);
  }
  for (const value of [NaN, Infinity, -0, 1e-45, 0.1]) {
    for (const v of await full([1, 2], value, { scope: own }).data()) {
      ok(Object.is(v, Math.fround(value)), `${v}`);
    }
  }
  deepEqual(await zeros([2], { scope: own }).toArray(), [0, 0]);
  deepEqual(await ones([2], { scope: own }).toArray(), [1, 1]);
});

Deno.test("what is like another has its shape, dtype, device and scope", async () => {
  using device = new WasmDevice();
  using own = scope();
  const x = tensor([[1, 2], [3, 4]], { dtype: "i32", device, scope: own }).narrow(1, 0, 1);
  for (
    const [y, value] of [[zerosLike(x), 0], [onesLike(x), 1], [fullLike(x, -5), -5]] as [Tensor, number][]
  ) {
    deepEqual([y.dtype, y.device, y.scope, await y.toArray()], ["i32", device, own, [[value], [value]]]);
  }
  equal(zerosLike(x, { dtype: "f32" }).dtype, "f32");
});

Deno.test("an empty tensor is given memory, and nothing writes it", async () => {
  using device = new WasmDevice();
  using own = scope();
  const x = tensor([[1, 2], [3, 4]], { dtype: "i32", device, scope: own }).t();
  const { storages } = device.live();
  device.run = device.write = () => ok(false, "it is written");
  const [y, z] = [empty([2, 2], { dtype: "i32", device, scope: own }), emptyLike(x)];
  delete (device as Partial<WasmDevice>).run; // those of the class again
  delete (device as Partial<WasmDevice>).write;
  equal(device.live().storages, storages + 2);
  for (const t of [y, z]) {
    deepEqual([t.dtype, t.shape, t.device, t.scope, t.isContiguous], ["i32", [2, 2], device, own, true]);
    deepEqual(await t.write(Int32Array.of(1, 2, 3, 4)).toArray(), [[1, 2], [3, 4]]);
  }
  deepEqual(await emptyLike(x, { dtype: "u32" }).sliceSet(x.to("u32")).toArray(), [[1, 3], [2, 4]]);
  throws(() => empty([2, -1]), { code: "SHAPE_MISMATCH", message: /Cannot empty \[2,-1\]/ });
  equal(empty([0, 3], { scope: own }).size, 0);
});

Deno.test("each fill has memory of its own, and no more", async () => {
  using device = new WasmDevice();
  const before = device.live();
  {
    using a = zeros([1], { device });
    using b = zeros([1], { device });
    a.write(Float32Array.of(5));
    equal(await b.item(), 0);
    equal(device.live().storages, before.storages + 2);
  }
  deepEqual(device.live(), before);
});

Deno.test("arange counts as NumPy does", async () => {
  using own = scope();
  const check = async (want: number[], ...args: [number, number, number?]) =>
    deepEqual(await arange(args[0], args[1], args[2], { scope: own }).data(), Float32Array.from(want));
  await check([0, 1, 2], 0, 3);
  await check([1, 1.5], 1, 2, 0.5);
  await check([3, 1], 3, 0, -2);
  await check([], 3, 0);
  await check(list(10, (i) => i * 0.1), 0, 1, 0.1); // not 11, and no error adds up
  deepEqual(await arange(-1, 2, 1, { dtype: "i32", scope: own }).toArray(), [-1, 0, 1]);
  throws(() => arange(0, 1, 0), { code: "INVALID_ARGUMENT", message: /from 0 to 1 by 0: it has no end/ });
  throws(() => arange(0, Infinity), { code: "INVALID_ARGUMENT" });
  throws(() => arange(0, NaN), { code: "INVALID_ARGUMENT" });
});

Deno.test("linspace includes both ends", async () => {
  using own = scope();
  const at = (...args: [number, number, number]) => linspace(...args, { scope: own }).toArray();
  deepEqual(await at(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]);
  deepEqual(await at(2, -1, 4), [2, 1, 0, -1]);
  deepEqual(await at(3, 9, 1), [3]);
  deepEqual(await at(3, 9, 0), []);
  equal((await linspace(0, 0.3, 7, { scope: own }).data())[6], Math.fround(0.3));
  throws(() => linspace(0, 1, 2.5), { code: "SHAPE_MISMATCH", message: /Cannot linspace \[2.5\]/ });
});

Deno.test("eye and tri", async () => {
  using own = scope();
  deepEqual(await eye(2, 3, { scope: own }).toArray(), [[1, 0, 0], [0, 1, 0]]);
  deepEqual(await eye(2, undefined, { dtype: "u8", scope: own }).toArray(), [[1, 0], [0, 1]]);
  equal(eye(0, undefined, { scope: own }).size, 0);
  deepEqual(await tri(2, 3, 1, { scope: own }).toArray(), [[1, 1, 0], [1, 1, 1]]);
  deepEqual(await tri(2, undefined, -1, { scope: own }).toArray(), [[0, 0], [1, 0]]);
  throws(() => eye(-1), { code: "SHAPE_MISMATCH", message: /Cannot eye \[-1,-1\]: each extent/ });
});

Deno.test("meshgrid gives views of coordinates, with gradients", async () => {
  using own = scope();
  const [a, b] = [tensor([1, 2], { scope: own }), tensor([3, 4, 5], { scope: own })];
  const before = a.device.live();
  const [x, y] = meshgrid([a, b]);
  deepEqual(a.device.live(), before);
  deepEqual(await x.toArray(), [[1, 1, 1], [2, 2, 2]]);
  deepEqual(await y.toArray(), [[3, 4, 5], [3, 4, 5]]);
  const [u, v] = meshgrid([a, b], "xy");
  deepEqual(await u.toArray(), [[1, 2], [1, 2], [1, 2]]);
  deepEqual(await v.toArray(), [[3, 3], [4, 4], [5, 5]]);
  deepEqual(meshgrid([a, b, a], "xy").map((t) => t.shape), [[3, 2, 2], [3, 2, 2], [3, 2, 2]]);
  deepEqual(await meshgrid([a], "xy")[0].toArray(), [1, 2]);
  const [da, db] = grad((a, b) => {
    const [x, y] = meshgrid([a, b]);
    return x.mul(y).reshape(-1).sum(0);
  })(a, b);
  deepEqual(await da.toArray(), [12, 12]);
  deepEqual(await db.toArray(), [3, 3, 3]);
  throws(() => meshgrid([x]), { code: "SHAPE_MISMATCH", message: /Cannot meshgrid f32\[2,3\] on wasm/ });
});

Deno.test("what is made while recording is there at every replay", async () => {
  using own = scope();
  const x = tensor([[1, 2], [3, 4]], { scope: own });
  using program = record(defaultDevice(), () => {
    using line = arange(1, 3);
    using grid = eye(2);
    using some = full([2, 2], 10);
    using room = empty([2, 2]);
    room.sliceSet(x.mul(line));
    return room.add(grid).add(some);
  });
  for (const [first, want] of [[1, [[12, 14], [13, 19]]], [5, [[16, 14], [13, 19]]]] as const) {
    x.write(Float32Array.of(first, 2, 3, 4));
    program.run();
    deepEqual(await program.outputs[0].toArray(), want.map((row) => [...row]));
  }
});
