/**
 * Which tokens begin, end and structure a text: by their ids in the metadata and by their well-known texts.
 *
 * Source: the rules of llama.cpp's vocabulary loader.
 *
 * @module
 */
import type { TokenizerFields } from "./fields.ts";
import { Attribute, type Vocabulary } from "./vocabulary.ts";

/** Ids of special tokens; undefined where a model has none. */
export interface SpecialIds {
  bos?: number;
  eos?: number;
  unknown?: number;
  separator?: number;
}

/** Texts that end a generation wherever a vocabulary has them. */
const END_TEXTS = [
  "<|eot_id|>",
  "<|im_end|>",
  "<|end|>",
  "<|return|>",
  "<|call|>",
  "<|flush|>",
  "<|calls|>",
  "<end_of_turn>",
  "<|endoftext|>",
  "</s>",
  "<|eom_id|>",
  "<EOT>",
  "_<EOT>",
  "[EOT]",
  "[EOS]",
  "<|end_of_text|>",
  "<end_of_utterance>",
  "<eos>",
  "<turn|>",
  "<|tool_response>",
  "<\uff5cend\u2581of\u2581sentence\uff5c>",
];

/** Roles in filling a gap: metadata names, the texts that show them, and whether they end a generation. */
const FILL_ROLES: readonly { keys: string[]; texts: string[]; ends: boolean }[] = [
  {
    keys: ["fim_pre", "prefix"],
    texts: ["<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<\uff5cfim\u2581begin\uff5c>", "<PRE>"]
      .concat("\u2581<PRE>", "<|code_prefix|>", "<|prefix|>"),
    ends: false,
  },
  {
    keys: ["fim_suf", "suffix"],
    texts: ["<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<\uff5cfim\u2581hole\uff5c>", "<SUF>"]
      .concat("\u2581<SUF>", "<|code_suffix|>", "<|suffix|>"),
    ends: false,
  },
  {
    keys: ["fim_mid", "middle"],
    texts: ["<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<\uff5cfim\u2581end\uff5c>", "<MID>"]
      .concat("\u2581<MID>", "<|code_middle|>", "<|middle|>"),
    ends: false,
  },
  { keys: ["fim_pad"], texts: ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"], ends: true },
  {
    keys: ["fim_rep"],
    texts: ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"],
    ends: true,
  },
  { keys: ["fim_sep"], texts: ["<|file_sep|>"], ends: true },
];

/** Control tokens of gpt-oss that are shown as text. */
const SHOWN_TEXTS = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"];

/** A special id by its metadata name; else the model's customary one, where that token is a control token. */
export function specialId(
  fields: TokenizerFields,
  vocabulary: Vocabulary,
  name: string,
  customary?: number,
): number | undefined {
  const id = fields.id(name, vocabulary.size);
  if (id !== undefined || customary === undefined) return id;
  const typed = fields.types(vocabulary.size) !== undefined;
  const fits = customary < vocabulary.size &&
    (!typed || vocabulary.is(customary, Attribute.CONTROL | Attribute.UNKNOWN));
  return fits ? customary : undefined;
}

/** Finds the tokens that end a generation, and marks as control tokens those that files forget to mark. */
export function findEndIds(fields: TokenizerFields, vocabulary: Vocabulary, ids: SpecialIds): Set<number> {
  const { attributes, size } = vocabulary;
  const ends = new Set<number>();
  for (const { keys, texts, ends: ending } of FILL_ROLES) {
    const given = keys.map((key) => fields.id(key, size)).find((id) => id !== undefined);
    const id = given ?? firstOf(vocabulary, texts);
    if (id === undefined) continue;
    if (given === undefined) attributes[id] |= Attribute.CONTROL;
    if (ending) ends.add(id);
  }
  for (const id of END_TEXTS.map((text) => idOf(vocabulary, text))) {
    if (id === undefined) continue;
    attributes[id] |= Attribute.CONTROL;
    ends.add(id);
  }
  for (const text of SHOWN_TEXTS) setAttribute(vocabulary, text, Attribute.USER_DEFINED);
  for (const id of [ids.eos, fields.id("eot", size), fields.id("eom", size)]) {
    if (id !== undefined) ends.add(id);
  }
  settleConflicts(vocabulary, ends);
  return ends;
}

/** Where a model has finer end tokens, a text that elsewhere ends a generation is an ordinary part of it. */
function settleConflicts(vocabulary: Vocabulary, ends: Set<number>): void {
  const has = (text: string): boolean => ends.has(idOf(vocabulary, text) ?? -1);
  const calls = has("<|call|>") || has("<|calls|>");
  if (calls && (has("<|return|>") || has("<|flush|>")) && has("<|end|>")) {
    ends.delete(setAttribute(vocabulary, "<|end|>", Attribute.USER_DEFINED)!);
  }
  if (has("<|tool_response>") && has("</s>")) {
    ends.delete(setAttribute(vocabulary, "</s>", Attribute.NORMAL)!);
  }
}

/** Gives special tokens the white space beside them, for the models whose files don't say so. */
export function markStripping(fields: TokenizerFields, vocabulary: Vocabulary): void {
  const name = fields.general("general.name").toLowerCase();
  const pre = fields.string("pre") ?? "";
  const architecture = fields.general("general.architecture");
  const mark = (text: string, bit: number): void => {
    const id = idOf(vocabulary, text);
    if (id !== undefined) vocabulary.attributes[id] |= bit;
  };
  if (
    ["jina-v2-de", "jina-v2-es", "jina-v2-code"].includes(pre) ||
    ["nomic-bert-moe", "jina-bert-v3"].includes(architecture)
  ) mark("<mask>", Attribute.LEFT_STRIP);
  else if (name.includes("phi-3") || name.includes("phi3")) {
    for (let id = 0; id < vocabulary.size; id++) {
      const special = Attribute.CONTROL | Attribute.USER_DEFINED | Attribute.UNKNOWN;
      if (vocabulary.is(id, special)) vocabulary.attributes[id] |= Attribute.RIGHT_STRIP;
    }
    for (const text of ["<unk>", "<s>", "<|endoftext|>"]) {
      const id = idOf(vocabulary, text);
      if (id !== undefined) vocabulary.attributes[id] &= ~Attribute.RIGHT_STRIP;
    }
  } else if (name.includes("modern-bert")) mark("[MASK]", Attribute.LEFT_STRIP);
}

function idOf(vocabulary: Vocabulary, text: string): number | undefined {
  const bytes = new TextEncoder().encode(text);
  const id = vocabulary.find(bytes, 0, bytes.length);
  return id < 0 ? undefined : id;
}

function firstOf(vocabulary: Vocabulary, texts: readonly string[]): number | undefined {
  const found = texts.map((text) => idOf(vocabulary, text)).filter((id) => id !== undefined);
  return found.length > 0 ? Math.min(...found) : undefined;
}

function setAttribute(vocabulary: Vocabulary, text: string, attribute: number): number | undefined {
  const id = idOf(vocabulary, text);
  if (id !== undefined) vocabulary.attributes[id] = attribute;
  return id;
}
