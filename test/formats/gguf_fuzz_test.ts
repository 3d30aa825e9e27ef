import { equal } from "node:assert/strict";
import { mutate, outcome, randomFrom } from "./gguf_fuzz.ts";
import { sampleGguf } from "./gguf_samples.ts";

Deno.test("openGguf() ends well on 1000 broken files", async () => {
  const seed = Date.now() % 2 ** 32;
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  const file = sampleGguf();
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) seen.add(await outcome(mutate(file, random), i % 2 === 0));
  for (const expected of ["read", "CORRUPT_FILE", "UNKNOWN_FORMAT"]) {
    equal(seen.has(expected), true, expected);
  }
});

Deno.test("randomFrom() gives the same sequence for the same seed", () => {
  const [a, b] = [randomFrom(7), randomFrom(7)];
  for (let i = 0; i < 100; i++) equal(a(1000), b(1000));
  equal(new Set(Array.from({ length: 100 }, () => a(1_000_000))).size > 95, true);
});
