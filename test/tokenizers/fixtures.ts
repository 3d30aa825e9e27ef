/**
 * Tokenizers of files, and the golden texts that lie beside them.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { openGguf } from "../../src/formats/gguf.ts";
import { type Metadata, type MetadataValue, StringArray } from "../../src/formats/metadata.ts";
import { toSource } from "../../src/hub/source.ts";
import { textTokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import type { TextTokenizer } from "../../src/tokenizers/text_tokenizer.ts";
import { repositoryPath } from "../shared.ts";

/** The metadata of a GGUF file, without waiting for its tensors. */
export async function metadataOf(path: string): Promise<Metadata> {
  using gguf = await openGguf(await toSource(readFileSync(path)));
  return gguf.metadata;
}

/** The tokenizer of a GGUF file. */
export async function tokenizerOf(path: string): Promise<TextTokenizer> {
  return textTokenizerFromGguf(await metadataOf(path));
}

/** A text with the ids that another implementation gives. */
export interface GoldenText {
  text: string;
  /** Special tokens not parsed, none added. */
  ids: number[];
  /** Special tokens parsed, where that gives other ids. */
  ids_special?: number[];
}

/** llama.cpp's own vectors: texts divided by a line, ids a line each. */
export function readVectors(inputs: string, outputs: string): GoldenText[] {
  const ids = readFileSync(outputs, "utf8").split("\n");
  return readFileSync(inputs, "utf8").split("\n__ggml_vocab_test__\n").map((text, i) => ({
    text,
    ids: ids[i].split(" ").filter((id) => id !== "").map(Number),
  }));
}

/** Golden texts, one JSON object a line. */
export function readTexts(path: string): GoldenText[] {
  return readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** The texts whose ids a tokenizer gets wrong, with what it gives. */
export function mismatches(tokenizer: TextTokenizer, texts: readonly GoldenText[]): unknown[] {
  return texts.flatMap(({ text, ids, ids_special }) => {
    const plain = tokenizer.encode(text, { addSpecial: false });
    const special = tokenizer.encode(text, { addSpecial: false, special: true });
    const right = same(plain, ids) && same(special, ids_special ?? ids);
    return right ? [] : [{ text, ids, plain, ids_special, special }];
  });
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** A model that sentencepiece trained, as a GGUF file would carry it, with texts and ids. */
export function readSentencePiece(name: string): { metadata: Metadata; texts: GoldenText[] } {
  const golden = readGolden<SentencePieceGolden>(`sentencepiece/${name}.json.gz`);
  const normalizer = golden.options.normalization_rule_name;
  return {
    texts: golden.texts,
    metadata: new Map<string, MetadataValue>([
      ["tokenizer.ggml.model", golden.model === "bpe" ? "llama" : "t5"],
      ["tokenizer.ggml.tokens", StringArray.from(golden.pieces)],
      ["tokenizer.ggml.scores", Float32Array.from(golden.scores)],
      ["tokenizer.ggml.token_type", Int32Array.from(golden.types)],
      ["tokenizer.ggml.add_space_prefix", golden.addSpacePrefix],
      ["tokenizer.ggml.remove_extra_whitespaces", golden.removeExtraSpaces],
      ["tokenizer.ggml.unknown_token_id", golden.unknownId],
      [
        "tokenizer.ggml.precompiled_charsmap",
        normalizer === "identity" ? new Uint8Array(0) : gunzip(`sentencepiece/${normalizer}.charsmap.gz`),
      ],
    ]),
  };
}

/** A gzipped JSON file of test/golden. */
export function readGolden<T>(path: string): T {
  return JSON.parse(new TextDecoder().decode(gunzip(path)));
}

function gunzip(path: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(repositoryPath(`test/golden/${path}`))));
}

interface SentencePieceGolden {
  model: string;
  options: { normalization_rule_name: string };
  pieces: string[];
  scores: number[];
  types: number[];
  addSpacePrefix: boolean;
  removeExtraSpaces: boolean;
  unknownId: number;
  texts: GoldenText[];
}

/** A byte-level vocabulary without merges, with the control tokens of ChatML: BOS <|im_start|>, EOS <|im_end|>. */
export function chatVocabulary({ addBos }: { addBos: boolean }): Metadata {
  const letters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).concat(
    "\u0120",
    "\u010a",
  );
  const tokens = [...letters, "<|im_start|>", "<|im_end|>"];
  return new Map<string, MetadataValue>([
    ["tokenizer.ggml.model", "gpt2"],
    ["tokenizer.ggml.pre", "gpt-2"],
    ["tokenizer.ggml.tokens", StringArray.from(tokens)],
    ["tokenizer.ggml.token_type", Int32Array.from(tokens, (_, id) => id < letters.length ? 1 : 3)],
    ["tokenizer.ggml.merges", StringArray.from([])],
    ["tokenizer.ggml.bos_token_id", letters.length],
    ["tokenizer.ggml.eos_token_id", letters.length + 1],
    ["tokenizer.ggml.add_bos_token", addBos],
  ]);
}
