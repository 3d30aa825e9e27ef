/**
 * Wick in real workerd, by miniflare: what it serves, and the contract suite within.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Miniflare, Response as OutboundResponse } from "npm:miniflare@4.20260730.0";
import { VERSION } from "../../src/hub/embedded.ts";
import { page } from "../../src/serve/page/mod.ts";
import { repositoryPath } from "../shared.ts";
import { chat, events, json } from "../serve/harness.ts";
import { goldenFile } from "../formats/file_golden.ts";
import { bundleWorker } from "./bundle.ts";

const CHAT = "/v1/chat/completions";
const ask = (fields: Record<string, unknown> = {}) =>
  chat("Once upon a time", { model: "stories", ignore_eos: true, seed: 1, ...fields });

/** Runs `test` against a Worker of its own. */
async function withWorker(
  test: (url: string, post: Post) => Promise<void>,
  options: { outboundService?: (request: { url: string }) => unknown } = {},
): Promise<void> {
  const worker = new Miniflare({
    ...options,
    modules: await bundleWorker(repositoryPath("test/workerd/worker.ts")),
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["enable_request_signal"],
    r2Buckets: ["MODELS"],
  });
  try {
    const url = (await worker.ready).origin;
    const model = await Deno.readFile(repositoryPath("models/wick-stories.gguf"));
    const bucket = await worker.getR2Bucket("MODELS") as unknown as Bucket;
    await bucket.put("wick-stories.gguf", model);
    await bucket.put("views.pth", goldenFile("views.pth"));
    await test(url, (path, body, signal) =>
      fetch(url + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
        signal,
      }));
  } finally {
    await worker.dispose();
  }
}

/** What the test needs of an R2 bucket; miniflare's own types need Cloudflare's beside them. */
interface Bucket {
  put(key: string, value: Uint8Array): Promise<unknown>;
}

type Post = (path: string, body: unknown, signal?: AbortSignal) => Promise<Response>;

Deno.test("in a Worker: health, page, models, and a chat to its end", () =>
  withWorker(async (url, post) => {
    equal((await json(fetch(`${url}/health`))).status, "ok");
    equal(await (await fetch(url)).text(), await (await page()).text());
    const details = [1, 2].map(() => json(fetch(`${url}/v1/models/stories`))); // both wait for one opening
    for (const { meta } of await Promise.all(details)) equal(meta.context_length, 512);
    const frames = await events(post(CHAT, ask({ stream: true, stream_options: { include_usage: true } })));
    equal(frames.pop(), "[DONE]");
    equal(frames.pop().usage.completion_tokens, 12);
    const text = frames.map((frame) => frame.choices[0].delta.content ?? "").join("");
    ok(text.length > 10, text);
    equal((await json(post(CHAT, ask()))).choices[0].message.content, text);
  }));

Deno.test("in a Worker: a client that leaves its stream frees the place, and the queue moves on", () =>
  withWorker(async (_, post) => {
    const client = new AbortController();
    const response = await post(CHAT, ask({ stream: true, max_tokens: 500, n: 4 }), client.signal);
    const reader = response.body!.getReader();
    await reader.read();
    const both = [post(CHAT, ask()), post(CHAT, ask())]; // one finds room in the queue, the other none
    equal((await Promise.race(both)).status, 429);
    client.abort();
    await rejects(reader.read());
    const statuses = await Promise.all(both.map(async (response) => (await response).status));
    deepEqual(statuses.toSorted(), [200, 429]);
    for (const response of both) await (await response).body?.cancel();
    equal((await json(post(CHAT, ask()))).object, "chat.completion");
  }));

Deno.test("in a Worker: every reader over R2, streams, bytes and Blobs, whole files and broken ones", () =>
  withWorker(async (url) => {
    const { faults, count } = await json(fetch(`${url}/readers`));
    deepEqual(faults, []);
    ok(count > 100, `${count}`);
  }));

Deno.test("in a Worker: wick:stories comes from where the package is published", () => {
  const asked: string[] = [];
  const outboundService = async ({ url }: { url: string }) => {
    asked.push(url);
    return new OutboundResponse(await Deno.readFile(repositoryPath("models/wick-stories.gguf")));
  };
  return withWorker(async (url) => {
    const response = await fetch(`${url}/embedded`);
    const text = await response.text();
    equal(response.status, 200, text);
    ok(text.trim().split(/\s+/).length > 10, text);
    deepEqual(asked, [`https://jsr.io/@wick/wick/${VERSION}/models/wick-stories.gguf`]);
  }, { outboundService });
});

Deno.test("in a Worker: the contract", (t) =>
  withWorker(async (url) => {
    const results: { name: string; error?: string }[] = await json(fetch(`${url}/contract`));
    ok(results.length > 8);
    for (const { name, error } of results) await t.step(name, () => equal(error, undefined));
  }));
