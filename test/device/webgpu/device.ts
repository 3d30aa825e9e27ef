/** The WebGPU device itself: memory, order, cells, errors. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import {
  crossEntropy,
  nllLoss,
  record,
  scope,
  type Storage,
  tensor,
  WebGpuDevice,
  zeros,
} from "../../../mod.ts";
import type { Kernel } from "../../../src/device/kernel.ts";
import { copy_b32 } from "../../../src/device/kernels/copy.ts";
import { add_f32, affine_f32, neg_f32 } from "../../../src/device/kernels/elementwise.ts";
import { attention_train_backward_f32 } from "../../../src/device/kernels/attention_train.ts";
import { quantize_q8 } from "../../../src/device/kernels/quantize.ts";
import { slotsOf } from "../../../src/device/webgpu/pipelines.ts";
import { gpuRows } from "../../../src/device/webgpu/rows.ts";
import { shaderSource } from "../../../src/device/webgpu/shader.ts";

/** A test with a device of its own; maps that are taken before they resolve are no leak. */
function gpuTest(name: string, fn: (device: WebGpuDevice) => Promise<void>, debug = false): void {
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      using device = await WebGpuDevice.open({ debug });
      await fn(device);
    },
  });
}

const bytesOf = (values: ArrayLike<number>) => new Uint8Array(Float32Array.from(values).buffer);
const floats = (bytes: Uint8Array<ArrayBuffer>) => [...new Float32Array(bytes.buffer)];

/** affine on n contiguous elements, in place. */
const affine = (n: number, scale: number, shift: number) =>
  [[1, 1, n, 0, 0, 0, 1, scale, shift], [1]] as [number[], number[]];

gpuTest("what is written is read, in pieces and off words", async (device) => {
  const storage = device.allocate(11);
  const contents = Uint8Array.from({ length: 11 }, (_, i) => i + 1);
  device.write(storage, 0, contents);
  deepEqual([...await device.read(storage, 0, 11)], [...contents]);
  deepEqual([...await device.read(storage, 3, 5)], [4, 5, 6, 7, 8]);
  device.write(storage, 8, Uint8Array.of(90, 91, 92));
  deepEqual([...await device.read(storage, 6, 5)], [7, 8, 90, 91, 92]);
  throws(() => device.write(storage, 1, Uint8Array.of(1)), { code: "UNSUPPORTED_ON_DEVICE" });
  throws(() => device.write(storage, 0, Uint8Array.of(1)), { code: "UNSUPPORTED_ON_DEVICE" });
  await device.fill(storage, 4, 4, (into) => Promise.resolve(into.fill(7)).then(() => {}));
  deepEqual([...await device.read(storage, 2, 7)], [3, 4, 7, 7, 7, 7, 90]);
  equal((await device.read(storage, 0, 0)).length, 0);
});

gpuTest("an index outside is told by the next read, once, eager and replayed", async (device) => {
  using x = tensor([[1, 2], [3, 4]], { device });
  using index = tensor([[0, 1], [5, -1]], { dtype: "i32", device });
  using y = x.gather(1, index);
  await rejects(() => y.data(), {
    code: "INDEX_OUT_OF_RANGE",
    message: "Cannot gather dimension 1 of [2,2]: indices must be in 0 .. 1, got 5 at [1,0]",
  });
  deepEqual((await y.data()).slice(0, 2), Float32Array.of(1, 2));
  using program = record(device, () => x.scatterAdd(0, index, 1));
  program.run();
  await rejects(() => x.data(), { code: "INDEX_OUT_OF_RANGE", message: /scatterAdd dimension 0.*got 5 at/ });
  index.write(Int32Array.of(0, 0, 1, 0));
  program.run();
  deepEqual(await program.outputs[0].toArray(), [[2, 4], [4, 4]]);
});

gpuTest("a target that is no class is told by the next read; ignored ones are none", async (device) => {
  using own = scope();
  const logits = zeros([3, 4], { device, scope: own });
  const targets = tensor(Int32Array.of(1, -100, 4), { device, scope: own });
  await rejects(() => crossEntropy(logits, targets).item(), {
    code: "INDEX_OUT_OF_RANGE",
    message: "Cannot take crossEntropy of f32[3,4] on webgpu: indices must be in 0 .. 3, got 4 at [2]",
  });
  targets.write(Int32Array.of(1, -100, 3));
  ok(Math.abs(await crossEntropy(logits, targets).item() - Math.log(4)) < 1e-6);
  const places = tensor(Int32Array.of(0, 1, 0, 3), { shape: [2, 2], device, scope: own });
  const told = { code: "INDEX_OUT_OF_RANGE", message: /0 \.\. 2, got 3 at \[1,1\]/ };
  for (const op of [crossEntropy, nllLoss]) {
    for (const dtype of ["f32", "f16"] as const) {
      const x = zeros([2, 3, 2], { device, scope: own }).to(dtype);
      using program = record(device, () => op(x, places));
      await rejects(() => op(x, places).data(), told);
      program.run();
      await rejects(() => program.outputs[0].data(), told);
    }
  }
});

