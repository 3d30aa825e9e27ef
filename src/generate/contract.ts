/**
 * What the serving and command-line layers see of a language model.
 *
 * @module
 */
import type { GenerateOptions, GenerationResult, Message, Piece } from "./options.ts";
import type { Metadata } from "../formats/metadata.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** Bytes that a model holds. */
export interface MemoryUse {
  /** The weights, as they lie in memory. */
  weights: number;
  /** Keys and values of all open sessions. */
  kvCache: number;
  /** Everything else: results of recorded ops, Programs, tables. */
  scratch: number;
}

/** Options of {@linkcode LanguageModel.nll}. */
export interface NllOptions {
  /** Tokens of a window, >= 2 [the model's context]. */
  window?: number;
  /** Ends the scoring with ABORTED. */
  signal?: AbortSignal;
  /** Told how many tokens are done. */
  onProgress?: (done: number) => void;
}

/**
 * A generation under way: iterate it for the pieces, or await its text or result. Nothing runs before the
 * first of these; it can be consumed once. Leaving the iteration early (break) frees the session at once.
 */
export interface Generation extends AsyncIterable<Piece> {
  /** Runs to the end and gives the whole text. */
  text(): Promise<string>;
  /** Runs to the end (or gives the outcome of a finished iteration). An abort rejects with ABORTED here and in the iteration. */
  result(): Promise<GenerationResult>;
}

/**
 * Anything that text can be continued from. With `continueFinal` the last message, an assistant's, is gone on with
 * instead of answered.
 */
export type Prompt =
  | string
  | readonly number[]
  | { messages: readonly Message[]; continueFinal?: boolean };

/** A conversation or text with its own KV cache, which stays between calls. */
export interface Session extends Disposable {
  /** Tokens whose keys and values are cached. */
  readonly length: number;
  /** Continues `prompt` (the whole text so far: what is cached of its beginning is not computed again). */
  generate(prompt: Prompt, options?: GenerateOptions): Generation;
  /** The logits that follow a prompt, one a token of the vocabulary (a copy). */
  logits(prompt: Prompt, options?: { special?: boolean; signal?: AbortSignal }): Promise<Float32Array>;
  /** Forgets everything. */
  reset(): void;
}

/** A language model, loaded. */
export interface LanguageModel extends Disposable {
  /** The file's `general.name`, or what the source was called. */
  readonly name: string;
  /** As the file names it: "llama" ... */
  readonly architecture: string;
  /** The most tokens a session can hold. */
  readonly contextLength: number;
  /** The number of parameters. */
  readonly parameterCount: number;
  /** The file's key-value pairs. */
  readonly metadata: Metadata;
  /** Text to ids and back. */
  readonly tokenizer: Tokenizer;
  /** "int8" or "f32". */
  readonly activations: "int8" | "f32";
  /** The kernel build in use: "relaxed", "simd" ... */
  readonly build: string;
  /** Milliseconds that loading took. */
  readonly loadMs: number;
  /** Whether the model carries a chat template. */
  readonly hasChatTemplate: boolean;
  /** Bytes held now. */
  memory(): MemoryUse;
  /** Continues a prompt in a session of the model's own pool. */
  generate(prompt: Prompt, options?: GenerateOptions): Generation;
  /** Token ids of a prompt: a string with BOS where the model wants it, messages through the chat template. */
  promptIds(prompt: Prompt, options?: { special?: boolean }): number[];
  /** A session of its own; it must be disposed. */
  session(): Session;
  /**
   * Negative log-likelihoods (nats) of each token of `ids` given the ones before it within its window of
   * `window` tokens; the first of every window has none.
   */
  nll(ids: readonly number[], options?: NllOptions): Promise<Float64Array>;
}
