import { deepEqual, equal } from "node:assert/strict";
import { textTokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import { readSentencePiece } from "./fixtures.ts";

Deno.test("encode() gives sentencepiece's ids for a BPE model", () => {
  const { metadata, texts } = readSentencePiece("bpe");
  const tokenizer = textTokenizerFromGguf(metadata);
  equal(tokenizer.kind, "spm");
  const wrong = texts.map(({ text, ids }) => ({
    text,
    ids,
    got: tokenizer.encode(text, { addSpecial: false }),
  }))
    .filter(({ ids, got }) => ids.join() !== got.join());
  deepEqual([wrong.length, wrong.slice(0, 3)], [0, []]);
});
