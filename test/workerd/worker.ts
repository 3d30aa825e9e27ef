/**
 * The Worker under test: the Hono app with the embedded model from a bucket, and the contract suite at /contract.
 *
 * @module
 */
import { load } from "../../src/entry/workerd.ts";
import type { BucketLike } from "../../src/hub/bucket.ts";
import { wick } from "../../src/serve/mod.ts";
import { contract, type Tester } from "../contract/suite.ts";

interface Env {
  MODELS: BucketLike;
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

export default app;
