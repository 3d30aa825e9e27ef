/**
 * A file server that misbehaves as a test wants it to.
 *
 * @module
 */

/** What the server serves, and how; a test may change it between requests. */
export interface Serving {
  bytes: Uint8Array;
  /** Answers ranges [true]. */
  ranges?: boolean;
  etag?: string;
  /** Answers a range of whatever version it has, against RFC 9110. */
  ignoresIfRange?: boolean;
  /** Every answer's status instead of 200 or 206. */
  status?: number;
  /** Answers break off after this many bytes. */
  cut?: number;
  /** How many answers break off [all]. */
  cuts?: number;
  /** Redirects to this URL. */
  redirect?: string;
  /** Further headers. */
  headers?: Record<string, string>;
  /** Waits before each piece of 16 KiB, in ms. */
  delay?: number;
  /** Sends no length. */
  chunked?: boolean;
}

/** A request as it came. */
export interface Seen {
  method: string;
  path: string;
  range: string | null;
  authorization: string | null;
}

/** The server, what it saw and its address. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen[];
}

/** Serves `serving` at every path of a free port. */
export function serveFile(serving: Serving): FileServer {
  const seen: Seen[] = [];
  const options = {
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  };
  const server = Deno.serve(options, (request) => {
    const { method, headers } = request;
    const { pathname: path } = new URL(request.url);
    seen.push({ method, path, range: headers.get("range"), authorization: headers.get("authorization") });
    return answer(serving, request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function answer(serving: Serving, request: Request): Response {
  const headers = new Headers(serving.headers);
  if (serving.etag) headers.set("etag", `"${serving.etag}"`);
  if (serving.redirect) {
    headers.set("location", serving.redirect);
    return new Response(null, { status: 302, headers });
  }
  if (serving.status) return new Response("no", { status: serving.status });
  const [, first, last] = /bytes=(\d+)-(\d*)/.exec(request.headers.get("range") ?? "") ?? [];
  const condition = request.headers.get("if-range");
  const whole = first === undefined || serving.ranges === false ||
    (condition && condition !== headers.get("etag") && !serving.ignoresIfRange);
  const start = whole ? 0 : Number(first);
  const end = whole || !last ? serving.bytes.length : Math.min(Number(last) + 1, serving.bytes.length);
  if (start >= serving.bytes.length && !whole) return new Response(null, { status: 416, headers });
  if (!whole) headers.set("content-range", `bytes ${start}-${end - 1}/${serving.bytes.length}`);
  if (!serving.chunked) headers.set("content-length", String(end - start));
  const body = request.method === "HEAD" ? null : bodyOf(serving, serving.bytes.slice(start, end));
  return new Response(body, { status: whole ? 200 : 206, headers });
}

function bodyOf(serving: Serving, bytes: Uint8Array): ReadableStream<Uint8Array> {
  const cuts = serving.cut !== undefined && (serving.cuts ?? Infinity) > 0 && bytes.length > serving.cut;
  if (cuts && serving.cuts) serving.cuts--;
  const end = cuts ? serving.cut! : bytes.length;
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      if (serving.delay) await new Promise((resolve) => setTimeout(resolve, serving.delay));
      if (sent >= end) return cuts ? controller.error(new Error("cut")) : controller.close();
      controller.enqueue(bytes.slice(sent, Math.min(end, sent += 1 << 14)));
    },
  });
}

/** Bytes without a pattern that a wrong offset could meet. */
export function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = 1; i < length; i++) bytes[i] = state = (Math.imul(state, 75) + 74) % 65537;
  return bytes;
}
