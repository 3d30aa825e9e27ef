/**
 * `wick chat`: a conversation, whose keys and values stay cached from turn to turn.
 *
 * @module
 */
import type { Command } from "./deps.ts";
import { type Context, interruptible } from "./context.ts";
import { needsTemplate, openModel, systemMessage } from "./model.ts";
import { addModelOptions, addSamplingOptions, examples } from "./options.ts";
import { type ModelFlags, type SamplingFlags, samplingOptions } from "./options.ts";
import { note, streamText, styled, writeJson } from "./output.ts";
import type { Session } from "../generate/contract.ts";
import type { Message } from "../generate/options.ts";
import { WickError } from "../error.ts";

interface ChatFlags extends ModelFlags, SamplingFlags {
  system?: string;
}

/** Declares the command. */
export function defineChat(command: Command, context: Context): void {
  command.description("Talk with a model that has a chat template.")
    .option("--system <text>", "a system message before the conversation");
  addSamplingOptions(addModelOptions(command));
  command.addHelpText("after", help).action((flags: ChatFlags) => chat(context, flags));
}

const help =
  "\nCtrl-C stops an answer; /exit, Ctrl-D or another Ctrl-C ends the chat, /reset begins anew.\n" +
  "With --json the whole conversation is printed at its end: {messages}.\n" + examples(
    ["wick chat -m smollm2.gguf", "talk on the terminal"],
    ["wick chat -m smollm2.gguf --system 'Answer in one word.' < questions.txt", "a line of the file a turn"],
  );

async function chat(context: Context, flags: ChatFlags): Promise<void> {
  samplingOptions(flags);
  using model = await interruptible(context, (signal) => openModel(context, flags, signal));
  needsTemplate(model, "`wick run` completes texts with it");
  using session = model.session();
  if (!flags.json) note(context, `${model.name} · /exit ends`);
  const messages = systemMessage(flags.system);
  while (await turn(context, flags, session, messages));
  if (flags.json) writeJson(context, { messages });
}

/** One question and its answer; false where the conversation ends. */
async function turn(
  context: Context,
  flags: ChatFlags,
  session: Session,
  messages: Message[],
): Promise<boolean> {
  const prompt = styled(context, context.stderr, 1, "> ");
  const line = await interruptible(context, (signal) => context.stdin.line(prompt, signal));
  const text = line?.trim();
  if (text === undefined || text === "/exit") return false;
  if (text === "/reset") messages.splice(0, messages.length, ...systemMessage(flags.system));
  else if (text !== "") {
    messages.push({ role: "user", content: text });
    messages.push({ role: "assistant", content: await answer(context, flags, session, messages) });
  }
  return true;
}

/** The model's answer, or as much of it as Ctrl-C let it give. */
async function answer(
  context: Context,
  flags: ChatFlags,
  session: Session,
  messages: readonly Message[],
): Promise<string> {
  const heard: string[] = [];
  try {
    await interruptible(context, async (signal) => {
      const generation = session.generate({ messages }, { ...samplingOptions(flags), signal });
      if (!flags.json) await streamText(context, generation, heard);
      else for await (const { text } of generation) heard.push(text);
    });
  } catch (error) {
    if (!(error instanceof WickError && error.code === "ABORTED")) throw error;
  }
  return heard.join("");
}
