/**
 * Tokenizers and chat templates of model files.
 *
 * @module
 */
import type { Metadata } from "../formats/metadata.ts";
import { BUILDERS, unsupported } from "./builders.ts";
import { TokenizerFields } from "./fields.ts";
import { findEndIds, markStripping } from "./roles.ts";
import { TextTokenizer } from "./text_tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

export {
  type ChatMessage,
  ChatTemplate,
  chatTemplateFromGguf,
  encodeChat,
  type RenderOptions,
  type TemplateTokens,
} from "./chat.ts";
export type { DecodeOptions, EncodeOptions, TokenDecoder, Tokenizer } from "./tokenizer.ts";

/**
 * The tokenizer that a model file describes.
 *
 * @param metadata the file's key-value pairs (`tokenizer.ggml.*`)
 * @throws {WickError} UNSUPPORTED_TOKENIZER for a model or pre-tokenizer that Wick does not know, CORRUPT_FILE
 * where the metadata contradict themselves
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import "../entry/deno.ts";
 * import { openGguf } from "../formats/gguf.ts";
 * import { toSource } from "../hub/source.ts";
 * import { tokenizerFromGguf } from "./mod.ts";
 * using gguf = await openGguf(await toSource("models/wick-stories.gguf"));
 * const tokenizer = tokenizerFromGguf(gguf.metadata);
 * equal(tokenizer.decode(tokenizer.encode("Once upon a time")), "Once upon a time");
 * ```
 */
export function tokenizerFromGguf(metadata: Metadata): Tokenizer {
  return textTokenizerFromGguf(metadata);
}

/** As {@linkcode tokenizerFromGguf}, with the encoder in sight. */
export function textTokenizerFromGguf(metadata: Metadata): TextTokenizer {
  const fields = new TokenizerFields(metadata);
  const model = fields.string("model");
  if (model === undefined) throw fields.wrong("model", "a string", undefined);
  const builder = Object.hasOwn(BUILDERS, model) ? BUILDERS[model] : undefined;
  if (builder === undefined) {
    throw unsupported(`tokenizer.ggml.model must be one of ${Object.keys(BUILDERS).join(", ")}`, model);
  }
  const { parts, ids } = builder(fields, model);
  const endIds = findEndIds(fields, parts.vocabulary, ids);
  markStripping(fields, parts.vocabulary);
  return new TextTokenizer({ ...parts, endIds, unknownId: ids.unknown });
}
