/**
 * Where downloads lie: `<cache>/<host>/<path>`, with a record beside each file that says what it is, and
 * `.partial` files that a later try goes on with.
 *
 * @module
 */
import type { FileAccess } from "../entry/platform.ts";

/** What is known of a downloaded, or half downloaded, file. */
export interface CacheRecord {
  /** Where it comes from. */
  url: string;
  /** Tells this version of the file from others; "" where the server gave nothing. */
  etag: string;
  /** The tag as If-Range takes it, where it does. */
  ifRange?: string;
  /** The whole file's bytes, where told. */
  size?: number;
  /** In hexadecimal digits, where told. */
  sha256?: string;
}

/** A file of the cache: its final place, its place until it is whole, their records and the lock of both. */
export class CacheEntry {
  /** The final place. */
  readonly path: string;
  /** The place until it is whole. */
  readonly partial: string;
  /** The file whose lock a download holds. */
  readonly lock: string;

  /** The entry of a URL. */
  constructor(readonly url: string, readonly files: FileAccess) {
    this.path = `${files.cacheFolder()}/${relativePath(new URL(url))}`;
    this.partial = `${this.path}.partial`;
    this.lock = `${this.path}.lock`;
  }

  /** The record of the final file, where that is whole. */
  async finished(): Promise<CacheRecord | undefined> {
    const record = await this.#record(this.path);
    return record && await this.files.size(this.path) === record.size ? record : undefined;
  }

  /** The record of the partial file and the bytes that are there, where a try can go on with it. */
  async started(): Promise<{ record: CacheRecord; received: number } | undefined> {
    const record = await this.#record(this.partial);
    const received = await this.files.size(this.partial);
    return record?.etag && received && received <= (record.size ?? 0) ? { record, received } : undefined;
  }

  /** What the partial file will be. */
  promised(): Promise<CacheRecord | undefined> {
    return this.#record(this.partial);
  }

  /** Forgets the partial file and writes down what the next one will be. */
  async begin(record: CacheRecord): Promise<void> {
    await this.discard();
    await this.#write(this.partial, record);
  }

  /** Removes the partial file. */
  async discard(): Promise<void> {
    await this.files.remove(this.partial);
    await this.files.remove(recordPath(this.partial));
  }

  /** Puts the partial file in its final place: the file first, as a file without its record counts as none. */
  async finish(): Promise<void> {
    const record = await this.promised();
    const size = await this.files.size(this.partial);
    await this.files.remove(recordPath(this.path));
    await this.files.rename(this.partial, this.path);
    await this.#write(this.path, { ...record!, size });
    await this.files.remove(recordPath(this.partial));
  }

  async #write(path: string, record: CacheRecord): Promise<void> {
    const file = await this.files.append(recordPath(path), { truncate: true });
    try {
      await file.write(new TextEncoder().encode(JSON.stringify(record)));
    } finally {
      await file.close();
    }
  }

  async #record(path: string): Promise<CacheRecord | undefined> {
    const text = await this.files.readText(recordPath(path));
    try {
      const record = JSON.parse(text ?? "null") as CacheRecord | null;
      return record?.url === this.url ? record : undefined;
    } catch {
      return undefined; // cut short by a crash: as good as none
    }
  }
}

function recordPath(path: string): string {
  return `${path}.json`;
}

/** Host and path as folders; a query is one more folder, so that file names stay as they are. */
function relativePath(url: URL): string {
  const parts = [url.host, ...url.pathname.split("/")].filter((part) => part !== "").map(safeName);
  if (url.search) parts.splice(-1, 0, `query-${hash(url.search)}`);
  return parts.join("/");
}

/** A URL's part as a name that every file system takes. */
function safeName(part: string): string {
  return part.replace(/%[0-9a-f]{2}/gi, "_").replace(/[^\w.+-]/g, "_").replace(/^\.+/, "_");
}

/** FNV-1a, 32 bits: tells queries apart; the record's URL decides. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
}
