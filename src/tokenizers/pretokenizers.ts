/**
 * How byte-pair encodings cut text into pieces before they merge: the names that GGUF files give in
 * `tokenizer.ggml.pre`, each with its rules. A rule is a regular expression in the notation of llama.cpp
 * (`\s` is any Unicode white space), or the name of a splitter of splitters.ts; rules are applied one after the
 * other, each to the pieces that the earlier left.
 *
 * Source: llama.cpp's table of pre-tokenizers, which follows the `tokenizer.json` of each model. Rewritten
 * where the original takes quadratic time (noted at the rule).
 *
 * @module
 */
import type { SplitterName } from "./splitters.ts";
import { LATER_HAN } from "./unicode.ts";

/** A regular expression, or a splitter in code. */
export type SplitRule = string | { code: SplitterName };

/** How one kind of pre-tokenizer cuts, and what else hangs on its name. */
export interface PreTokenizerSpec {
  rules: readonly SplitRule[];
  /** A piece that is a token is taken whole. */
  ignoreMerges?: boolean;
  /** BOS goes in front unless the file says otherwise. */
  addBos?: boolean;
  /** Symbols are characters, not bytes. */
  characters?: boolean;
  /** Spaces are written U+2581. */
  markSpaces?: boolean;
}

const r = String.raw;
const CONTRACTION = r`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])`;
const WORD = r`[^\r\n\p{L}\p{N}]?\p{L}+`;
const SPACES = r`\s+(?!\S)|\s+`;
const LINES = r`\s*[\r\n]+|` + SPACES;
const SYMBOLS = r` ?[^\s\p{L}\p{N}]+[\r\n]*`;
const REST = `${SYMBOLS}|${LINES}`;
const REST_SLASH = r` ?[^\s\p{L}\p{N}]+[\r\n/]*|` + LINES;

const GPT2 = r`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)`;
const LLAMA3 = r`${CONTRACTION}|${WORD}|\p{N}{1,3}|${REST}`;
const QWEN2 = r`${CONTRACTION}|${WORD}|\p{N}|${REST}`;
const BLOOM = r` ?[^(\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+`;
const NEWLINES = r`[^\n]+|[\n]+`;
const CHINESE = r`[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+`;
const CHINESE_KANA = r`[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+`;

/** Words of letters and marks, with one ASCII symbol or one other character in front. */
const MARKED_WORD = r`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_${"`"}{|}~][A-Za-z]+|` +
  r`[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+`;
const DEEPSEEK3 = r`${MARKED_WORD}| ?[\p{P}\p{S}]+[\r\n]*|${LINES}`;

/** Words cut where lower case turns to upper case: `letter` is what counts as a letter. */
function casedWord(letter: string, upper: string, lower: string, suffix: string): string {
  const prefix = r`[^\r\n\p{L}\p{N}]?`;
  const up = `(?:(?=[${letter}])${upper})`;
  const low = `(?:(?=[${letter}])${lower})`;
  return `${prefix}${up}*${low}+${suffix}|${prefix}${up}+${low}*${suffix}`;
}
const TEKKEN = r`${casedWord(r`\p{L}`, "[^a-z]", "[^A-Z]", "")}|\p{N}|${REST_SLASH}`;
const GPT4O = r`${casedWord(r`\p{L}`, "[^a-z]", "[^A-Z]", CONTRACTION + "?")}|\p{N}{1,3}|${REST_SLASH}`;
const GRANITE_MULTI = r`${
  casedWord(r`\p{L}\p{M}`, "[^a-z]", "[^A-Z]", CONTRACTION + "?")
}|\p{N}{1,3}|${REST_SLASH}`;

/** As {@linkcode casedWord} by Unicode's categories, which llama.cpp takes as one: any letter is both cases. */
const LETTERS = r`[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+${CONTRACTION}?`;

const HAN = r`\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}` +
  r`\u{2b820}-\u{2ceaf}\u{2ceb0}-\u{2ebef}\uf900-\ufaff\u{2f800}-\u{2fa1f}` + LATER_HAN;
const KIMI = r`[${HAN}]+|[^\r\n\p{L}\p{N}]?(?:(?![${HAN}])\p{L})+${CONTRACTION}?|\p{N}{1,3}|${REST}`;

/** Latin, Greek, Cyrillic and other cased letters of DeepSeek LLM. */
const DEEPSEEK_LETTERS =
  r`A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373` +
  r`\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481` +
  r`\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b` +
  r`\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b` +
  r`\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb` +
  r`\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128` +
  r`\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4` +
  r`\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf` +
  r`\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\u{10400}-\u{1044f}\u{104b0}-\u{104d3}` +
  r`\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}\u{118a0}-\u{118df}\u{1e900}-\u{1e943}`;

/** Asian scripts of AFMoE. */
const AFMOE_SCRIPTS = r`[\u4e00-\u9fff\u3400-\u4dbf\u8c48-\ufaff\u3040-\u309f\u30a0-\u30ff\uff65-\uff9f` +
  r`\u2f00-\u2fdf\u0e40-\u0e7f\u0e80-\u0eff\u1780-\u17ff\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff\uac00-\ud7af` +
  r`\u1100-\u11ff]+`;

/** Scripts of Youtu that stand alone. */
const YOUTU_SCRIPTS = r`[\uac00-\ud7a3\u3131-\u318e]+|` +
  r`[\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f\ufe30-\ufe4f]+|` +
  r`[\u3105-\u312f]+|` + CHINESE_KANA;

