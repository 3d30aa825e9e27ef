import { equal } from "node:assert/strict";
import { Random, testSeed } from "../random.ts";
import { below, mutate, outcome } from "./gguf_fuzz.ts";
import { sampleGguf } from "./gguf_samples.ts";

Deno.test("openGguf() ends well on 1000 broken files", async () => {
  const random = below(new Random(testSeed()));
  const file = sampleGguf();
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) seen.add(await outcome(mutate(file, random), i % 2 === 0));
  for (const expected of ["read", "CORRUPT_FILE", "UNKNOWN_FORMAT"]) {
    equal(seen.has(expected), true, expected);
  }
});
