/**
 * Sources over what is already at hand: bytes, a Blob, or anything that reads `(offset, length)`.
 *
 * @module
 */
import { reasonOf, WickError } from "../error.ts";
import type { Source } from "./source.ts";

/** Anything that reads a piece of itself. */
export interface RandomAccess {
  /** Bytes `offset .. offset + length`, fewer only at the end. */
  read(offset: number, length: number): Promise<Uint8Array> | Uint8Array;
  /** Its length in bytes, where known. */
  readonly size?: number;
  /** What it is called in messages. */
  readonly name?: string;
}

/** A source over bytes in memory. */
export function bytesSource(bytes: Uint8Array, name = "the given bytes"): Source {
  return {
    name,
    size: bytes.length,
    sequential: false,
    readInto(offset, into) {
      const piece = bytes.subarray(offset, offset + into.length);
      into.set(piece);
      return piece.length;
    },
    close() {},
  };
}

/** A source over a Blob or File. */
export function blobSource(blob: Blob): Source {
  return {
    name: blob instanceof File ? blob.name : "the given Blob",
    size: blob.size,
    sequential: false,
    async readInto(offset, into) {
      const piece = await blob.slice(offset, offset + into.length).arrayBuffer();
      into.set(new Uint8Array(piece));
      return piece.byteLength;
    },
    close() {},
  };
}

/** A source over anything with `read(offset, length)`; short answers are asked again until one is empty. */
export function randomAccessSource(access: RandomAccess): Source {
  const name = access.name ?? "the given reader";
  return {
    name,
    size: access.size,
    sequential: false,
    async readInto(offset, into) {
      let done = 0;
      while (done < into.length) {
        const piece = await ask(access, name, offset + done, into.length - done);
        if (piece.length === 0) break;
        checkLength(name, piece.length, into.length - done);
        into.set(piece, done);
        done += piece.length;
      }
      return done;
    },
    close() {},
  };
}

/** What `read` gives; what it throws is the source's failure. */
async function ask(access: RandomAccess, name: string, offset: number, length: number): Promise<Uint8Array> {
  try {
    return await access.read(offset, length);
  } catch (cause) {
    if (cause instanceof WickError) throw cause;
    const message = `Cannot read ${name} at byte ${offset}: read() must give bytes, got "${reasonOf(cause)}"`;
    throw new WickError("SOURCE_FAILED", message, { cause });
  }
}

function checkLength(name: string, got: number, asked: number): void {
  if (got <= asked) return;
  throw new WickError(
    "SOURCE_FAILED",
    `Cannot read ${name}: read() must give at most ${asked} bytes, got ${got}`,
  );
}
