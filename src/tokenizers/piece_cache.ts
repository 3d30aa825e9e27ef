/**
 * Remembers the ids of short pieces of text, which come again and again: words.
 *
 * @module
 */
import type { IdList } from "./ids.ts";

const SLOTS = 1 << 15;
/** Longer pieces are not remembered. */
const MAX_UNITS = 32;
const ARENA = 1 << 18;

/**
 * A bounded cache from the code units of a piece to its ids. Layout: a slot is four numbers {start and length
 * in `units`, start and length in `ids`}, length 0 is a free slot; one slot a hash, the later piece takes it.
 * When an arena is full everything is forgotten. About 2 MB.
 */
export class PieceCache {
  private readonly slots = new Int32Array(SLOTS * 4);
  private readonly units = new Uint16Array(ARENA);
  private readonly ids = new Int32Array(ARENA);
  private unitCount = 0;
  private idCount = 0;
  /** Where the piece of the last failed {@linkcode find} goes, or -1. */
  private vacancy = -1;

  /** Appends the ids of the piece `text[start .. end)` to `into`, or returns false where they are not known. */
  find(text: string, start: number, end: number, into: IdList): boolean {
    this.vacancy = -1;
    if (end - start > MAX_UNITS) return false;
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    const slot = ((hash ^ hash >>> 15) & SLOTS - 1) * 4;
    if (this.slots[slot + 1] === end - start && this.equals(this.slots[slot], text, start, end)) {
      const first = this.slots[slot + 2];
      into.append(this.ids, first, first + this.slots[slot + 3]);
      return true;
    }
    this.vacancy = slot;
    return false;
  }

  /** Remembers `list[from ..]` as the ids of the piece that was just looked for in vain. */
  store(text: string, start: number, end: number, list: IdList, from: number): void {
    const slot = this.vacancy;
    if (slot < 0) return;
    const count = list.length - from;
    if (this.unitCount + MAX_UNITS > ARENA || this.idCount + count > ARENA) this.clear();
    this.slots.set([this.unitCount, end - start, this.idCount, count], slot);
    for (let i = start; i < end; i++) this.units[this.unitCount++] = text.charCodeAt(i);
    for (let i = from; i < list.length; i++) this.ids[this.idCount++] = list.data[i];
  }

  private equals(at: number, text: string, start: number, end: number): boolean {
    for (let i = start; i < end; i++) if (this.units[at + i - start] !== text.charCodeAt(i)) return false;
    return true;
  }

  private clear(): void {
    this.slots.fill(0);
    this.unitCount = this.idCount = 0;
  }
}
