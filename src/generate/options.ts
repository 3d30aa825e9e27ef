/**
 * How text is drawn from a model: the options of one generation, their defaults and their check.
 *
 * @module
 */
export { type OptionLimits, type ResolvedOptions, resolveOptions } from "./resolve.ts";

/** Options of one generation. Unset fields take the value in brackets. */
export interface GenerateOptions {
  /** The most tokens to write, >= 1 [up to the end of the context]. */
  maxTokens?: number;
  /** Divides the logits; 0 takes the best token always. 0 to 100 [0.8]. */
  temperature?: number;
  /** Keep the k best tokens; 0 keeps all [40]. */
  topK?: number;
  /** Keep the smallest set of tokens whose probability reaches this, in (0, 1] [0.95]. */
  topP?: number;
  /** Drop tokens less probable than this share of the best one's, in [0, 1] [0.05]. */
  minP?: number;
  /** Locally typical sampling: keep this much probability around the expected information, in (0, 1] [1: off]. */
  typicalP?: number;
  /** Divides positive and multiplies negative logits of recent tokens, 0.01 to 100 [1: off]. */
  repeatPenalty?: number;
  /** How many recent tokens the three penalties look at, at most the context's length; -1 is that [64]. */
  repeatLastN?: number;
  /** Subtracted from the logit of every token that occurred, -2 to 2 [0]. */
  presencePenalty?: number;
  /** Subtracted, times its count, from the logit of every token that occurred, -2 to 2 [0]. */
  frequencyPenalty?: number;
  /** Added to the logits of single tokens: id to -100 .. 100; -Infinity forbids. */
  logitBias?: Readonly<Record<number, number>> | ReadonlyMap<number, number>;
  /** Seeds the draws: an integer from 0 to 2^53 - 1 [a random one]. Equal seeds give equal text. */
  seed?: number;
  /** Texts that end the answer; never emitted, in part or whole. At most 16, none empty, no lone surrogates. */
  stop?: string | readonly string[];
  /** Further token ids that end the answer. */
  stopIds?: readonly number[];
  /** Goes on after the model's end-of-text tokens [false]. */
  ignoreEos?: boolean;
  /** How many alternatives to report with each token's log-probability, 0 to 100 [none reported]. */
  logprobs?: number;
  /** Ends the generation within one token, with finish reason "abort" as the error ABORTED. */
  signal?: AbortSignal;
  /** Whether special tokens written in a string prompt are parsed as such [false]. */
  special?: boolean;
  /**
   * Whose prompt this is: caches of earlier prompts are reused only under the same salt, so that nobody can
   * tell from the time taken what others asked [""].
   */
  cacheSalt?: string;
  /** What happens where the context is full: an error, or the oldest half is forgotten ["error"]. */
  overflow?: "error" | "slide";
}

/** Why a generation ended: an end token or stop string, maxTokens, or the caller's AbortSignal. */
export type FinishReason = "stop" | "length" | "abort";

/** One alternative at a position. */
export interface TokenLogprob {
  /** The token. */
  id: number;
  /** Natural log of its probability under the model (temperature 1, no penalties). */
  logprob: number;
}

/** A token's log-probability and those of the best alternatives. */
export interface TokenLogprobs extends TokenLogprob {
  /** The alternatives, best first, the token itself among them where it is one of the best. */
  top: TokenLogprob[];
}

/** What a generation yields, once a token. */
export interface Piece {
  /** The text that became certain with this token; it may be "". */
  text: string;
  /** The token. */
  id: number;
  /** Its log-probability and alternatives, where they were asked for. */
  logprobs?: TokenLogprobs;
}

/** The outcome of a generation. */
export interface GenerationResult {
  /** The whole text, without the prompt. */
  text: string;
  /** The tokens drawn. */
  ids: number[];
  /** Why it ended. */
  finishReason: FinishReason;
  /** Tokens read and written. */
  usage: {
    /** Tokens of the prompt. */
    promptTokens: number;
    /** Tokens drawn. */
    completionTokens: number;
    /** Prompt tokens whose keys and values were still in the cache. */
    cachedTokens: number;
  };
  /** Milliseconds. */
  timing: { prefillMs: number; decodeMs: number };
  /** One for each token drawn, where they were asked for. */
  logprobs?: TokenLogprobs[];
}

/** A message of a chat. */
export interface Message {
  /** Who speaks. */
  role: "system" | "user" | "assistant" | "tool" | (string & Record<never, never>);
  /** What is said. */
  content: string;
  /** Whatever else the model's chat template reads. */
  [key: string]: unknown;
}
