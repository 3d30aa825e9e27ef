/**
 * `wick serve`: a model over HTTP, in OpenAI's form.
 *
 * @module
 */
import type { Command } from "./deps.ts";
import { WickError } from "../error.ts";
import { type Context, interruptible } from "./context.ts";
import { embeddedModel, openModel } from "./model.ts";
import { addModelOptions, collect, examples, integer, type ModelFlags } from "./options.ts";
import { note, writeJson } from "./output.ts";

interface ServeFlags extends ModelFlags {
  host: string;
  port: number;
  apiKey?: string[];
  cors?: string[];
  queue: number;
  parallel: number;
}

/** Declares the command. */
export function defineServe(command: Command, context: Context): void {
  command.description("Serve a model over HTTP: OpenAI's API under /v1, a page at /.")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <n>", "port to listen on; 0 takes a free one", integer(0, 65535), 8080)
    .option("--api-key <key>", "a key that requests must carry; repeatable (default: $WICK_API_KEY)", collect)
    .option("--cors <origin>", 'an origin whose pages may call the server, "*" for all; repeatable', collect)
    .option("--queue <n>", "requests that may wait; one more gets 429", integer(0), 32)
    .option("--parallel <n>", "answers at once", integer(1), 1);
  addModelOptions(command).addHelpText("after", help).action((flags: ServeFlags) => serve(context, flags));
}

const help =
  "\nOne line with the URL on stdout says that it is ready (with --json: {url, model}); Ctrl-C ends it.\n" +
  examples(
    ["wick serve", "the embedded model on http://127.0.0.1:8080"],
    ["WICK_API_KEY=secret wick serve -m smollm2.gguf --host 0.0.0.0", "open to the network, closed by a key"],
  );

async function serve(context: Context, flags: ServeFlags): Promise<void> {
  using model = await interruptible(context, (signal) => openModel(context, flags, signal));
  const { wick } = await import("../serve/mod.ts");
  const id = modelId(flags.model ?? embeddedModel);
  const apiKeys = keys(context, flags);
  const { cors, queue, parallel, host: hostname, port } = flags;
  const onError = (error: unknown, request: string) => note(context, `request ${request} failed: ${error}`);
  const app = wick({ models: { [id]: model }, apiKeys, cors: origins(cors), queue, parallel, onError });
  const listener = await context.listen((request) => app.fetch(request), { hostname, port });
  await interruptible(context, async (signal) => {
    const ended = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    if (flags.json) writeJson(context, { url: listener.url, model: id });
    else context.stdout.write(`${id} is served at ${listener.url}\n`);
    await ended;
    await listener.close();
  });
}

/** The origins given; "*" among them is all. */
function origins(cors: string[] | undefined): string | string[] | undefined {
  for (const origin of cors ?? []) {
    if (origin === "*" || URL.parse(origin)?.origin === origin) continue;
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot serve pages of ${origin}: --cors must be an origin, as https://example.com, or "*"`,
      { param: "cors" },
    );
  }
  return cors?.includes("*") ? "*" : cors;
}

/** The keys given, else the environment's; an empty variable is none. */
function keys(context: Context, { apiKey }: ServeFlags): string[] | undefined {
  const fromEnvironment = context.env("WICK_API_KEY");
  return apiKey ?? (fromEnvironment ? [fromEnvironment] : undefined);
}

/** What clients call a model: its file's name without the ending. */
export function modelId(source: string): string {
  const path = source.replace(/[?#].*$/, "").replace(/^(hf:.*)@[^@]*$/, "$1").replace(/^wick:/, "wick-");
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).replace(/\.gguf$/i, "");
}
