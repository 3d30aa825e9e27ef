/** What a device keeps beside tensors stays bounded, and stays where a Program holds it. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { checkpoint, record, scope, type Tensor, tensor, WasmDevice } from "../../mod.ts";
import { Recent } from "../../src/device/recent.ts";
import { constant } from "../../src/tensor/constant.ts";

Deno.test("a Recent keeps what was asked for lately, and tells what it drops", () => {
  const dropped: string[] = [];
  const recent = new Recent<number, string>(3, (value) => dropped.push(value));
  for (const key of [0, 1, 2, 3]) recent.set(key, `${key}`);
  equal(recent.get(0), "0"); // asked for again: young
  recent.set(4, "4");
  deepEqual(dropped, ["1", "2"]);
  deepEqual([0, 1, 2, 3, 4].map((key) => recent.get(key)), ["0", undefined, undefined, "3", "4"]);
  for (let i = 5; i < 1000; i++) {
    recent.set(i, `${i}`);
    ok(recent.held < 6);
  }
  equal(dropped.length + recent.held, 1000);
});

/** A step whose numbers and shapes depend on i: every way in which ops take constants, and indices. */
function step(own: ReturnType<typeof scope>, device: WasmDevice, i: number): Tensor {
  const x = tensor([0.5 + i / 8, 2 + i / 16, 3 + i / 32], { device, scope: own }).requiresGrad();
  const wide = x.to("f64").add(i + 0.25).clamp(0, 1 + i);
  const ids = tensor(Int32Array.of(0, i % (i + 1)), { device, scope: own });
  const far = x.unsqueeze(1).expand(3, 1 + i % 3).pad([0, i % 7], i + 0.125).indexSelect(1, ids.mul(0));
  return x.gt(i + 0.5).where(x, i + 0.75).sum().add(wide.sum().to("f32")).add(far.sum());
}

Deno.test("memory stays flat over steps with ever new values and shapes", async () => {
  using device = new WasmDevice();
  const held: { bytes: number; known: number }[] = [];
  for (let i = 0; i < 9000; i++) {
    using own = scope();
    using gradients = step(own, device, i).backward();
    ok(gradients);
    if (i % 3000 === 2999) held.push({ bytes: device.live().bytes, known: device.faults.known });
  }
  const [first, , last] = held;
  ok(
    last.bytes <= first.bytes + 16 * 1024,
    `${first.bytes} bytes after 3000 steps, ${last.bytes} after 9000`,
  );
  ok(last.known <= 2048, `${last.known} checks are known`);
  using x = tensor([1], { device });
  equal(await x.maximum(constant(device, 123.5)).item(), 123.5);
});

Deno.test("a Program holds the constants and checks that the device has forgotten, until it goes", async () => {
  using device = new WasmDevice();
  const values = Array.from({ length: 300 }, (_, i) => i + 1 / 3);
  using x = tensor([0.25, 0.5], { device });
  using ids = tensor(Int32Array.of(1, 0), { device });
  const before = device.live().storages;
  {
    using program = record(device, () => {
      return x.indexSelect(0, ids).reshape(1, 2).triu(); // [0,0] and [0,1] both lie on or above the diagonal
    });
    using largest = record(device, () => values.reduce((y, v) => y.maximum(constant(device, v)), x.mul(1)));
    const forget = () => {
      for (let i = 0; i < 5000; i++) constant(device, -i - 1 / 7);
      using grown = tensor(new Float32Array(90000), { device, shape: [300, 300] });
      grown.triu().dispose(); // needs more numbers than are kept: they are made anew
    };
    forget();
    for (const p of [program, largest]) p.run();
    deepEqual(await program.outputs[0].toArray(), [[0.5, 0.25]]);
    deepEqual(await largest.outputs[0].toArray(), [Math.fround(values[299]), Math.fround(values[299])]);
    ids.write(Int32Array.of(1, 9));
    throws(() => program.run(), {
      code: "INDEX_OUT_OF_RANGE",
      message: /indexSelect dimension 0 of \[2\].*got 9 at \[1\]/,
    });
  }
  for (let i = 0; i < 5000; i++) constant(device, i + 1 / 9);
  ok(device.live().storages <= before + 2 * 1024 + 2, "what Programs held is free again");
  equal(device.faults.known, 0);
});

Deno.test("a checkpoint that runs again finds the constants that it takes", async () => {
  using own = scope();
  const x = tensor([1, 2], { scope: own }).requiresGrad();
  const y = checkpoint((x) => x.gt(1.5).where(x.mul(x), 7), x);
  for (let i = 0; i < 5000; i++) constant(x.device, i + 1 / 11);
  deepEqual(await y.sum().backward().get(x).toArray(), [0, 4]);
});
