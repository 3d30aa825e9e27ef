/**
 * Reads a file's header from its beginning, window by window: nothing is allocated for bytes that have not
 * arrived, and what lies behind the header stays at hand.
 *
 * ```text
 * source  |........consumed........|====window====|........not yet read........|
 *                                  ^ position     ^ arrived
 * ```
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Source } from "../hub/source.ts";

/** The first window; later ones are as long as all that came before, so a header is read in log2 steps. */
const FIRST_WINDOW = 1 << 16;

/** A longer header is taken for hostile: the longest known (262,144 tokens with merges) have 30 MB. */
const LONGEST_HEADER = 1 << 27;

/** Little-endian values in the order in which they lie. */
export class ByteCursor {
  #window = new Uint8Array(0);
  #view = new DataView(this.#window.buffer);
  /** Of the window: the next byte to take, and the first one that has not arrived. */
  #next = 0;
  #filled = 0;
  /** Where in the file the window begins. */
  #base = 0;

  /**
   * A cursor at the beginning of `source`.
   *
   * @param check runs before each read (an abort)
   */
  constructor(readonly source: Source, readonly check: () => void = () => {}) {}

  /** Where in the file the next byte lies. */
  get position(): number {
    return this.#base + this.#next;
  }

  /** Bytes from here to the end of the file (or of what a header may have). */
  get remaining(): number {
    return Math.min(this.source.size ?? Infinity, LONGEST_HEADER) - this.position;
  }

  /** Bytes that have arrived and are not taken. */
  get arrived(): number {
    return this.#filled - this.#next;
  }

  /**
   * Makes the next `length` bytes available.
   *
   * @throws WickError CORRUPT_FILE where the file has fewer
   */
  async need(length: number, what: string): Promise<void> {
    while (this.arrived < length) {
      if (length > this.remaining || !await this.#read()) this.lacks(what, `${length} bytes`, length);
    }
  }

  /** What has arrived and is not taken, at most `length` bytes: a view that is valid until the next `need`. */
  peek(length: number): Uint8Array {
    return this.#window.subarray(this.#next, Math.min(this.#filled, this.#next + length));
  }

  /** Unsigned 32 bits. Like the next ones, asks for bytes that {@linkcode need} made available. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Unsigned 64 bits: a number where it is a safe integer, else a bigint. */
  u64(): number | bigint {
    const at = this.#advance(8);
    const high = this.#view.getUint32(at + 4, true);
    if (high < 2 ** 21) return high * 2 ** 32 + this.#view.getUint32(at, true);
    return compact(this.#view.getBigUint64(at, true));
  }

  /** `length` bytes, as a view that is valid until the next `need`. */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#window.subarray(start, start + length);
  }

  /** Copies `length` bytes to `to` from `at` on. A view for each of 100,000 short strings would be megabytes of garbage. */
  copy(length: number, to: Uint8Array, at: number): void {
    const start = this.#advance(length);
    if (length > 64) to.set(this.#window.subarray(start, start + length), at);
    else for (let i = 0; i < length; i++) to[at + i] = this.#window[start + i];
  }

  /** What has arrived and is not taken: a copy. */
  rest(): Uint8Array {
    return this.#window.slice(this.#next, this.#filled);
  }

  /**
   * Ends the reading because `bytes`, told as `needed`, lie beyond the end of the file or of any header.
   *
   * @throws WickError CORRUPT_FILE
   */
  lacks(what: string, needed: string, bytes: number): never {
    const { size } = this.source;
    if (bytes > this.remaining && (size ?? Infinity) > LONGEST_HEADER) {
      this.fail(what, `needs ${needed}, but a header must end within ${LONGEST_HEADER} bytes`);
    }
    const got = size === undefined ? this.arrived : size - this.position;
    const empty = got === 0 && this.position === 0 ? ", which is empty" : "";
    this.fail(what, `needs ${needed}, got ${got} to the end of the file${empty}`);
  }

  /**
   * Ends the reading, saying what was read, where, and what was required.
   *
   * @throws WickError CORRUPT_FILE
   */
  fail(what: string, requirement: string): never {
    throw new WickError(
      "CORRUPT_FILE",
      `Cannot read ${what} of ${this.source.name} at byte ${this.position}: ${requirement}`,
    );
  }

  #advance(length: number): number {
    const start = this.#next;
    this.#next += length;
    return start;
  }

  /** Reads one more window; false at the end of the file. */
  async #read(): Promise<boolean> {
    this.check();
    const start = this.#base + this.#filled;
    const length = Math.min(Math.max(FIRST_WINDOW, start), (this.source.size ?? Infinity) - start);
    if (length <= 0) return false;
    this.#makeRoom(length);
    const read = await this.source.readInto(
      start,
      this.#window.subarray(this.#filled, this.#filled + length),
    );
    this.#filled += read;
    return read > 0;
  }

  /** A new window that begins at the first byte not taken and has room for `length` more. */
  #makeRoom(length: number): void {
    const window = new Uint8Array(this.arrived + length);
    window.set(this.#window.subarray(this.#next, this.#filled));
    this.#window.buffer.transfer(0); // given back at once, not at the next collection
    this.#base += this.#next;
    this.#filled -= this.#next;
    this.#next = 0;
    this.#window = window;
    this.#view = new DataView(window.buffer);
  }
}

/** A 64-bit integer as a number where that is exact. */
export function compact(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
