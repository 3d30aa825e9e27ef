import { equal, match, rejects } from "node:assert/strict";
import { authorize } from "../../src/serve/auth.ts";
import { wick } from "../../src/serve/mod.ts";
import { FakeModel } from "./fake_model.ts";
import { chat, json } from "./harness.ts";

const app = wick({ models: { fake: new FakeModel() }, apiKeys: ["first", "second"] });
const routes = [
  ["GET", "/v1/models"],
  ["GET", "/v1/models/fake"],
  ["GET", "/v1/nothing"],
  ["GET", "/nothing"],
  ["DELETE", "/v1/models"],
  ["POST", "/v1/chat/completions"],
  ["POST", "/v1/completions"],
];

Deno.test("every route but the page and /health asks for a key", async () => {
  for (const [method, path] of routes) {
    const response = await app.request(path, { method });
    equal(response.status, 401, path);
    match(response.headers.get("www-authenticate")!, /^Bearer/);
    const { error } = await json(response);
    equal(error.code, "invalid_api_key");
    equal(error.type, "authentication_error");
  }
  equal((await app.request("/")).status, 200);
  equal((await app.request("/health")).status, 200);
});

Deno.test("any of the keys opens, nothing else does", async () => {
  const status = async (authorization: string) =>
    (await app.request("/v1/models", { headers: { authorization } })).status;
  equal(await status("Bearer first"), 200);
  equal(await status("bearer second"), 200);
  for (const wrong of ["first", "Bearer firs", "Bearer first2", "Bearer ", "Basic first", "Bearer FIRST"]) {
    equal(await status(wrong), 401, wrong);
  }
  await rejects(authorize("Bearer ", ["key"]), { status: 401 });
});

Deno.test("keys may come with the environment; missing there, they close the server", async () => {
  const bound = wick<{ KEY?: string }>({
    models: { fake: new FakeModel() },
    apiKeys: (env) => [env.KEY!],
    onError: () => {},
  });
  const status = async (env: { KEY?: string }) =>
    (await bound.request("/v1/models", { headers: { authorization: "Bearer k" } }, env)).status;
  equal(await status({ KEY: "k" }), 200);
  equal(await status({ KEY: "other" }), 401);
  equal(await status({}), 503);
});

Deno.test("a body is not read before the key is known", async () => {
  const response = await app.request("/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify(chat("x".repeat(3_000_000))),
  });
  equal(response.status, 401);
});
