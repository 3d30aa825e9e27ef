import { deepEqual, equal } from "node:assert/strict";
import { type MetadataValue, StringArray } from "../../src/formats/metadata.ts";
import { textTokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import type { TextTokenizer } from "../../src/tokenizers/text_tokenizer.ts";
import { readGolden } from "./fixtures.ts";

interface Golden {
  tokens: string[];
  types: number[];
  texts: string[];
  ids: number[][];
}

const golden = readGolden<Golden>("tokenizers/wordpiece.json.gz");

function tokenizerOf(settings: Record<string, MetadataValue> = {}): TextTokenizer {
  return textTokenizerFromGguf(
    new Map<string, MetadataValue>([
      ["tokenizer.ggml.model", "bert"],
      ["tokenizer.ggml.tokens", StringArray.from(golden.tokens)],
      ["tokenizer.ggml.token_type", Int32Array.from(golden.types)],
      ...Object.entries(settings),
    ]),
  );
}

Deno.test("encode() gives libllama's ids for WordPiece", () => {
  const tokenizer = tokenizerOf();
  const got = golden.texts.map((text) => tokenizer.encode(text, { addSpecial: false }));
  deepEqual(got, golden.ids);
  equal(golden.ids.flat().filter((id) => id !== 100).length > 500, true);
});

Deno.test("WordPiece puts [CLS] in front and [SEP] behind, and decodes words", () => {
  const tokenizer = tokenizerOf();
  const ids = tokenizer.encode("  The time\tOF year ");
  deepEqual(ids.map((id) => tokenizer.tokenText(id)), ["[CLS]", " the", " time", " of", " year", "[SEP]"]);
  equal(tokenizer.decode(ids), "the time of year");
});

Deno.test("WordPiece takes a word of more than 100 characters as unknown", () => {
  const tokenizer = tokenizerOf();
  const count = (length: number): number[] => tokenizer.encode("1".repeat(length), { addSpecial: false });
  deepEqual([count(100).includes(100), count(101)], [false, [100]]);
});

Deno.test("WordPiece keeps case and accents where the file says so", () => {
  const tokens = ["[UNK]", "\u2581The", "\u2581the", "\u2581\u00e9", "\u2581e"];
  const ids = (settings: Record<string, MetadataValue>): number[] =>
    tokenizerOf({
      "tokenizer.ggml.tokens": StringArray.from(tokens),
      "tokenizer.ggml.token_type": Int32Array.of(2, 1, 1, 1, 1),
      "tokenizer.ggml.unknown_token_id": 0,
      ...settings,
    }).encode("The \u00e9 \u00c9", { addSpecial: false });
  deepEqual(ids({}), [2, 4, 4]);
  deepEqual(ids({ "tokenizer.ggml.normalizer.lowercase": false }), [1, 3, 0]);
  deepEqual(ids({ "tokenizer.ggml.normalizer.strip_accents": false }), [2, 3, 3]);
});
