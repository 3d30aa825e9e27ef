/**
 * Penalties on tokens that occurred of late, as llama.cpp applies them: the repeat penalty (CTRL, Keskar et
 * al. 2019) divides a positive logit and multiplies any other; then count times the frequency penalty and,
 * once, the presence penalty are subtracted.
 *
 * @module
 */
import type { ResolvedOptions } from "./resolve.ts";

/** What the penalties take of the options. */
export type PenaltyOptions = Pick<
  ResolvedOptions,
  "repeatPenalty" | "repeatLastN" | "presencePenalty" | "frequencyPenalty"
>;

/** Counts the tokens of a window over the text and lowers their logits. */
export class Penalties {
  /** Whether any penalty changes anything. */
  readonly active: boolean;
  readonly #repeat: number;
  readonly #presence: number;
  readonly #frequency: number;
  /** The window's tokens, a ring; `#next` is the place of the oldest, once it is full. */
  readonly #ring: Int32Array;
  #next = 0;
  #length = 0;
  /** How often each token occurs in the window. */
  readonly #counts: Int32Array;
  /** The window's tokens, each once, and where each stands among them. */
  readonly #distinct: Int32Array;
  readonly #places: Int32Array;
  #distinctCount = 0;

  /** Takes the room for the window and for the counts of a vocabulary. */
  constructor(options: PenaltyOptions, vocabulary: number) {
    this.#repeat = options.repeatPenalty;
    this.#presence = options.presencePenalty;
    this.#frequency = options.frequencyPenalty;
    this.active = options.repeatLastN > 0 &&
      (this.#repeat !== 1 || this.#presence !== 0 || this.#frequency !== 0);
    const window = this.active ? options.repeatLastN : 0;
    this.#ring = new Int32Array(window);
    this.#distinct = new Int32Array(Math.min(window, vocabulary));
    this.#counts = new Int32Array(this.active ? vocabulary : 0);
    this.#places = new Int32Array(this.active ? vocabulary : 0);
  }

  /** Takes the next token of the text; the oldest leaves a full window. */
  accept(id: number): void {
    if (!this.active) return;
    const ring = this.#ring;
    if (this.#length === ring.length) this.#leave(ring[this.#next]);
    else this.#length++;
    this.#enter(id);
    ring[this.#next] = id;
    this.#next = (this.#next + 1) % ring.length;
  }

  /** Lowers (or, by negative penalties, raises) the logits of the window's tokens in place. */
  apply(logits: Float32Array): void {
    for (let i = 0; i < this.#distinctCount; i++) {
      const id = this.#distinct[i];
      const logit = logits[id];
      const repeated = logit > 0 ? logit / this.#repeat : logit * this.#repeat;
      logits[id] = repeated - this.#counts[id] * this.#frequency - this.#presence;
    }
  }

  #enter(id: number): void {
    if (this.#counts[id]++ > 0) return;
    this.#places[id] = this.#distinctCount;
    this.#distinct[this.#distinctCount++] = id;
  }

  #leave(id: number): void {
    if (--this.#counts[id] > 0) return;
    const place = this.#places[id], moved = this.#distinct[--this.#distinctCount];
    this.#distinct[place] = moved;
    this.#places[moved] = place;
  }
}
