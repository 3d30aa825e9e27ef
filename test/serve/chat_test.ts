import { deepEqual, equal, match, ok } from "node:assert/strict";
import { chat, events, json, serving } from "./harness.ts";

const PATH = "/v1/chat/completions";

Deno.test("a chat answer has OpenAI's form, and counts its tokens", () =>
  serving({}, async ({ post, model }) => {
    const answer = await json(post(PATH, chat("Hello", { seed: 3 })));
    match(answer.id, /^chatcmpl-[0-9a-f]{32}$/);
    equal(answer.object, "chat.completion");
    equal(answer.model, "fake");
    ok(Math.abs(answer.created - Date.now() / 1000) < 60);
    equal(answer.choices.length, 1);
    const [{ index, message, finish_reason, logprobs }] = answer.choices;
    equal(index, 0);
    equal(message.role, "assistant");
    ok(message.content.length > 0);
    equal(finish_reason, "length");
    equal(logprobs, null);
    const prompt = model.promptIds({ messages: [{ role: "user", content: "Hello" }] }).length;
    equal(answer.usage.prompt_tokens, prompt);
    equal(answer.usage.completion_tokens, 12);
    equal(answer.usage.total_tokens, prompt + 12);
  }));

Deno.test("a chat stream begins with the role, ends with reason, usage and [DONE], and says the same", () =>
  serving({}, async ({ post }) => {
    const whole = await json(post(PATH, chat("Hello", { seed: 3 })));
    const response = await post(
      PATH,
      chat("Hello", { seed: 3, stream: true, stream_options: { include_usage: true } }),
    );
    match(response.headers.get("content-type")!, /^text\/event-stream/);
    const frames = await events(response);
    equal(frames.pop(), "[DONE]");
    const usage = frames.pop();
    deepEqual(usage.choices, []);
    deepEqual(usage.usage, whole.usage);
    ok(frames.every((f) => f.id === usage.id && f.object === "chat.completion.chunk" && f.usage === null));
    const choices = frames.map((f) => f.choices[0]);
    deepEqual(choices[0].delta, { role: "assistant", content: "" });
    deepEqual(choices.at(-1), { index: 0, delta: {}, logprobs: null, finish_reason: "length" });
    ok(choices.slice(0, -1).every((c) => c.finish_reason === null));
    equal(choices.map((c) => c.delta.content ?? "").join(""), whole.choices[0].message.content);
  }));

Deno.test("a stream has no usage unless asked", () =>
  serving({}, async ({ post }) => {
    const frames = await events(post(PATH, chat("Hello", { stream: true })));
    ok(frames.slice(0, -1).every((f) => !("usage" in f) && f.choices.length === 1));
  }));

Deno.test("equal seeds give equal text, other seeds another, and n answers differ", () =>
  serving({}, async ({ post }) => {
    const text = async (seed: number) =>
      (await json(post(PATH, chat("a", { seed })))).choices[0].message.content;
    equal(await text(1), await text(1));
    ok(await text(1) !== await text(2));
    const several = await json(post(PATH, chat("a", { seed: 1, n: 3 })));
    const texts = several.choices.map((c: { message: { content: string } }) => c.message.content);
    deepEqual(several.choices.map((c: { index: number }) => c.index), [0, 1, 2]);
    equal(texts[0], await text(1));
    equal(new Set(texts).size, 3);
    equal(several.usage.completion_tokens, 36);
    const frames = await events(post(PATH, chat("a", { seed: 1, n: 3, stream: true })));
    const streamed = ["", "", ""];
    for (const f of frames.slice(0, -1)) streamed[f.choices[0].index] += f.choices[0].delta.content ?? "";
    deepEqual(streamed, texts);
  }));

Deno.test("a stop string is never emitted, in part or whole, nor are its tokens' logprobs", () =>
  serving({}, async ({ post }) => {
    const free = await json(post(PATH, chat("stop", { seed: 5, max_tokens: 40 })));
    const text: string = free.choices[0].message.content;
    const stop = text.slice(9, 15);
    const ask = chat("stop", { seed: 5, max_tokens: 40, stop, logprobs: true });
    const frames = (await events(post(PATH, { ...ask, stream: true }))).slice(0, -1);
    const pieces = frames.map((f) => f.choices[0].delta.content ?? "");
    equal(pieces.join(""), text.slice(0, text.indexOf(stop)));
    equal(frames.at(-1).choices[0].finish_reason, "stop");
    type Tokens = { bytes: number[] }[];
    const bytes = frames.flatMap((f) => (f.choices[0].logprobs?.content ?? []) as Tokens).flatMap((t) =>
      t.bytes
    );
    ok(!new TextDecoder().decode(Uint8Array.from(bytes)).includes(stop));
    const whole = await json(post(PATH, ask));
    equal(whole.choices[0].message.content, pieces.join(""));
    equal(whole.choices[0].finish_reason, "stop");
  }));

