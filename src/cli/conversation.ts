/**
 * A conversation: all that was said, and the part of it that the model is still shown.
 *
 * @module
 */
import { systemMessage } from "./model.ts";
import type { LanguageModel } from "../generate/contract.ts";
import type { Message } from "../generate/options.ts";

/** See above; turns begin with the user's messages. */
export class Conversation {
  private readonly said: Message[] = [];
  /** The first message that the model is shown. */
  private first = 0;

  constructor(public system: string | undefined) {}

  /** All of it. */
  get messages(): Message[] {
    return [...systemMessage(this.system), ...this.said];
  }

  /** What the model is shown: the system message, and the turns that are not forgotten. */
  get shown(): Message[] {
    return [...systemMessage(this.system), ...this.said.slice(this.first)];
  }

  add(role: "user" | "assistant", content: string): void {
    this.said.push({ role, content });
  }

  /** Takes the last message back, where it is of this role, and gives what it said. */
  takeBack(role: "user" | "assistant"): string | undefined {
    if (this.said.length <= this.first || this.said[this.said.length - 1].role !== role) return undefined;
    return this.said.pop()!.content;
  }

  /** Hides the oldest turn from the model, though never the last; false where there is no other. */
  forgetTurn(): boolean {
    const next = this.said.findIndex(({ role }, i) => i > this.first && role === "user");
    if (next < 0) return false;
    this.first = next;
    return true;
  }

  /** Hides everything from the model. */
  forgetAll(): void {
    this.first = this.said.length;
  }

  /** Begins anew, or with these messages. */
  reset(messages: readonly Message[] = systemMessage(this.system)): void {
    const [begin] = messages;
    this.system = begin?.role === "system" ? begin.content : undefined;
    this.said.splice(0, Infinity, ...messages.slice(this.system === undefined ? 0 : 1));
    this.first = 0;
  }
}

/** What lies between two paragraphs. */
export const PARAGRAPH = "\n\n";

/** How a model is shown a conversation. */
export interface Form {
  /** The tokens that its next message goes on from. */
  ids(messages: readonly Message[]): number[];
  /** A text that ends its message, where the model's own end does not. */
  readonly stop?: string;
}

/** The form that a model's chat template gives. */
export function templateForm(model: LanguageModel): Form {
  return { ids: (messages) => model.promptIds({ messages }) };
}

/**
 * The form for a model without a template, which knows texts alone. The conversation is one text: the model goes on
 * where the user stops, to the end of the paragraph, and what the user says next is another paragraph.
 */
export function plainForm(model: LanguageModel): Form {
  const ids = (messages: readonly Message[]) =>
    model.promptIds(
      messages.map(({ role, content }, i) => {
        const begins = i > 0 && role !== "assistant";
        return begins ? PARAGRAPH + content : content;
      }).join(""),
    );
  return { ids, stop: PARAGRAPH };
}
