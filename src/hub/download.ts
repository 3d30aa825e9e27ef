/**
 * Downloads into the cache folder: resumed where a try before left off, verified by size and hash, put in
 * place by a rename. A half file never stands at the final place.
 *
 * @module
 */
import { checkKeys, type KeysOf } from "../check_keys.ts";
import { throwIfAborted, WickError } from "../error.ts";
import { files } from "../entry/platform.ts";
import { CacheEntry, type CacheRecord } from "./cache.ts";
import { type Answer, ask, publicName, type UrlOptions } from "./http.ts";
import { hubUrl, isHubReference, isPinned } from "./hub_reference.ts";
import { IDLE_MS, retrying } from "./retry.ts";
import { sha256OfFile } from "./sha256.ts";
import { parseShardName, shardName } from "./shard_names.ts";
import { siblingLocation } from "./source.ts";
import { ChunkReader } from "./stream_source.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** The file's URL without its query. */
  name: string;
  /** Bytes that are there, with those of tries before. */
  received: number;
  /** All bytes, where the server tells. */
  total?: number;
  /** Which file of how many (shards), from 1. */
  file: number;
  /** How many files there are. */
  files: number;
}

/** Options of {@linkcode download}. */
export interface DownloadOptions extends UrlOptions {
  /** Called for each piece that arrives. */
  onProgress?: (progress: DownloadProgress) => void;
}

/**
 * Brings a model ("hf:owner/repo/file.gguf[@revision]" or an http(s) URL; all its shards, where its name is
 * that of a first shard) into the cache folder and gives the path of its (first) file. What is there already
 * is used again when the server names the same version, or does not answer.
 *
 * @throws WickError NOT_FOUND, ACCESS_DENIED, SOURCE_FAILED, INTEGRITY_FAILED, ABORTED, INVALID_ARGUMENT
 */
export async function download(location: string, options: DownloadOptions = {}): Promise<string> {
  checkKeys("download", options, names);
  const shard = parseShardName(new URL(urlOf(location)).pathname);
  if (!shard || shard.number !== 1) return await downloadFile(urlOf(location), options, 1, 1);
  const paths: string[] = [];
  for (let number = 1; number <= shard.count; number++) {
    const sibling = siblingLocation(location, shardName({ ...shard, number }));
    paths.push(await downloadFile(urlOf(sibling), options, number, shard.count));
  }
  return paths[0];
}

const names: KeysOf<DownloadOptions> = {
  onProgress: true,
  headers: true,
  retries: true,
  retryMs: true,
  idleMs: true,
  signal: true,
};

function urlOf(location: string): string {
  return isHubReference(location) ? hubUrl(location) : location;
}

async function downloadFile(
  url: string,
  options: DownloadOptions,
  file: number,
  fileCount: number,
): Promise<string> {
  const name = publicName(url);
  const entry = new CacheEntry(url, files(`download ${name}`));
  const release = await locked(entry, name, options.signal);
  try {
    if (await isCurrent(entry, options)) return entry.path;
    const onProgress = (received: number, total?: number) =>
      options.onProgress?.({ name, received, total, file, files: fileCount });
    let farthest = 0;
    await retrying(`download ${name}`, options, (alive) =>
      receive(entry, options, (received, total) => {
        if (received > farthest) alive(); // a server without ranges begins anew each time, and must not do so forever
        farthest = Math.max(farthest, received);
        onProgress(received, total);
      }));
    await verify(entry, name, options.signal);
    await entry.finish();
    return entry.path;
  } finally {
    release();
  }
}

/** Waits until no other process (or call) downloads this file. */
async function locked(entry: CacheEntry, name: string, signal?: AbortSignal): Promise<() => void> {
  for (;;) {
    throwIfAborted(signal, `download ${name}`);
    const release = await entry.files.lock(entry.lock);
    if (release) return release;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether the finished file is what the server has now; a server that does not answer is believed to agree. */
async function isCurrent(entry: CacheEntry, options: DownloadOptions): Promise<boolean> {
  const record = await entry.finished();
  if (!record) return false;
  if (isPinned(entry.url)) return true;
  try {
    const { etag, size, body } = await ask(entry.url, { method: "HEAD" }, options);
    await body?.cancel();
    return etag === record.etag && (size === undefined || size === record.size);
  } catch {
    throwIfAborted(options.signal, `download ${publicName(entry.url)}`);
    return true;
  }
}

/** One try: goes on where the partial file ends, or begins anew where the server's file is another one. */
async function receive(
  entry: CacheEntry,
  options: DownloadOptions,
  progress: (received: number, total?: number) => void,
): Promise<void> {
  const started = await entry.started();
  if (started && started.received === started.record.size) return;
  const range = started && { offset: started.received, ifRange: started.record.ifRange };
  const answer = await ask(entry.url, range ?? {}, options);
  if (started && answer.status === 206 && continues(answer, started)) {
    return await write(entry, options, answer, started.received, progress);
  }
  if (answer.status === 200) {
    const { etag, ifRange, size, sha256 } = answer;
    await entry.begin({ url: entry.url, etag, ifRange, size, sha256 });
    return await write(entry, options, answer, 0, progress);
  }
  await answer.body?.cancel();
  if (!started) throw unexpected(entry.url, answer.status);
  await entry.discard();
  return await receive(entry, options, progress);
}

function continues(answer: Answer, { record, received }: { record: CacheRecord; received: number }): boolean {
  return answer.etag === record.etag && answer.size === record.size && answer.start === received;
}

async function write(
  entry: CacheEntry,
  options: DownloadOptions,
  { body, size }: Answer,
  offset: number,
  progress: (received: number, total?: number) => void,
): Promise<void> {
  let received = offset;
  const file = await entry.files.append(entry.partial);
  const chunks = new ChunkReader(body ?? new Blob([]).stream(), options.idleMs ?? IDLE_MS);
  try {
    for (;;) {
      const piece = await chunks.next(Infinity);
      if (piece.length === 0) break;
      await file.write(piece);
      received += piece.length;
      progress(received, size);
      throwIfAborted(options.signal, `download ${publicName(entry.url)}`); // the stream may not hear of it in time
      if (received > (size ?? Infinity)) break; // verify() tells
    }
  } finally {
    chunks.cancel();
    await file.close();
  }
  if (received < (size ?? 0)) throw new Error(`it ended at byte ${received} of ${size}`);
}

/** @throws WickError INTEGRITY_FAILED, and forgets the file, where it is not what was promised */
async function verify(entry: CacheEntry, name: string, signal?: AbortSignal): Promise<void> {
  const record = await entry.promised();
  const size = await entry.files.size(entry.partial) ?? 0;
  if (record?.size !== undefined && record.size !== size) {
    await refuse(entry, name, `${record.size} bytes`, `${size} or more`);
  }
  if (!record?.sha256) return;
  const hash = await sha256OfFile(entry.files, entry.partial, signal);
  if (hash !== record.sha256) await refuse(entry, name, `SHA-256 ${record.sha256}`, hash);
}

async function refuse(entry: CacheEntry, name: string, expected: string, got: string): Promise<never> {
  await entry.discard();
  throw new WickError("INTEGRITY_FAILED", `Cannot download ${name}: it must have ${expected}, got ${got}`);
}

function unexpected(url: string, status: number): WickError {
  return new WickError(
    "SOURCE_FAILED",
    `Cannot download ${publicName(url)}: status 200 expected, got ${status}`,
  );
}
