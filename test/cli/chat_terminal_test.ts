import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { storiesWithTemplate } from "./stories_with_template.ts";
import { onTerminal, task, terminalTest } from "./terminal.ts";

const PASTE = (text: string) => `\x1b[200~${text}\x1b[201~`;
const greedy = ["--temperature", "0"];
/** Messages that a chat saved. */
const saved = async (path: string) =>
  JSON.parse(await Deno.readTextFile(path)).messages as { role: string; content: string }[];

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await run(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

terminalTest(
  "plain wick chat goes on with a story, and a paste of three lines is one message",
  () =>
    inFolder(async (folder) => {
      const { shown, code, echo, lines } = await onTerminal(["chat", ...greedy], [
        { wait: "> ", type: PASTE("Once upon a time\r\nthere was a fox.\nThe fox") },
        { wait: "The fox", type: " was red.\r" },
        { wait: "> ", type: `/save ${folder}/one.json\r` },
        { wait: "saved 2 messages", type: "/load " + folder + "/one.json\r" },
        { wait: "loaded 2 messages" },
        { wait: "> ", type: "\x1b[A\x1b[A\x1b[A" },
        { wait: "The fox was red.", type: "\r" },
        { wait: "> ", type: `/save ${folder}/one.json\r` },
        { wait: "saved 4 messages", type: "\x04" },
      ]);
      deepEqual([code, echo, lines], [0, true, true]);
      const [user, assistant, again] = await saved(`${folder}/one.json`);
      deepEqual(user, { role: "user", content: "Once upon a time\nthere was a fox.\nThe fox was red." });
      ok(assistant.content.trim().length > 20);
      deepEqual(again, user, "recalled by the arrows, line ends and all");
      match(shown, /no chat template: it goes on with your text/);
      ok(shown.lastIndexOf("\x1b[?2004l") > shown.lastIndexOf("\x1b[?2004h"), "pastes are marked no longer");
    }),
);

/** Answers with these go on until the context is full. */
const endless = ["--ignore-eos", "--context", "4096", "--allow-long-context"];

terminalTest(
  "keys typed during an answer are not shown in it, and wait for the next message",
  () =>
    inFolder(async (folder) => {
      const model = await storiesWithTemplate(folder);
      const { shown } = await onTerminal(["chat", "-m", model, ...endless, "--max-tokens", "400"], [
        { wait: "> ", type: "Once upon a time\r" },
        { wait: "time\r\r\n" },
        { wait: " ", type: "zebra" },
        { wait: "cut at 400 tokens" },
        { wait: "zebra", type: "s\r" },
        { wait: "cut at 400 tokens" },
        { wait: "> ", type: `/save ${folder}/two.json\r` },
        { wait: "saved 4 messages", type: "/quit\r" },
      ]);
      const messages = await saved(`${folder}/two.json`);
      equal(messages[2].content, "zebras");
      const answers = messages.filter(({ role }) => role === "assistant").map(({ content }) => content)
        .join();
      equal(shown.split("zebra").length, 1 + answers.split("zebra").length, "shown once beside the answers");
    }),
);

for (const [how, wick] of [["directly", undefined], ["under deno task", task]] as const) {
  terminalTest(`Ctrl-C stops an answer and keeps the chat, ${how}`, () =>
    inFolder(async (folder) => {
      const model = await storiesWithTemplate(folder);
      const { code, echo, lines } = await onTerminal([
        "chat",
        "-m",
        model,
        ...endless,
        "--system",
        "A story.",
      ], [
        { wait: "> ", type: "One day\r" },
        { wait: "day\r\r\n" },
        { wait: " ", type: "\x03" },
        { wait: "> ", type: `/save ${folder}/three.json\r` },
        { wait: "saved 3 messages" },
        { wait: "> ", type: "abc\x03" },
        { wait: "^C", type: "\x03" },
        { wait: "ends the chat" },
        { wait: "> ", type: "\x03" },
        { wait: "interrupted" },
      ], { wick });
      deepEqual([code, echo, lines], [130, true, true]);
      const messages = await saved(`${folder}/three.json`);
      deepEqual(messages.map(({ role }) => role), ["system", "user", "assistant"]);
    }));
}

terminalTest(
  "a full context is told and the chat goes on by /slide or /reset; unknown commands are named",
  () =>
    inFolder(async (folder) => {
      const model = await storiesWithTemplate(folder);
      const { shown, code } = await onTerminal(["chat", "-m", model, "--context", "48", "--ignore-eos"], [
        { wait: "> ", type: "Once upon a time there was a little fox who lived in a big forest.\r" },
        { wait: "cut: the context is full (48 tokens); /slide forgets the oldest turns, /reset begins anew" },
        { wait: "> ", type: "The bear came.\r" },
        { wait: "error[CONTEXT_OVERFLOW]" },
        { wait: "/slide forgets" },
        { wait: "> ", type: `/save ${folder}/four.json\r` },
        { wait: "saved 2 messages", type: "/slide\r" },
        { wait: "forgot the oldest turn" },
        { wait: "> ", type: `/save ${folder}/four.json\r` },
        { wait: "saved 4 messages", type: "/slid\r" },
        { wait: "Cannot run /slid: the commands are /help", type: "/reset\r" },
        { wait: "> ", type: `/save ${folder}/four.json\r` },
        { wait: "saved 0 messages", type: "\x04" },
      ]);
      equal(code, 0);
      doesNotMatch(shown, /interrupted/);
    }),
);

terminalTest("SIGTERM at the prompt leaves the terminal as it was", async () => {
  const { code, echo, lines, shown } = await onTerminal(["chat"], [{ wait: "> ", signal: "SIGTERM" }]);
  deepEqual([code, echo, lines], [130, true, true]);
  ok(shown.lastIndexOf("\x1b[?2004l") > shown.lastIndexOf("\x1b[?2004h"));
});
