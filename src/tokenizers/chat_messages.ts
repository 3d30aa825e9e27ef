/**
 * Messages as chat templates expect them.
 *
 * @module
 */
import type { ChatMessage } from "./chat_template.ts";
import { TemplateFailure } from "./template/mod.ts";

/** Names of a message's reasoning; templates read the first, older ones others. */
const REASONING = ["reasoning_content", "thinking", "reasoning"];
/** What a probe says: no template writes it by itself. */
const PROBE = "wick-probe-7f3a";

/**
 * Messages without the fields that are null, with their reasoning under the names that templates read, and with
 * lists of text parts as one text where `takesParts` says no.
 *
 * Source: transformers' `apply_chat_template`.
 */
export function normalized(messages: readonly ChatMessage[], takesParts: () => boolean): ChatMessage[] {
  return messages.map((message) => {
    const fields = Object.entries(message).filter(([, value]) => value !== null && value !== undefined);
    const given = Object.fromEntries(fields) as ChatMessage;
    const reasoning = REASONING.map((name) => given[name]).find((value) => value !== undefined);
    const named = reasoning === undefined ? given : { thinking: reasoning, ...given, reasoning_content: reasoning };
    const text = textOfParts(named.content);
    return text === undefined || takesParts() ? named : { ...named, content: text };
  });
}

/** The text of a list of text parts, or undefined where the content is something else. */
function textOfParts(content: unknown): string | undefined {
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const texts = content.map((part) => (part as { type?: unknown; text?: unknown } | null)?.type === "text" ? part.text : undefined);
  return texts.every((text) => typeof text === "string") ? texts.join("") : undefined;
}

/**
 * Whether a template goes through the parts of a content: it writes the text of a part, and neither a list nor
 * a part as such. A template that takes no list at all refuses, or writes the list.
 */
export function knowsParts(render: (content: unknown) => string): boolean {
  try {
    const text = render([{ type: "text", text: PROBE }]);
    return text.includes(PROBE) && !/['"]text['"]: *['"]wick-probe/.test(text);
  } catch (error) {
    if (error instanceof TemplateFailure || error instanceof RangeError) return false;
    throw error;
  }
}
