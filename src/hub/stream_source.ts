/**
 * Forward-only reading of a `ReadableStream`.
 *
 * @module
 */
import { reasonOf, WickError } from "../error.ts";
import type { Source } from "./source.ts";

/** Fills views from a stream's chunks, whatever their sizes. */
export class ChunkReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #idleMs: number;
  #chunk: Uint8Array = new Uint8Array(0);

  /**
   * Locks the stream.
   *
   * @param idleMs how long one chunk may take before the stream counts as broken, in ms
   */
  constructor(stream: ReadableStream<Uint8Array>, idleMs = Infinity) {
    this.#reader = stream.getReader();
    this.#idleMs = idleMs;
  }

  /** The next bytes, at most `limit`, as a view that is valid until the next call; empty at the end. */
  async next(limit: number): Promise<Uint8Array> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#read();
      if (done) return this.#chunk;
      this.#chunk = value;
    }
    const piece = this.#chunk.subarray(0, limit);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  /** Frees the stream; what it still holds is dropped. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }

  async #read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    if (this.#idleMs === Infinity) return await this.#reader.read();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const idle = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no byte came for ${this.#idleMs} ms`)), this.#idleMs);
    });
    try {
      return await Promise.race([this.#reader.read(), idle]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A source over a stream: offsets only go forward, what lies between is read and dropped. */
export class StreamSource implements Source {
  readonly sequential = true;
  readonly #chunks: ChunkReader;
  #position = 0;

  /** `size` is the bytes that the stream will give, where known. */
  constructor(stream: ReadableStream<Uint8Array>, readonly name: string, readonly size?: number) {
    this.#chunks = new ChunkReader(stream);
  }

  async readInto(offset: number, into: Uint8Array): Promise<number> {
    if (offset < this.#position) {
      throw new WickError(
        "SOURCE_FAILED",
        `Cannot read ${this.name} at byte ${offset}: a stream only goes forward, and is at ${this.#position}`,
      );
    }
    await this.#take(offset - this.#position, () => {});
    return await this.#take(into.length, (piece, done) => into.set(piece, done));
  }

  close(): void {
    this.#chunks.cancel();
  }

  async #take(length: number, use: (piece: Uint8Array, done: number) => void): Promise<number> {
    let done = 0;
    while (done < length) {
      const piece = await this.#next(length - done);
      if (piece.length === 0) break;
      use(piece, done);
      done += piece.length;
      this.#position += piece.length;
    }
    return done;
  }

  async #next(limit: number): Promise<Uint8Array> {
    try {
      return await this.#chunks.next(limit);
    } catch (cause) {
      if (cause instanceof WickError) throw cause;
      throw new WickError(
        "SOURCE_FAILED",
        `Cannot read ${this.name}: it broke at byte ${this.#position}, "${reasonOf(cause)}"`,
        {
          cause,
        },
      );
    }
  }
}
