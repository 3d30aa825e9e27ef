import { deepEqual, equal, rejects } from "node:assert/strict";
import { defaultDevice, record, scope, tensor, WasmDevice } from "../../mod.ts";

Deno.test("to() copies values, dtype and shape of any view to another device, into its scope", async () => {
  using other = new WasmDevice();
  const before = defaultDevice().live();
  {
    using own = scope();
    const x = tensor([[1, 2, 3], [4, 5, 6]], { scope: own });
    const moved = await x.t().narrow(0, 1, 2).to(other);
    equal(moved.device, other);
    equal(moved.scope, own);
    deepEqual(moved.shape, [2, 2]);
    deepEqual(await moved.toArray(), [[2, 5], [3, 6]]);
    for (const values of [Int32Array.of(7, -1), Uint8Array.of(1, 2, 3), Uint16Array.of(0x3c00)]) {
      const dtype = values instanceof Uint16Array ? "f16" : undefined;
      const there = await tensor(values, { dtype, scope: own }).to(other);
      deepEqual(await there.data(), values);
      deepEqual(await (await there.to("wasm")).data(), values);
    }
    const empty = await tensor([], { scope: own }).to(other);
    deepEqual(await empty.toArray(), []);
  }
  deepEqual(defaultDevice().live(), before);
  deepEqual(other.live().storages, 0);
});

Deno.test("to() its own device is another handle on the same, gradient included", async () => {
  using x = tensor([2, 3]).requiresGrad();
  using same = await x.to("wasm");
  equal(same.storage, x.storage);
  using loss = same.mul(same).sum(0);
  using gradients = loss.backward();
  deepEqual(await gradients.get(x).toArray(), [4, 6]);
});

Deno.test("to() refuses what a move would lose, and works on what is detached", async () => {
  using other = new WasmDevice();
  using x = tensor([1]).requiresGrad();
  await rejects(x.to(other), { code: "INVALID_STATE", message: /f32\[1\] on wasm .*gradient.*detach\(\)/s });
  using plain = x.detach();
  using moved = await plain.to(other);
  deepEqual(await moved.toArray(), [1]);
  const rows = defaultDevice().cell(1);
  using live = plain.alias([1], { rows });
  await rejects(live.to(other), { code: "INVALID_STATE", message: /leading extent/ });
  rows.dispose();
  let moving: Promise<unknown> = Promise.resolve();
  using program = record("wasm", () => {
    moving = x.to(other);
    moving.catch(() => {});
    return plain.add(1);
  });
  program.run();
  await rejects(moving, { code: "INVALID_STATE", message: /inside record/ });
  plain.dispose();
  await rejects(plain.to(other), { code: "DISPOSED" });
});
