import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type FakeModel, type Given, story, wick } from "./fakes.ts";

const whole = story.join("");
const roomy = { contextLength: 1000 };

/** Runs a chat in a context with room. */
const chat = (args: string[], given: Given) => wick(["chat", ...args], { model: roomy, ...given });
/** What the model was asked to go on from. */
const asked = (model: FakeModel) =>
  model.asked.map(({ prompt }) => model.tokenizer.decode((prompt as number[]).slice(1)));

Deno.test("chat answers line by line, in one session, with the conversation so far", async () => {
  const { code, stdout, model } = await chat(["--system", "S"], { stdin: "Hello\n\nAnd then?\n" });
  equal(code, 0);
  equal(stdout, `${whole}\n${whole}\n`);
  deepEqual(asked(model), [
    "<system>S<user>Hello",
    `<system>S<user>Hello<assistant>${whole}<user>And then?`,
  ]);
  equal(model.sessions, 0, "the session is released");
  ok(model.disposed);
});

Deno.test("chat ends at /exit and /quit, forgets at /reset and changes the system message", async () => {
  for (const end of ["/exit", "/quit"]) {
    const stdin = `One\n/reset\nTwo\n/system S\n//three\n/system\nFour\n${end}\nFive\n`;
    const { code, model } = await chat([], { stdin });
    equal(code, 0);
    const later = `<user>Two<assistant>${whole}<user>/three`;
    deepEqual(asked(model), [
      "<user>One",
      "<user>Two",
      `<system>S${later}`,
      `${later}<assistant>${whole}<user>Four`,
    ]);
  }
});

Deno.test("Ctrl-C stops an answer and the chat goes on with what was said", async () => {
  const { code, stdout, model } = await chat([], { stdin: "One\nTwo\n", interruptAt: 3 });
  equal(code, 0);
  equal(stdout, `A fox \n${whole}\n`);
  equal(asked(model)[1], "<user>One<assistant>A fox <user>Two");
});

Deno.test("chat --json prints the whole conversation at its end", async () => {
  const { stdout, stderr } = await chat(["--json"], { stdin: "Hello\n" });
  deepEqual(JSON.parse(stdout), {
    messages: [{ role: "user", content: "Hello" }, { role: "assistant", content: whole }],
  });
  equal(stderr, "");
});

Deno.test("/save, /load and /regenerate; a file that the chat does not know is not replaced", async () => {
  const messages = [{ role: "user", content: "Hi" }, { role: "assistant", content: "Ho" }];
  const files = { "old.json": JSON.stringify({ messages }), "notes.txt": "milk" };
  const stdin =
    "/load notes.txt\n/load old.json\n/regenerate\n/save old.json\n/save notes.txt\n/save new.json\n" +
    "/save new.json\n";
  const { code, files: written, model, stderr } = await chat(["--seed", "7"], {
    stdin,
    files,
    terminal: true,
  });
  equal(code, 0, stderr);
  deepEqual(asked(model), ["<user>Hi"]);
  equal(model.asked[0].options.seed, 8);
  deepEqual(Object.keys(written), ["old.json", "new.json"]);
  deepEqual(JSON.parse(written["new.json"]), {
    messages: [messages[0], { role: "assistant", content: whole }],
  });
  match(stderr, /Cannot load notes.txt: it must be JSON as \/save writes/);
  match(stderr, /Cannot write notes.txt: it must be a new file/);
});

Deno.test("commands that there are none of, or that lack what they need, are told; the chat goes on", async () => {
  const stdin = "/sav\n/save\n/quit now\n/regenerate\n/home/me is a path\n/help\n/quit\n";
  const { code, stderr, model } = await chat([], { stdin, terminal: true });
  equal(code, 0);
  match(stderr, /Cannot run \/sav: the commands are \/help, .*\/\/sav says it/);
  match(stderr, /Cannot run \/save: a file must follow it/);
  match(stderr, /Cannot run \/quit: nothing may follow it/);
  match(stderr, /Cannot run \/regenerate: there must be an answer/);
  match(stderr, /^ {2}\/save FILE +write the conversation/m);
  deepEqual(asked(model), ["<user>/home/me is a path"]);
});

const turn = `<user>One<assistant>${whole}`; // 35 characters, and tokens

