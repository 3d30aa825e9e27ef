import { deepEqual, equal, throws } from "node:assert/strict";
import { type Metadata, type MetadataValue, StringArray } from "../../src/formats/metadata.ts";
import { tokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import { chatVocabulary, readSentencePiece } from "./fixtures.ts";
import { pairVocabulary } from "./pair_vocabulary.ts";

type Changes = Record<string, MetadataValue | undefined>;

function changed(base: Metadata, changes: Changes): Metadata {
  const metadata = new Map(base);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) metadata.delete(`tokenizer.ggml.${key}`);
    else metadata.set(`tokenizer.ggml.${key}`, value);
  }
  return metadata;
}

const bases: Record<string, Metadata> = {
  bpe: chatVocabulary({ addBos: false }),
  spm: readSentencePiece("bpe").metadata,
  unigram: readSentencePiece("nfkc").metadata,
};
const count = (kind: string): number => (bases[kind].get("tokenizer.ggml.tokens") as StringArray).length;

const refused: [string, string, Changes, string, RegExp][] = [
  ["no model", "bpe", { model: undefined }, "CORRUPT_FILE", /model: it must be a string, got nothing/],
  ["a model that is a number", "bpe", { model: 3 }, "CORRUPT_FILE", /must be a string, got number "3"/],
  ["an unknown model", "bpe", { model: "rwkv" }, "UNSUPPORTED_TOKENIZER", /one of gpt2.*got "rwkv"/],
  ["a model of Object's", "bpe", { model: "toString" }, "UNSUPPORTED_TOKENIZER", /got "toString"/],
  ["an unknown pre-tokenizer", "bpe", { pre: "x\ny" }, "UNSUPPORTED_TOKENIZER", /got "x\\ny"/],
  ["no tokens", "bpe", { tokens: undefined }, "CORRUPT_FILE", /tokens: it must be an array.*got nothing/],
  [
    "an empty list of tokens",
    "bpe",
    { tokens: StringArray.from([]) },
    "CORRUPT_FILE",
    /StringArray of length 0/,
  ],
  ["tokens that are numbers", "bpe", { tokens: Int32Array.of(1) }, "CORRUPT_FILE", /Int32Array of length 1/],
  ["no merges", "bpe", { merges: undefined }, "CORRUPT_FILE", /merges: it must be an array of strings/],
  [
    "a merge of unknown tokens",
    "bpe",
    { merges: StringArray.from(["a b"]) },
    "CORRUPT_FILE",
    /merge 0 .*got "a b"/,
  ],
  [
    "a merge without a space",
    "bpe",
    { merges: StringArray.from(["ab"]) },
    "CORRUPT_FILE",
    /merge 0 .*got "ab"/,
  ],
  ["a merge of nothing", "bpe", { merges: StringArray.from([""]) }, "CORRUPT_FILE", /merge 0 .*got ""/],
  ["half a merge", "bpe", { merges: StringArray.from(["a "]) }, "CORRUPT_FILE", /merge 0 .*got "a "/],
  [
    "a merge beyond the alphabet",
    "bpe",
    { merges: StringArray.from(["a \u4f60"]) },
    "CORRUPT_FILE",
    /merge 0/,
  ],
  ["too few types", "bpe", { token_type: new Int32Array(3) }, "CORRUPT_FILE", /Int32Array of length 3/],
  ["types as bytes", "bpe", { token_type: new Uint8Array(count("bpe")) }, "CORRUPT_FILE", /got Uint8Array/],
  ["no scores", "spm", { scores: undefined }, "CORRUPT_FILE", /scores: it must be .*got nothing/],
  [
    "scores as int8",
    "spm",
    { scores: new Int8Array(count("spm")) },
    "CORRUPT_FILE",
    /float32.*got Int8Array/,
  ],
  ["too many scores", "spm", { scores: new Float32Array(count("spm") + 1) }, "CORRUPT_FILE", /one a token/],
  [
    "a score that is none",
    "spm",
    { scores: new Float32Array(count("spm")).fill(NaN) },
    "CORRUPT_FILE",
    /with NaN/,
  ],
  [
    "an id that is a text",
    "spm",
    { bos_token_id: "1" },
    "CORRUPT_FILE",
    /must be an integer, got string "1"/,
  ],
  ["an id that is broken", "spm", { eos_token_id: 1.5 }, "CORRUPT_FILE", /must be an integer/],
  ["a flag that is a number", "spm", { add_bos_token: 1 }, "CORRUPT_FILE", /true or false, got number/],
  [
    "no unknown token",
    "unigram",
    { unknown_token_id: 99999999, token_type: new Int32Array(count("unigram")).fill(1) },
    "CORRUPT_FILE",
    /unknown_token_id/,
  ],
  [
    "a characters map of one byte",
    "unigram",
    { precompiled_charsmap: Uint8Array.of(1) },
    "CORRUPT_FILE",
    /whole units/,
  ],
  ["a characters map of text", "unigram", { precompiled_charsmap: "x" }, "CORRUPT_FILE", /array of bytes/],
];

