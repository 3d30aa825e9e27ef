/**
 * What every host of the server must answer alike: requests of all kinds, as they come over a connection. Runs in the
 * process itself, under Deno.serve, under `wick serve` and in a Worker.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { chat, events, json } from "./harness.ts";

/** How a server is reached: as `fetch` does it. */
export type Reach = (path: string, init?: RequestInit) => Promise<Response>;

const CHAT = "/v1/chat/completions";
const ORIGIN = "https://page.example";
const TYPE = { "content-type": "application/json" };

/** A body without a length, in pieces. */
function chunked(text: string, size = 7): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at += size));
    },
  });
}

const post = (reach: Reach, body: BodyInit, headers: Record<string, string> = TYPE) =>
  reach(CHAT, { method: "POST", headers, body });

/** The tests by name; the server has the model "fake", pages of ORIGIN may call it, and bodies end at 100,000 bytes. */
export const routeSuite: Record<string, (reach: Reach) => Promise<void>> = {
  "a body with a length and one in pieces give the same answer": async (reach) => {
    const text = JSON.stringify(chat("Grüße 🦜", { seed: 3 }));
    const [whole, pieces] = [await post(reach, text), await post(reach, chunked(text))];
    deepEqual([whole.status, pieces.status], [200, 200]);
    deepEqual((await json(pieces)).choices, (await json(whole)).choices);
  },
  "a stream begins with a role and ends with [DONE]": async (reach) => {
    const response = await post(reach, chunked(JSON.stringify(chat("x", { stream: true, seed: 1 }))));
    match(response.headers.get("content-type")!, /^text\/event-stream/);
    const frames = await events(response);
    equal(frames.pop(), "[DONE]");
    equal(frames[0].choices[0].delta.role, "assistant");
    equal(frames.at(-1).choices[0].finish_reason, "length");
  },
  "bodies beyond the limit get 413, with a length and without": async (reach) => {
    const text = JSON.stringify(chat("x".repeat(200_000)));
    for (const body of [text, chunked(text, 50_000)]) {
      const response = await post(reach, body);
      const { error } = await json(response);
      deepEqual([response.status, error.code], [413, "body_too_large"]);
    }
    equal((await json(post(reach, JSON.stringify(chat("x"))))).object, "chat.completion");
  },
  "no body at all, and one that is no JSON, get 400": async (reach) => {
    for (const body of [undefined, "", "{", chunked("nonsense")]) {
      const response = await reach(CHAT, { method: "POST", headers: TYPE, body });
      equal(response.status, 400);
      equal((await json(response)).error.code, "invalid_json");
    }
  },
  "a browser's preflight is answered, with its headers and without a key": async (reach) => {
    const response = await reach(CHAT, {
      method: "OPTIONS",
      headers: {
        origin: ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    equal(response.status, 204);
    equal(response.headers.get("access-control-allow-origin"), ORIGIN);
    match(response.headers.get("access-control-allow-methods")!, /POST/);
    equal(response.headers.get("access-control-allow-headers"), "authorization,content-type");
    await response.body?.cancel();
  },
  "answers and errors carry the origin that was allowed, and no other": async (reach) => {
    for (const body of [JSON.stringify(chat("x")), "{"]) {
      const allowed = await post(reach, body, { ...TYPE, origin: ORIGIN });
      equal(allowed.headers.get("access-control-allow-origin"), ORIGIN);
      const other = await post(reach, body, { ...TYPE, origin: "https://evil.example" });
      equal(other.headers.get("access-control-allow-origin"), null);
      for (const response of [allowed, other]) await response.body?.cancel();
    }
  },
  "other methods get 405 that names the right one, other routes 404": async (reach) => {
    for (const method of ["PUT", "DELETE", "PATCH", "GET"]) {
      const response = await reach(CHAT, { method });
      equal(response.status, 405, method);
      equal(response.headers.get("allow"), "POST");
      equal((await json(response)).error.code, "method_not_allowed");
    }
    for (const method of ["PUT", "DELETE"]) {
      const body = chunked("anything");
      const response = await reach("/v1/models", { method, body });
      equal(response.status, 405, method);
      await response.body?.cancel();
    }
    const lost = await reach("/v1/nothing", { method: "POST", body: chunked("{}") });
    equal(lost.status, 404);
    equal((await json(lost)).error.code, "unknown_route");
  },
  "HEAD answers as GET does, without a body": async (reach) => {
    for (const path of ["/health", "/v1/models"]) {
      const response = await reach(path, { method: "HEAD" });
      equal(response.status, 200, path);
      equal(await response.text(), "");
    }
  },
  "every answer carries an id": async (reach) => {
    for (const path of ["/", "/health", "/v1/models", "/v1/models/fake", "/v1/nothing"]) {
      const response = await reach(path);
      match(response.headers.get("x-request-id")!, /^req_[0-9a-f]{32}$/, path);
      await response.body?.cancel();
    }
  },
  "a body of another type gets 415": async (reach) => {
    const response = await post(reach, chunked("a=1"), {
      "content-type": "application/x-www-form-urlencoded",
    });
    equal(response.status, 415);
    await response.body?.cancel();
  },
  "requests go on after a client that left its stream": async (reach) => {
    const client = new AbortController();
    const body = JSON.stringify(chat("x", { stream: true, max_tokens: 400 }));
    const response = await reach(CHAT, { method: "POST", headers: TYPE, body, signal: client.signal });
    const reader = response.body!.getReader();
    await reader.read();
    client.abort();
    await reader.cancel().catch(() => {});
    ok((await json(post(reach, JSON.stringify(chat("y"))))).choices.length === 1);
  },
};