Deno.test("no frame holds a part of a character", () =>
  serving({}, async ({ post }) => {
    const frames = await events(post(PATH, chat("utf-8", { seed: 1, max_tokens: 200, stream: true })));
    const text = frames.slice(0, -1).map((f) => f.choices[0].delta.content ?? "").join("");
    ok(/[🦊日ß]/u.test(text), text);
    ok(frames.slice(0, -2).every((f) => !f.choices[0].delta.content.includes("\uFFFD")));
  }));

Deno.test("logprobs carry tokens, bytes and alternatives, whole and streamed alike", () =>
  serving({}, async ({ post }) => {
    const ask = chat("a", { seed: 1, logprobs: true, top_logprobs: 2 });
    const [{ message, logprobs }] = (await json(post(PATH, ask))).choices;
    equal(logprobs.content.length, 12);
    for (const { token, bytes, logprob, top_logprobs } of logprobs.content) {
      equal(typeof token, "string");
      equal(logprob, -0.5);
      ok(bytes.length > 0);
      deepEqual(top_logprobs.map((t: { logprob: number }) => t.logprob), [-1, -2]);
    }
    const bytes = logprobs.content.flatMap((t: { bytes: number[] }) => t.bytes);
    equal(new TextDecoder().decode(Uint8Array.from(bytes)), message.content);
    const frames = (await events(post(PATH, { ...ask, stream: true }))).slice(0, -1);
    deepEqual(frames.flatMap((f) => f.choices[0].logprobs?.content ?? []), logprobs.content);
  }));

Deno.test("sampling fields reach the model under the contract's names", () =>
  serving({}, async ({ post, model }) => {
    const response = await post(
      PATH,
      chat("a", {
        temperature: 0.5,
        top_k: 7,
        top_p: 0.9,
        min_p: 0.1,
        typical_p: 0.8,
        repetition_penalty: 1.1,
        repeat_last_n: 32,
        presence_penalty: 1,
        frequency_penalty: -1,
        logit_bias: { "12": -100, "13": 2.5 },
        seed: 9,
        stop: ["x", "y"],
        stop_token_ids: [3],
        ignore_eos: true,
        max_tokens: 5,
        max_completion_tokens: 4,
        user: "someone",
        parallel_tool_calls: true,
        tools: null,
        response_format: { type: "text" },
      }),
    );
    equal(response.status, 200);
    await response.body?.cancel();
    const { signal, ...options } = model.last!;
    ok(signal instanceof AbortSignal);
    deepEqual(options, {
      maxTokens: 4,
      temperature: 0.5,
      topK: 7,
      topP: 0.9,
      minP: 0.1,
      typicalP: 0.8,
      repeatPenalty: 1.1,
      repeatLastN: 32,
      presencePenalty: 1,
      frequencyPenalty: -1,
      logitBias: { 12: -100, 13: 2.5 },
      seed: 9,
      stop: ["x", "y"],
      stopIds: [3],
      ignoreEos: true,
      cacheSalt: "", // the request carried no key
    });
  }));

Deno.test("content may be text parts, and a developer speaks as the system", () =>
  serving({}, async ({ post }) => {
    const plain = chat("a b", { seed: 1 });
    const parts = {
      ...plain,
      messages: [{ role: "user", content: [{ type: "text", text: "a " }, { type: "text", text: "b" }] }],
    };
    deepEqual((await json(post(PATH, parts))).choices, (await json(post(PATH, plain))).choices);
    const as = (role: string) => json(post(PATH, { ...plain, messages: [{ role, content: "x" }] }));
    deepEqual((await as("developer")).choices, (await as("system")).choices);
  }));

Deno.test("continue_final_message goes on with the assistant's last message instead of answering it", () =>
  serving({}, async ({ post }) => {
    const messages = [{ role: "user", content: "x" }];
    const fields = { seed: 1, continue_final_message: true };
    const begun = [...messages, { role: "assistant", content: "So" }];
    const continued = (await json(post(PATH, chat("", { ...fields, messages: begun })))).choices[0];
    const same = { model: "fake", prompt: "[user] x\n[assistant] So", seed: 1, max_tokens: 12 };
    equal(continued.message.content, (await json(post("/v1/completions", same))).choices[0].text);
    const wrong = await post(PATH, chat("", { ...fields, continue_final_message: "yes", messages: begun }));
    deepEqual([wrong.status, (await json(wrong)).error.param], [400, "continue_final_message"]);
  }));

Deno.test("without a chat template the conversation's text is continued", () =>
  serving({ fake: { hasChatTemplate: false } }, async ({ post }) => {
    const messages = [{ role: "system", content: "Once" }, { role: "user", content: "upon a time" }];
    const answer = await json(post(PATH, chat("", { messages, seed: 1 })));
    const same = await json(
      post("/v1/completions", { model: "fake", prompt: "Once\nupon a time", seed: 1, max_tokens: 12 }),
    );
    equal(answer.choices[0].message.content, same.choices[0].text);
  }));
