/**
 * One answer of a chat: as long as the context has room, and on from there where turns may be forgotten.
 *
 * @module
 */
import { type Conversation, type Form, PARAGRAPH } from "./conversation.ts";
import type { LanguageModel, Session } from "../generate/contract.ts";
import type { GenerateOptions } from "../generate/options.ts";
import { WickError } from "../error.ts";

/** What an answer is made from. */
export interface Speaker {
  readonly model: LanguageModel;
  readonly session: Session;
  readonly form: Form;
  readonly conversation: Conversation;
  readonly options: GenerateOptions;
}

/** How an answer ended: at a stop text, by the model's own end, at `maxTokens`, or because the context is full. */
export type Ending = "stopped" | "ended" | "length" | "full";

/** An answer. */
export interface Answer {
  readonly ending: Ending;
  /** Turns that were forgotten for it. */
  readonly forgotten: number;
}

/** The share of the context that is kept free for an answer where turns may be forgotten. */
const ROOM = 1 / 4;

/**
 * Answers the last message, and hands the text to `hear` as it comes.
 *
 * @throws WickError CONTEXT_OVERFLOW where the message leaves no room for an answer, before anything is heard;
 * ABORTED, or what the generation throws
 */
export async function answer(
  speaker: Speaker,
  hear: (text: string) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const { model, session, form, options: { maxTokens = Infinity, overflow, stop, ...rest } } = speaker;
  const stops = [...[stop ?? []].flat(), ...form.stop ? [form.stop] : []];
  const written: number[] = [];
  for (let forgotten = 0;;) {
    const wanted = overflow === "slide"
      ? Math.min(maxTokens - written.length, model.contextLength * ROOM)
      : 1;
    const { ids, room, dropped } = makeRoom(speaker, written.length, wanted);
    forgotten += dropped;
    if (room < 1 && written.length === 0) throw tooLong(speaker, ids.length);
    if (room < 1) return { ending: "full", forgotten };
    const limit = Math.min(maxTokens - written.length, room);
    const generation = session.generate([...ids, ...written], {
      ...rest,
      maxTokens: limit,
      stop: stops,
      signal,
    });
    for await (const { text } of generation) if (text !== "") hear(text);
    const result = await generation.result();
    written.push(...result.ids);
    if (result.finishReason === "stop") {
      const text = model.tokenizer.decode(written).trimStart();
      if (text === "" && result.ids.length > 0) hear(PARAGRAPH); // the user's paragraph was whole: another begins
      else return { ending: stops.some((stop) => text.includes(stop)) ? "stopped" : "ended", forgotten };
    } else if (written.length >= maxTokens) return { ending: "length", forgotten };
    else if (overflow !== "slide") return { ending: "full", forgotten };
  }
}

/** Shortens what the model is shown, where turns may be forgotten, until `wanted` tokens have room behind it. */
function makeRoom({ model, form, conversation, options }: Speaker, written: number, wanted: number) {
  for (let dropped = 0;; dropped++) {
    const ids = form.ids(conversation.shown);
    const room = model.contextLength - ids.length - written;
    if (room >= wanted || options.overflow !== "slide" || !conversation.forgetTurn()) {
      return { ids, room, dropped };
    }
  }
}

function tooLong({ model, options }: Speaker, tokens: number): WickError {
  const what = options.overflow === "slide" ? "the last message" : "the conversation";
  const message =
    `Cannot answer: ${what} must leave room in the context of ${model.contextLength} tokens, got ${tokens}`;
  return new WickError("CONTEXT_OVERFLOW", message, { param: "messages" });
}
