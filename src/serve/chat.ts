/**
 * `POST /v1/chat/completions`: reads its body and writes its answers.
 *
 * @module
 */
import type { TokenLogprobs } from "../generate/options.ts";
import type { LanguageModel } from "../generate/contract.ts";
import type { Message } from "../generate/options.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import {
  boolean,
  integer,
  type Json,
  list,
  object,
  optional,
  type Reader,
  refuse,
  required,
  string,
} from "./fields.ts";
import { finite, type Format, tokenName } from "./format.ts";
import { common, type Fixed, refuseUnsupported, type TextRequest } from "./request.ts";
import type { Limits } from "./settings.ts";

const FIELDS = ["messages", "logprobs", "top_logprobs", "continue_final_message"];
const FIXED: Fixed = {
  response_format: [{ type: "text" }],
  modalities: [["text"]],
  tools: [[]],
  tool_choice: ["none", "auto"],
  functions: [[]],
  function_call: ["none", "auto"],
};
const ROLES = ["system", "developer", "user", "assistant"];

/** Fields that may hold anything where the request says that no tool is to be called. */
const TOOLS = ["tools", "tool_choice", "functions", "function_call"];

/** Reads the body of a chat request. */
export function chatRequest(body: Json, limits: Limits): TextRequest {
  const toolless = (body.tool_choice ?? body.function_call) === "none";
  refuseUnsupported(body, toolless ? [...FIELDS, ...TOOLS] : FIELDS, FIXED, limits);
  const request = common(body, limits);
  const top = optional(body, "top_logprobs", integer(0, Math.min(limits.topLogprobs, 100)));
  if (optional(body, "logprobs", boolean)) request.options.logprobs = top ?? 0;
  else if (top !== undefined) refuse("top_logprobs", "it needs 'logprobs' to be true", top);
  const messages = required(body, "messages", list(message));
  const continueFinal = optional(body, "continue_final_message", boolean);
  return { ...request, prompts: [{ messages, continueFinal }], echo: false };
}

/** How chat answers are written. */
export const chatFormat: Format = {
  idPrefix: "chatcmpl-",
  object: "chat.completion",
  chunkObject: "chat.completion.chunk",
  begin: (index) => ({
    index,
    delta: { role: "assistant", content: "" },
    logprobs: null,
    finish_reason: null,
  }),
  part: (index, text, logprobs, model) => ({
    index,
    delta: { content: text },
    logprobs: chatLogprobs(logprobs, model),
    finish_reason: null,
  }),
  end: (index, reason) => ({ index, delta: {}, logprobs: null, finish_reason: reason }),
  whole: (index, text, logprobs, reason, model) => ({
    index,
    message: { role: "assistant", content: text, refusal: null },
    logprobs: chatLogprobs(logprobs, model),
    finish_reason: reason,
  }),
};

const message: Reader<Message> = (value, param) => {
  const given = object(value, param);
  const role = string(given.role, `${param}.role`);
  if (!ROLES.includes(role)) refuse(`${param}.role`, `it must be one of ${ROLES.join(", ")}`, role);
  const calls = given.tool_calls;
  if (Array.isArray(calls) ? calls.length > 0 : calls !== undefined && calls !== null) {
    refuse(`${param}.tool_calls`, "tools are not supported", calls);
  }
  // an assistant that only called tools, or was cut off before its first word, has said nothing
  const silent = role === "assistant" && (given.content === undefined || given.content === null);
  return {
    role: role === "developer" ? "system" : role,
    content: silent ? "" : content(given.content, `${param}.content`),
  };
};

/** A message's content: a text, or a list of text parts. */
const content: Reader<string> = (value, param) =>
  typeof value === "string" ? value : list(textPart)(value, param).join("");

const textPart: Reader<string> = (value, param) => {
  const part = object(value, param);
  if (part.type !== "text") refuse(`${param}.type`, `only "text" is supported`, part.type);
  return string(part.text, `${param}.text`);
};

function chatLogprobs(logprobs: readonly TokenLogprobs[] | undefined, model: LanguageModel): Json | null {
  if (logprobs === undefined) return null;
  const content = logprobs.map((token) => ({
    ...entry(token.id, token.logprob, model.tokenizer),
    top_logprobs: token.top.map((other) => entry(other.id, other.logprob, model.tokenizer)),
  }));
  return { content, refusal: null };
}

function entry(id: number, logprob: number, tokenizer: Tokenizer): Json {
  return { token: tokenName(id, tokenizer), logprob: finite(logprob), bytes: [...tokenizer.tokenBytes(id)] };
}
