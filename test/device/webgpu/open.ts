/** The WebGPU device by its name, moves to it and from it, and what happens when its GPU goes away. */
import { deepEqual, equal, notEqual, ok, rejects, throws } from "node:assert/strict";
import {
  defaultDevice,
  Generator,
  ones,
  openDevice,
  optim,
  rand,
  record,
  scope,
  tensor,
  WebGpuDevice,
} from "../../../mod.ts";

/** Tests in order: they share the process's device. Maps that are taken before they resolve are no leak. */
function gpuTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

gpuTest("openDevice opens once, and the name stands for the device", async () => {
  const [device, same] = await Promise.all([openDevice("webgpu"), openDevice("webgpu")]);
  ok(device instanceof WebGpuDevice);
  equal(same, device);
  equal(await openDevice("webgpu"), device);
  await rejects(openDevice("webgpu", { debug: true }), {
    code: "INVALID_STATE",
    message: /dispose it first/,
  });
  using own = scope();
  const options = { device: "webgpu", scope: own } as const;
  const x = tensor([[1, 2], [3, 4]], options);
  const made = [x, ones([2], options), rand([2], { ...options, generator: new Generator(1) })];
  for (const { device: on } of made) equal(on, device);
  using program = record("webgpu", () => x.matmul(x.t()));
  program.run();
  deepEqual(await program.outputs[0].toArray(), [[5, 11], [11, 25]]);
});

gpuTest(
  "to() goes there and back, with any dtype and view, and what is trained there is read here",
  async () => {
    await openDevice("webgpu");
    using own = scope();
    for (
      const values of [
        Float32Array.of(1, -0, NaN, 4, 5),
        Int32Array.of(-7, 2),
        Uint8Array.of(1, 2, 3, 4, 5, 6),
      ]
    ) {
      const x = tensor(values, { scope: own });
      const back = await (await x.flip(0).to("webgpu")).to("wasm");
      deepEqual([...await back.data()], [...values].reverse());
    }
    const there = await tensor([[1, 2, 3], [4, 5, 6]], { scope: own }).t().to("webgpu");
    deepEqual(await (await there.narrow(0, 1, 2).to("wasm")).toArray(), [[2, 5], [3, 6]]);
    const p = there.requiresGrad();
    using optimizer = new optim.Sgd([p], { learningRate: 0.5 });
    optimizer.step(p.mul(p).sum(0).sum(0).backward());
    await rejects(p.to("wasm"), { code: "INVALID_STATE", message: /gradient/ });
    deepEqual(await (await p.detach().to("wasm")).toArray(), [[0, 0], [0, 0], [0, 0]]);
  },
);

gpuTest("a disposed device is opened anew", async () => {
  const device = await openDevice("webgpu");
  device[Symbol.dispose]();
  throws(() => tensor([1], { device: "webgpu" }), { code: "INVALID_STATE", message: /not open/ });
  notEqual(await openDevice("webgpu"), device);
});

gpuTest("a lost GPU says so, and is opened anew", async () => {
  (await openDevice("webgpu"))[Symbol.dispose]();
  const adapter = await navigator.gpu.requestAdapter();
  let gpu: GPUDevice | undefined;
  const watched = {
    limits: adapter!.limits,
    info: adapter!.info,
    requestDevice: async (wanted: GPUDeviceDescriptor) => gpu = await adapter!.requestDevice(wanted),
  } as unknown as GPUAdapter;
  const lost = await openDevice("webgpu", { adapter: watched });
  const x = tensor([1, 2], { device: "webgpu" });
  gpu!.destroy();
  await gpu!.lost;
  await new Promise((resolve) => setTimeout(resolve)); // the device hears of it after the test
  ok(lost.isLost && !lost.isDisposed);
  throws(() => x.add(1), { code: "DEVICE_LOST", message: /went away/ });
  await rejects(x.data(), { code: "DEVICE_LOST" });
  throws(() => tensor([1], { device: "webgpu" }), {
    code: "DEVICE_LOST",
    message: /await openDevice\("webgpu"\) again/,
  });
  const anew = await openDevice("webgpu");
  notEqual(anew, lost);
  using y = tensor([3], { device: "webgpu" });
  equal(await y.item(), 3);
  x.dispose();
  lost[Symbol.dispose]();
  equal(anew.live().storages, 1);
  notEqual(defaultDevice(), anew);
});

gpuTest("an adapter that gives no device says why", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const refusing = {
    limits: adapter!.limits,
    info: adapter!.info,
    requestDevice: () => Promise.reject(new Error("none left")),
  } as unknown as GPUAdapter;
  (await openDevice("webgpu"))[Symbol.dispose]();
  await rejects(openDevice("webgpu", { adapter: refusing }), {
    code: "UNSUPPORTED_ON_DEVICE",
    message: /none left/,
  });
  (await openDevice("webgpu"))[Symbol.dispose]();
});
