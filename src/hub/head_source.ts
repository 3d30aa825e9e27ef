/**
 * A source some of whose bytes were read already.
 *
 * @module
 */
import type { Source } from "./source.ts";

/** Gives the bytes `start .. start + head.length` from memory, all others from the source itself. */
export class HeadSource implements Source {
  readonly name: string;
  readonly size?: number;
  readonly sequential: boolean;
  #head: Uint8Array;

  /** `head` are the bytes of `source` from `start` on. */
  constructor(readonly source: Source, readonly start: number, head: Uint8Array) {
    this.name = source.name;
    this.size = source.size;
    this.sequential = source.sequential;
    this.#head = head;
  }

  readAhead(): void {
    this.source.readAhead?.();
  }

  async readInto(offset: number, into: Uint8Array): Promise<number> {
    const skip = offset - this.start;
    const piece = skip < 0 ? this.#head.subarray(0, 0) : this.#head.subarray(skip, skip + into.length);
    into.set(piece);
    if (piece.length === into.length) return piece.length;
    this.readAhead();
    if (this.sequential) this.#head = new Uint8Array(0);
    return piece.length + await this.source.readInto(offset + piece.length, into.subarray(piece.length));
  }

  close(): void {
    this.#head = new Uint8Array(0);
    this.source.close();
  }
}
