/**
 * Vercel's AI SDK, unmodified, against a server as `wick serve` runs it.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { createOpenAI } from "npm:@ai-sdk/openai@3.0.141";
import { createOpenAICompatible } from "npm:@ai-sdk/openai-compatible@2.0.92";
import { generateText, type LanguageModel, streamText } from "npm:ai@6.0.326";
import { processContext } from "../../src/cli/process.ts";
import { wick } from "../../src/serve/mod.ts";
import { FakeModel } from "./fake_model.ts";

/** Runs `test` with the server's address. */
async function listening(test: (baseURL: string) => Promise<void>): Promise<void> {
  const app = wick({ models: { fake: new FakeModel() }, limits: { maxTokens: 12 } });
  const listener = await processContext().listen((request) => app.fetch(request), {
    hostname: "127.0.0.1",
    port: 0,
  });
  try {
    await test(`${listener.url}/v1`);
  } finally {
    await listener.close();
  }
}

Deno.test({
  name: "the AI SDK's providers write and stream, in chats and completions",
  sanitizeOps: false, // it keeps connections and timers of its own
  sanitizeResources: false,
  fn: () => listening(writeAndStream),
});

async function writeAndStream(baseURL: string): Promise<void> {
  const own = createOpenAI({ baseURL, apiKey: "x" });
  const compatible = createOpenAICompatible({ name: "wick", baseURL });
  const models: LanguageModel[] = [own.chat("fake"), own.completion("fake"), compatible("fake")];
  for (const model of models) {
    const { text, finishReason, usage } = await generateText({
      model,
      prompt: "Hi",
      seed: -3,
      topP: 0,
      maxOutputTokens: 5000,
    });
    ok(text.length > 0);
    equal(finishReason, "length");
    equal(usage.outputTokens, 12);
    const stream = streamText({ model, prompt: "Hi", maxOutputTokens: 8 });
    let streamed = "";
    for await (const delta of stream.textStream) streamed += delta;
    ok(streamed.length > 0);
    equal(await stream.finishReason, "length");
  }
}
