/**
 * Draws the tokens of one generation. The chain is llama.cpp's default one: logit bias, penalties, top-k,
 * typical-p, top-p, min-p, temperature, draw. After each filter the probabilities are those of the softmax of
 * what remains; at least one token always does; of equal logits the lower id is the better one.
 *
 * The n-th draw is a function of the seed and n alone, so generations never disturb each other.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { philox4x32, unitFloat64 } from "../tensor/philox.ts";
import { Candidates } from "./candidates.ts";
import { tokenLogprobs } from "./logprobs.ts";
import type { ResolvedOptions, TokenLogprobs } from "./options.ts";
import { Penalties } from "./penalties.ts";
import { argmax } from "./scan.ts";

/** The fourth counter word of all draws of tokens, which keeps them apart from other uses of one seed. */
const STREAM = 0x77_69_63_6b;

/**
 * A sampler for one generation. Its buffers are taken at construction; a token takes none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { resolveOptions } from "./options.ts";
 * import { TokenSampler } from "./token_sampler.ts";
 * const options = resolveOptions({ temperature: 0, repeatPenalty: 2 }, { vocabulary: 3, contextLength: 8 });
 * const sampler = new TokenSampler(options, 3);
 * const logits = Float32Array.of(1, 3, 2);
 * equal(sampler.sample(logits), 1);
 * sampler.accept(1);
 * equal(sampler.sample(logits), 2);
 * ```
 */
export class TokenSampler {
  readonly #options: ResolvedOptions;
  readonly #vocabulary: number;
  readonly #penalties: Penalties;
  readonly #candidates: Candidates | undefined;
  readonly #biasIds: Int32Array;
  readonly #biases: Float32Array;
  /** Room for logits with biases and penalties, where there are any. */
  readonly #adjusted: Float32Array | undefined;
  /** The log of min-p in float32, in which the last bits of Math.log, the engine's own, are lost. */
  readonly #minPDepth: number;
  readonly #words = new Uint32Array(4);
  /** Tokens drawn so far. */
  #drawn = 0;

  /** Takes the room for draws from `vocabulary` logits by checked options. */
  constructor(options: ResolvedOptions, vocabulary: number) {
    this.#options = options;
    this.#vocabulary = vocabulary;
    this.#penalties = new Penalties(options, vocabulary);
    this.#biasIds = Int32Array.from(options.logitBias.keys());
    this.#biases = Float32Array.from(options.logitBias.values());
    if (this.#penalties.active || this.#biasIds.length > 0) this.#adjusted = new Float32Array(vocabulary);
    if (options.temperature > 0) this.#candidates = new Candidates(vocabulary, options.topK);
    this.#minPDepth = Math.fround(Math.log(options.minP));
  }

  /**
   * Draws the next token; it is not accepted by that.
   *
   * @param logits one a token of the vocabulary; read only.
   * @throws {WickError} INVALID_STATE for logits that are NaN or Infinity, or all -Infinity.
   */
  sample(logits: Float32Array): number {
    this.#checkLength(logits);
    const adjusted = this.#adjust(logits);
    const draw = this.#drawn++;
    const candidates = this.#candidates;
    if (candidates === undefined) return argmax(adjusted);
    const { temperature, typicalP, topP } = this.#options;
    candidates.take(adjusted);
    if (typicalP < 1) candidates.keepTypical(typicalP);
    if (topP < 1) candidates.keepTopP(topP, this.#minPDepth);
    else candidates.keepMinP(this.#minPDepth);
    return candidates.draw(temperature, this.#uniform(draw));
  }

  /** Tells that a token, of the prompt or drawn, occurred. */
  accept(id: number): void {
    if (!(id >= 0 && id < this.#vocabulary)) {
      const message = `Cannot accept token ${id}: ids are below ${this.#vocabulary}, got ${id}`;
      throw new WickError("INDEX_OUT_OF_RANGE", message, { param: "id" });
    }
    this.#penalties.accept(id);
  }

  /** {@linkcode tokenLogprobs} of the model's logits: no bias, penalty or temperature enters. */
  logprobs(logits: Float32Array, id: number, k: number): TokenLogprobs {
    this.#checkLength(logits);
    return tokenLogprobs(logits, id, k);
  }

  #checkLength(logits: Float32Array): void {
    if (logits.length === this.#vocabulary) return;
    const message = `Cannot sample: logits must be one a token, ${this.#vocabulary}, got ${logits.length}`;
    throw new WickError("SHAPE_MISMATCH", message, { param: "logits" });
  }

  /** The logits with biases and penalties, in float32. */
  #adjust(logits: Float32Array): Float32Array {
    const adjusted = this.#adjusted;
    if (adjusted === undefined) return logits;
    adjusted.set(logits);
    for (let i = 0; i < this.#biasIds.length; i++) adjusted[this.#biasIds[i]] += this.#biases[i];
    this.#penalties.apply(adjusted);
    return adjusted;
  }

  /** The n-th uniform number of this seed, in [0, 1). */
  #uniform(n: number): number {
    const { seed } = this.#options;
    philox4x32(n, n / 0x100000000, 0, STREAM, seed, seed / 0x100000000, this.#words);
    return unitFloat64(this.#words[0], this.#words[1]);
  }
}
