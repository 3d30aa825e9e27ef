import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { Hono } from "../../deps.ts";
import type { LanguageModel } from "../../src/generate/contract.ts";
import { type ServeOptions, wick } from "../../src/serve/mod.ts";
import { FakeModel } from "./fake_model.ts";
import { chat, json } from "./harness.ts";

const CHAT = "/v1/chat/completions";
const model = new FakeModel();
const app = wick({ models: { fake: model, other: () => model }, cors: "https://page.example" });
interface Target {
  request(path: string, init: RequestInit): Response | Promise<Response>;
}
const postTo = (target: Target) => (path: string, body: unknown, headers = {}) =>
  target.request(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
const post = postTo(app);

Deno.test("health, the models and one model's details", async () => {
  equal((await json(app.request("/health"))).status, "ok");
  const { object, data } = await json(app.request("/v1/models"));
  equal(object, "list");
  deepEqual(data.map((m: { id: string }) => m.id), ["fake", "other"]);
  const details = await json(app.request("/v1/models/other"));
  equal(details.object, "model");
  ok(Math.abs(details.created - Date.now() / 1000) < 600);
  equal(details.meta.context_length, 512);
  equal(details.meta.chat_template, true);
});

Deno.test("unknown models and routes get 404, wrong methods 405, all with an id", async () => {
  for (
    const [method, path, status, code] of [
      ["GET", "/v1/models/nobody", 404, "model_not_found"],
      ["GET", "/v1/nothing", 404, "unknown_route"],
      ["POST", "/elsewhere", 404, "unknown_route"],
      ["GET", CHAT, 405, "method_not_allowed"],
      ["DELETE", "/v1/models", 405, "method_not_allowed"],
      ["POST", "/health", 405, "method_not_allowed"],
    ] as const
  ) {
    const response = await app.request(path, { method });
    equal(response.status, status, path);
    match(response.headers.get("x-request-id")!, /^req_/);
    equal((await json(response)).error.code, code);
    if (status === 405) ok(["GET", "POST"].includes(response.headers.get("allow")!));
  }
  const unknown = await post(CHAT, chat("x", { model: "nobody" }));
  equal(unknown.status, 404);
  equal((await json(unknown)).error.param, "model");
});

Deno.test("every answer has an id of its own", async () => {
  const paths = ["/", "/health", "/v1/models", "/nothing"];
  const ids = await Promise.all(
    paths.map(async (path) => (await app.request(path)).headers.get("x-request-id")),
  );
  ok(ids.every((id) => /^req_[0-9a-f]{32}$/.test(id!)));
  equal(new Set(ids).size, 4);
});

Deno.test("mounted in another app it keeps its own errors and leaves the app's routes alone", async () => {
  const parent = new Hono().route("/ai", app).get("/mine", (c) => c.text("mine"));
  equal((await json(postTo(parent)(`/ai${CHAT}`, chat("x")))).object, "chat.completion");
  equal((await json(parent.request("/ai/v1/nothing"))).error.code, "unknown_route");
  equal((await json(postTo(parent)(`/ai${CHAT}`, {}))).error.param, "model");
  equal(await (await parent.request("/mine")).text(), "mine");
  equal((await parent.request("/ai/health")).status, 200);
});

Deno.test("CORS answers the pages that were named, and no others; left out it answers none", async () => {
  const preflight = (origin: string, target = app) =>
    target.request(CHAT, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });
  const allowed = "access-control-allow-origin";
  equal((await preflight("https://page.example")).headers.get(allowed), "https://page.example");
  equal((await preflight("https://evil.example")).headers.get(allowed) === "https://evil.example", false);
  const closed = await preflight("https://page.example", wick({ models: { fake: model } }));
  equal(closed.headers.get(allowed), null);
});

Deno.test("a factory is called once, with the environment, at the first request; and again after a failure", async () => {
  const environments: unknown[] = [];
  const reports: unknown[] = [];
  const factory = async (env: { name: string }): Promise<LanguageModel> => {
    environments.push(env);
    await Promise.resolve();
    if (environments.length === 1) throw new Error("secret bucket is away");
    return model;
  };
  const lazy = wick<{ name: string }>({ models: { fake: factory }, onError: (error) => reports.push(error) });
  const ask = () =>
    lazy.request("/v1/completions", {
      method: "POST",
      body: JSON.stringify({ model: "fake", prompt: "x", max_tokens: 2 }),
      headers: { "content-type": "application/json" },
    }, { name: "env" });
  equal(environments.length, 0);
  const failed = await ask();
  equal(failed.status, 503);
  const { error } = await json(failed);
  equal(error.code, "model_unavailable");
  ok(!JSON.stringify(error).includes("secret"));
  match(String(((reports[0] as Error).cause as Error).message), /secret/);
  const both = await Promise.all([ask(), ask()]);
  deepEqual(both.map((r) => r.status), [200, 200]);
  deepEqual(environments, [{ name: "env" }, { name: "env" }]);
});

Deno.test("options that can't be served are refused", () => {
  const wrong: Partial<ServeOptions>[] = [
    { models: {} },
    { parallel: 0 },
    { queue: -1 },
    { queue: 1.5 },
    { apiKeys: [] },
    { apiKeys: [""] },
    { apiKeys: [undefined as unknown as string] },
    { limits: { maxTokens: NaN } },
  ];
  for (const options of wrong) {
    throws(
      () => wick({ models: { fake: model }, ...options }),
      { code: "INVALID_ARGUMENT" },
      JSON.stringify(options),
    );
  }
});
