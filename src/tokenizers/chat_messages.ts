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

/** What a template makes of a message's content: whether a text, and whether a list of text parts, is written. */
export interface Contents {
  readonly text: boolean;
  readonly parts: boolean;
}

/**
 * Messages without the fields that are null, with their reasoning under the names that templates read, and with
 * lists of text parts as one text where the template knows no parts.
 *
 * Source: transformers' `apply_chat_template`; that parts become a text is llama.cpp's.
 */
export function normalized(messages: readonly ChatMessage[], contents: () => Contents): ChatMessage[] {
  return messages.map((message) => {
    const fields = Object.entries(message).filter(([, value]) => value !== null && value !== undefined);
    const given = Object.fromEntries(fields) as ChatMessage;
    const reasoning = REASONING.map((name) => given[name]).find((value) => value !== undefined);
    const named = reasoning === undefined
      ? given
      : { thinking: reasoning, ...given, reasoning_content: reasoning };
    const text = textOfParts(named.content);
    return text === undefined || contents().parts ? named : { ...named, content: text };
  });
}

/** Messages with each text as one part. */
export function inParts(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map((message) =>
    typeof message.content === "string"
      ? { ...message, content: [{ type: "text", text: message.content }] }
      : message
  );
}

/** The text of a list of text parts, or undefined where the content is something else. */
function textOfParts(content: unknown): string | undefined {
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const texts = content.map((part) =>
    (part as { type?: unknown; text?: unknown } | null)?.type === "text" ? part.text : undefined
  );
  return texts.every((text) => typeof text === "string") ? texts.join("") : undefined;
}

/**
 * Tries what a template makes of a content. It takes parts where it writes a part's text, and neither the part
 * nor the list as such.
 */
export function probed(render: (content: unknown) => string): Contents {
  const written = (content: unknown): string => {
    try {
      return render(content);
    } catch (error) {
      if (error instanceof TemplateFailure || error instanceof RangeError) return "";
      throw error;
    }
  };
  const parts = written([{ type: "text", text: PROBE }]);
  return {
    text: written(PROBE).includes(PROBE),
    parts: parts.includes(PROBE) && !/['"]text['"]: *['"]wick-probe/.test(parts),
  };
}
