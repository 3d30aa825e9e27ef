/** Every reader of tensors and models over every source, on the real platform: whole files, broken ones, and what stays open. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import type { BucketLike, SourceInput } from "../../mod.ts";
import { download } from "../../src/hub/download.ts";
import { serveFile } from "../hub/file_server.ts";
import { goldenFile } from "../formats/file_golden.ts";
import { everyFormat } from "./readers.ts";

const files = await everyFormat(goldenFile("views.pth"));

/** An input, a bucket's key, and how what it holds open ends. */
interface Opened {
  input: SourceInput;
  key?: string;
  end?: () => void | PromiseLike<void>;
}

/** The same bytes as each kind of source; what a source holds open ends with it. */
const sources: Record<
  string,
  (bytes: Uint8Array) => Opened | Promise<Opened>
> = {
  "a path": (bytes) => onDisk(bytes, (path) => path),
  "a file URL": (bytes) => onDisk(bytes, (path) => new URL(`file://${path}`)),
  "bytes": (bytes) => ({ input: bytes }),
  "a Blob": (bytes) => ({ input: new Blob([bytes as BlobPart]) }),
  "a stream": (bytes) => ({ input: new Blob([bytes as BlobPart]).stream() }),
  "random access": (bytes) => ({
    input: {
      size: bytes.length,
      read: (at: number, length: number) => bytes.subarray(at, at + length),
    },
  }),
  "a bucket": (bytes) => ({ input: bucketOf(bytes), key: "key" }),
  "a source whose close throws when it is called again": (bytes) => ({ input: new StrictSource(bytes) }),
  "a URL with ranges": (bytes) => served(bytes, true),
  "a URL without ranges": (bytes) => served(bytes, false),
  "a download": downloaded,
};

class StrictSource {
  readonly name = "a strict source";
  readonly sequential = false;
  closed = 0;
  constructor(readonly bytes: Uint8Array) {}
  get size(): number {
    return this.bytes.length;
  }
  readInto(offset: number, into: Uint8Array): number {
    if (this.closed > 0) throw new Error("read after its close");
    const piece = this.bytes.subarray(offset, offset + into.length);
    into.set(piece);
    return piece.length;
  }
  close(): void {
    if (this.closed++ > 0) throw new Error("closed twice");
  }
}

async function onDisk(
  bytes: Uint8Array,
  input: (path: string) => SourceInput,
): Promise<Opened> {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, bytes);
  return {
    input: input(path),
    end() {
      equal(openHandles(path), 0, "handles on the file are left");
      Deno.removeSync(path);
    },
  };
}

function served(bytes: Uint8Array, ranges: boolean): Opened {
  const server = serveFile({ bytes, ranges, etag: "one" });
  return { input: server.url, end: () => server[Symbol.asyncDispose]() };
}

/** The file of the cache that a download puts in its place. */
async function downloaded(bytes: Uint8Array): Promise<Opened> {
  const cache = await Deno.makeTempDir();
  await using server = serveFile({ bytes, ranges: true, etag: "one" });
  const before = Deno.env.get("WICK_CACHE");
  Deno.env.set("WICK_CACHE", cache);
  try {
    const path = await download(server.url);
    return {
      input: path,
      end() {
        equal(openHandles(path), 0, "handles on the file are left");
        Deno.removeSync(cache, { recursive: true });
      },
    };
  } finally {
    if (before === undefined) Deno.env.delete("WICK_CACHE");
    else Deno.env.set("WICK_CACHE", before);
  }
}

function bucketOf(bytes: Uint8Array): BucketLike {
  return {
    head: (key) => Promise.resolve(key === "key" ? { size: bytes.length } : null),
    get: (_, { range: { offset, length = bytes.length } }) =>
      Promise.resolve({ body: new Blob([bytes.slice(offset, offset + length)]).stream() }),
  };
}

/** How many of the process's open files are this one; 0 where the system does not tell. */
function openHandles(path: string): number {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) =>
      linkOf(`/proc/self/fd/${name}`) === path
    ).length;
  } catch {
    return 0;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined; // the folder's own handle is gone by now
  }
}

for (const { format, whole, reads, names, streams } of files) {
  for (const [kind, open] of Object.entries(sources)) {
    const forward = kind === "a stream" || kind === "a URL without ranges";
    Deno.test(`${format} is read from ${kind}, and the error of a broken one is told`, async () => {
      for (const read of reads) {
        const source = await open(whole);
        if (forward && !streams) {
          await rejects(read(source.input, source.key), {
            code: "INVALID_ARGUMENT",
            message: /got a stream/,
          });
        } else {
          const found = await read(source.input, source.key);
          if (names.length > 0) deepEqual(found, names);
          else equal(found.length > 0, true);
        }
        await source.end?.();
        const broken = await open(whole.subarray(0, whole.length - 1));
        const code = forward && !streams ? "INVALID_ARGUMENT" : "CORRUPT_FILE";
        await rejects(read(broken.input, broken.key), { code });
        if (broken.input instanceof StrictSource) {
          equal(broken.input.closed, 1, "closed once, and not left open");
        }
        await broken.end?.();
      }
    });
  }
}
