/**
 * A turn of a chat: what the user says, the answer as it streams, and what is to be told of it.
 *
 * @module
 */
import { type Answer, answer, type Speaker } from "./answer.ts";
import { type Context, interruptible } from "./context.ts";
import { note } from "./output.ts";
import { WickError } from "../error.ts";
import type { GenerateOptions } from "../generate/options.ts";

/** A chat under way. */
export interface Chat extends Speaker {
  readonly context: Context;
  /** Whether nothing but one object is printed, at the end. */
  readonly json: boolean;
  options: GenerateOptions;
  /** Whether the model has ended its text: what is said next begins another. */
  ended: boolean;
  /** The message for which the context had no room. */
  waiting?: string;
  /** The file that the conversation was saved in or loaded from. */
  file?: string;
}

/** Answers what the user says; throws where no answer can be given, and takes it back. */
export async function say(chat: Chat, text: string): Promise<void> {
  const { conversation } = chat;
  if (chat.ended) conversation.forgetAll();
  chat.ended = false;
  chat.waiting = undefined;
  conversation.add("user", text);
  const heard: string[] = [];
  try {
    await reply(chat, heard);
  } catch (error) {
    if (heard.length > 0) conversation.add("assistant", heard.join(""));
    else conversation.takeBack("user");
    if (isCode(error, "ABORTED")) return;
    if (heard.length === 0 && isCode(error, "CONTEXT_OVERFLOW")) chat.waiting = text;
    throw error;
  }
  conversation.add("assistant", heard.join(""));
}

/** Streams the answer; `heard` has as much of it as there is, also where it is broken off. */
async function reply(chat: Chat, heard: string[]): Promise<void> {
  const { context, json } = chat;
  const hear = (text: string) => {
    const begins = context.stdout.isTerminal && heard.every((piece) => piece.trim() === "");
    if (!json) context.stdout.write(begins ? text.trimStart() : text);
    heard.push(text);
  };
  try {
    const given = await interruptible(context, (signal) => answer(chat, hear, signal));
    chat.ended = given.ending === "ended" && chat.form.stop !== undefined;
    if (!json) endLine();
    if (!json) tell(chat, given);
  } catch (error) {
    if (!json) endLine();
    throw error;
  }

  function endLine(): void {
    if (heard.length > 0 && !heard[heard.length - 1].endsWith("\n")) context.stdout.write("\n");
  }
}

/** What the user must know of an answer beside its text. */
function tell({ context, model, options, ended }: Chat, { ending, forgotten }: Answer): void {
  if (forgotten > 0) note(context, `forgot the oldest ${forgotten === 1 ? "turn" : `${forgotten} turns`}`);
  if (ending === "length") note(context, `cut at ${options.maxTokens} tokens`);
  if (ending === "full") note(context, `cut: ${fullContext(model.contextLength, options)}`);
  if (ended) note(context, "the text has ended; what comes next begins another");
}

/** Says that the context is full, and what can be done. */
export function fullContext(contextLength: number, { overflow }: GenerateOptions): string {
  const full = `the context is full (${contextLength} tokens)`;
  return overflow === "slide" ? full : `${full}; /slide forgets the oldest turns, /reset begins anew`;
}

/** Whether an error is Wick's, of this code. */
export function isCode(error: unknown, code: WickError["code"]): boolean {
  return error instanceof WickError && error.code === code;
}
