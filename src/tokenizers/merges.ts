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

/** A slot is four numbers {left, right, rank + 1, product}; rank + 1 = 0 is a free slot; at most half full. */
export class MergeTable {
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly products: Int32Array;

  /**
   * Reads merges, each "left right", best first. Of two equal pairs the first counts.
   *
   * @throws {WickError} CORRUPT_FILE where a merge names what is no token
   */
  constructor(merges: StringArray, vocabulary: Vocabulary, transcribe: Transcribe) {
    this.mask = 2 ** Math.ceil(Math.log2(Math.max(2, merges.length * 2))) - 1;
    this.slots = new Int32Array((this.mask + 1) * 4);
    this.products = new Int32Array(merges.length);
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
      this.products[rank] = product;
      this.insert(left, right, rank);
    }
  }

  /** The rank of a pair, 0 is best, or -1. */
  rank(left: number, right: number): number {
    return this.slots[this.slot(left, right) + 2] - 1;
  }

  /** The token that merge `rank` makes. */
  product(rank: number): number {
    return this.products[rank];
  }

  private insert(left: number, right: number, rank: number): void {
    const slot = this.slot(left, right);
    if (this.slots[slot + 2] === 0) this.slots.set([left, right, rank + 1], slot);
  }

  private slot(left: number, right: number): number {
    const { slots, mask } = this;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = (hash & mask) * 4;; slot = slot + 4 & mask * 4 + 3) {
      if (slots[slot + 2] === 0 || slots[slot] === left && slots[slot + 1] === right) return slot;
    }
  }
}
