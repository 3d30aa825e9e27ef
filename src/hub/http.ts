/**
 * HTTP as model files need it: redirects followed by hand (a token never leaves its host, and Hugging Face
 * tells hash and size only in the redirect), statuses as Wick's errors.
 *
 * @module
 */
import { platform } from "../entry/platform.ts";
import { reasonOf, WickError } from "../error.ts";
import { hubToken } from "./hub_reference.ts";
import { IDLE_MS, type RetryOptions } from "./retry.ts";

/** Options of requests. */
export interface UrlOptions extends RetryOptions {
  /** Further headers; "authorization" is sent to the URL's own origin alone. */
  headers?: Readonly<Record<string, string>>;
}

/** What is asked. */
export interface Ask {
  /** The method ["GET"]. */
  method?: "GET" | "HEAD";
  /** The first byte wanted [the whole file]. */
  offset?: number;
  /** The bytes wanted [all from `offset` on]. */
  length?: number;
  /** Answer with a range only if the file still has this entity tag. */
  ifRange?: string;
}

/** What came back: status 200, 206 or 416. */
export interface Answer {
  /** 200, 206 or 416. */
  status: number;
  /** The bytes, not read yet. */
  body: ReadableStream<Uint8Array> | null;
  /** Tells this version of the file from others: an entity tag without quotes, else its date, else "". */
  etag: string;
  /** The SHA-256 of the whole file in hexadecimal digits, where the hub tells it. */
  sha256?: string;
  /** The tag in the form that If-Range takes; undefined where it is weak or not of the last host. */
  ifRange?: string;
  /** The whole file's bytes, where told. */
  size?: number;
  /** The first byte of a 206 answer's range. */
  start?: number;
}

const MOST_REDIRECTS = 8;

/**
 * Asks for a URL. An error that may pass (network, 5xx, 408, 429) is thrown as a plain Error.
 *
 * @throws WickError NOT_FOUND, ACCESS_DENIED, SOURCE_FAILED or INVALID_ARGUMENT
 */
export async function ask(url: string, what: Ask, options: UrlOptions): Promise<Answer> {
  const name = publicName(url);
  let linked: Headers | undefined;
  let here = parseUrl(url);
  const origin = here.origin;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await send(here, name, what, options, here.origin === origin);
    if (response.headers.has("x-linked-etag")) linked = response.headers;
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || !location) return judge(response, name, linked);
    await response.body?.cancel();
    here = parseUrl(new URL(location, here).href);
  }
  throw new WickError("SOURCE_FAILED", `Cannot open ${name}: at most ${MOST_REDIRECTS} redirects, got more`);
}

/** A URL as messages may show it: without user, password and query, which may hold secrets. */
export function publicName(url: string): string {
  const { origin, pathname } = parseUrl(url);
  return origin + pathname;
}

async function send(
  url: URL,
  name: string,
  what: Ask,
  options: UrlOptions,
  ownOrigin: boolean,
): Promise<Response> {
  const headers = new Headers(options.headers);
  const token = hubToken(url);
  if (token && !headers.has("authorization")) headers.set("authorization", `Bearer ${token}`);
  if (!ownOrigin) ["authorization", "cookie"].forEach((secret) => headers.delete(secret));
  headers.set("accept-encoding", "identity");
  if (what.offset !== undefined) {
    headers.set("range", `bytes=${what.offset}-${what.length ? what.offset + what.length - 1 : ""}`);
    if (what.ifRange) headers.set("if-range", what.ifRange);
  }
  return await request(url, { method: what.method ?? "GET", headers, redirect: "manual" }, name, options);
}

/** Fetches; a server that sends no headers within the idle time counts as broken. */
async function request(url: URL, init: RequestInit, name: string, options: UrlOptions): Promise<Response> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error("no answer came")), options.idleMs ?? IDLE_MS);
  try {
    const signals = options.signal ? [silence.signal, options.signal] : [silence.signal];
    return await fetch(url, { ...init, signal: AbortSignal.any(signals) });
  } catch (cause) {
    if (cause instanceof Error && cause.name === "NotCapable") {
      throw new WickError("ACCESS_DENIED", `Cannot open ${name}: the runtime forbids the network`, { cause });
    }
    throw throughProxy(url, cause);
  } finally {
    clearTimeout(timer);
  }
}

/** A failure that says which variable sent the request to a proxy: the runtime tells of a server that no one named. */
function throughProxy({ protocol }: URL, cause: unknown): unknown {
  const scheme = protocol.slice(0, -1);
  const variable = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`].find((name) => platform().env(name));
  return variable ? new Error(`${reasonOf(cause)}; ${variable} names a proxy`, { cause }) : cause;
}

async function judge(response: Response, name: string, linked: Headers | undefined): Promise<Answer> {
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) return answer(response, linked);
  await response.body?.cancel();
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    throw new Error(`status ${status}`);
  }
  const code = status === 404 || status === 410
    ? "NOT_FOUND"
    : status === 401 || status === 403
    ? "ACCESS_DENIED"
    : "SOURCE_FAILED";
  throw new WickError(code, `Cannot open ${name}: the server must answer 200 or 206, got ${status}`);
}

function answer(response: Response, linked: Headers | undefined): Answer {
  const { headers, status } = response;
  const own = headers.get("etag") ?? "";
  const etag = bare((linked?.get("x-linked-etag") ?? own) || (headers.get("last-modified") ?? ""));
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)/.exec(headers.get("content-range") ?? "");
  const encoded = (headers.get("content-encoding") ?? "identity") !== "identity";
  const whole = status === 200 && !encoded ? headers.get("content-length") : null;
  const size = linked?.get("x-linked-size") ?? range?.[2] ?? whole;
  return {
    status,
    body: response.body,
    etag,
    sha256: linked && /^[0-9a-f]{64}$/.test(etag) ? etag : undefined,
    ifRange: !linked && own.startsWith('"') ? own : undefined,
    size: size ? Number(size) : undefined,
    start: range?.[1] ? Number(range[1]) : undefined,
  };
}

function bare(etag: string): string {
  return etag.replace(/^W\//, "").replaceAll('"', "");
}

function parseUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
  throw new WickError("INVALID_ARGUMENT", `Cannot open a URL: it must be http or https, got ${url}`);
}
