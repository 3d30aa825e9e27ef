/**
 * The embedded model behind a real server, asked by the `openai` package.
 *
 * @module
 */
import { equal, match, ok, rejects } from "node:assert/strict";
import OpenAI from "npm:openai@7.57.0";
import { load } from "../../mod.ts";
import { wick } from "../../src/serve/mod.ts";
import { modelTest, repositoryPath } from "../shared.ts";

const ask = { model: "stories", max_tokens: 24, seed: 1, temperature: 0.7 };
const messages = [{ role: "user" as const, content: "Once upon a time, there was a little fox" }];
const prompt = messages[0].content;

/** Runs `test` with a client of a server with one place and no queue. */
async function withModel(test: (client: OpenAI) => Promise<void>): Promise<void> {
  using model = await load(repositoryPath("models/wick-stories.gguf"));
  const app = wick({ models: { stories: model }, queue: 0 });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch);
  const baseURL = `http://127.0.0.1:${server.addr.port}/v1`;
  try {
    await test(new OpenAI({ apiKey: "none", baseURL, maxRetries: 0 }));
  } finally {
    await server.shutdown();
  }
}

Deno.test("embedded model: chat and completion, whole and streamed, write one text for one seed", () =>
  withModel(async (client) => {
    const whole = await client.completions.create({ ...ask, prompt });
    const text = whole.choices[0].text;
    match(text, /^ ?[\w,.'"!? \n-]{20,}/);
    equal(whole.usage!.completion_tokens, 24);
    let streamed = "";
    for await (const chunk of await client.completions.create({ ...ask, prompt, stream: true })) {
      streamed += chunk.choices[0].text;
    }
    equal(streamed, text);
    // It has no chat template, so a chat continues the message.
    const chat = await client.chat.completions.create({ ...ask, messages });
    equal(chat.choices[0].message.content, text);
    const stream = client.chat.completions.stream({ ...ask, messages });
    equal((await stream.finalMessage()).content, text);
  }));

Deno.test("embedded model: logprobs are those of the best tokens, and sum to the text", () =>
  withModel(async (client) => {
    const choice = (await client.chat.completions.create({
      ...ask,
      messages,
      temperature: 0,
      logprobs: true,
      top_logprobs: 3,
    })).choices[0];
    const tokens = choice.logprobs!.content!;
    equal(tokens.length, 24);
    equal(new TextDecoder().decode(Uint8Array.from(tokens.flatMap((t) => t.bytes!))), choice.message.content);
    for (const { token, logprob, top_logprobs } of tokens) {
      equal(token, top_logprobs[0].token);
      ok(logprob <= 0 && logprob === top_logprobs[0].logprob);
      ok(top_logprobs.length === 3 && top_logprobs[0].logprob >= top_logprobs[1].logprob);
    }
  }));

Deno.test("embedded model: errors, and an abort that frees the place", () =>
  withModel(async (client) => {
    await rejects(client.completions.create({ ...ask, prompt: "once ".repeat(600) }), OpenAI.BadRequestError);
    const endless = { ...ask, prompt, max_tokens: 400, n: 4, ignore_eos: true, stream: true } as const;
    const stream = await client.completions.create(endless);
    let chunks = 0;
    for await (const _ of stream) {
      if (++chunks === 1) await rejects(client.completions.create({ ...ask, prompt }), OpenAI.RateLimitError);
      if (chunks === 5) break; // the client closes the connection
    }
    for (let freed = false; !freed;) {
      const answer = await client.completions.create({ ...ask, prompt }).catch((error) => {
        ok(error instanceof OpenAI.RateLimitError, error);
      });
      freed = answer?.usage?.completion_tokens === 24;
    }
  }));

modelTest(
  "a chat model goes on with its cut-off answer as if it had not been cut",
  ["SmolLM2-135M-Instruct.Q4_1.gguf"],
  async ([path]) => {
    using model = await load(path);
    const messages = [{ role: "user", content: "Explain in three sentences why leaves are green." }];
    const whole = await model.generate({ messages }, { temperature: 0, maxTokens: 20 }).text();
    const begun = await model.generate({ messages }, { temperature: 0, maxTokens: 10 }).text();
    const prompt = { messages: [...messages, { role: "assistant", content: begun }], continueFinal: true };
    equal(begun + await model.generate(prompt, { temperature: 0, maxTokens: 10 }).text(), whole);
  },
);
