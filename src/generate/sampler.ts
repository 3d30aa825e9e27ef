/**
 * Draws tokens from the logits of a caller's own model, as the language models draw theirs.
 *
 * @module
 */
import { checkKeys, type KeysOf } from "../check_keys.ts";
import { WickError } from "../error.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type GenerateOptions, resolveOptions } from "./options.ts";
import { TokenSampler } from "./token_sampler.ts";

/** Options of {@linkcode Sampler}, with the meaning and the defaults that they have for a language model. */
export type SamplerOptions = Pick<
  GenerateOptions,
  | "temperature"
  | "topK"
  | "topP"
  | "minP"
  | "typicalP"
  | "repeatPenalty"
  | "repeatLastN"
  | "presencePenalty"
  | "frequencyPenalty"
  | "logitBias"
  | "seed"
>;

const names: KeysOf<SamplerOptions> = {
  temperature: true,
  topK: true,
  topP: true,
  minP: true,
  typicalP: true,
  repeatPenalty: true,
  repeatLastN: true,
  presencePenalty: true,
  frequencyPenalty: true,
  logitBias: true,
  seed: true,
};

/** What repeatLastN -1, the whole text, looks back on where no model sets a context. */
const LONGEST = 65536;

/**
 * Draws the tokens of one text, one after the other, from logits that are one a token. The chain is that of
 * `LanguageModel.generate`: logit bias, penalties, top-k, typical-p, top-p, min-p, temperature, draw; and so are the
 * defaults (temperature 0.8, top-k 40, top-p 0.95, min-p 0.05). For equal logits, options and seed it draws the tokens
 * that a language model's generation draws.
 *
 * The n-th draw is a function of the seed and n alone: samplers never disturb each other. Take one for each text.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { Sampler, tensor } from "@wick/wick";
 *
 * const logits = Float32Array.of(1, 3, 2); // of three tokens
 * equal(new Sampler(3, { temperature: 0 }).sample(logits), 1); // the best one
 *
 * const sampler = new Sampler(3, { temperature: 0, repeatPenalty: 2 });
 * sampler.accept(1); // it occurs in the prompt: 3 / 2 from now on
 * using x = tensor(logits);
 * equal(await sampler.sample(x), 2);
 * ```
 */
export class Sampler {
  /** That of the draws: the given one, or the random one that was taken. */
  readonly seed: number;
  readonly #tokens: TokenSampler;
  readonly #vocabulary: number;

  /**
   * For logits of `vocabulary` tokens. -1 for `repeatLastN` is 65536, and so is more.
   *
   * @throws WickError INVALID_ARGUMENT with `param`, the option's name
   */
  constructor(vocabulary: number, options: SamplerOptions = {}) {
    if (!(Number.isSafeInteger(vocabulary) && vocabulary > 0 && vocabulary < 2 ** 31)) {
      const message =
        `Cannot sample: the vocabulary must be an integer from 1 to 2^31 - 1, got ${vocabulary}`;
      throw new WickError("INVALID_ARGUMENT", message, { param: "vocabulary" });
    }
    checkKeys("sample", options, names);
    const resolved = resolveOptions(options, { vocabulary, contextLength: LONGEST });
    this.seed = resolved.seed;
    this.#vocabulary = vocabulary;
    this.#tokens = new TokenSampler(resolved, vocabulary);
  }

  /**
   * Draws the next token, which then counts as one of the text.
   *
   * @param logits one a token; read only
   * @throws WickError SHAPE_MISMATCH for logits of another number, INVALID_STATE for logits that are NaN or Infinity,
   * or all -Infinity
   */
  sample(logits: Float32Array): number;
  /** The same from a tensor of floats [V], or of more dimensions of extent 1. Of several positions take the last. */
  sample(logits: Tensor): Promise<number>;
  sample(logits: Float32Array | Tensor): number | Promise<number> {
    return logits instanceof Tensor
      ? this.#read(logits).then((read) => this.#draw(read))
      : this.#draw(logits);
  }

  /** Tells that a token of the prompt, or one drawn elsewhere, occurs in the text, for the penalties. */
  accept(id: number): void {
    this.#tokens.accept(id);
  }

  #draw(logits: Float32Array): number {
    if (!(logits instanceof Float32Array)) {
      const message = `Cannot sample: logits must be a Float32Array or a tensor, got ${typeof logits}`;
      throw new WickError("INVALID_ARGUMENT", message, { param: "logits" });
    }
    const id = this.#tokens.sample(logits);
    this.#tokens.accept(id);
    return id;
  }

  async #read(logits: Tensor): Promise<Float32Array> {
    if (logits.size !== this.#vocabulary) {
      const message =
        `Cannot sample from ${logits}: expected ${this.#vocabulary} logits, those of one position`;
      throw new WickError("SHAPE_MISMATCH", message, { param: "logits" });
    }
    if (logits.dtype === "f32") return await logits.data<Float32Array>();
    using converted = logits.toF32();
    return await converted.data<Float32Array>();
  }
}