Deno.test("a full context ends a chat of piped lines with what was said, and no chat on a terminal", async () => {
  const stdin = `One\n${"x".repeat(60)}\n/reset\nTwo\n`;
  const model = { contextLength: 64 };
  const piped = await wick(["chat", "--json"], { stdin, model });
  equal(piped.code, 1);
  equal(JSON.parse(piped.stdout).messages.length, 2);
  equal(JSON.parse(piped.stderr).error.code, "CONTEXT_OVERFLOW");
  const terminal = await wick(["chat"], { stdin, model, terminal: true, env: { NO_COLOR: "1" } });
  equal(terminal.code, 0);
  match(terminal.stderr, /error\[CONTEXT_OVERFLOW\]: .* in the context of 64 tokens, got 102\n/);
  match(
    terminal.stderr,
    /the context is full \(64 tokens\); \/slide forgets the oldest turns, \/reset begins anew/,
  );
  deepEqual(asked(terminal.model), ["<user>One", "<user>Two"]);
});

Deno.test("where the context slides, the oldest turns go and the system message stays", async () => {
  const { code, stderr, model } = await wick(["chat", "--overflow", "slide", "--system", "S"], {
    stdin: `One\nTwo\nThree\n${"x".repeat(99)}\n`,
    model: { contextLength: 82 },
  });
  equal(code, 1);
  match(stderr, /the last message must leave room in the context of 82 tokens, got 115/);
  deepEqual(asked(model), [
    "<system>S<user>One",
    `<system>S${turn}<user>Two`,
    `<system>S<user>Two<assistant>${whole}<user>Three`,
  ]);
  match(stderr, /forgot the oldest turn\n/);
});

Deno.test("an answer that the context cuts is told, and after /slide the chat forgets", async () => {
  const contextLength = 1 + turn.length + "<user>Two".length + 2; // room for two words of four
  const stdin = `One\nTwo\n/slide\nThree\n`;
  const { code, stderr, stdout, model } = await wick(["chat"], { stdin, model: { contextLength } });
  equal(code, 0, stderr);
  equal(stdout, `${whole}\nA fox \n${whole}\n`);
  match(stderr, /cut: the context is full \(47 tokens\)/);
  match(stderr, /forgot the oldest 2 turns/);
  deepEqual(asked(model).slice(1), [`${turn}<user>Two`, "<user>Three"]);
});

Deno.test("/slide answers the message that had no room", async () => {
  const long = "x".repeat(30);
  const stdin = `One\n${long}\n/slide\n`;
  const { code, stderr, model } = await wick(["chat"], {
    stdin,
    model: { contextLength: 47 },
    terminal: true,
  });
  equal(code, 0, stderr);
  deepEqual(asked(model), ["<user>One", `<user>${long}`]);
});

Deno.test("where the context slides, an answer that fills it goes on behind fewer turns", async () => {
  const words = Array.from({ length: 40 }, (_, i) => String.fromCharCode(65 + i));
  const { stdout, stderr, model } = await wick(["chat", "--overflow", "slide", "-n", "30"], {
    stdin: "One\nTwo\n",
    model: { contextLength: 84, words }, // of which the second answer finds 24 left
  });
  const first = words.slice(0, 30).join("");
  equal(stdout, `${first}\n${words.slice(0, 24).join("")}${words.slice(0, 6).join("")}\n`);
  deepEqual(asked(model).slice(0, 2), ["<user>One", `<user>One<assistant>${first}<user>Two`]);
  const second = String.fromCharCode(...Array(24).keys()); // what was written, behind what is left of the chat
  deepEqual(asked(model).slice(2), [`<user>Two${second}`]);
  match(stderr, /cut at 30 tokens\nforgot the oldest turn\ncut at 30 tokens\n/);
});

Deno.test("a model without a template goes on with a text, a paragraph a turn, and with nothing said too", async () => {
  const model = { ...roomy, hasChatTemplate: false };
  const { code, stdout, stderr, model: used } = await wick(["chat", "--system", "Title"], {
    stdin: "Once\n\nThen\n",
    model,
  });
  equal(code, 0, stderr);
  equal(stdout, `${whole}\n`.repeat(3));
  match(stderr, /Fake 1K has no chat template: it goes on with your text/);
  match(stderr, /the text has ended; what comes next begins another/);
  deepEqual(used.asked[0].options.stop, ["\n\n"]);
  deepEqual(asked(used), ["Title\n\nOnce", "Title\n\n", "Title\n\nThen"]);
});
