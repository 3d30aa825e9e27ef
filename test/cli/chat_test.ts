import { deepEqual, equal, match, ok } from "node:assert/strict";
import { story, wick } from "./fakes.ts";

const whole = story.join("");

Deno.test("chat answers line by line, in one session, with the conversation so far", async () => {
  const { code, stdout, model } = await wick(["chat", "--system", "S"], { stdin: "Hello\n\nAnd then?\n" });
  equal(code, 0);
  equal(stdout, `${whole}\n${whole}\n`);
  deepEqual(model.asked.map(({ prompt }) => prompt), [
    { messages: [{ role: "system", content: "S" }, { role: "user", content: "Hello" }] },
    {
      messages: [
        { role: "system", content: "S" },
        { role: "user", content: "Hello" },
        { role: "assistant", content: whole },
        { role: "user", content: "And then?" },
      ],
    },
  ]);
  equal(model.sessions, 0, "the session is released");
  ok(model.disposed);
});

Deno.test("chat ends at /exit and forgets at /reset", async () => {
  const { code, model } = await wick(["chat"], { stdin: "One\n/reset\nTwo\n/exit\nThree\n" });
  equal(code, 0);
  deepEqual(model.asked.map(({ prompt }) => prompt), [
    { messages: [{ role: "user", content: "One" }] },
    { messages: [{ role: "user", content: "Two" }] },
  ]);
});

Deno.test("Ctrl-C stops an answer and the chat goes on with what was said", async () => {
  const { code, stdout, model } = await wick(["chat"], { stdin: "One\nTwo\n", interruptAt: 3 });
  equal(code, 0);
  equal(stdout, `A fox \n${whole}\n`);
  deepEqual(model.asked[1].prompt, {
    messages: [
      { role: "user", content: "One" },
      { role: "assistant", content: "A fox " },
      { role: "user", content: "Two" },
    ],
  });
});

Deno.test("chat --json prints the whole conversation at its end", async () => {
  const { stdout, stderr } = await wick(["chat", "--json"], { stdin: "Hello\n" });
  deepEqual(JSON.parse(stdout), {
    messages: [{ role: "user", content: "Hello" }, { role: "assistant", content: whole }],
  });
  equal(stderr, "");
});

Deno.test("chat needs a template and suggests run", async () => {
  const { code, stderr, stdout } = await wick(["chat"], { model: { hasChatTemplate: false } });
  equal(code, 1);
  match(stderr, /^error\[TEMPLATE_FAILED\]: .*`wick run`/);
  equal(stdout, "");
});
