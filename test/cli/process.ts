/**
 * The command line as a child process.
 *
 * @module
 */
import { repositoryPath } from "../shared.ts";

/** What a process left. */
export interface Left {
  code: number;
  stdout: string;
  stderr: string;
}

/** How a process is run. */
export interface Setting {
  stdin?: string;
  env?: Record<string, string>;
  /** Sees the first text on stdout. */
  onOutput?: (text: string) => void | Promise<void>;
  /** Sent when the first text has come, and has been seen. */
  signal?: Deno.Signal;
  /** Runs beside the process from its start. */
  onStart?: (kill: (signal: Deno.Signal) => void) => Promise<void>;
  /** Another script than the command line's entry. */
  script?: string;
}

/** Runs a command line to its end. */
export async function spawn(args: readonly string[], setting: Setting = {}): Promise<Left> {
  const { stdin, env, signal, onOutput, onStart, script = "src/cli/main.ts" } = setting;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", repositoryPath(script), ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const beside = onStart?.((name) => child.kill(name));
  await feed(child.stdin, stdin ?? "");
  let stdout = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (stdout === "") {
      await onOutput?.(text);
      if (signal) child.kill(signal);
    }
    stdout += text;
  }
  await beside;
  const { code } = await child.status;
  return { code, stdout, stderr: await stderr };
}

async function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch(() => {}); // a process need not read
  await writer.close().catch(() => {});
}

/** Serves bytes with ranges, at most `rate` bytes a second, and counts what it sends. */
export class FileServer implements AsyncDisposable {
  sent = 0;
  requests: { method: string; range: string | null }[] = [];
  private readonly server: Deno.HttpServer<Deno.NetAddr>;

  constructor(private readonly bytes: Uint8Array, private readonly rate = Infinity) {
    this.server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.answer(request),
    );
  }

  /** A URL of it. */
  url(name: string): string {
    return `http://127.0.0.1:${this.server.addr.port}/${name}`;
  }

  private answer({ method, headers, url }: Request): Response {
    const range = headers.get("range");
    this.requests.push({ method, range });
    if (url.endsWith("/missing.gguf")) return new Response("no", { status: 404 });
    const size = this.bytes.length;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const start = Number(first ?? 0), end = last ? Math.min(Number(last) + 1, size) : size;
    const common = { etag: '"one"', "accept-ranges": "bytes", "content-length": `${end - start}` };
    if (method === "HEAD") return new Response(null, { headers: common });
    const body = this.body(start, end);
    if (!range) return new Response(body, { headers: common });
    return new Response(body, {
      status: 206,
      headers: { ...common, "content-range": `bytes ${start}-${end - 1}/${size}` },
    });
  }

  private body(start: number, end: number): ReadableStream<Uint8Array> {
    const piece = 1 << 16;
    return new ReadableStream({
      pull: async (controller) => {
        if (this.rate < Infinity) {
          await new Promise((resolve) => setTimeout(resolve, 1000 * piece / this.rate));
        }
        const bytes = this.bytes.subarray(start, Math.min(start + piece, end));
        start += bytes.length;
        this.sent += bytes.length;
        controller.enqueue(bytes);
        if (start >= end) controller.close();
      },
    }, { highWaterMark: 0 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.shutdown();
  }
}
