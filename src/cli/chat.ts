/**
 * `wick chat`: a conversation, whose keys and values stay cached from turn to turn.
 *
 * @module
 */
import type { Command } from "./deps.ts";
import { commandsHelp, parseCommand, runCommand } from "./chat_commands.ts";
import { type Context, interruptible } from "./context.ts";
import { Conversation, plainForm, templateForm } from "./conversation.ts";
import { openModel } from "./model.ts";
import { addModelOptions, addSamplingOptions, examples } from "./options.ts";
import { type ModelFlags, type SamplingFlags, samplingOptions } from "./options.ts";
import { note, reportError, styled, writeJson } from "./output.ts";
import { type Chat, fullContext, isCode, say } from "./reply.ts";
import { WickError } from "../error.ts";

interface ChatFlags extends ModelFlags, SamplingFlags {
  system?: string;
}

/** Declares the command. */
export function defineChat(command: Command, context: Context): void {
  command.description("Talk with a model; one without a chat template goes on with your text, by paragraphs.")
    .option("--system <text>", "a system message before the conversation");
  addSamplingOptions(addModelOptions(command), "say so, or forget the oldest turns");
  command.addHelpText("after", help).action((flags: ChatFlags) => chat(context, flags));
}

const help =
  "\nIn the chat: Ctrl-C stops an answer, Ctrl-D ends the chat, the arrows edit and recall, Alt-Enter or\n" +
  "Ctrl-J begins a line, what is pasted is one message.\n\n" + commandsHelp +
  "\n\nWith --json the whole conversation is printed at its end: {messages}.\n" + examples(
    ["wick chat", "a story with the embedded model, a paragraph a turn"],
    [
      "wick chat -m hf:HuggingFaceTB/SmolLM2-135M-Instruct-GGUF/smollm2-135m-instruct-q8_0.gguf",
      "talk with an instructed model; 145 MB are fetched once",
    ],
    ["wick chat -m smollm2.gguf --overflow slide", "talk on, and forget the oldest turns"],
    ["wick chat -m smollm2.gguf --system 'Answer in one word.' < questions.txt", "a line of the file a turn"],
  );

async function chat(context: Context, flags: ChatFlags): Promise<void> {
  const options = samplingOptions(flags);
  using model = await interruptible(context, (signal) => openModel(context, flags, signal));
  using session = model.session();
  const form = model.hasChatTemplate ? templateForm(model) : plainForm(model);
  const conversation = new Conversation(flags.system);
  const json = flags.json ?? false;
  const state: Chat = { context, json, model, session, form, conversation, options, ended: false };
  if (!json) note(context, greeting(state));
  try {
    while (await turn(state));
  } finally {
    if (json) writeJson(context, { messages: conversation.messages });
  }
}

function greeting({ model, form }: Chat): string {
  if (!form.stop) return `${model.name} · /help lists commands, Ctrl-D ends`;
  return `${model.name} has no chat template: it goes on with your text, a paragraph a turn · ` +
    "Enter alone lets it go on, /help lists commands, Ctrl-D ends; --model names one to talk with";
}

/** What the user says, and what becomes of it; false where the chat ends. On a terminal no failure ends it. */
async function turn(chat: Chat): Promise<boolean> {
  const { context } = chat;
  const text = (await nextLine(context))?.trim();
  if (text === undefined) return false;
  try {
    const command = parseCommand(text);
    if (command) return await runCommand(chat, command.name, command.argument);
    if (text !== "" || chat.form.stop) await say(chat, text.replace(/^\/\//, "/"));
  } catch (error) {
    if (!context.stdin.isTerminal || !(error instanceof WickError) || isCode(error, "ABORTED")) throw error;
    reportError(context, error, chat.json);
    if (chat.waiting !== undefined) note(context, fullContext(chat.model.contextLength, chat.options));
  }
  return true;
}

/** A line; the first Ctrl-C at an empty one ends nothing yet. */
async function nextLine(context: Context): Promise<string | undefined> {
  const prompt = styled(context, context.stderr, 1, "> ");
  for (let pressed = false;; pressed = true) {
    let ending: AbortSignal | undefined;
    try {
      return await interruptible(context, (signal) => context.stdin.line(prompt, ending = signal));
    } catch (error) {
      if (pressed || ending?.aborted || !isCode(error, "ABORTED")) throw error;
      note(context, "another Ctrl-C, or Ctrl-D, ends the chat");
    }
  }
}