for (const [name, kind, changes, code, message] of refused) {
  Deno.test(`tokenizerFromGguf() refuses ${name}`, () => {
    throws(() => tokenizerFromGguf(changed(bases[kind], changes)), { name: "WickError", code, message });
  });
}

Deno.test("tokenizerFromGguf() takes an id beyond the vocabulary for none", () => {
  const none = changed(bases.spm, {
    bos_token_id: 4294967295,
    padding_token_id: 4294967295,
    eos_token_id: -1,
  });
  const tokenizer = tokenizerFromGguf(none);
  // Without one of its own a model has the customary ids of its kind.
  deepEqual([tokenizer.bosId, tokenizer.eosId], [1, 2]);
});

Deno.test("tokenizerFromGguf() takes empty and odd tokens", () => {
  const tokens = ["", "a", "", "\u0120", "\u4f60", "\u0000", "\ufffd"];
  const tokenizer = tokenizerFromGguf(changed(bases.bpe, {
    tokens: StringArray.from(tokens),
    token_type: Int32Array.of(1, 1, 3, 1, 1, 99, 0),
    bos_token_id: undefined,
    eos_token_id: undefined,
  }));
  deepEqual(tokenizer.encode("a a"), [1, 3, 1]);
  equal(tokenizer.decode([0, 1, 2, 3, 4, 5, 6]), "a \u4f60");
  deepEqual(tokens.map((_, id) => tokenizer.tokenText(id)), ["", "a", "", " ", "\u4f60", "\0", "\ufffd"]);
});

Deno.test("a corrupt characters map ends in an error, not in a loop or a wrong read", () => {
  const whole = bases.unigram.get("tokenizer.ggml.precompiled_charsmap") as Uint8Array;
  let state = 3;
  const draw = (n: number): number => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) % n;
  let failed = 0;
  for (let i = 0; i < 60; i++) {
    const map = whole.slice();
    for (let k = 0; k < 2000; k++) map[4 + draw(map.length - 5)] = draw(256);
    try {
      tokenizerFromGguf(changed(bases.unigram, { precompiled_charsmap: map })).encode(
        "\u2460 \ufb01 \u3000abc \u0301\u1100".repeat(20),
      );
    } catch (error) {
      failed++;
      equal((error as { code?: string }).code, "CORRUPT_FILE");
    }
  }
  equal(failed > 0, true);
});

Deno.test("a mutated vocabulary gives a tokenizer or a WickError", () => {
  const seed = Date.now() % 1e6;
  console.log(`seed ${seed}`);
  let state = seed;
  const draw = (n: number): number => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) % n;
  const values: MetadataValue[] = [
    ...[0, -1, 2 ** 40, 1n, true, "", "gpt2", [], [1], [StringArray.from([])]],
    ...[StringArray.from(["a", "b b", " "]), new Int32Array(3), new Float32Array(2), new Uint8Array(9)],
  ];
  for (let i = 0; i < 400; i++) {
    const base = [...Object.values(bases), pairVocabulary(["ab c"])][draw(4)];
    const metadata = new Map(base);
    const keys = [...base.keys()];
    for (let k = 0; k <= draw(2); k++) metadata.set(keys[draw(keys.length)], values[draw(values.length)]);
    try {
      tokenizerFromGguf(metadata).encode("ab c\u4f60 </s>", { special: true });
    } catch (error) {
      equal((error as Error).name, "WickError", String((error as Error).stack));
    }
  }
});
