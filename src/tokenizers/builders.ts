/**
 * The four kinds of tokenizers, each made from a file's metadata.
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import { BpeEncoder } from "./bpe.ts";
import { decodeAlphabet } from "./byte_alphabet.ts";
import { CharsMap } from "./charsmap.ts";
import type { TokenizerFields } from "./fields.ts";
import { MergeTable, type Transcribe } from "./merges.ts";
import { PreTokenizer } from "./pretokenize.ts";
import { PRE_TOKENIZERS, type PreTokenizerSpec } from "./pretokenizers.ts";
import { byteTokens, readVocabulary } from "./read_vocabulary.ts";
import { specialId, type SpecialIds } from "./roles.ts";
import { SpmEncoder } from "./spm.ts";
import type { TextTokenizerParts } from "./text_tokenizer.ts";
import { UnigramEncoder } from "./unigram.ts";
import { Attribute, type Vocabulary } from "./vocabulary.ts";
import { WordPieceEncoder } from "./wordpiece.ts";

/** What a kind of tokenizer gives on top of what all have in common. */
export type Parts = Omit<TextTokenizerParts, "endIds" | "unknownId">;

/** Makes a tokenizer of one kind; `model` is `tokenizer.ggml.model`. */
export type Builder = (fields: TokenizerFields, model: string) => { parts: Parts; ids: SpecialIds };

/** How to make each `tokenizer.ggml.model`. */
export const BUILDERS: Readonly<Record<string, Builder>> = {
  gpt2: bpe,
  gemma4: bpe,
  llama: spm,
  t5: unigram,
  bert: wordPiece,
};

function bpe(fields: TokenizerFields, model: string): { parts: Parts; ids: SpecialIds } {
  const pre = model === "gemma4" ? "gemma4" : fields.string("pre") || "default";
  const spec = PRE_TOKENIZERS.get(pre);
  if (spec === undefined) throw unsupported("tokenizer.ggml.pre must be a known pre-tokenizer", pre);
  const byteLevel = !spec.characters;
  const vocabulary = readVocabulary(fields, byteLevel);
  const ids = {
    bos: specialId(fields, vocabulary, "bos", 11),
    eos: specialId(fields, vocabulary, "eos", 11),
    unknown: specialId(fields, vocabulary, "unknown"),
  };
  const encoder = bpeEncoder(fields, vocabulary, pre, spec);
  const parts: Parts = {
    kind: "bpe",
    vocabulary,
    encoder,
    rules: { marksSpaces: spec.markSpaces ?? false, addsSpace: false },
    bosId: ids.bos,
    eosId: ids.eos,
    addBos: pre === "gemma4" || fields.flag("add_bos_token", spec.addBos ?? false),
    addEos: fields.flag("add_eos_token", false),
  };
  return { parts, ids };
}

function bpeEncoder(
  fields: TokenizerFields,
  vocabulary: Vocabulary,
  pre: string,
  spec: PreTokenizerSpec,
): BpeEncoder {
  const merges = fields.strings("merges");
  // Kimi K2 is the one family whose files may come without merges.
  if (merges === undefined && pre !== "kimi-k2") throw fields.wrong("merges", "an array of strings", merges);
  const byteLevel = !spec.characters;
  const table = merges && new MergeTable(merges, vocabulary, byteLevel ? decodeAlphabet : copy);
  return new BpeEncoder(vocabulary, table, new PreTokenizer(spec), {
    byteLevel,
    ignoreMerges: spec.ignoreMerges ?? false,
    wholeNewlines: pre === "gemma4",
    markSpaces: spec.markSpaces ?? false,
    byteTokens: byteTokens(vocabulary, !byteLevel),
  });
}

const copy: Transcribe = (text, start, end, into, at) => {
  into.set(text.subarray(start, end), at);
  return at + end - start;
};

