import { deepEqual, equal } from "node:assert/strict";
import { sharedTest } from "../shared.ts";
import { mismatches, readTexts, readVectors, tokenizerOf } from "./fixtures.ts";

for (const name of ["bert-bge", "falcon", "gpt-2", "llama-spm", "phi-3"]) {
  const files = ["gguf", "inp", "out", "jsonl"].map((ending) => `golden/tokenizers/${name}.${ending}`);
  sharedTest(`encode() gives libllama's ids for ${name}`, files, async ([model, inputs, outputs, texts]) => {
    const tokenizer = await tokenizerOf(model);
    deepEqual(mismatches(tokenizer, readVectors(inputs, outputs)).slice(0, 3), []);
    const fuzz = readTexts(texts);
    equal(fuzz.length, 587);
    const wrong = mismatches(tokenizer, fuzz);
    deepEqual([wrong.length, wrong.slice(0, 3)], [0, []]);
  });
}
