/**
 * The core of both BPE tokenizers: merges neighbouring symbols of a piece, always the pair of lowest rank, the
 * leftmost of equals, until no pair has a rank.
 *
 * Cost: a piece of n symbols takes O(n^2) steps while n <= SCAN_LIMIT, else O(n log n) by a heap.
 *
 * @module
 */
import type { IdList } from "./ids.ts";

/** Which symbols merge, and into what. Symbols are byte ranges with a token id (-1: no token). */
export interface MergeRules {
  /** The rank (0 is best, < 2^21) of joining two neighbours that together span `bytes[start .. end)`, or -1. */
  rank(left: number, right: number, bytes: Uint8Array, start: number, end: number): number;
  /** The token that their join, of this rank, gives. */
  product(left: number, right: number, rank: number, bytes: Uint8Array, start: number, end: number): number;
  /** Appends what stands for a symbol that is no token. */
  unknown(bytes: Uint8Array, start: number, end: number, into: IdList): void;
}

/** Up to this many symbols a plain scan beats the heap. */
const SCAN_LIMIT = 24;

/** Room for more symbols than this is given back once a piece is done. */
const KEPT_SYMBOLS = 1 << 12;

/** A rank that no pair has. */
const NONE = 0x7fffffff;

/** A heap key is `rank * POSITIONS + position`: exact in a double for ranks below 2^21. */
const POSITIONS = 2 ** 32;

/** Merges the symbols of one piece after the other. */
export class MergeEngine {
  /** Pairs looked up and heap levels crossed since the beginning: what tests count instead of time. */
  steps = 0;
  private bytes: Uint8Array = new Uint8Array(0);
  private count = 0;
  // Symbol i is bytes[starts[i] .. starts[i] + lengths[i]), with token ids[i].
  private ids = new Int32Array(0);
  private starts = new Int32Array(0);
  private lengths = new Int32Array(0);
  /** Rank of symbol i with its right neighbour, or NONE. */
  private ranks = new Int32Array(0);
  private next = new Int32Array(0);
  private previous = new Int32Array(0);
  private heap = new Float64Array(0);
  private heapSize = 0;

  constructor(private readonly rules: MergeRules) {}

  /** Starts a piece of at most `most` symbols, which lie in `bytes`. */
  begin(bytes: Uint8Array, most: number): void {
    this.bytes = bytes;
    this.count = 0;
    if (most > this.ids.length) this.allocate(most);
  }

  /** Adds the next symbol. */
  add(id: number, start: number, length: number): void {
    const i = this.count++;
    this.ids[i] = id;
    this.starts[i] = start;
    this.lengths[i] = length;
  }

  /** Merges the symbols and appends the tokens that are left. */
  finish(into: IdList): void {
    if (this.count <= SCAN_LIMIT) this.scan();
    else this.merge();
    for (let i = 0; i < this.count; i++) {
      const length = this.lengths[i];
      if (length === 0) continue;
      if (this.ids[i] >= 0) into.push(this.ids[i]);
      else this.rules.unknown(this.bytes, this.starts[i], this.starts[i] + length, into);
    }
    if (this.ids.length > KEPT_SYMBOLS) this.allocate(KEPT_SYMBOLS);
  }

  private scan(): void {
    const { ids, starts, lengths, ranks } = this;
    for (let i = 0; i + 1 < this.count; i++) ranks[i] = this.rank(i, i + 1);
    for (;;) {
      let best = -1;
      let lowest = NONE;
      for (let i = 0; i + 1 < this.count; i++) if (ranks[i] < lowest) lowest = ranks[best = i];
      if (best < 0) return;
      this.join(best, best + 1);
      this.count--;
      for (let i = best + 1; i < this.count; i++) {
        ids[i] = ids[i + 1];
        starts[i] = starts[i + 1];
        lengths[i] = lengths[i + 1];
        ranks[i] = ranks[i + 1];
      }
      if (best + 1 < this.count) ranks[best] = this.rank(best, best + 1);
      if (best > 0) ranks[best - 1] = this.rank(best - 1, best);
    }
  }

  /** The heap holds a key per known pair; one whose pair has changed since is skipped when it comes up. */
  private merge(): void {
    this.link();
    const { ranks, next, previous } = this;
    for (let i = 0; i + 1 < this.count; i++) this.push(i);
    while (this.heapSize > 0) {
      const key = this.pop();
      const left = key % POSITIONS;
      if (ranks[left] !== (key - left) / POSITIONS) continue;
      const right = next[left];
      this.join(left, right);
      this.lengths[right] = 0;
      ranks[right] = NONE;
      next[left] = next[right];
      if (next[left] < this.count) previous[next[left]] = left;
      this.push(left);
      if (left > 0) this.push(previous[left]);
    }
  }

  private link(): void {
    for (let i = 0; i < this.count; i++) {
      this.next[i] = i + 1;
      this.previous[i] = i - 1;
    }
    this.heapSize = 0;
  }

  private rank(left: number, right: number): number {
    this.steps++;
    const start = this.starts[left];
    const end = this.starts[right] + this.lengths[right];
    const rank = this.rules.rank(this.ids[left], this.ids[right], this.bytes, start, end);
    return rank < 0 ? NONE : rank;
  }

  private join(left: number, right: number): void {
    const { ids, starts, lengths } = this;
    const start = starts[left];
    const end = starts[right] + lengths[right];
    ids[left] = this.rules.product(ids[left], ids[right], this.ranks[left], this.bytes, start, end);
    lengths[left] = end - start;
  }

  /** Ranks symbol `left` with its neighbour and puts the pair on the heap where it has a rank. */
  private push(left: number): void {
    const right = this.next[left];
    const rank = this.ranks[left] = right < this.count ? this.rank(left, right) : NONE;
    if (rank === NONE) return;
    if (this.heapSize === this.heap.length) this.growHeap();
    const { heap } = this;
    const key = rank * POSITIONS + left;
    let at = this.heapSize++;
    while (at > 0) {
      const parent = at - 1 >> 1;
      this.steps++;
      if (heap[parent] <= key) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = key;
  }

  private pop(): number {
    const { heap } = this;
    const top = heap[0];
    const size = --this.heapSize;
    const key = heap[size];
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      this.steps++;
      if (child + 1 < size && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= key) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = key;
    return top;
  }

  private growHeap(): void {
    const grown = new Float64Array(this.heap.length * 2);
    grown.set(this.heap);
    this.heap = grown;
  }

  private allocate(symbols: number): void {
    this.ids = new Int32Array(symbols);
    this.starts = new Int32Array(symbols);
    this.lengths = new Int32Array(symbols);
    this.ranks = new Int32Array(symbols);
    this.next = new Int32Array(symbols);
    this.previous = new Int32Array(symbols);
    this.heap = new Float64Array(symbols);
  }
}
