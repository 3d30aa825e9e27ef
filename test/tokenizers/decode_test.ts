import { deepEqual, equal, throws } from "node:assert/strict";
import { type MetadataValue, StringArray } from "../../src/formats/metadata.ts";
import { textTokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import type { TextTokenizer } from "../../src/tokenizers/text_tokenizer.ts";
import { repositoryPath, sharedTest } from "../shared.ts";
import { chatVocabulary, readGolden, readSentencePiece, readTexts, tokenizerOf } from "./fixtures.ts";

const odd = readGolden<{ texts: string[] }>("tokenizers/pretokenizers.json.gz").texts;
const stories = await tokenizerOf(repositoryPath("models/wick-stories.gguf"));
const pieces = textTokenizerFromGguf(readSentencePiece("bpe").metadata);

for (const [name, tokenizer] of [["byte-level BPE", stories], ["SentencePiece BPE", pieces]] as const) {
  Deno.test(`decode() gives back any text: ${name}`, () => {
    for (const text of [...odd, "", " ", "  a", "a  ", "\u2028\ufeff", "\0"]) {
      // A SentencePiece vocabulary writes spaces as U+2581, so that one comes back as a space.
      const expected = tokenizer === pieces ? text.replaceAll("\u2581", " ") : text;
      equal(tokenizer.decode(tokenizer.encode(text)), expected);
      equal(
        tokenizer.decode(tokenizer.encode(text, { special: true }), { special: true }).endsWith(expected),
        true,
      );
    }
  });

  Deno.test(`a decoder gives the same text piece by piece: ${name}`, () => {
    for (const text of odd) {
      const ids = tokenizer.encode(text, { addSpecial: false });
      const decoder = tokenizer.decoder();
      const parts = ids.map((id) => decoder.push(id));
      equal(parts.join("") + decoder.flush(), tokenizer.decode(ids));
      for (const part of parts) equal(part.includes("\ufffd"), false);
    }
  });
}

Deno.test("a decoder yields a split character when it is whole, and U+FFFD where it stays unfinished", () => {
  const ids = stories.encode("\u{1f999}", { addSpecial: false });
  equal(ids.length > 1, true);
  const decoder = stories.decoder();
  deepEqual(ids.slice(0, -1).map((id) => decoder.push(id)), ids.slice(0, -1).map(() => ""));
  equal(decoder.push(ids.at(-1)!), "\u{1f999}");
  equal(decoder.flush(), "");
  decoder.push(ids[0]);
  equal(decoder.flush(), "\ufffd");
  equal(decoder.push(stories.encode("a", { addSpecial: false })[0]), "a");
});

Deno.test("decode() leaves the space that encode() put in front away, and only that", () => {
  const decode = (ids: number[]): string => pieces.decode(ids);
  const [one, two] = [
    pieces.encode("the", { addSpecial: false }),
    pieces.encode(" the", { addSpecial: false }),
  ];
  deepEqual([decode(one), decode(two), decode([...one, ...one])], ["the", " the", "the the"]);
  const bos = pieces.encode("")[0];
  equal(decode([bos, ...one]), "the");
});

Deno.test("a decoder keeps the space where text goes before it", () => {
  const ids = pieces.encode("the the", { addSpecial: false });
  const first = pieces.encode("the", { addSpecial: false });
  const text = (after: number[]): string => {
    const decoder = pieces.decoder({ after });
    return ids.slice(first.length).map((id) => decoder.push(id)).join("") + decoder.flush();
  };
  deepEqual([text(first), text([]), text([pieces.bosId!])], [" the", "the", "the"]);
});

Deno.test("control tokens are shown only where asked, and are no bytes", () => {
  const tokenizer = textTokenizerFromGguf(chatVocabulary({ addBos: true }));
  const ids = tokenizer.encode("a<|im_end|>b", { special: true });
  equal(tokenizer.decode(ids), "ab");
  equal(tokenizer.decode(ids, { special: true }), "<|im_start|>a<|im_end|>b");
  const end = tokenizer.eosId!;
  deepEqual([tokenizer.tokenText(end), tokenizer.tokenBytes(end).length, tokenizer.isControl(end)], [
    "<|im_end|>",
    0,
    true,
  ]);
  deepEqual([tokenizer.tokenText(ids[1]), [...tokenizer.tokenBytes(ids[1])], tokenizer.isControl(ids[1])], [
    "a",
    [97],
    false,
  ]);
});

Deno.test("byte tokens are bytes", () => {
  const ids = pieces.encode("\u{1f999}", { addSpecial: false });
  const bytes = ids.flatMap((id) => [...pieces.tokenBytes(id)]);
  deepEqual(bytes, [0x20, 0xf0, 0x9f, 0xa6, 0x99]);
});

Deno.test("an id that is none is refused", () => {
  for (const id of [-1, 4096, 1.5, NaN, Infinity]) {
    const refused = { code: "INDEX_OUT_OF_RANGE", message: /from 0 to 4095, got/ };
    throws(() => stories.decode([id]), refused);
    throws(() => stories.decoder().push(id), refused);
    for (const method of ["tokenText", "tokenBytes", "isControl"] as const) {
      throws(() => stories[method](id), refused);
    }
  }
});

// Falcon has no token for some control characters.
for (const name of ["gpt-2", "llama-spm", "phi-3"]) {
  const files = [`golden/tokenizers/${name}.gguf`, `golden/tokenizers/${name}.jsonl`];
  sharedTest(`decode() gives back the fuzz texts of ${name}`, files, async ([model, texts]) => {
    const tokenizer = await tokenizerOf(model);
    for (const { text } of readTexts(texts)) {
      const expected = tokenizer.kind === "spm" ? text.replaceAll("\u2581", " ") : text;
      equal(tokenizer.decode(tokenizer.encode(text, { addSpecial: false })), expected);
    }
  });
}

/** A tiny SentencePiece BPE with the tokens given as [text, score, type]. */
function tiny(
  tokens: [string, number, number][],
  settings: Record<string, MetadataValue> = {},
): TextTokenizer {
  return textTokenizerFromGguf(
    new Map<string, MetadataValue>([
      ["tokenizer.ggml.model", "llama"],
      ["tokenizer.ggml.tokens", StringArray.from(tokens.map(([text]) => text))],
      ["tokenizer.ggml.scores", Float32Array.from(tokens, ([, score]) => score)],
      ["tokenizer.ggml.token_type", Int32Array.from(tokens, ([, , type]) => type)],
      ...Object.entries(settings),
    ]),
  );
}

Deno.test("equal tokens keep their ids", () => {
  const tokenizer = tiny([["<unk>", 0, 2], ["<s>", 0, 3], ["</s>", 0, 3], ["a", -1, 1], ["a", -2, 1], [
    "</s>",
    0,
    1,
  ]]);
  deepEqual([3, 4].map((id) => tokenizer.decode([id])), ["a", "a"]);
  equal(tokenizer.encode("a").at(-1), 4);
});

Deno.test("user-defined tokens are always parsed, control tokens where asked", () => {
  const tokenizer = tiny([["<unk>", 0, 2], ["<s>", 0, 3], ["</s>", 0, 3], ["<x>", 0, 4], ["<x><x>", 0, 4], [
    "\u2581",
    -1,
    1,
  ]], {
    "tokenizer.ggml.add_space_prefix": false,
  });
  const encode = (special: boolean): number[] =>
    tokenizer.encode("<x><x><x></s>", { special, addSpecial: false });
  deepEqual(encode(true), [4, 3, 2]);
  deepEqual(encode(false), [4, 3, 0, 0, 0, 0]);
});
