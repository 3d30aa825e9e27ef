/** The WASM device: builds, high addresses, errors of the debug build. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { softmax_f32 } from "../../../src/device/kernels/softmax.ts";
import { bestBuild } from "../../../src/device/wasm/builds.ts";
import { WasmDevice } from "../../../src/device/wasm/device.ts";
import { record, scope, tensor, type WickError } from "../../../mod.ts";
import { debugDevice } from "./debug.ts";

const GIB = 2 ** 30;

Deno.test("this runtime takes the relaxed build", () => {
  equal(bestBuild(), "relaxed");
  using device = new WasmDevice();
  equal(device.build, "relaxed");
  using plain = new WasmDevice({ build: "simd" });
  equal(plain.build, "simd");
  throws(() => new WasmDevice({ build: "fast" as never }), { code: "INVALID_ARGUMENT" });
});

Deno.test("a tensor that lies above 2 GiB gives the results of one below", async () => {
  const compute = async (device: WasmDevice) => {
    using own = scope();
    const x = tensor([[1, 2, 3], [4, 5, 6]], { device, scope: own });
    const y = x.matmul(x.t()).add(1).softmax(-1);
    const program = record(device, () => x.mul(x).sum(-1));
    program.run();
    const result = [await y.toArray(), await program.outputs[0].toArray()];
    program[Symbol.dispose]();
    return { address: x.storage.address, result };
  };
  using device = new WasmDevice();
  const below = await compute(device);
  device.allocate(2.2 * GIB); // never touched: it costs addresses, not memory
  while (device.allocate(64).address < 2 * GIB); // what is free below
  const above = await compute(device);
  ok(below.address < GIB && above.address > 2 * GIB, `${below.address} ${above.address}`);
  deepEqual(above.result, below.result);
});

Deno.test("the debug build computes the same, eagerly and in Programs", async () => {
  using device = debugDevice();
  using own = scope();
  const x = tensor([[1, 2], [3, 4]], { device, scope: own });
  const y = x.add(1).matmul(x);
  deepEqual(await y.toArray(), [[11, 16], [19, 28]]);
  const program = record(device, () => x.add(1).matmul(x));
  program.run();
  deepEqual(await program.outputs[0].toArray(), [[11, 16], [19, 28]]);
  program[Symbol.dispose]();
});

Deno.test("an access outside a row's operands says kernel file, line and reason in the debug build", () => {
  using device = debugDevice();
  const small = device.allocate(64);
  const view = { storage: small, byteOffset: 0 };
  throws(() => device.run(softmax_f32, [view, view], [1000], [1]), (error: Error) => {
    match(
      error.message,
      /access outside the operands of the row.*assembly\/softmax\.ts|assembly\/debug\.ts/s,
    );
    return true;
  });
  small.release();
});

Deno.test("a call with the wrong number of operands names both", () => {
  using device = new WasmDevice();
  throws(() => device.run(softmax_f32, [], [1], [1]), (error: WickError) => {
    equal(error.code, "INVALID_STATE");
    match(error.message, /softmax_f32: it takes 2 operands, 1 parameters and 1 cells, got 0, 1 and 1/);
    return true;
  });
});
