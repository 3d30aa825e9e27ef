import { deepEqual, equal, ok } from "node:assert/strict";
import {
  again,
  ask,
  canContinue,
  emptyConversation,
  reopened,
  requestFor,
  takeBackFailed,
  titleOf,
} from "../../../src/serve/page/client/conversation.ts";
import { Memory, Store } from "../../../src/serve/page/client/store.ts";

const chat = () => emptyConversation("m", true, "");
const said = (body: unknown) => (body as { messages: { role: string; content: string }[] }).messages;

Deno.test("a conversation asks with all that was said, the system prompt first", () => {
  const conversation = { ...chat(), system: "Be brief." };
  Object.assign(ask(conversation, "one"), { text: "1", ending: "stop" });
  ask(conversation, "two");
  const [path, body] = requestFor(conversation, { temperature: 0.5 });
  equal(path, "chat/completions");
  deepEqual(body, {
    model: "m",
    temperature: 0.5,
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "one" },
      { role: "assistant", content: "1" },
      { role: "user", content: "two" },
    ],
  });
});

Deno.test("an answer that was cut off, stopped or broken goes on; one that ended does not", () => {
  const conversation = chat();
  const turn = ask(conversation, "one");
  equal(reopened(conversation), undefined); // nothing has come yet
  for (const ending of ["length", "stopped", "failed"] as const) {
    Object.assign(turn, { text: "The", ending, error: "x", locked: true });
    ok(canContinue(turn));
    equal(reopened(conversation), turn);
    deepEqual(turn, { role: "assistant", text: "The" });
    const [, body] = requestFor(conversation, {});
    equal((body as { continue_final_message: boolean }).continue_final_message, true);
    deepEqual(said(body).at(-1), { role: "assistant", content: "The" });
  }
  turn.ending = "stop";
  equal(reopened(conversation), undefined);
  equal(again(conversation)!.text, "");
  deepEqual(said(requestFor(conversation, {})[1]), [{ role: "user", content: "one" }]);
});

Deno.test("a message without an answer makes room for the next, or is taken back; a part of an answer stays", () => {
  const conversation = chat();
  Object.assign(ask(conversation, "lost"), { ending: "failed" });
  Object.assign(ask(conversation, "kept"), { text: "so f", ending: "failed" });
  Object.assign(ask(conversation, "third"), { ending: "stopped" });
  deepEqual(conversation.turns.map((t) => t.text), ["kept", "so f", "third", ""]);
  equal(takeBackFailed(conversation), "third");
  equal(takeBackFailed(conversation), undefined);
  deepEqual(conversation.turns.map((t) => t.text), ["kept", "so f"]);
});

Deno.test("an answer that said nothing stays an answer, so that two messages never follow each other", () => {
  const conversation = chat();
  ask(conversation, "one").ending = "stop";
  ask(conversation, "two");
  deepEqual(said(requestFor(conversation, {})[1]).map((m) => m.role), ["user", "assistant", "user"]);
});

Deno.test("a text goes on with all of it, and what is added stands off", () => {
  const text = emptyConversation("m", false, "unused");
  Object.assign(ask(text, "Once"), { text: " upon a time.", ending: "stop" });
  Object.assign(ask(text, ""), { text: " The end.", ending: "stop" });
  Object.assign(ask(text, "Or not"), { text: "?\n", ending: "length" });
  ask(text, "Yes");
  const [path, body] = requestFor(text, {});
  equal(path, "completions");
  equal((body as { prompt: string }).prompt, "Once upon a time. The end. Or not?\nYes");
  ok(!("messages" in (body as object)));
});

Deno.test("a title is the beginning of what was said first, unless the reader chose one", () => {
  equal(titleOf("  Two  words\nand more"), "Two words");
  equal(titleOf(""), "Untitled");
  const long = titleOf("word ".repeat(40));
  ok(long.length <= 61 && long.endsWith("word…"), long);
  const conversation = { ...chat(), title: "Mine", named: true };
  ask(conversation, "something");
  equal(conversation.title, "Mine");
});

Deno.test("the store keeps conversations apart by place, and leaves alone what it can't read", () => {
  const shelf = new Memory();
  const store = new Store(shelf, new Memory(), "/");
  const [one, two] = [{ ...chat(), updated: 1 }, { ...chat(), updated: 2 }];
  ask(two, "hello");
  for (const conversation of [one, two]) ok(store.keep(conversation));
  deepEqual(store.conversations().map(({ id }) => id), [two, one].map(({ id }) => id));
  deepEqual(new Store(shelf, new Memory(), "/ai/").conversations(), []);
  for (
    const text of [
      "{",
      "null",
      "1",
      '{"id":"x"}',
      '{"id":"x","title":"","model":"m","system":"","updated":1,"turns":[null]}',
    ]
  ) {
    shelf.setItem("wick:/:chat:x", text);
    equal(store.conversations().length, 2, text);
    equal(shelf.getItem("wick:/:chat:x"), text);
  }
  store.forget(one.id);
  equal(store.conversations().length, 1);
});

Deno.test("an answer that was under way when it was kept counts as stopped", () => {
  const store = new Store(new Memory(), new Memory(), "/");
  const conversation = chat();
  ask(conversation, "hello").text = "half";
  store.keep(conversation);
  equal(store.conversations()[0].turns[1].ending, "stopped");
});

Deno.test("settings that are spoilt are the defaults; a store that is full says so", () => {
  const shelf = new Memory();
  const store = new Store(shelf, new Memory(), "/");
  const defaults = { system: "", theme: "" };
  for (const text of ["17", "null", "[", '"x"']) {
    shelf.setItem("wick:/:settings", text);
    deepEqual(store.settings, defaults, text);
  }
  store.settings = { system: "s", theme: "dark", seed: 1 };
  deepEqual(store.settings, { system: "s", theme: "dark", seed: 1 });
  shelf.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  equal(store.keep(chat()), false);
});
