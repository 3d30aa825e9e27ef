/**
 * A conversation: what was said, how each answer ended, and the request that asks for the next. No document here.
 *
 * @module
 */

/** How an answer ended: by itself, at the most tokens, stopped by the reader, or broken by an error. */
export type Ending = "stop" | "length" | "stopped" | "failed";

/** What an answer cost. */
export interface Figures {
  /** Tokens written, and those of the prompt. */
  tokens: number;
  prompt: number;
  /** Tokens a second, and milliseconds to the first. */
  rate?: number;
  wait?: number;
}

/** What one side says. An answer under way has no ending. */
export interface Turn {
  role: "user" | "assistant";
  text: string;
  ending?: Ending;
  /** Why it failed, and whether for want of a key. */
  error?: string;
  locked?: boolean;
  figures?: Figures;
}

/** A conversation, or a text that a model without a chat template goes on with. */
export interface Conversation {
  id: string;
  title: string;
  /** Whether the reader chose the title. */
  named: boolean;
  model: string;
  /** Whether its turns are messages; else they are one text. */
  chat: boolean;
  system: string;
  /** Milliseconds since 1970. */
  updated: number;
  turns: Turn[];
}

/** How to draw text; unset fields are left to the server. */
export interface Sampling {
  temperature?: number;
  top_p?: number;
  top_k?: number;
  max_tokens?: number;
  seed?: number;
}

const LONGEST_TITLE = 60;

/** A conversation in which nothing has been said. */
export function emptyConversation(model: string, chat: boolean, system: string): Conversation {
  const id = Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  return { id, title: "", named: false, model, chat, system, updated: Date.now(), turns: [] };
}

/** Adds what the reader says and a place for the answer. A message that got no answer makes room for this one. */
export function ask(conversation: Conversation, text: string): Turn {
  takeBackFailed(conversation);
  const { turns, chat } = conversation;
  if (chat || text !== "") turns.push({ role: "user", text: joined(conversation, text) });
  if (!conversation.named && !turns.some((t) => t.role === "assistant")) conversation.title = titleOf(text);
  turns.push({ role: "assistant", text: "" });
  conversation.updated = Date.now();
  return turns.at(-1)!;
}

/** Takes the last message out where its answer failed before a word, and gives its text. */
export function takeBackFailed({ turns }: Conversation): string | undefined {
  const last = turns.at(-1);
  if (last?.role !== "assistant" || last.text !== "") return undefined;
  if (last.ending !== "failed" && last.ending !== "stopped") return undefined;
  turns.pop();
  return turns.at(-1)?.role === "user" ? turns.pop()!.text : "";
}

/** The last answer, emptied to be asked for once more. */
export function again({ turns }: Conversation): Turn | undefined {
  const last = turns.at(-1);
  if (last?.role !== "assistant") return undefined;
  return turns[turns.length - 1] = { role: "assistant", text: "" };
}

/** The last answer, opened to be written on where it was cut off. */
export function reopened({ turns }: Conversation): Turn | undefined {
  const last = turns.at(-1);
  if (last?.role !== "assistant" || !canContinue(last)) return undefined;
  delete last.ending;
  delete last.error;
  delete last.locked;
  return last;
}

/** Whether an answer was cut off, and may go on. */
export function canContinue(turn: Turn): boolean {
  return turn.text !== "" && turn.ending !== undefined && turn.ending !== "stop";
}

/** The path and body of the request for the last answer; what it has already said is continued. */
export function requestFor(conversation: Conversation, sampling: Sampling): [path: string, body: unknown] {
  const { model, turns, system, chat } = conversation;
  const options = { model, ...sampling, stream: true, stream_options: { include_usage: true } };
  if (!chat) return ["completions", { ...options, prompt: turns.map((t) => t.text).join("") }];
  const continued = turns.at(-1)!.text !== "";
  const messages = turns.slice(0, continued ? undefined : -1)
    .filter(({ role, text, ending }) => role === "user" || text !== "" || ending === "stop")
    .map(({ role, text }) => ({ role, content: text }));
  if (system.trim() !== "") messages.unshift({ role: "system" as "user", content: system });
  return ["chat/completions", { ...options, messages, ...continued && { continue_final_message: true } }];
}

/** What is added to a text stands off from it. */
function joined({ chat, turns }: Conversation, text: string): string {
  const before = turns.at(-1)?.text ?? "";
  return chat || before === "" || /\s$/.test(before) || /^\s/.test(text) ? text : ` ${text}`;
}

/** A title from the first thing said: its first line, at a word's end. */
export function titleOf(text: string): string {
  const line = text.trim().split("\n", 1)[0].replace(/\s+/g, " ");
  if (line.length <= LONGEST_TITLE) return line || "Untitled";
  return `${line.slice(0, LONGEST_TITLE).replace(/\s\S*$/, "")}…`;
}
