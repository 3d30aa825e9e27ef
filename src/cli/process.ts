/**
 * The real process as a {@linkcode Context}. This is the one file of the command line that knows its runtime.
 *
 * @module
 */
import type { Context, Input, Listener, OnProgress, OpenOptions, Output } from "./context.ts";
import type { HttpServer, Socket } from "./deps.ts";
import { files, platform } from "../entry/platform.ts";
import { reasonOf, WickError } from "../error.ts";
import type { Gguf } from "../formats/gguf.ts";
import type { LanguageModel } from "../generate/contract.ts";

/** What a command runs in when it runs for a user. */
export function processContext(): Context {
  return {
    stdin: input(),
    stdout: output(Deno.stdout),
    stderr: output(Deno.stderr),
    env: (name) => Deno.env.get(name),
    peakRss: () => platform().peakRss(),
    openModel,
    openHeader,
    readText,
    writeText,
    listen,
    onInterrupt,
    exit: (code) => Deno.exit(code),
    atExit,
  };
}

/** The library, imported where a model or file is needed: help and wrong usage answer without it. */
const library = () => import("../../mod.ts");

function output(stream: typeof Deno.stdout): Output {
  const encoder = new TextEncoder();
  const isTerminal = stream.isTerminal();
  return {
    isTerminal,
    get columns() {
      return isTerminal && Deno.consoleSize().columns || 80; // some terminals say 0
    },
    write(text) {
      let bytes = encoder.encode(text);
      try {
        while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) Deno.exit(141); // the reader has left: end as SIGPIPE would
        throw error;
      }
    },
  };
}

function input(): Input {
  const isTerminal = Deno.stdin.isTerminal();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // a prompt is its every byte
  let lines: Promise<Input["line"]> | undefined;
  return {
    isTerminal,
    text: async () => decoder.decode(await new Response(Deno.stdin.readable).bytes()),
    async line(prompt, signal) {
      lines ??= import("./lines.ts").then((m) => isTerminal ? m.terminalLines(atExit) : m.pipedLines());
      const line = await lines;
      return await line(prompt, signal);
    },
  };
}

async function openModel(source: string, { onProgress, ...options }: OpenOptions): Promise<LanguageModel> {
  const { load } = await library();
  const path = await toLocal(source, options.signal, onProgress);
  return await load(path, {
    ...options,
    onProgress: onProgress && (({ received, total }) => onProgress(received, total, "Loading")),
  });
}

/** Where a model lies on this machine: what is remote comes into the cache folder first. */
async function toLocal(source: string, signal?: AbortSignal, onProgress?: OnProgress): Promise<string> {
  const { embeddedUrl, isEmbedded } = await import("../hub/embedded.ts");
  const location = isEmbedded(source) ? embeddedUrl(source) : source;
  if (!/^(https?|hf):/i.test(location)) return location;
  const { download } = await import("../hub/download.ts");
  const path = download(location, {
    signal,
    onProgress: onProgress &&
      (({ received, total, file, files }) =>
        onProgress(received, total, files > 1 ? `Downloading ${file} of ${files}` : "Downloading")),
  });
  return await path.catch((error) => {
    throw unreachable(error);
  });
}

/** The error of a server that did not answer, with what can be done without it. */
function unreachable(error: unknown): unknown {
  if (!(error instanceof WickError && error.code === "SOURCE_FAILED")) return error;
  const cache = files("download").cacheFolder();
  const advice = `${cache} holds no copy of it; a file that is on this machine goes with --model PATH`;
  return new WickError(error.code, `${error.message}. ${advice}`, { cause: error });
}

async function openHeader(source: string, signal: AbortSignal): Promise<Gguf> {
  await library();
  const [{ openGguf }, { siblingsOf, toSource }] = await Promise.all([
    import("../formats/gguf.ts"),
    import("../hub/source.ts"),
  ]);
  const options = { signal };
  const siblings = siblingsOf(source, undefined, options);
  return await openGguf(await toSource(source, undefined, options), { siblings, signal });
}

async function readText(path: string): Promise<string> {
  await library();
  const text = await files(`read ${path}`).readText(path);
  if (text !== undefined) return text;
  throw new WickError("NOT_FOUND", `Cannot read ${path}: it must be a text file, and there is none`);
}

async function writeText(path: string, text: string, { replace }: { replace: boolean }): Promise<void> {
  await library();
  const access = files(`write ${path}`);
  if (!replace && await access.size(path) !== undefined) {
    const message = `Cannot write ${path}: it must be a new file, and there is one; name another`;
    throw new WickError("INVALID_ARGUMENT", message);
  }
  const part = `${path}.part`;
  try {
    const file = await access.append(part, { truncate: true });
    await file.write(new TextEncoder().encode(text)).finally(() => file.close());
    await access.rename(part, path);
  } catch (error) {
    await access.remove(part).catch(() => {}); // the first error is the one to tell
    throw error;
  }
}

/** Deno tells a window's end where the process exits by itself, by Deno.exit or behind a listener to a signal. */
function atExit(undo: () => void): Disposable {
  globalThis.addEventListener("unload", undo);
  return { [Symbol.dispose]: () => globalThis.removeEventListener("unload", undo) };
}

/** Not SIGHUP: a server that nohup runs outlives its terminal. */
const endings: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGQUIT"];

/** Milliseconds in which a second signal is the first one again: `deno task` passes on what its child has had. */
const ECHO_MS = 300;
const listeners = new Set<() => void>();
let heardAt: number | undefined;

/** Signals are heard from the first call on, so that none comes between two listeners and ends the process. */
function onInterrupt(listener: () => void): Disposable {
  if (heardAt === undefined) {
    heardAt = -Infinity;
    for (const signal of endings) Deno.addSignalListener(signal, interrupt);
  }
  listeners.add(listener);
  return { [Symbol.dispose]: () => void listeners.delete(listener) };
}

function interrupt(): void {
  const now = performance.now();
  if (now - heardAt! < ECHO_MS) return;
  heardAt = now;
  if (listeners.size === 0) Deno.exit(130);
  for (const listener of [...listeners]) listener();
}

/** Milliseconds that open answers get to end by themselves. */
const grace = 2000;

async function listen(
  handler: Parameters<Context["listen"]>[0],
  { hostname, port }: { hostname: string; port: number },
): Promise<Listener> {
  const server = await openServer(hostname, port, handler);
  const silent = new Set<Socket>(); // connections without a request, as browsers open ahead: close() leaves them open
  server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", ({ socket }: { socket: Socket }) => silent.delete(socket));
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `http://${host}:${(server.address() as { port: number }).port}`,
    async close() {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, grace));
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of silent) socket.destroy();
      await Promise.race([ended, late]);
      clearTimeout(timer);
    },
  };
}

async function openServer(
  hostname: string,
  port: number,
  handler: Parameters<Context["listen"]>[0],
): Promise<HttpServer> {
  const { httpServer } = await import("./deps.ts");
  const server = await httpServer(handler);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(port, hostname, resolve);
  try {
    await promise;
    return server;
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new WickError(
      "INVALID_STATE",
      `Cannot listen on ${hostname} port ${port}: the address must be this machine's and free, got "${reason}"`,
      { cause },
    );
  }
}
