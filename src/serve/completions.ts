/**
 * `POST /v1/completions`: reads its body and writes its answers.
 *
 * @module
 */
import type { TokenLogprob } from "../generate/options.ts";
import type { LanguageModel, Prompt } from "../generate/contract.ts";
import { boolean, integer, type Json, list, optional, refuse, required, string } from "./fields.ts";
import { finite, type Format, tokenName } from "./format.ts";
import { common, type Fixed, refuseUnsupported, type TextRequest } from "./request.ts";
import type { PlacedLogprobs } from "./run.ts";
import type { Limits } from "./settings.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

const FIELDS = ["prompt", "logprobs", "echo"];
const FIXED: Fixed = { best_of: [1], suffix: [""] };

/** Reads the body of a completion request. */
export function completionRequest(body: Json, limits: Limits): TextRequest {
  refuseUnsupported(body, FIELDS, FIXED, limits);
  const request = common(body, limits);
  const prompts = required(body, "prompt", readPrompts);
  if (prompts.length * request.copies > limits.choices) {
    refuse("prompt", `prompts times n must be at most ${limits.choices}`, prompts.length * request.copies);
  }
  const logprobs = optional(body, "logprobs", integer(0, Math.min(limits.topLogprobs, 100)));
  if (logprobs !== undefined) request.options.logprobs = logprobs;
  const echo = optional(body, "echo", boolean) ?? false;
  if (echo && logprobs !== undefined) refuse("echo", "a prompt's tokens have no logprobs here", echo);
  return { ...request, prompts, echo };
}

/** How completions are written. */
export const completionFormat: Format = {
  idPrefix: "cmpl-",
  object: "text_completion",
  chunkObject: "text_completion",
  begin: () => undefined,
  part: (index, text, logprobs, model) => choice(index, text, logprobs, null, model),
  end: (index, reason) => ({ index, text: "", logprobs: null, finish_reason: reason }),
  whole: (index, text, logprobs, reason, model) => choice(index, text, logprobs, reason, model),
};

function choice(
  index: number,
  text: string,
  logprobs: readonly PlacedLogprobs[] | undefined,
  reason: string | null,
  model: LanguageModel,
): Json {
  return { index, text, logprobs: logprobs ? columns(logprobs, model) : null, finish_reason: reason };
}

/** Log-probabilities as columns; offsets count UTF-16 units from the answer's beginning. */
function columns(logprobs: readonly PlacedLogprobs[], { tokenizer }: LanguageModel): Json {
  return {
    tokens: logprobs.map(({ id }) => tokenName(id, tokenizer)),
    text_offset: logprobs.map(({ offset }) => offset),
    token_logprobs: logprobs.map(({ logprob }) => finite(logprob)),
    top_logprobs: logprobs.map(({ top }) => byName(top, tokenizer)),
  };
}

/** Alternatives by name; of several tokens with one text the best counts. */
function byName(top: readonly TokenLogprob[], tokenizer: Tokenizer): Json {
  const names = new Map<string, number>();
  for (const { id, logprob } of top) { // the best first
    const name = tokenName(id, tokenizer);
    if (!names.has(name)) names.set(name, finite(logprob));
  }
  return Object.fromEntries(names);
}

/** One prompt or a list of them, each a text or a list of token ids. */
function readPrompts(value: unknown, param: string): Prompt[] {
  const ids = list(integer(0, 2 ** 31 - 1));
  const one = (v: unknown, p: string): Prompt => typeof v === "string" ? v : ids(v, p);
  const several = Array.isArray(value) && typeof value[0] !== "number";
  return several
    ? list(one)(value, param)
    : [Array.isArray(value) ? ids(value, param) : string(value, param)];
}