/**
 * As the original, but `\s*[\r\n]+` is not tried again behind white space: a run that still held a newline
 * would have been taken by it, and trying at every cut of a long run takes quadratic time.
 */
const JAIS2 = r`${CONTRACTION}|${WORD}|\p{N}{1,3}|${SYMBOLS}|(?<![^\S\r\n])\s*[\r\n]+|` +
  [512, 256, 128, 64, 32, 16, 8, 4, "1,2"].map((n) => r`\s{${n}}(?!\S)`).join("|") + r`|\s`;

const specs: readonly (PreTokenizerSpec & { names: string })[] = [
  {
    names: "default",
    rules: [r`[\p{P}\$\+<=>\^~\|]+`, GPT2, r`\p{N}+`, "[0-9][0-9][0-9]"],
  },
  { names: "falcon", rules: [r`[\p{P}\$\+<=>\^~\|${"`"}]+`, GPT2, "[0-9][0-9][0-9]"] },
  {
    names:
      "gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert jina-v1-en " +
      "jina-v2-code roberta-bpe exaone4 mpt olmo jais trillion granite-docling",
    rules: [GPT2],
  },
  {
    names: "starcoder refact command-r smollm codeshell exaone minerva-7b mellum2",
    rules: [r`\p{N}`, GPT2],
  },
  {
    names: "llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano",
    rules: [LLAMA3],
    ignoreMerges: true,
    addBos: true,
  },
  { names: "dbrx smaug-bpe glm4 chatglm-bpe", rules: [LLAMA3] },
  { names: "jais-2", rules: [JAIS2] },
  {
    names: "qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2",
    rules: [QWEN2],
  },
  {
    names: "qwen35",
    rules: [
      r`${CONTRACTION}|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|${LINES}`,
    ],
  },
  { names: "ufakzeka", rules: [r`${WORD}|\p{N}|${REST}`] },
  { names: "laguna", rules: [NEWLINES, QWEN2] },
  {
    names: "minicpm5",
    rules: [r`\p{N}{1,3}`, r`${CONTRACTION}|${WORD}|\p{N}+|${REST}`],
    ignoreMerges: true,
  },
  {
    names: "seed-coder",
    rules: [r`${CONTRACTION}|${WORD}|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|${LINES}`],
  },
  {
    names: "bailingmoe bailingmoe2 llada-moe",
    rules: [r`'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|${WORD}|\p{N}|${SYMBOLS}|\s*[\r\n]|${SPACES}`],
  },
  {
    names: "exaone-moe",
    rules: [
      r`${CONTRACTION}|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|` +
      r`\s*[\r\n]|${SPACES}`,
    ],
  },
  {
    names: "deepseek-llm",
    // The original's last-but-two rule is `\s+$`: tried only where a run begins, it is linear.
    rules: [
      r`[\r\n]`,
      r`\s?[${DEEPSEEK_LETTERS}]+`,
      r`\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+`,
      r`(?<!\s)\s+$`,
      CHINESE,
      r`\p{N}+`,
    ],
  },
  { names: "deepseek-coder", rules: [r`[\r\n]`, r`\s?\p{L}+`, r`\s?\p{P}+`, CHINESE, r`\p{N}`] },
  {
    names: "deepseek-v3 hunyuan-dense joyai-llm hy_v4",
    rules: [r`\p{N}{1,3}`, CHINESE_KANA, DEEPSEEK3],
  },
  {
    names: "spark2_5",
    rules: [
      r`\p{N}{1,3}`,
      CHINESE_KANA,
      r`${MARKED_WORD}| ?[\p{P}\p{S}]+|[\r\n]|${SPACES}`,
      r`\p{N}`,
    ],
  },
  { names: "afmoe", rules: [{ code: "threesFromRight" }, AFMOE_SCRIPTS, DEEPSEEK3] },
  {
    names: "youtu",
    rules: [YOUTU_SCRIPTS, r`${LETTERS}|\p{N}|${REST_SLASH}`],
    ignoreMerges: true,
  },
  {
    names: "tiny_aya cohere2moe",
    rules: [{ code: "threesFromRight" }, r`${LETTERS}|\p{N}{1,3}|${REST_SLASH}`],
  },
  { names: "superbpe", rules: [r`\p{N}+`, { code: "beforeThrees" }] },
  { names: "kimi-k2", rules: [KIMI] },
  { names: "poro-chat bloom gpt3-finnish", rules: [BLOOM] },
  { names: "viking", rules: [BLOOM, r`\p{N}`] },
  { names: "tekken", rules: [TEKKEN], ignoreMerges: true, addBos: true },
  { names: "gpt-4o llama4 kanana2 talkie minimax-m2", rules: [GPT4O] },
  { names: "granite-embed-multi-97m", rules: [GRANITE_MULTI], ignoreMerges: true },
  {
    names: "chameleon",
    rules: [
      "<sentinel:[0-9]+>",
      "IMGIMG[A-I]{1,4}Z",
      r`[\t\n]|    |  `,
      r`\p{N}`,
      r`[\p{P}!-/:-@\[-${"`"}{-~]`,
      GPT2,
    ],
    addBos: true,
  },
  {
    names: "gemma4 granite-embed-multi-311m sarvam-moe",
    rules: [NEWLINES],
    characters: true,
    markSpaces: true,
  },
  { names: "whitespace", rules: [r`\S+`], characters: true },
];

/** Every known name with its rules. */
export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizerSpec> = new Map(
  specs.flatMap((spec) => spec.names.split(" ").map((name): [string, PreTokenizerSpec] => [name, spec])),
);
