import { deepEqual, equal } from "node:assert/strict";
import { textTokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import { readSentencePiece } from "./fixtures.ts";

for (const name of ["nfkc", "nfkc_bytes", "plain"]) {
  Deno.test(`encode() gives sentencepiece's ids for the Unigram model "${name}"`, () => {
    const { metadata, texts } = readSentencePiece(name);
    const tokenizer = textTokenizerFromGguf(metadata);
    equal(tokenizer.kind, "unigram");
    const wrong = texts.map(({ text, ids }) => ({
      text,
      ids,
      got: tokenizer.encode(text, { addSpecial: false }),
    }))
      .filter(({ ids, got }) => ids.join() !== got.join());
    deepEqual([wrong.length, wrong.slice(0, 3)], [0, []]);
  });
}
