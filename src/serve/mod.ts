/**
 * Serves models over HTTP, in the form of OpenAI's API, as a Hono app: give its `fetch` to `Deno.serve`, export it
 * from a Worker, or mount it in an app of your own.
 *
 * @example
 * ```ts
 * import { load } from "@wick/wick";
 * import { wick } from "@wick/wick/serve";
 * const app = wick({ models: { stories: () => load("wick:stories") } });
 * const health = await app.request("/health");
 * console.assert(health.status === 200);
 * ```
 *
 * @module
 */
import { type Context, cors, Hono } from "../../deps.ts";
import { Admission } from "./admission.ts";
import { authorize } from "./auth.ts";
import { chatFormat, chatRequest } from "./chat.ts";
import { completionFormat, completionRequest } from "./completions.ts";
import { errorBody, HttpError, statusOf } from "./failure.ts";
import { generating, type House, opened, type WickEnv } from "./generating.ts";
import { modelDetails, modelList } from "./models.ts";
import { page } from "./page/mod.ts";
import { Registry } from "./registry.ts";
import { checkKeys, type ServeOptions, settle } from "./settings.ts";

export type { WickEnv } from "./generating.ts";
export type { Limits, ModelFactory, ServeOptions } from "./settings.ts";

/** What every route answers to; anything else gets 405. */
const METHODS: Readonly<Record<string, string>> = {
  "/": "GET",
  "/health": "GET",
  "/v1/models": "GET",
  "/v1/models/:id": "GET",
  "/v1/chat/completions": "POST",
  "/v1/completions": "POST",
};

/**
 * A Hono app that serves `options.models`: `GET /` (a page to try them), `/health`, `/v1/models`, `/v1/models/:id`,
 * `POST /v1/chat/completions` and `/v1/completions`. Throws INVALID_ARGUMENT for options that can't be served.
 */
export function wick<Env extends object = Record<string, unknown>>(
  options: ServeOptions<Env>,
): Hono<WickEnv<Env>> {
  const house = build(options);
  const app = new Hono<WickEnv<Env>>();
  app.use("*", identify);
  app.onError((error, c) => failure(c, house, error));
  app.notFound((c) => lost(c, house));
  app.get("/", (c) => page(c.req.header("if-none-match")));
  app.get("/health", () => Response.json({ status: "ok" }));
  guard(app, house);
  routes(app, house);
  return app;
}

function build<Env extends object>(options: ServeOptions<Env>): House<Env> {
  const settings = settle(options);
  return {
    settings,
    registry: new Registry(settings.models),
    admission: new Admission(settings.parallel, settings.queue),
    failed(error, requestId) {
      if (statusOf(error) >= 500) settings.onError(error, requestId);
      return { ...errorBody(error, requestId) };
    },
  };
}

/** What stands before everything under /v1: CORS and keys. */
function guard<Env extends object>(app: Hono<WickEnv<Env>>, house: House<Env>): void {
  const { settings } = house;
  if (settings.cors !== undefined) {
    const origin = typeof settings.cors === "string" ? settings.cors : [...settings.cors];
    app.use("/v1/*", cors({ origin, exposeHeaders: ["x-request-id", "retry-after", "x-ignored-fields"] }));
  }
  app.use("/v1/*", async (c, next) => {
    await admit(c, house);
    await next();
  });
}

function routes<Env extends object>(app: Hono<WickEnv<Env>>, house: House<Env>): void {
  const { registry } = house;
  let created = 0; // in a Worker the clock stands at 0 until the first request
  const since = () => created ||= Math.floor(Date.now() / 1000);
  app.get("/v1/models", () => Response.json(modelList(registry.names, since())));
  app.get("/v1/models/:id", async (c) => {
    const name = c.req.param("id");
    return Response.json(modelDetails(name, await opened(c, house, name), since()));
  });
  app.post("/v1/chat/completions", (c) => generating(c, house, chatRequest, chatFormat));
  app.post("/v1/completions", (c) => generating(c, house, completionRequest, completionFormat));
  for (const [path, allow] of Object.entries(METHODS)) {
    app.all(path, (c) => refuseMethod(c.req.method, allow));
  }
  app.all("/v1/*", (c) => refuseRoute(c.req.method, c.req.path));
}

/** Gives every request an id, which its answer carries. */
async function identify(c: Context, next: () => Promise<void>): Promise<void> {
  const id = `req_${crypto.randomUUID().replaceAll("-", "")}`;
  c.set("requestId", id);
  await next();
  c.res.headers.set("x-request-id", id);
}

/** Throws the 401 of a request that carries none of the server's keys, where it has any. */
async function admit<Env extends object>(c: Context<WickEnv<Env>>, { settings }: House<Env>): Promise<void> {
  const { apiKeys } = settings;
  if (apiKeys === undefined) return;
  const keys = typeof apiKeys === "function" ? apiKeys(c.env) : apiKeys;
  try {
    checkKeys(keys);
  } catch (cause) {
    throw new HttpError(503, "misconfigured", "The server's keys are not set as they must be", { cause });
  }
  await authorize(c.req.header("authorization"), keys);
}

/** What is not found is not told to strangers. */
async function lost<Env extends object>(c: Context<WickEnv<Env>>, house: House<Env>): Promise<Response> {
  try {
    await admit(c, house);
    return refuseRoute(c.req.method, c.req.path);
  } catch (error) {
    return failure(c, house, error);
  }
}

function failure<Env extends object>(c: Context<WickEnv<Env>>, house: House<Env>, error: unknown): Response {
  const status = statusOf(error);
  const headers = new Headers(error instanceof HttpError ? error.headers : {});
  if (status === 429) headers.set("retry-after", String(house.admission.retryAfter));
  return Response.json(house.failed(error, c.get("requestId")), { status, headers });
}

function refuseRoute(method: string, path: string): never {
  throw new HttpError(404, "unknown_route", `There is no route ${method} ${path.slice(0, 200)}`);
}

function refuseMethod(method: string, allow: string): never {
  throw new HttpError(405, "method_not_allowed", `This route takes ${allow}, got ${method}`, {
    headers: { allow },
  });
}