gpuTest("storages come back, and lie apart", async (device) => {
  const small = Array.from({ length: 100 }, () => device.allocate(100));
  const large = [1, 2].map(() => device.allocate(20_000_000));
  deepEqual(device.live(), { bytes: 100 * 256 + 2 * 20_000_000, storages: 102 });
  small.forEach((s, i) => device.write(s, 0, new Uint8Array(100).fill(i)));
  for (const [i, s] of small.entries()) deepEqual([...await device.read(s, 96, 4)], [i, i, i, i]);
  for (const s of [...small, ...large]) s.release();
  deepEqual(device.live(), { bytes: 0, storages: 0 });
  throws(() => device.allocate(2 ** 40), { code: "OUT_OF_MEMORY", message: /1099511627776 bytes/ });
});

gpuTest("calls, writes and freed storages keep their order", async (device) => {
  const y = device.allocate(4 * 1000);
  for (let round = 0; round < 1000; round++) { // more than a batch
    const x = device.allocate(64);
    device.write(x, 0, bytesOf([round]));
    device.run(
      copy_b32,
      [{ storage: x, byteOffset: 0 }, { storage: y, byteOffset: 4 * round }],
      [1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1],
      [1],
    );
    x.release(); // the next round gets its place
  }
  deepEqual(floats(await device.read(y, 0, 4000)), Array.from({ length: 1000 }, (_, i) => i));
});

gpuTest("a buffer that takes the place of a destroyed one is bound anew", async (device) => {
  for (const value of [1, 2, 3]) { // buffers of their own; all but one empty buffer are destroyed
    const storages = [1, 2].map(() => device.allocate(20_000_000));
    for (const storage of storages) {
      device.write(storage, 0, bytesOf([value]));
      const x = { storage, byteOffset: 0 };
      device.run(affine_f32, [x, x], ...affine(1, 10, 0));
      deepEqual(floats(await device.read(storage, 0, 4)), [10 * value]);
    }
    for (const storage of storages) storage.release();
  }
});

gpuTest("a thousand calls without a read in between, in place", async (device) => {
  const storage = device.allocate(12);
  device.write(storage, 0, bytesOf([0, 1, 2]));
  const x = { storage, byteOffset: 0 };
  for (let i = 0; i < 1000; i++) device.run(affine_f32, [x, x], ...affine(3, 1, 1));
  deepEqual(floats(await device.read(storage, 0, 12)), [1000, 1001, 1002]);
});

gpuTest("a replay reads cells anew; calls before a change see the old value", async (device) => {
  const storage = device.allocate(4 * 8);
  device.write(storage, 0, bytesOf(new Array(8).fill(0)));
  const x = { storage, byteOffset: 0 };
  const rows = device.cell(2);
  const double = rows.times(2);
  const [params] = affine(1, 1, 1);
  const call = (cell: typeof rows) => ({
    kernel: affine_f32,
    operands: [x, x],
    params: [1, 1, 1, 1, 0, 0, 0, ...params.slice(7)],
    cells: [cell],
  });
  using replay = device.compile([call(rows), call(double)]);
  replay.run();
  rows.set(4);
  replay.run();
  rows.set(0);
  replay.run();
  rows.set(1);
  replay.run(0, 1);
  deepEqual(floats(await device.read(storage, 0, 32)), [5, 4, 3, 3, 1, 1, 1, 1]);
  rows.dispose();
  equal(device.live().storages, 1);
});

gpuTest("rows of several passes: in one batch each, what they share kept for replays", async (device) => {
  const place = (length: number) => {
    const storage = device.allocate(4 * length);
    device.write(storage, 0, bytesOf(Array.from({ length }, (_, i) => Math.sin(i + length))));
    return { storage, byteOffset: 0 };
  };
  /** Of T queries over 3 keys; every operand begins the same for the same T. */
  const call = (T: number, D = 2) => ({
    kernel: attention_train_backward_f32,
    operands: [T * D, 3 * D, 3 * D, T * D, T * D, 6 * D].map(place),
    params: [T, 1, 1, D, 3, 1, 1],
    cells: [1],
  });
  const run = ({ kernel, operands, params, cells }: ReturnType<typeof call>) =>
    device.run(kernel, operands, params, cells);
  const [eager, later, replayed] = [call(3), call(3), call(3)];
  using replay = device.compile([replayed]);
  for (let i = 0; i < 300; i++) run(eager); // three passes each: several batches
  run(call(5000)); // what it shares takes the place of the smaller one, which the replay holds
  run(later);
  replay.run();
  for (const i of [4, 5]) {
    const contents = async ({ operands }: typeof eager) =>
      floats(await device.read(operands[i].storage, 0, operands[i].storage.bytes));
    const wanted = await contents(eager);
    ok(wanted.every((v) => Number.isFinite(v)) && wanted.some((v) => v !== 0));
    deepEqual(await contents(later), wanted);
    deepEqual(await contents(replayed), wanted);
  }
});

