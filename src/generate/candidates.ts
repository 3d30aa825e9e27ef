/**
 * The tokens that may still be drawn, and the filters that thin them out. Candidates stay in the order of
 * their ids, so that a draw depends on which remain and not on how they were found. All room is taken once.
 *
 * @module
 */
import { expNonPositive } from "./exp.ts";
import { argmax } from "./scan.ts";
import { type Numbers, selectMass } from "./select.ts";
import { TopK } from "./top_k.ts";

/** Candidates of one draw after another. */
export class Candidates {
  /** The candidates' ids, ascending: the first `count`. */
  readonly ids: Int32Array;
  /** Their logits. */
  readonly logits: Float32Array;
  /** How many there are. */
  count = 0;
  /** The selection of the k best, where k is less than the vocabulary. */
  readonly #top: TopK | undefined;
  /** e^(logit - best logit), where a filter has asked for it. */
  readonly #weights: Float64Array;
  readonly #keys: Float64Array;
  readonly #order: Int32Array;

  /** Takes the room for the `topK` best of a vocabulary, or with 0 for all of it. */
  constructor(vocabulary: number, topK: number) {
    const size = topK === 0 ? vocabulary : Math.min(topK, vocabulary);
    if (size < vocabulary) this.#top = new TopK(size);
    this.ids = this.#top?.ids ?? new Int32Array(size);
    this.logits = this.#top?.logits ?? new Float32Array(size);
    this.#weights = new Float64Array(size);
    this.#keys = new Float64Array(size);
    this.#order = new Int32Array(size);
  }

  /** Begins with the k best of a vocabulary's logits; what is -Infinity is none. */
  take(logits: Float32Array): void {
    if (this.#top === undefined) return this.#takeAll(logits);
    this.#top.collect(logits);
    this.count = this.#top.count;
  }

  /**
   * Locally typical sampling (Meister et al. 2022): keeps the smallest set of tokens of mass `mass` whose
   * information is nearest to the distribution's entropy. As -log p and the entropy differ from the logit and
   * its expectation by the same constant, that is the set of logits nearest to the expected logit.
   */
  keepTypical(mass: number): void {
    const total = this.#weigh();
    const mean = this.#meanLogit(total);
    for (let i = 0; i < this.count; i++) this.#keys[i] = -Math.abs(this.logits[i] - mean);
    this.#keepMass(this.#keys, mass * total);
  }

  /**
   * Nucleus sampling (Holtzman et al. 2019) and then min-p: keeps the smallest set of best tokens of mass
   * `mass`. Both keep a beginning of the same order, so the cheap one goes first here, and what it drops
   * still counts in the mass.
   */
  keepTopP(mass: number, depth = -Infinity): void {
    const total = this.#weigh();
    // All candidates below this weigh, together, half of what may be dropped at most: they go unsorted.
    const least = (1 - mass) * total / (2 * this.count);
    this.keepMinP(depth);
    this.#keep(this.#weights, least);
    this.#keepMass(this.logits, mass * total);
  }

  /** Min-p sampling (Nguyen et al. 2024): keeps logits within `depth` <= 0, the log of p, of the best. */
  keepMinP(depth: number): void {
    if (depth > -Infinity) this.#keep(this.logits, this.#best() + depth);
  }

  /** The candidate on which `unit`, in [0, 1), falls in the cumulated softmax of logits / temperature. */
  draw(temperature: number, unit: number): number {
    const point = unit * this.#weigh(temperature);
    let i = 0;
    for (let sum = this.#weights[0]; sum <= point && i + 1 < this.count; sum += this.#weights[i]) i++;
    return this.ids[i];
  }

  #takeAll(source: Float32Array): void {
    argmax(source); // refuses what no softmax takes
    const { ids, logits } = this;
    let count = 0;
    for (let id = 0; id < source.length; id++) {
      const logit = source[id];
      if (logit === -Infinity) continue;
      ids[count] = id;
      logits[count++] = logit;
    }
    this.count = count;
  }

  #best(): number {
    const { logits, count } = this;
    let best = -Infinity;
    for (let i = 0; i < count; i++) if (logits[i] > best) best = logits[i];
    return best;
  }

  /** Computes the weights and returns their sum, which is at least 1. */
  #weigh(temperature = 1): number {
    const { logits, count } = this;
    const weights = this.#weights;
    const best = this.#best();
    let total = 0;
    for (let i = 0; i < count; i++) {
      const weight = expNonPositive((logits[i] - best) / temperature);
      weights[i] = weight;
      total += weight;
    }
    return total;
  }

  #meanLogit(total: number): number {
    let sum = 0;
    for (let i = 0; i < this.count; i++) sum += this.#weights[i] * this.logits[i];
    return sum / total;
  }

  /** Keeps the best candidates by key whose weights together reach `target`. */
  #keepMass(keys: Numbers, target: number): void {
    const last = selectMass(keys, this.#weights, this.count, target, this.#order);
    this.#keep(keys, keys[last], last);
  }

  /** Keeps the candidates whose key is above the threshold, or equal to it up to the index `last`. */
  #keep(keys: Numbers, threshold: number, last = this.count - 1): void {
    const { ids, logits } = this;
    const weights = this.#weights;
    let count = 0;
    for (let i = 0; i < this.count; i++) {
      if (keys[i] < threshold || (keys[i] === threshold && i > last)) continue;
      ids[count] = ids[i];
      logits[count] = logits[i];
      weights[count++] = weights[i];
    }
    this.count = count;
  }
}
