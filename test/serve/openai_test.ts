/**
 * The `openai` package, unmodified, against a real server.
 *
 * @module
 */
import { equal, match, ok, rejects } from "node:assert/strict";
import OpenAI from "npm:openai@7.57.0";
import { gate, type Served, serving, until } from "./harness.ts";
import type { FakeOptions } from "./fake_model.ts";

const messages = [{ role: "user" as const, content: "Tell me a story" }];

/** Runs `test` with a client of a server that asks for a key. */
function withClient(
  test: (client: OpenAI, served: Served) => Promise<void>,
  fake?: FakeOptions,
): Promise<void> {
  return serving({ apiKeys: ["sk-test"], queue: 0, fake }, async (served) => {
    const client = new OpenAI({ apiKey: "sk-test", baseURL: `${served.url}/v1`, maxRetries: 0 });
    await test(client, served);
  });
}

Deno.test("openai: models", () =>
  withClient(async (client) => {
    const { data } = await client.models.list();
    equal(data.map(({ id }) => id).join(), "fake");
    equal((await client.models.retrieve("fake")).id, "fake");
  }));

Deno.test("openai: chat, with a request id", () =>
  withClient(async (client) => {
    const answer = await client.chat.completions.create({ model: "fake", messages, max_tokens: 12, seed: 1 });
    ok(answer.choices[0].message.content!.length > 0);
    equal(answer.choices[0].finish_reason, "length");
    equal(answer.usage!.completion_tokens, 12);
    match(answer._request_id!, /^req_/);
  }));

Deno.test("openai: streaming chat says what the whole answer says, with usage", () =>
  withClient(async (client) => {
    const ask = { model: "fake", messages, max_completion_tokens: 30, seed: 1 };
    const whole = await client.chat.completions.create(ask);
    const stream = await client.chat.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let reason: string | null = null;
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      reason = chunk.choices[0]?.finish_reason ?? reason;
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    equal(text, whole.choices[0].message.content);
    equal(reason, "length");
    equal(tokens, 30);
  }));

Deno.test("openai: its stream helper gathers the final message", () =>
  withClient(async (client) => {
    const stream = client.chat.completions.stream({ model: "fake", messages, max_tokens: 12, seed: 1 });
    const message = await stream.finalMessage();
    equal(message.role, "assistant");
    ok(message.content!.length > 0);
  }));

Deno.test("openai: completions, whole and streamed", () =>
  withClient(async (client) => {
    const ask = { model: "fake", prompt: "Once upon a time", max_tokens: 12, seed: 1 };
    const whole = await client.completions.create(ask);
    let text = "";
    for await (const chunk of await client.completions.create({ ...ask, stream: true })) {
      text += chunk.choices[0].text;
    }
    equal(text, whole.choices[0].text);
  }));

Deno.test("openai: errors arrive as its own classes, with the field", () =>
  withClient(async (client, { url }) => {
    await rejects(
      client.chat.completions.create({ model: "fake", messages, temperature: 1000 }),
      (error) =>
        error instanceof OpenAI.BadRequestError && error.param === "temperature" && error.status === 400,
    );
    await rejects(
      client.chat.completions.create({ model: "nobody", messages }),
      (error) => error instanceof OpenAI.NotFoundError && error.code === "model_not_found",
    );
    const stranger = new OpenAI({ apiKey: "sk-wrong", baseURL: `${url}/v1`, maxRetries: 0 });
    await rejects(stranger.models.list(), (error) => error instanceof OpenAI.AuthenticationError);
  }));

Deno.test("openai: a failure within a stream is thrown", () => {
  const onStep = (step: number) => {
    if (step === 4) throw new Error("broken");
  };
  return serving({ fake: { onStep }, onError: () => {} }, async ({ url }) => {
    const client = new OpenAI({ apiKey: "none", baseURL: `${url}/v1`, maxRetries: 0 });
    const stream = await client.chat.completions.create({ model: "fake", messages, stream: true });
    await rejects(Array.fromAsync(stream), (error) => error instanceof OpenAI.APIError);
  });
});

Deno.test("openai: an abort frees the place", () => {
  const onStep = async (step: number, signal?: AbortSignal) => {
    if (step === 5) await new Promise((resolve) => signal!.addEventListener("abort", resolve));
  };
  return withClient(async (client, { model }) => {
    const stream = await client.chat.completions.create({ model: "fake", messages, stream: true });
    await rejects(
      client.chat.completions.create({ model: "fake", messages }),
      (error) => error instanceof OpenAI.RateLimitError,
    );
    stream.controller.abort();
    await until(() => model.running === 0);
    equal(model.made, 4);
    const next = await client.chat.completions.create({ model: "fake", messages, max_tokens: 3 });
    equal(next.choices[0].finish_reason, "length");
  }, { onStep });
});

Deno.test("openai: a full server is tried again after Retry-After", () => {
  const { opened, open } = gate();
  return serving({ queue: 0, fake: { onStep: () => opened } }, async ({ url, model }) => {
    const client = new OpenAI({ apiKey: "none", baseURL: `${url}/v1`, maxRetries: 2 });
    const ask = { model: "fake", messages, max_tokens: 3 };
    const first = client.chat.completions.create(ask);
    await until(() => model.running === 1);
    const second = client.chat.completions.create(ask);
    setTimeout(open, 100);
    equal((await second).choices[0].finish_reason, "length");
    await first;
  });
});