gpuTest("reads run side by side", async (device) => {
  const storages = Array.from({ length: 20 }, (_, i) => {
    const storage = device.allocate(4);
    device.write(storage, 0, bytesOf([i]));
    return storage;
  });
  for (let round = 0; round < 3; round++) {
    const read = await Promise.all(storages.map((s) => device.read(s, 0, 4)));
    deepEqual(read.map((r) => floats(r)[0]), storages.map((_, i) => i));
  }
});

gpuTest("a row without WGSL says so, with row and device", (device) => {
  const x = { storage: device.allocate(16), byteOffset: 0 };
  const params = Object.keys(quantize_q8.params).map(() => 1);
  const cells = Object.keys(quantize_q8.cells).map(() => 1);
  throws(() => device.run(quantize_q8, quantize_q8.operands.map(() => x), params, cells), {
    code: "UNSUPPORTED_ON_DEVICE",
    message: /quantize_q8 on WebGPU \(.+\)/,
  });
  throws(() => device.run(neg_f32, [x], [], []), { code: "INVALID_STATE", message: /Cannot call neg_f32/ });
  return Promise.resolve();
});

for (const debug of [true, false]) {
  gpuTest(`what the GPU refuses is told once, with the row (debug ${debug})`, async (device) => {
    const storage = device.allocate(4);
    device.write(storage, 0, bytesOf([3]));
    const x = { storage, byteOffset: 0 };
    const { x3, ...rest } = neg_f32.params;
    const broken: Kernel = { ...neg_f32, params: { ...rest, other: x3 } }; // its WGSL reads x3
    device.run(broken, [x, x], [1, 1, 1, 0, 0, 0, 1], [1]);
    await rejects(() => device.read(storage, 0, 4), { code: "DEVICE_LOST", message: /neg_f32/ });
    deepEqual(floats(await device.read(storage, 0, 4)), [3]);
  }, debug);
}

gpuTest("a disposed device refuses", async (device) => {
  const storage = device.allocate(4);
  device[Symbol.dispose]();
  device[Symbol.dispose]();
  ok(device.isDisposed);
  throws(() => device.allocate(4), { code: "DISPOSED" });
  await rejects(() => device.read(storage, 0, 4), { code: "DISPOSED" });
  storage.release();
});

gpuTest("sines and cosines of every size of number", async (device) => {
  const sizes = Array.from({ length: 38 * 8 }, (_, i) => 10 ** (i / 8) * (i % 2 ? 1 : -1));
  const x = tensor([...sizes, Math.fround(Math.PI), 16367173 * 2 ** 72], { device }); // the last: within 1e-8 of a root
  const numbers = [...await x.data()];
  for (const [op, f] of [["sin", Math.sin], ["cos", Math.cos]] as const) {
    const got = await x[op]().data();
    numbers.forEach((v, i) => ok(Math.abs(got[i] - f(v)) <= 3e-7, `${op} ${v} is ${got[i]}, not ${f(v)}`));
  }
});

Deno.test("operands of one storage share a binding: overlapping ones fail in browsers, not in Deno", () => {
  const view = (bytes = 4) => ({ storage: { bytes } as Storage, byteOffset: 0 });
  const [x, y] = [view(), view()];
  deepEqual(slotsOf([x, y, { ...x }]), [0, 1, 0]);
  deepEqual(slotsOf([null, x, view(0), y]), [-1, 0, -1, 1]);
  const source = shaderSource(add_f32, gpuRows.get("add_f32")!, [0, 1, 0]);
  deepEqual(
    source.match(/var<storage, read_write> \w+/g),
    [0, 1].map((s) => `var<storage, read_write> words${s}`),
  );
});

Deno.test("a runtime without WebGPU, or without an adapter, says so", async () => {
  const own = Object.getOwnPropertyDescriptor(navigator, "gpu");
  const lacking: [unknown, RegExp][] = [
    [undefined, /no navigator\.gpu/],
    [{ requestAdapter: () => Promise.resolve(null) }, /no adapter/],
  ];
  for (const [gpu, message] of lacking) {
    Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
    await rejects(() => WebGpuDevice.open(), { code: "UNSUPPORTED_ON_DEVICE", message });
  }
  if (own) Object.defineProperty(navigator, "gpu", own);
  else delete (navigator as { gpu?: unknown }).gpu;
});
