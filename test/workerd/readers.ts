/**
 * Every reader over what a Worker reads from: an R2 bucket, its objects' streams, answers to fetch, bytes and Blobs.
 *
 * @module
 */
import type { BucketLike, SourceInput } from "../../src/api.ts";
import { everyFormat, type FormatFile } from "../nn/readers.ts";

/** What the readers need of an R2 bucket beyond reading. */
export interface ReadersBucket extends BucketLike {
  put(key: string, value: Uint8Array): Promise<unknown>;
}

interface Opened {
  input: SourceInput;
  key?: string;
  forward?: boolean;
}

/** How the object `key` of `bucket` is opened. */
const sources: Record<string, (bucket: ReadersBucket, key: string) => Promise<Opened> | Opened> = {
  "an R2 bucket": (bucket, key) => ({ input: bucket, key }),
  "an R2 object's stream": async (bucket, key) => ({ input: await body(bucket, key), forward: true }),
  "the bytes": async (bucket, key) => ({ input: await new Response(await body(bucket, key)).arrayBuffer() }),
  "a Blob": async (bucket, key) => ({ input: await new Response(await body(bucket, key)).blob() }),
  "an answer's stream": async (bucket, key) => {
    return { input: new Response(await body(bucket, key)).body!, forward: true };
  },
};

async function body(bucket: BucketLike, key: string): Promise<ReadableStream<Uint8Array>> {
  return (await bucket.get(key, { range: { offset: 0 } }))!.body!;
}

/** Runs all and gives what went wrong, and how many readings were tried. */
export async function checkReaders(
  bucket: ReadersBucket,
  pth: string,
): Promise<{ faults: string[]; count: number }> {
  const faults: string[] = [];
  let count = 0;
  const files = await everyFormat(new Uint8Array(await new Response(await body(bucket, pth)).arrayBuffer()));
  for (const file of files) {
    await bucket.put("whole", file.whole);
    await bucket.put("broken", file.whole.subarray(0, file.whole.length - 1));
    for (const [source, open] of Object.entries(sources)) {
      for (const [i, read] of file.reads.entries()) {
        for (const key of ["whole", "broken"]) {
          const opened = await open(bucket, key);
          const got = await read(opened.input, opened.key).then(
            String,
            (error) => error.code ?? String(error),
          );
          const wanted = expected(file, key, opened.forward ?? false);
          if (wanted !== got && wanted !== undefined) {
            faults.push(`${file.format}, reader ${i}, from ${source}, ${key}: ${got} is not ${wanted}`);
          }
          count++;
        }
      }
    }
  }
  return { faults, count };
}

function expected({ names, streams }: FormatFile, key: string, forward: boolean): string | undefined {
  if (forward && !streams) return "INVALID_ARGUMENT";
  if (key === "broken") return "CORRUPT_FILE";
  return names.length > 0 ? String(names) : undefined;
}
