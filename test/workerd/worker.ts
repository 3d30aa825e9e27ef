/**
 * The Worker under test: the Hono app with the embedded model from a bucket, the contract suite at /contract, every
 * reader over R2 at /readers, and a story of the model by its name at /embedded.
 *
 * @module
 */
import { load } from "../../src/entry/workerd.ts";
import { wick } from "../../src/serve/mod.ts";
import { contract, type Tester } from "../contract/suite.ts";
import { checkReaders, type ReadersBucket } from "./readers.ts";

interface Env {
  MODELS: ReadersBucket;
}

const KEY = "wick-stories.gguf";
const app = wick<Env>({ models: { stories: (env) => load(env.MODELS, KEY) }, queue: 1 });

app.get("/contract", async ({ env }) => {
  const tests: { name: string; run: () => Promise<void> }[] = [];
  const tester: Tester = {
    test: (name, run) => void tests.push({ name, run }),
    equal: (actual, expected, message) => {
      const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
      if (a !== b) throw new Error(`${message ?? "equal"}: ${a} is not ${b}`);
    },
    close: (actual, expected, tolerance, message) => {
      const near = Math.abs(actual - expected) <= tolerance;
      if (!near) throw new Error(`${message ?? "close"}: ${actual} is not ${expected}`);
    },
  };
  contract(tester, {
    open: (options) => load(env.MODELS, KEY, options),
    openBytes: (bytes) => load(bytes),
    head: async (length) => {
      const part = await env.MODELS.get(KEY, { range: { offset: 0, length } });
      return new Uint8Array(await new Response(part!.body).arrayBuffer());
    },
  });
  const results = [];
  for (const { name, run } of tests) {
    const error = await run().then(() => undefined, (error) => String(error?.stack ?? error));
    results.push({ name, error });
  }
  return Response.json(results);
});

app.get("/readers", async ({ env }) => Response.json(await checkReaders(env.MODELS, "views.pth")));

app.get("/embedded", async () => {
  using model = await load("wick:stories");
  return new Response(await model.generate("Once upon a time", { maxTokens: 24, seed: 1 }).text());
});

export default app;
