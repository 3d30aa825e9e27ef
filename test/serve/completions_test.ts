import { deepEqual, equal, match, ok } from "node:assert/strict";
import { events, json, serving } from "./harness.ts";

const PATH = "/v1/completions";
const PARROTS = "🦜".repeat(8);
const ask = (fields: Record<string, unknown> = {}) => ({
  model: "fake",
  prompt: "Once upon",
  max_tokens: 12,
  seed: 1,
  ...fields,
});

Deno.test("a completion has OpenAI's form, and its stream says the same", () =>
  serving({}, async ({ post }) => {
    const whole = await json(post(PATH, ask()));
    match(whole.id, /^cmpl-[0-9a-f]{32}$/);
    equal(whole.object, "text_completion");
    deepEqual(Object.keys(whole.choices[0]), ["index", "text", "logprobs", "finish_reason"]);
    equal(whole.choices[0].finish_reason, "length");
    equal(whole.usage.completion_tokens, 12);
    const frames = await events(post(PATH, ask({ stream: true, stream_options: { include_usage: true } })));
    equal(frames.pop(), "[DONE]");
    deepEqual(frames.pop().usage, whole.usage);
    equal(frames.map((f) => f.choices[0].text).join(""), whole.choices[0].text);
    equal(frames.at(-1).choices[0].finish_reason, "length");
  }));

Deno.test("a prompt may be token ids or a list of prompts", () =>
  serving({}, async ({ post, model }) => {
    const text = (await json(post(PATH, ask()))).choices[0].text;
    const ids = await json(post(PATH, ask({ prompt: model.promptIds("Once upon") })));
    equal(ids.choices[0].text, text);
    const both = await json(post(PATH, ask({ prompt: ["Once upon", "a time"], n: 2 })));
    deepEqual(both.choices.map((c: { index: number }) => c.index), [0, 1, 2, 3]);
    equal(both.choices[0].text, text);
    equal(both.choices[2].text, (await json(post(PATH, ask({ prompt: "a time" })))).choices[0].text);
    const prompts = model.promptIds("Once upon").length + model.promptIds("a time").length;
    equal(both.usage.prompt_tokens, prompts);
  }));

Deno.test("echo puts the prompt in front", () =>
  serving({}, async ({ post, model }) => {
    const text = (await json(post(PATH, ask()))).choices[0].text;
    equal((await json(post(PATH, ask({ echo: true })))).choices[0].text, `Once upon${text}`);
    const prompt = model.promptIds("Once upon");
    equal((await json(post(PATH, ask({ echo: true, prompt })))).choices[0].text, `Once upon${text}`);
  }));

Deno.test("logprobs come as columns whose offsets fit the text", () =>
  serving({}, async ({ post, model }) => {
    const [{ logprobs, text }] =
      (await json(post(PATH, ask({ logprobs: 2, max_tokens: 60, prompt: PARROTS })))).choices;
    const { tokens, text_offset, token_logprobs, top_logprobs } = logprobs;
    ok([tokens, text_offset, token_logprobs, top_logprobs].every((column) => column.length === 60));
    equal(text_offset[0], 0);
    const before = (i: number) => {
      const decoder = model.tokenizer.decoder();
      return model.lastIds.slice(0, i).map((id) => decoder.push(id)).join("");
    };
    tokens.forEach((token: string, i: number) => {
      equal(text_offset[i], before(i).length, token);
      const isHalf = /^bytes:(\\x[0-9a-f]{2})+$/.test(token);
      ok(isHalf || text.startsWith(token, text_offset[i]), token);
    });
    equal(Object.keys(top_logprobs[0]).length > 0, true);
    ok(tokens.some((token: string) => token.startsWith("bytes:")));
    const frames =
      (await events(post(PATH, ask({ logprobs: 2, max_tokens: 60, stream: true, prompt: PARROTS })))).slice(
        0,
        -1,
      );
    for (const [name, column] of Object.entries(logprobs)) {
      deepEqual(frames.flatMap((f) => f.choices[0].logprobs?.[name] ?? []), column, name);
    }
  }));

Deno.test("max_tokens beyond the context is cut to what fits", () =>
  serving({ fake: { contextLength: 20 } }, async ({ post, model }) => {
    const answer = await json(post(PATH, ask({ max_tokens: 1000 })));
    equal(answer.usage.total_tokens, 20);
    equal(answer.choices[0].finish_reason, "length");
    equal(model.last!.maxTokens, 20 - answer.usage.prompt_tokens);
  }));
