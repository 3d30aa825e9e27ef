/**
 * The tokens of a model: their bytes in one arena, what kind each is, and a hash from bytes to id.
 *
 * @module
 */

/** What a token is, as bits; numbers are Wick's own, meanings those of GGUF's `tokenizer.ggml.token_type`. */
export const Attribute = {
  UNKNOWN: 1,
  UNUSED: 2,
  NORMAL: 4,
  CONTROL: 8,
  USER_DEFINED: 16,
  BYTE: 32,
  /** White space before this special token belongs to it. */
  LEFT_STRIP: 64,
  /** White space behind this special token belongs to it. */
  RIGHT_STRIP: 128,
} as const;

/** Tokens that never stand for text of their own. */
export const HIDDEN: number = Attribute.CONTROL | Attribute.UNKNOWN;

/**
 * Token bytes and the way back from bytes to id. Layout: token `id` is `bytes[offsets[id] .. offsets[id + 1])`;
 * the hash is open addressing over `id + 1` (0 is a free slot), at most half full.
 */
export class Vocabulary {
  /** The number of tokens. */
  readonly size: number;
  /** The length of the longest token in bytes. */
  readonly longest: number;
  private readonly slots: Int32Array;
  private readonly mask: number;

  /**
   * @param bytes the arena
   * @param offsets `size + 1` ascending offsets into it
   * @param attributes {@linkcode Attribute} bits, one byte a token; may change later
   * @param scores log-probabilities or negated ranks, where the model has them
   */
  constructor(
    readonly bytes: Uint8Array,
    readonly offsets: Uint32Array,
    readonly attributes: Uint8Array,
    readonly scores?: Float32Array,
  ) {
    this.size = offsets.length - 1;
    this.mask = 2 ** Math.ceil(Math.log2(Math.max(2, this.size * 2))) - 1;
    this.slots = new Int32Array(this.mask + 1);
    let longest = 0;
    for (let id = 0; id < this.size; id++) {
      longest = Math.max(longest, offsets[id + 1] - offsets[id]);
      this.insert(id);
    }
    this.longest = longest;
  }

  /** The bytes of a token, as a view. */
  bytesOf(id: number): Uint8Array {
    return this.bytes.subarray(this.offsets[id], this.offsets[id + 1]);
  }

  /** Whether a token has one of these attributes. */
  is(id: number, attributes: number): boolean {
    return (this.attributes[id] & attributes) !== 0;
  }

  /** The id of the token whose bytes are `bytes[start .. end)`, of whatever kind, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > this.longest) return -1;
    return this.slots[this.slot(bytes, start, end)] - 1;
  }

  /** As {@linkcode find}, but text never becomes a control token this way. */
  findText(bytes: Uint8Array, start: number, end: number): number {
    const id = this.find(bytes, start, end);
    return id >= 0 && (this.attributes[id] & HIDDEN) === 0 ? id : -1;
  }

  /** Of two equal tokens the later is found, but never a control token in place of another. */
  private insert(id: number): void {
    if (this.offsets[id] === this.offsets[id + 1]) return;
    const slot = this.slot(this.bytes, this.offsets[id], this.offsets[id + 1]);
    const there = this.slots[slot] - 1;
    if (there >= 0 && this.is(id, HIDDEN) && !this.is(there, HIDDEN)) return;
    this.slots[slot] = id + 1;
  }

  /** The slot that holds these bytes or, where they are absent, would take them. */
  private slot(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    for (let slot = (hash ^ hash >>> 15) & this.mask;; slot = slot + 1 & this.mask) {
      const id = this.slots[slot] - 1;
      if (id < 0 || this.equals(id, bytes, start, end)) return slot;
    }
  }

  private equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.offsets[id];
    if (this.offsets[id + 1] - from !== end - start) return false;
    for (let i = start; i < end; i++) if (this.bytes[from + i - start] !== bytes[i]) return false;
    return true;
  }
}
