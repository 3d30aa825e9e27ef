import { equal, match, ok, rejects } from "node:assert/strict";
import { processContext } from "../../src/cli/process.ts";
import type { Listener } from "../../src/cli/context.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** Listens on a free port while `use` runs. */
async function listening(handler: Handler, use: (listener: Listener) => Promise<void>): Promise<void> {
  const listener = await processContext().listen(handler, { hostname: "127.0.0.1", port: 0 });
  try {
    await use(listener);
  } finally {
    await listener.close();
  }
}

for (const length of [10, 5000, 100_000]) {
  Deno.test(`a handler is told that its client has left, behind a body of ${length} bytes`, async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { promise: told, resolve: tell } = Promise.withResolvers<string>();
    const handler: Handler = async (request) => {
      equal((await request.text()).length, length);
      ask();
      const late = setTimeout(() => tell("never"), 3000);
      await new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve()));
      clearTimeout(late);
      tell("told");
      return new Response();
    };
    await listening(handler, async ({ url }) => {
      const client = new AbortController();
      const answer = fetch(url, { method: "POST", body: "x".repeat(length), signal: client.signal });
      await asked;
      client.abort();
      await rejects(answer, { name: "AbortError" });
      equal(await told, "told");
    });
  });
}

Deno.test("a stream's chunks arrive as they are made, and its reader's leaving cancels it", async () => {
  const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
  const handler: Handler = () => {
    let sent = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (sent > 0) await new Promise((resolve) => setTimeout(resolve, 20));
        controller.enqueue(new TextEncoder().encode(`data: ${sent++}\n\n`));
      },
      cancel,
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  await listening(handler, async ({ url }) => {
    const client = new AbortController();
    const { body } = await fetch(url, { signal: client.signal });
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    match((await reader.read()).value!, /^data: 0/);
    client.abort();
    await rejects(reader.read());
    await cancelled;
  });
});

Deno.test("closing waits for answers under way, not for a connection on which nothing was asked", async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const handler: Handler = async () => {
    ask();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return new Response("late");
  };
  const listener = await processContext().listen(handler, { hostname: "127.0.0.1", port: 0 });
  using _silent = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(listener.url).port) });
  const answer = fetch(listener.url);
  await asked;
  const start = performance.now();
  await listener.close();
  const took = performance.now() - start;
  equal(await (await answer).text(), "late");
  ok(took > 100 && took < 1500, `${took} ms`);
});

Deno.test("an address that is taken, or is none of this machine, is an error with its reason", async () => {
  await listening(() => new Response(), async ({ url }) => {
    const port = Number(new URL(url).port);
    for (
      const [hostname, reason] of [["127.0.0.1", /in use|EADDRINUSE/], [
        "203.0.113.1",
        /"listen .+"|assign/,
      ]] as const
    ) {
      await rejects(processContext().listen(() => new Response(), { hostname, port }), (error: Error) => {
        match(
          error.message,
          /^Cannot listen on [\d.]+ port \d+: the address must be this machine's and free, got/,
        );
        match(error.message, reason);
        return true;
      });
    }
    ok(port > 0);
  });
});
