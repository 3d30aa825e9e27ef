import { deepEqual, equal, match, ok } from "node:assert/strict";
import { modelId } from "../../src/cli/serve.ts";
import { type Given, wick } from "./fakes.ts";

type Handler = Parameters<NonNullable<Given["onListen"]>>[0];

/** Serves, asks for the models with each key ("" for none), ends by Ctrl-C and gives the statuses. */
async function statuses(args: string[], env: Record<string, string>, keys: string[]): Promise<number[]> {
  const seen: number[] = [];
  const onListen = async (handler: Handler) => {
    for (const key of keys) {
      const headers: HeadersInit = key ? { authorization: `Bearer ${key}` } : {};
      seen.push((await handler(new Request("http://local/v1/models", { headers }))).status);
    }
  };
  const { code, stderr } = await wick(["serve", ...args], { env, onListen });
  equal(code, 0, stderr);
  return seen;
}

Deno.test("serve says where it listens in one line, answers, and ends cleanly", async () => {
  let models: unknown;
  const onListen = async (handler: Handler) => {
    models = (await (await handler(new Request("http://local/v1/models"))).json()).data;
  };
  const { code, stdout, stderr, model, closed } = await wick(["serve", "-m", "a/tiny.gguf", "--port", "81"], {
    onListen,
  });
  equal(code, 0, stderr);
  equal(stdout, "tiny is served at http://127.0.0.1:81\n");
  equal((models as { id: string }[])[0].id, "tiny");
  ok(closed && model.disposed);
});

Deno.test("serve --json prints the URL and the model's name as its one object", async () => {
  const { stdout } = await wick(["serve", "--host", "0.0.0.0", "--json"]);
  deepEqual(JSON.parse(stdout), { url: "http://0.0.0.0:8080", model: "wick-stories" });
});

Deno.test("serve asks for one of its keys, from --api-key or else from $WICK_API_KEY", async () => {
  deepEqual(await statuses([], {}, [""]), [200]);
  deepEqual(await statuses(["--api-key", "a", "--api-key", "b"], {}, ["", "a", "b", "c"]), [
    401,
    200,
    200,
    401,
  ]);
  deepEqual(await statuses([], { WICK_API_KEY: "e" }, ["", "e"]), [401, 200]);
  deepEqual(await statuses([], { WICK_API_KEY: "" }, [""]), [200]);
  deepEqual(await statuses(["--api-key", "a"], { WICK_API_KEY: "e" }, ["a", "e"]), [200, 401]);
});

Deno.test("serve refuses an empty key instead of standing open", async () => {
  const { code, stderr } = await wick(["serve", "--api-key", ""]);
  equal(code, 2);
  match(stderr, /error\[INVALID_ARGUMENT\]: .*apiKeys/);
});

Deno.test("serve --cors lets pages of the origins given call it, and refuses what is none", async () => {
  const allowed = async (args: string[], origin: string) => {
    let found: string | null = null;
    const onListen = async (handler: Handler) => {
      const headers = { origin, "access-control-request-method": "POST" };
      const preflight = new Request("http://local/v1/chat/completions", { method: "OPTIONS", headers });
      found = (await handler(preflight)).headers.get("access-control-allow-origin");
    };
    const { code, stderr } = await wick(["serve", ...args], { onListen });
    equal(code, 0, stderr);
    return found;
  };
  const two = ["--cors", "https://a.example", "--cors", "http://localhost:3000"];
  equal(await allowed(two, "https://a.example"), "https://a.example");
  equal(await allowed(two, "http://localhost:3000"), "http://localhost:3000");
  equal(await allowed(two, "https://b.example"), null);
  equal(await allowed(["--cors", "*"], "https://b.example"), "*");
  equal(await allowed([], "https://a.example"), null);
  for (const wrong of ["a.example", "https://a.example/", "https://a.example/page", "null", ""]) {
    const { code, stderr } = await wick(["serve", "--cors", wrong]);
    equal(code, 2, wrong);
    match(stderr, /--cors must be an origin, as https:\/\/example\.com, or "\*"/);
  }
});

Deno.test("modelId() is the file's name without its ending", () => {
  const cases = {
    "models/a.gguf": "a",
    "C:\\models\\b.GGUF": "b",
    "https://host/x/c.gguf?download=true#top": "c",
    "hf:owner/repo/d.gguf@v1.0": "d",
    "file:///models/e-Q4_0.gguf": "e-Q4_0",
    "wick:stories": "wick-stories",
    "plain": "plain",
  };
  for (const [source, id] of Object.entries(cases)) equal(modelId(source), id);
});
