/**
 * What differs between the answers of chat and completions: their names and the form of a choice.
 *
 * @module
 */
import type { LanguageModel } from "../generate/contract.ts";
import type { FinishReason } from "../generate/options.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Json } from "./fields.ts";
import type { PlacedLogprobs } from "./run.ts";

/** Token counts of a request. */
export interface Usage {
  promptTokens: number;
  completionTokens: number;
  cachedTokens: number;
}

/** How one kind of answer is written. */
export interface Format {
  readonly idPrefix: string;
  /** "object" of a whole answer. */
  readonly object: string;
  /** "object" of a chunk of a stream. */
  readonly chunkObject: string;
  /** The choice that opens a stream, where there is one. */
  begin(index: number): Json | undefined;
  /** The choice of a chunk. */
  part(
    index: number,
    text: string,
    logprobs: readonly PlacedLogprobs[] | undefined,
    model: LanguageModel,
  ): Json;
  /** The choice that closes a stream. */
  end(index: number, reason: FinishReason): Json;
  /** A choice of a whole answer. */
  whole(
    index: number,
    text: string,
    logprobs: readonly PlacedLogprobs[] | undefined,
    reason: FinishReason,
    model: LanguageModel,
  ): Json;
}

/** What every answer and chunk of one request carries. */
export interface Envelope {
  id: string;
  created: number;
  model: string;
}

/** The envelope of a new answer. */
export function envelope(format: Format, model: string): Envelope {
  const id = format.idPrefix + crypto.randomUUID().replaceAll("-", "");
  return { id, created: Math.floor(Date.now() / 1000), model };
}

/** Usage in OpenAI's form. */
export function usageBody(usage: Usage): Json {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  };
}

/**
 * What an answer calls a token: its text; where its bytes are no whole characters, "bytes:" and each of them, so that
 * tokens of different bytes have different names, as in OpenAI's completions.
 */
export function tokenName(id: number, tokenizer: Tokenizer): string {
  const text = tokenizer.tokenText(id);
  if (!text.includes("\uFFFD")) return text;
  const bytes = tokenizer.tokenBytes(id);
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text; // the character U+FFFD itself
  } catch {
    return `bytes:${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}`;
  }
}

/** JSON knows no -Infinity; OpenAI writes -9999 for what can't happen. */
export function finite(logprob: number): number {
  return Math.max(logprob, -9999);
}
