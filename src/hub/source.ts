/**
 * Where the bytes of a model come from: one interface over paths, URLs, streams, blobs, bytes and buckets.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { files } from "../entry/platform.ts";
import { type BucketLike, openBucket } from "./bucket.ts";
import { embeddedUrl, isEmbedded } from "./embedded.ts";
import { hubUrl, isHubReference } from "./hub_reference.ts";
import { blobSource, bytesSource, type RandomAccess, randomAccessSource } from "./memory_source.ts";
import { StreamSource } from "./stream_source.ts";
import { openUrl, type UrlOptions } from "./url_source.ts";

/** Bytes to read. */
export interface Source {
  /** What it is called in messages. */
  readonly name: string;
  /** Its length in bytes; undefined for a stream of unknown length. */
  readonly size?: number;
  /** Whether it can only be read forward: each `offset` at or behind the end of the read before. */
  readonly sequential: boolean;
  /**
   * Fills `into` from byte `offset` on and gives the number of bytes read: fewer than asked only where the
   * source ends. `into` may be a view of WASM memory; it is not kept. One read at a time.
   */
  readInto(offset: number, into: Uint8Array): Promise<number> | number;
  /** Says that the reads to come go forward, so that one request may serve many of them. */
  readAhead?(): void;
  /** Frees what it holds; no read may follow. Whoever opened it may call it again: nothing happens then. */
  close(): void;
}

/** Everything that a model can be read from; a bucket takes the object's key beside it. */
export type SourceInput =
  | string
  | URL
  | ReadableStream<Uint8Array>
  | Blob
  | Uint8Array
  | ArrayBuffer
  | RandomAccess
  | BucketLike
  | Source;

/**
 * Opens whatever is given: a path, an http(s) or file URL, "hf:owner/repo/file.gguf[@revision]", "wick:stories",
 * a stream, a blob, bytes, anything with `read(offset, length)`, a bucket with `key`, or a Source.
 *
 * @throws WickError NOT_FOUND, ACCESS_DENIED, SOURCE_FAILED, INVALID_ARGUMENT or UNSUPPORTED_RUNTIME
 */
export async function toSource(input: SourceInput, key?: string, options: UrlOptions = {}): Promise<Source> {
  if (typeof input === "string" || input instanceof URL) return await openLocation(String(input), options);
  if (input instanceof Uint8Array) return bytesSource(input);
  if (input instanceof ArrayBuffer) return bytesSource(new Uint8Array(input));
  if (input instanceof Blob) return blobSource(input);
  if (input instanceof ReadableStream) {
    if (!input.locked) return new StreamSource(input, "the stream");
    throw new WickError("INVALID_ARGUMENT", "Cannot open the stream: it must be free, got one with a reader");
  }
  if (has(input, "readInto")) return closedOnce(input as Source);
  if (has(input, "get") && has(input, "head")) return await openBucket(input as BucketLike, key);
  if (has(input, "read")) return randomAccessSource(input as RandomAccess);
  throw new WickError(
    "INVALID_ARGUMENT",
    "Cannot open a model: it must be a path, URL, stream, Blob, bytes, bucket or have read(offset, length), " +
      `got ${input === null ? "null" : typeof input}`,
  );
}

/** A caller's own source, whose `close` is called once however often ours is. */
function closedOnce(source: Source): Source {
  let open = true;
  return {
    name: source.name,
    size: source.size,
    sequential: source.sequential,
    readInto: (offset, into) => source.readInto(offset, into),
    readAhead: () => source.readAhead?.(),
    close() {
      if (open) source.close();
      open = false;
    },
  };
}

/**
 * A function that opens the files beside `input` by name, as a sharded model needs; undefined where `input`
 * has no siblings (bytes, streams, blobs).
 */
export function siblingsOf(
  input: SourceInput,
  key?: string,
  options: UrlOptions = {},
): ((name: string) => Promise<Source>) | undefined {
  if (typeof input === "string" || input instanceof URL) {
    return (name) => toSource(siblingLocation(String(input), name), undefined, options);
  }
  if (key === undefined) return undefined;
  return (name) => toSource(input, siblingLocation(key, name), options);
}

/** `location` with its last part replaced: of a path, a URL (its query stays) or an "hf:" reference. */
export function siblingLocation(location: string, name: string): string {
  if (isHubReference(location)) {
    const [path, revision] = location.split("@");
    return `${path.slice(0, path.lastIndexOf("/") + 1)}${name}${revision ? `@${revision}` : ""}`;
  }
  if (/^(https?|file):/i.test(location)) {
    const url = new URL(location);
    url.pathname = url.pathname.slice(0, url.pathname.lastIndexOf("/") + 1) + encodeURIComponent(name);
    return url.href;
  }
  return location.slice(0, Math.max(location.lastIndexOf("/"), location.lastIndexOf("\\")) + 1) + name;
}

async function openLocation(location: string, options: UrlOptions): Promise<Source> {
  if (isEmbedded(location)) return await openLocation(embeddedUrl(location), options);
  if (isHubReference(location)) return await openUrl(hubUrl(location), options);
  if (/^https?:/i.test(location)) return await openUrl(location, options);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
  if (scheme !== undefined && scheme.toLowerCase() !== "file") {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot open ${location}: it must be a path, an http(s) or file URL, hf:owner/repo/file.gguf or ` +
        `wick:stories, got ${scheme}`,
    );
  }
  const path = location.startsWith("file:") ? decodeURIComponent(new URL(location).pathname) : location;
  const file = await files(`open ${location}`).open(path);
  return {
    name: location,
    size: file.size,
    sequential: false,
    readInto: (offset, into) => file.readInto(offset, into),
    close: () => file.close(),
  };
}

function has(value: unknown, method: string): boolean {
  return typeof value === "object" && value !== null &&
    typeof (value as Record<string, unknown>)[method] === "function";
}
