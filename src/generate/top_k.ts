/**
 * The k greatest logits in one pass: a heap whose root is the worst of those kept, so that nearly every token
 * costs one comparison with the root.
 *
 * @module
 */
import { notFinite, nothingPossible } from "./scan.ts";

const NO_ID = 0x7fffffff;

/** Room for the k greatest logits and their ids. */
export class TopK {
  /** The ids kept, ascending; behind `count` stands what is not to be read. */
  readonly ids: Int32Array;
  /** Their logits. */
  readonly logits: Float32Array;
  /** The number kept: k, or fewer where fewer are above -Infinity. */
  count = 0;

  /** Takes the room for k >= 1 tokens. */
  constructor(k: number) {
    this.ids = new Int32Array(k);
    this.logits = new Float32Array(k);
  }

  /**
   * Keeps the k greatest of `source` that are above -Infinity; of equal ones the lower ids.
   *
   * @throws {WickError} INVALID_STATE for NaN or Infinity, naming the first, and where all are -Infinity.
   */
  collect(source: Float32Array): void {
    this.count = 0;
    let worst = -Infinity;
    for (let id = 0; id < source.length; id++) {
      const logit = source[id];
      // Ids ascend, so an equal logit never displaces one; NaN enters to be refused.
      if (!(logit <= worst)) {
        if (!(logit < Infinity)) throw notFinite(logit, id);
        worst = this.#insert(logit, id);
      }
    }
    if (this.count === 0) throw nothingPossible();
    this.#orderById(source);
  }

  /** Takes a token in, in place of the worst where the room is full; returns the logit that the next one must beat. */
  #insert(logit: number, id: number): number {
    if (this.count < this.ids.length) {
      this.#rise(this.count++, logit, id);
      return this.count < this.ids.length ? -Infinity : this.logits[0];
    }
    this.#sink(logit, id);
    return this.logits[0];
  }

  /** Puts a token at the hole `at` or above it. */
  #rise(at: number, logit: number, id: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#better(parent, logit, id) === false) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, logit, id);
  }

  /** Puts a token at the root, which it replaces, or below it. */
  #sink(logit: number, id: number): void {
    let at = 0;
    for (let child = 1; child < this.count; child = 2 * at + 1) {
      const right = child + 1;
      if (right < this.count && this.#better(child, this.logits[right], this.ids[right])) child = right;
      if (this.#better(child, logit, id)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, logit, id);
  }

  /** Whether the entry `at` is to be kept rather than this token. */
  #better(at: number, logit: number, id: number): boolean {
    const own = this.logits[at];
    return own > logit || (own === logit && this.ids[at] < id);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.logits[from], this.ids[from]);
  }

  #put(at: number, logit: number, id: number): void {
    this.logits[at] = logit;
    this.ids[at] = id;
  }

  #orderById(source: Float32Array): void {
    this.ids.fill(NO_ID, this.count);
    this.ids.sort();
    for (let i = 0; i < this.count; i++) this.logits[i] = source[this.ids[i]];
  }
}
