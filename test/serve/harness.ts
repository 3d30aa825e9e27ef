/**
 * A real HTTP server around a fake model, and small clients of it.
 *
 * @module
 */
import { type ServeOptions, wick } from "../../src/serve/mod.ts";
import { FakeModel, type FakeOptions } from "./fake_model.ts";

/** A server under test. */
export interface Served {
  url: string;
  model: FakeModel;
  /** Requests whose handler has not answered yet (a stream is answered when it begins). */
  unanswered(): number;
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>;
}

/** Runs `test` against a server with the model "fake". */
export async function serving(
  options: Partial<ServeOptions> & { fake?: FakeOptions },
  test: (served: Served) => Promise<void>,
): Promise<void> {
  const model = new FakeModel(options.fake);
  const app = wick({ models: { fake: model }, ...options });
  let unanswered = 0;
  const handler = async (request: Request) => {
    unanswered++;
    return await Promise.resolve(app.fetch(request)).finally(() => unanswered--);
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const post = (path: string, body: unknown, init: RequestInit = {}) =>
    fetch(url + path, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...init,
      headers: { "content-type": "application/json", ...init.headers },
    });
  try {
    await test({ url, model, post, unanswered: () => unanswered });
  } finally {
    await server.shutdown();
  }
}

/** A chat request of one message. */
export function chat(content: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: "fake", messages: [{ role: "user", content }], max_tokens: 12, ...fields };
}

// deno-lint-ignore no-explicit-any
type Loose = any;

/** The JSON of a response, unchecked: tests assert what they read of it. */
export async function json(response: Response | Promise<Response>): Promise<Loose> {
  return await (await response).json();
}

/** The `data:` frames of a stream of events: parsed, and "[DONE]" as it stands. */
export async function events(response: Response | Promise<Response>): Promise<Loose[]> {
  const text = await (await response).text();
  const frames = text.split("\n\n").filter((frame) => frame !== "").map((frame) =>
    frame.replace(/^data: /, "")
  );
  return frames.map((frame) => frame === "[DONE]" ? frame : JSON.parse(frame));
}

/** Resolves once `condition` holds; rejects after five seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`never happened: ${condition}`);
}

/** A promise and the means to resolve it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
