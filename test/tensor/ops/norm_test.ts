/**
 * The residual stream and the norm behind it, in one pass or two.
 */
import { deepEqual, equal } from "node:assert/strict";
import { rmsNorm, tensor, WasmDevice } from "../../../mod.ts";
import { addRmsNorm } from "../../../src/tensor/ops/norm.ts";
import { Random, testSeed } from "../../random.ts";

const random = new Random(testSeed());
const EPSILON = 1e-5;

for (const [rows, columns] of [[0, 4], [1, 1], [3, 7], [5, 64]]) {
  Deno.test(`addRmsNorm of [${rows}, ${columns}] equals add and rmsNorm to the bit, with and without a tape`, async () => {
    using device = new WasmDevice();
    const draw = (...shape: number[]) =>
      tensor(random.floats(shape.reduce((a, b) => a * b, 1)), { shape, device });
    using x = draw(rows, columns);
    using delta = draw(rows, columns);
    using weight = draw(columns);
    using wanted = x.add(delta);
    using normed = rmsNorm(wanted, weight, EPSILON);
    const before = device.live().storages;
    {
      const fused = addRmsNorm(x, delta, weight, EPSILON);
      using sum = fused.sum;
      using y = fused.y;
      deepEqual(await sum.toArray(), await wanted.toArray());
      deepEqual(await y.toArray(), await normed.toArray());
    }
    equal(device.live().storages, before);

    using leaf = x.detach().requiresGrad();
    const taped = addRmsNorm(leaf, delta, weight, EPSILON);
    using sum = taped.sum;
    using y = taped.y;
    deepEqual(await y.toArray(), await normed.toArray());
    using both = y.add(sum);
    using loss = both.sum();
    using gradients = loss.backward();
    using other = x.detach().requiresGrad();
    using stream = other.add(delta);
    using norm = rmsNorm(stream, weight, EPSILON);
    using added = norm.add(stream);
    using total = added.sum();
    using composed = total.backward();
    deepEqual(await gradients.get(leaf).toArray(), await composed.get(other).toArray());
  });
}
