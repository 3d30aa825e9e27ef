/**
 * A source over requests for ranges: exact requests at first, one long request once the reads go forward,
 * resumed where it breaks.
 *
 * @module
 */
import { IDLE_MS, retrying, type RetryOptions } from "./retry.ts";
import type { Source } from "./source.ts";
import { ChunkReader } from "./stream_source.ts";

/** Opens bytes `offset .. offset + length`, or all from `offset` on. */
export type OpenRange = (offset: number, length?: number) => Promise<ReadableStream<Uint8Array>>;

/** A gap up to this many bytes is read and dropped; a longer one costs a new request. */
const LONGEST_SKIP = 1 << 20;

/** Random access over ranges. */
export class RangedSource implements Source {
  readonly sequential = false;
  readonly #open: OpenRange;
  readonly #retry: RetryOptions;
  /** The request under way: where it stands and where it ends. */
  #request?: { chunks: ChunkReader; position: number; end: number };
  #ahead = false;

  /** `size` is that of the whole, in bytes. */
  constructor(readonly name: string, readonly size: number, open: OpenRange, retry: RetryOptions = {}) {
    this.#open = open;
    this.#retry = retry;
  }

  /** Takes over a request for bytes `0 .. length` that was made already. */
  begin(stream: ReadableStream<Uint8Array>, length: number): void {
    this.#request = { chunks: this.#chunks(stream), position: 0, end: length };
  }

  readAhead(): void {
    this.#ahead = true;
  }

  async readInto(offset: number, into: Uint8Array): Promise<number> {
    const length = Math.max(0, Math.min(into.length, this.size - offset));
    let done = 0;
    await retrying(`read ${this.name}`, this.#retry, async (progress) => {
      while (done < length) {
        const chunks = await this.#at(offset + done, length - done);
        const piece = await chunks.next(length - done);
        if (piece.length === 0) throw new Error(`it ended at byte ${offset + done} of ${this.size}`);
        into.set(piece, done);
        done += piece.length;
        this.#request!.position += piece.length;
        progress();
      }
    }, () => this.#drop());
    if (this.#request?.position === this.#request?.end) this.#drop();
    return done;
  }

  close(): void {
    this.#drop();
  }

  /** The request under way brought to `position`, or a new one that gives at least `length` bytes from there. */
  async #at(position: number, length: number): Promise<ChunkReader> {
    const request = this.#request;
    const gap = request ? position - request.position : -1;
    if (request && gap >= 0 && gap <= LONGEST_SKIP && position < request.end) {
      while (request.position < position) {
        const dropped = await request.chunks.next(position - request.position);
        if (dropped.length === 0) throw new Error(`it ended at byte ${request.position} of ${this.size}`);
        request.position += dropped.length;
      }
      return request.chunks;
    }
    this.#drop();
    const stream = await this.#open(position, this.#ahead ? undefined : length);
    const chunks = this.#chunks(stream);
    this.#request = { chunks, position, end: this.#ahead ? this.size : position + length };
    return chunks;
  }

  #chunks(stream: ReadableStream<Uint8Array>): ChunkReader {
    return new ChunkReader(stream, this.#retry.idleMs ?? IDLE_MS);
  }

  #drop(): void {
    this.#request?.chunks.cancel();
    this.#request = undefined;
  }
}