function spm(fields: TokenizerFields): { parts: Parts; ids: SpecialIds } {
  const vocabulary = readVocabulary(fields, false);
  if (vocabulary.scores === undefined) throw fields.wrong("scores", "an array of float32 numbers", undefined);
  const ids = {
    bos: specialId(fields, vocabulary, "bos", 1),
    eos: specialId(fields, vocabulary, "eos", 2),
    unknown: specialId(fields, vocabulary, "unknown", 0),
  };
  const addSpacePrefix = fields.flag("add_space_prefix", true);
  const parts: Parts = {
    kind: "spm",
    vocabulary,
    encoder: new SpmEncoder(vocabulary, {
      addSpacePrefix,
      byteTokens: byteTokens(vocabulary, true),
      unknownId: ids.unknown ?? -1,
    }),
    rules: { marksSpaces: true, addsSpace: addSpacePrefix },
    bosId: ids.bos,
    eosId: ids.eos,
    addBos: fields.flag("add_bos_token", true),
    addEos: fields.flag("add_eos_token", false),
  };
  return { parts, ids };
}

function unigram(fields: TokenizerFields): { parts: Parts; ids: SpecialIds } {
  const vocabulary = readVocabulary(fields, false);
  if (vocabulary.scores === undefined) throw fields.wrong("scores", "an array of float32 numbers", undefined);
  const ids = {
    bos: specialId(fields, vocabulary, "bos"),
    eos: specialId(fields, vocabulary, "eos", 1),
    unknown: specialId(fields, vocabulary, "unknown", 2),
  };
  const charsMap = fields.bytes("precompiled_charsmap");
  const addSpacePrefix = fields.flag("add_space_prefix", false);
  const bytes = byteTokens(vocabulary, true);
  const parts: Parts = {
    kind: "unigram",
    vocabulary,
    encoder: new UnigramEncoder(vocabulary, {
      charsMap: charsMap?.length ? new CharsMap(charsMap) : undefined,
      addSpacePrefix,
      removeExtraSpaces: fields.flag("remove_extra_whitespaces", false),
      unknownId: requireUnknown(fields, ids.unknown),
      byteTokens: bytes.every((id) => id >= 0 && vocabulary.is(id, Attribute.BYTE)) ? bytes : undefined,
    }),
    rules: { marksSpaces: true, addsSpace: addSpacePrefix },
    bosId: ids.bos,
    eosId: ids.eos,
    addBos: fields.flag("add_bos_token", false),
    addEos: fields.flag("add_eos_token", true),
  };
  return { parts, ids };
}

function wordPiece(fields: TokenizerFields): { parts: Parts; ids: SpecialIds } {
  const vocabulary = readVocabulary(fields, false);
  const ids = {
    bos: specialId(fields, vocabulary, "bos", 101),
    eos: specialId(fields, vocabulary, "eos"),
    separator: specialId(fields, vocabulary, "seperator", 102), // as GGUF spells it
    unknown: specialId(fields, vocabulary, "unknown", 100),
  };
  const lowercase = fields.flag("normalizer.lowercase", true);
  const parts: Parts = {
    kind: "wordpiece",
    vocabulary,
    encoder: new WordPieceEncoder(vocabulary, {
      lowercase,
      stripAccents: fields.flag("normalizer.strip_accents", lowercase),
      unknownId: requireUnknown(fields, ids.unknown),
    }),
    rules: { marksSpaces: true, addsSpace: true },
    bosId: ids.bos,
    eosId: ids.separator,
    addBos: fields.flag("add_bos_token", true),
    addEos: fields.flag("add_eos_token", true),
  };
  return { parts, ids };
}

function requireUnknown(fields: TokenizerFields, id: number | undefined): number {
  if (id !== undefined) return id;
  throw fields.wrong("unknown_token_id", "the id of a token", undefined);
}

/** The error for a tokenizer that Wick does not know. */
export function unsupported(requirement: string, got: string): WickError {
  return new WickError(
    "UNSUPPORTED_TOKENIZER",
    `Cannot read the tokenizer: ${requirement}, got ${quotedName(got)}`,
  );
}
