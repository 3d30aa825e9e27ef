import { ok } from "node:assert/strict";
import { textTokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import { repositoryPath } from "../shared.ts";
import { metadataOf, readSentencePiece } from "./fixtures.ts";
import { pairVocabulary } from "./pair_vocabulary.ts";

const runs = [" ", "\n", "1", "a", "-", "ab", "\u{1f999}", "\u4f60", "t h e "];
const models = {
  "byte-level BPE": await metadataOf(repositoryPath("models/wick-stories.gguf")),
  // This one never cuts, so that the whole text is one piece.
  "byte-level BPE in one piece": new Map([...pairVocabulary(runs), ["tokenizer.ggml.pre", "superbpe"]]),
  "SentencePiece BPE": readSentencePiece("bpe").metadata,
  "Unigram": readSentencePiece("nfkc").metadata,
};

for (const [name, metadata] of Object.entries(models)) {
  Deno.test(`the work on a long run grows with its length: ${name}`, () => {
    const steps = (unit: string, bytes: number): number => {
      const tokenizer = textTokenizerFromGguf(metadata);
      tokenizer.encode(unit.repeat(Math.floor(bytes / unit.length)), { addSpecial: false });
      return tokenizer.encoder.steps;
    };
    for (const unit of runs) {
      const [short, long] = [steps(unit, 32_000), steps(unit, 256_000)];
      // Eight times the text: at most 8 * log(256000) / log(32000) = 9.6 times the work of a heap.
      ok(long <= 10 * short + 1000, `${JSON.stringify(unit)}: ${short} steps, then ${long}`);
      ok(long <= 64 * 256_000, `${JSON.stringify(unit)}: ${long} steps`);
    }
  });
}

Deno.test("a megabyte of one character is encoded", () => {
  for (const [name, metadata] of Object.entries(models)) {
    const tokenizer = textTokenizerFromGguf(metadata);
    for (const unit of [" ", "1", "a"]) {
      const text = unit.repeat(1_000_000);
      const decoded = tokenizer.decode(tokenizer.encode(text, { addSpecial: false }));
      ok(decoded === text || name === "Unigram" && unit === " " && decoded === "", name);
    }
  }
});
