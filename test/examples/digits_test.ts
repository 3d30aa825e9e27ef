/** The digits of the examples are read and learned. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readDigits, shareRight } from "../../examples/digits.ts";
import { Cnn } from "../../examples/digits_cnn.ts";
import { learnDigits, mlp } from "../../examples/digits_mlp.ts";
import { defaultDevice, manualSeed } from "../../mod.ts";

Deno.test("a digit's line is 64 pixels and its label", () => {
  const { train, test } = readDigits();
  deepEqual([train.count, test.count], [1438, 359]);
  for (const { count, pixels, labels } of [train, test]) {
    deepEqual([pixels.length, labels.length], [64 * count, count]);
    ok(pixels.every((p) => p >= 0 && p <= 1) && labels.every((l) => l >= 0 && l <= 9));
    equal(new Set(labels).size, 10);
  }
  deepEqual([...train.pixels.slice(0, 8)], [0, 0, 5 / 16, 13 / 16, 9 / 16, 1 / 16, 0, 0]);
});

Deno.test("an MLP learns to read digits, and leaves nothing behind", async () => {
  using net = mlp().init(1);
  await learnDigits(net, 1, 1); // the device's own constants come with the first
  const before = defaultDevice().live().bytes;
  const right = await learnDigits(net, 20, 1);
  ok(right >= 0.95, `${right} are right`);
  equal(defaultDevice().live().bytes, before);
});

Deno.test("a CNN learns to read digits, and leaves nothing behind", async () => {
  manualSeed(1);
  using net = new Cnn().init(1);
  const before = await shareRight(net, readDigits().test);
  ok(before < 0.5, `${before} are right before`);
  const live = defaultDevice().live().bytes;
  const right = await learnDigits(net, 5, 1);
  ok(right >= 0.96, `${right} are right`);
  equal(defaultDevice().live().bytes, live);
});
