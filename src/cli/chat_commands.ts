/**
 * The commands of `wick chat`: lines that begin with a slash.
 *
 * @module
 */
import { note } from "./output.ts";
import { type Chat, say } from "./reply.ts";
import { WickError } from "../error.ts";
import type { Message } from "../generate/options.ts";

/** A command: what may follow it, what it does, and how; it ends the chat where it gives false. */
interface ChatCommand {
  readonly argument?: string;
  readonly does: string;
  run(chat: Chat, argument: string): false | void | Promise<void>;
}

const commands: Record<string, ChatCommand> = {
  help: { does: "list these commands", run: ({ context }) => context.stderr.write(commandsHelp + "\n") },
  reset: { does: "begin anew, with the same system message", run: (chat) => begin(chat) },
  system: { argument: "[TEXT]", does: "set the system message, or take it away", run: setSystem },
  slide: { does: "forget the oldest turns where the context is full", run: slide },
  regenerate: { does: "answer the last message again", run: regenerate },
  save: { argument: "FILE", does: "write the conversation as JSON: {messages}", run: save },
  load: { argument: "FILE", does: "go on with a conversation that was saved", run: load },
  exit: { does: "end the chat, as Ctrl-D does", run: () => false },
  quit: { does: "the same", run: () => false },
};

/** A line for each command. */
export const commandsHelp: string = [
  ...Object.entries(commands).map(([name, { argument, does }]) =>
    `  ${`/${name}${argument ? ` ${argument}` : ""}`.padEnd(16)} ${does}`
  ),
  `  ${"//TEXT".padEnd(16)} say what begins with a slash`,
].join("\n");

/** Whether a line is a command: a slash and letters, alone or before a space. */
export function parseCommand(text: string): { name: string; argument: string } | undefined {
  const found = /^\/(\p{L}*)(?:\s+(.*))?$/su.exec(text);
  return found ? { name: found[1], argument: found[2] ?? "" } : undefined;
}

/** Runs a command; false where the chat ends. */
export async function runCommand(chat: Chat, name: string, argument: string): Promise<boolean> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    const known = Object.keys(commands).map((name) => `/${name}`).join(", ");
    throw refused(`/${name}`, `the commands are ${known}, and //${name} says it to the model`);
  }
  if (command.argument === undefined && argument !== "") throw refused(`/${name}`, "nothing may follow it");
  if (command.argument === "FILE" && argument === "") throw refused(`/${name}`, "a file must follow it");
  return await command.run(chat, argument) !== false;
}

function refused(command: string, requirement: string): WickError {
  return new WickError("INVALID_ARGUMENT", `Cannot run ${command}: ${requirement}`);
}

function begin(chat: Chat, messages?: readonly Message[]): void {
  chat.conversation.reset(messages);
  chat.ended = false;
  chat.waiting = undefined;
}

function setSystem({ context, conversation }: Chat, text: string): void {
  conversation.system = text === "" ? undefined : text;
  note(context, text === "" ? "no system message" : "the system message is set");
}

async function slide(chat: Chat): Promise<void> {
  chat.options = { ...chat.options, overflow: "slide" };
  note(chat.context, "where the context is full, the oldest turns are forgotten");
  if (chat.waiting !== undefined) await say(chat, chat.waiting);
}

/** With a seed given, the next one, as equal seeds would give the same answer. What is broken off at once changes nothing. */
async function regenerate(chat: Chat): Promise<void> {
  const { conversation, options: { seed } } = chat;
  const before = conversation.takeBack("assistant");
  const text = conversation.takeBack("user");
  if (text === undefined) throw refused("/regenerate", "there must be an answer");
  if (seed !== undefined) chat.options = { ...chat.options, seed: (seed + 1) % Number.MAX_SAFE_INTEGER };
  chat.ended = false;
  const { length } = conversation.messages;
  try {
    await say(chat, text);
  } finally {
    if (conversation.messages.length <= length) {
      conversation.add("user", text);
      conversation.add("assistant", before ?? "");
    }
  }
}

async function save(chat: Chat, path: string): Promise<void> {
  const { context, conversation: { messages } } = chat;
  await context.writeText(path, JSON.stringify({ messages }, null, 2) + "\n", {
    replace: path === chat.file,
  });
  chat.file = path;
  note(context, `saved ${messages.length} messages in ${path}`);
}

async function load(chat: Chat, path: string): Promise<void> {
  const messages = readMessages(await chat.context.readText(path));
  if (!messages) {
    const requirement =
      'it must be JSON as /save writes: {"messages": [{"role": "user", "content": "..."}, ...]}';
    throw new WickError("INVALID_ARGUMENT", `Cannot load ${path}: ${requirement}`);
  }
  begin(chat, messages);
  chat.file = path;
  note(chat.context, `loaded ${messages.length} messages from ${path}`);
}

function readMessages(text: string): Message[] | undefined {
  try {
    const { messages } = JSON.parse(text);
    const isMessage = ({ role, content }: Message) => typeof role === "string" && typeof content === "string";
    return Array.isArray(messages) && messages.every(isMessage) ? messages : undefined;
  } catch {
    return undefined;
  }
}
