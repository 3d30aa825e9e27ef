/** The examples of a page learn. */
import { ok } from "node:assert/strict";
import { fitLine } from "../../examples/regression.ts";
import { learnXor } from "../../examples/xor.ts";
import { defaultDevice } from "../../mod.ts";

Deno.test("a network learns XOR, and leaves nothing behind", async () => {
  await learnXor(2); // the device's own constants come with the first
  const before = defaultDevice().live().bytes;
  const answers = await learnXor(300);
  [0, 1, 1, 0].forEach((want, i) => ok(Math.abs(answers[i] - want) < 0.15, `${answers}`));
  ok(defaultDevice().live().bytes === before);
});

Deno.test("a line is found from noisy points, and nothing is left behind", async () => {
  await fitLine(2);
  const before = defaultDevice().live().bytes;
  const { slope, height } = await fitLine(100);
  ok(Math.abs(slope - 3) < 0.1 && Math.abs(height + 1) < 0.05, `${slope} ${height}`);
  ok(defaultDevice().live().bytes === before);
});
