/**
 * A source over a URL: ranges where the server has them, else its one stream forward.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { type Answer, ask, publicName, type UrlOptions } from "./http.ts";
import { bytesSource } from "./memory_source.ts";
import { RangedSource } from "./ranged_source.ts";
import { retrying } from "./retry.ts";
import type { Source } from "./source.ts";
import { StreamSource } from "./stream_source.ts";

export type { UrlOptions } from "./http.ts";

/** The first request's bytes: enough for the header of a model without a large vocabulary. */
const FIRST_WINDOW = 1 << 16;

/**
 * Opens a URL with one request for its first 64 KiB.
 *
 * @throws WickError NOT_FOUND, ACCESS_DENIED, SOURCE_FAILED, INVALID_ARGUMENT or ABORTED
 */
export async function openUrl(url: string, options: UrlOptions = {}): Promise<Source> {
  const name = publicName(url);
  const first = await retrying(
    `open ${name}`,
    options,
    () => ask(url, { offset: 0, length: FIRST_WINDOW }, options),
  );
  const { status, body, size } = first;
  if (status === 416 || !body) {
    await body?.cancel();
    return bytesSource(new Uint8Array(0), name);
  }
  if (status === 200 || size === undefined) return new StreamSource(body, name, size);
  const open = (offset: number, length?: number) => openRange(url, first, { offset, length }, options);
  const source = new RangedSource(name, size, open, options);
  source.begin(body, Math.min(size, FIRST_WINDOW));
  return source;
}

async function openRange(
  url: string,
  first: Answer,
  range: { offset: number; length?: number },
  options: UrlOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { status, body, etag, start, size } = await ask(url, { ...range, ifRange: first.ifRange }, options);
  const same = status === 206 && body && etag === first.etag && size === first.size && start === range.offset;
  if (same) return body;
  await body?.cancel();
  throw new WickError(
    "SOURCE_FAILED",
    `Cannot read ${publicName(url)} at byte ${range.offset}: the file must stay the same while it is read, ` +
      `got status ${status}, size ${size} (first ${first.size}), tag ${etag} (first ${first.etag})`,
  );
}
