/**
 * Reading an object of a bucket (Cloudflare R2), one request for a long run of reads.
 *
 * @module
 */
import { reasonOf, WickError } from "../error.ts";
import { RangedSource } from "./ranged_source.ts";
import type { Source } from "./source.ts";

/** The part of R2's `R2Bucket` that is used. */
export interface BucketLike {
  /** Tells an object's size; null where there is none. */
  head(key: string): Promise<{ size: number } | null>;
  /** Opens an object or a range of it; null where there is none. */
  get(
    key: string,
    options: { range: { offset: number; length?: number } },
  ): Promise<{ body?: ReadableStream<Uint8Array> } | null>;
}

/**
 * Opens an object.
 *
 * @throws WickError NOT_FOUND, SOURCE_FAILED, or INVALID_ARGUMENT where the key is missing
 */
export async function openBucket(bucket: BucketLike, key: string | undefined): Promise<Source> {
  if (!key) {
    throw new WickError("INVALID_ARGUMENT", "Cannot open a bucket: it needs an object's key, got none");
  }
  const object = await bucket.head(key).catch((cause: unknown) => {
    throw new WickError(
      "SOURCE_FAILED",
      `Cannot open ${key}: the bucket must answer, got "${reasonOf(cause)}"`,
      { cause },
    );
  });
  if (!object) throw missing(key);
  return new RangedSource(key, object.size, async (offset, length) => {
    const range = length === undefined ? { offset } : { offset, length };
    const part = await bucket.get(key, { range });
    if (!part?.body) throw missing(key);
    return part.body;
  });
}

function missing(key: string): WickError {
  return new WickError("NOT_FOUND", `Cannot open ${key}: the bucket has no such object`);
}
