/**
 * The merge table of BPE: (left id, right id) to (rank, id of the product), in one typed-array hash.
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import type { StringArray } from "../formats/metadata.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Brings a half of a merge, as the file writes it, into the vocabulary's bytes; returns their end in `into`. */
export type Transcribe = (
  text: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
) => number;

/**
 * Merge `rank` is {left, right, product} at 3 rank of an array; the hash is open addressing over `rank + 1` (0 is a
 * free slot), at most half full.
 */
export class MergeTable {
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly merges: Int32Array;

  /**
   * Reads merges, each "left right", best first. Of two equal pairs the first counts.
   *
   * @throws {WickError} CORRUPT_FILE where a merge names what is no token
   */
  constructor(merges: StringArray, vocabulary: Vocabulary, transcribe: Transcribe) {
    this.mask = 2 ** Math.ceil(Math.log2(Math.max(2, merges.length * 2))) - 1;
    this.slots = new Int32Array(this.mask + 1);
    this.merges = new Int32Array(3 * merges.length);
    let scratch = new Uint8Array(256);
    for (let rank = 0; rank < merges.length; rank++) {
      const start = merges.offsets[rank];
      const end = merges.offsets[rank + 1];
      if (end - start > scratch.length) scratch = new Uint8Array(2 * (end - start));
      // A token may begin with a space of its own, so the separator is looked for behind the first byte.
      let space = start + 1;
      while (space < end && merges.bytes[space] !== 0x20) space++;
      const middle = space >= end ? 0 : transcribe(merges.bytes, start, space, scratch, 0);
      const last = space >= end || middle < 0 ? 0 : transcribe(merges.bytes, space + 1, end, scratch, middle);
      const left = vocabulary.find(scratch, 0, middle);
      const right = vocabulary.find(scratch, middle, last);
      const product = vocabulary.find(scratch, 0, last);
      if (middle <= 0 || last <= middle || left < 0 || right < 0 || product < 0) {
        throw new WickError(
          "CORRUPT_FILE",
          `Cannot read merge ${rank} of the tokenizer: it must be two tokens that join to a third, ` +
            `got ${quotedName(merges.at(rank))}`,
        );
      }
      this.merges[3 * rank] = left;
      this.merges[3 * rank + 1] = right;
      this.merges[3 * rank + 2] = product;
      const slot = this.slot(left, right);
      if (this.slots[slot] === 0) this.slots[slot] = rank + 1;
    }
  }

  /** The rank of a pair, 0 is best, or -1. */
  rank(left: number, right: number): number {
    return this.slots[this.slot(left, right)] - 1;
  }

  /** The token that merge `rank` makes. */
  product(rank: number): number {
    return this.merges[3 * rank + 2];
  }

  /** The slot that holds this pair or, where it is absent, would take it. */
  private slot(left: number, right: number): number {
    const { slots, mask, merges } = this;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask;; slot = slot + 1 & mask) {
      const at = 3 * (slots[slot] - 1);
      if (at < 0 || merges[at] === left && merges[at + 1] === right) return slot;
    }
  }
}
