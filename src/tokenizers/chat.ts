/**
 * Conversations as token ids.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Metadata } from "../formats/metadata.ts";
import { type ChatMessage, ChatTemplate, type RenderOptions } from "./chat_template.ts";
import type { Tokenizer } from "./tokenizer.ts";

export { type ChatMessage, ChatTemplate, type RenderOptions, type TemplateTokens } from "./chat_template.ts";

/**
 * The chat template of a model file, or undefined where it carries none.
 *
 * @throws {WickError} CORRUPT_FILE where it is no text; a template that is no Jinja fails when it is rendered
 */
export function chatTemplateFromGguf(metadata: Metadata, tokenizer: Tokenizer): ChatTemplate | undefined {
  const source = metadata.get("tokenizer.chat_template");
  if (source === undefined || source === "") return undefined;
  if (typeof source !== "string") {
    throw new WickError(
      "CORRUPT_FILE",
      `Cannot read tokenizer.chat_template: it must be a string, got ${
        typeof source === "object" ? `an array of ${source.length}` : source
      }`,
      { param: "tokenizer.chat_template" },
    );
  }
  const text = (id: number | undefined): string | undefined =>
    id === undefined ? undefined : tokenizer.tokenText(id);
  return ChatTemplate.lazy(source, { bos: text(tokenizer.bosId), eos: text(tokenizer.eosId) });
}

/** Options of {@linkcode encodeChat}. */
export interface ChatOptions extends RenderOptions {
  /**
   * The last message is one that the assistant has begun: its text stands behind the rendering of the others, as it
   * came, and nothing ends it [false].
   */
  continueFinal?: boolean;
}

/**
 * The ids of a conversation. Special tokens that the template writes are parsed; those written in messages,
 * tools and variables stay text, so that no user can pose as another role. BOS goes in front where the model
 * wants it and the template has not written it.
 *
 * @throws {WickError} TEMPLATE_FAILED; INVALID_ARGUMENT where `continueFinal` finds no message of the assistant
 */
export function encodeChat(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  { continueFinal = false, ...options }: ChatOptions = {},
): number[] {
  const guarded = (value: unknown): unknown => guard(tokenizer, value);
  const begun = continueFinal ? begunAnswer(messages) : "";
  const asked = continueFinal ? messages.slice(0, -1) : messages;
  const rendered = template.render(guarded(template.fitted(asked)) as ChatMessage[], {
    ...options,
    tools: guarded(options.tools) as RenderOptions["tools"],
    variables: guarded(options.variables) as RenderOptions["variables"],
  });
  const text = rendered + guarded(begun);
  const ids = tokenizer.encode(text, { special: true, guarded: true, addSpecial: false });
  const { addBos, bosId } = tokenizer;
  return addBos && bosId !== undefined && ids[0] !== bosId ? [bosId, ...ids] : ids;
}

/** The text of the last message, which must be the assistant's. */
function begunAnswer(messages: readonly ChatMessage[]): string {
  const { role, content } = messages.at(-1) ?? { role: "no message" };
  if (role === "assistant" && typeof content === "string") return content;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot continue the last message: it must be a text of the assistant, got ${role}`,
    { param: "messages" },
  );
}

/** A copy of a value whose texts, keys too, can't be read as special tokens. */
function guard(tokenizer: Tokenizer, value: unknown): unknown {
  if (typeof value === "string") return tokenizer.guard?.(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => guard(tokenizer, item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [guard(tokenizer, key), guard(tokenizer, item)]),
  );
}
