/**
 * One generation: prompt in, pieces of text out.
 *
 * @module
 */
import { platform } from "../entry/platform.ts";
import { throwIfAborted, WickError } from "../error.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Generation } from "./contract.ts";
import type { FinishReason, GenerationResult, Piece, TokenLogprobs } from "./options.ts";
import type { ResolvedOptions } from "./resolve.ts";
import { TokenSampler } from "./token_sampler.ts";
import type { SessionState } from "./session.ts";
import { StopMatcher } from "./stop.ts";

/** What a generation runs on. */
export interface GenerationContext {
  ids: readonly number[];
  options: ResolvedOptions;
  tokenizer: Tokenizer;
  vocabulary: number;
  /** Takes a session for these tokens, reserved until the disposable is disposed. */
  open(): { session: SessionState; release: Disposable };
}

/** See {@linkcode Generation}. */
export class TextGeneration implements Generation {
  private started = false;
  private outcome?: Promise<GenerationResult>;
  private settle!: { resolve: (r: GenerationResult) => void; reject: (e: unknown) => void };
  private text_ = "";
  private readonly ids: number[] = [];
  private readonly logprobs: TokenLogprobs[] = [];

  constructor(private readonly context: () => GenerationContext) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Piece> {
    if (this.started) {
      throw new WickError("INVALID_STATE", "Cannot consume a generation twice: start another one");
    }
    this.started = true;
    this.outcome = new Promise((resolve, reject) => this.settle = { resolve, reject });
    this.outcome.catch(() => {}); // whoever awaits it sees the error; the iteration throws it as well
    try {
      yield* this.pieces();
    } catch (error) {
      this.settle.reject(error);
      throw error;
    } finally {
      this.settle.reject(new WickError("ABORTED", "The iteration was left before the generation ended"));
    }
  }

  async text(): Promise<string> {
    return (await this.result()).text;
  }

  async result(): Promise<GenerationResult> {
    if (!this.started) { for await (const _ of this); }
    return await this.outcome!;
  }

  private async *pieces(): AsyncGenerator<Piece> {
    const context = this.context();
    const { session, release } = context.open();
    using _reserved = release;
    const { options } = context;
    const sampler = new TokenSampler(options, context.vocabulary);
    const start = performance.now();
    const { logits: first, reused } = await session.prefill(context.ids, options.signal);
    for (const id of context.ids) sampler.accept(id);
    const prefillMs = performance.now() - start;
    const finishReason = yield* this.decode(context, session, sampler, first);
    this.settle.resolve({
      text: this.text_,
      ids: this.ids,
      finishReason,
      usage: { promptTokens: context.ids.length, completionTokens: this.ids.length, cachedTokens: reused },
      timing: { prefillMs, decodeMs: performance.now() - start - prefillMs },
      ...(options.logprobs === undefined ? {} : { logprobs: this.logprobs }),
    });
  }

  /** Draws, emits and appends tokens until something ends it. */
  private async *decode(
    { ids: prompt, options, tokenizer }: GenerationContext,
    session: SessionState,
    sampler: TokenSampler,
    logits: Float32Array,
  ): AsyncGenerator<Piece, FinishReason> {
    const decoder = tokenizer.decoder({ after: prompt, special: options.ignoreEos });
    const matcher = new StopMatcher(options.stop);
    for (;;) {
      const id = sampler.sample(logits);
      if (ends(id, options, tokenizer)) {
        yield* this.emit(matcher.push(decoder.flush()).emit + matcher.flush(), id);
        return "stop";
      }
      sampler.accept(id);
      this.ids.push(id);
      const logprobs = options.logprobs === undefined
        ? undefined
        : sampler.logprobs(logits, id, options.logprobs);
      if (logprobs) this.logprobs.push(logprobs);
      const { emit, stopped } = matcher.push(decoder.push(id));
      const full = session.tokens.length + 1 > session.capacity - 1 && options.overflow === "error";
      const last = this.ids.length === options.maxTokens || full;
      const rest = last && !stopped ? matcher.push(decoder.flush()).emit + matcher.flush() : "";
      this.text_ += emit + rest;
      yield { text: emit + rest, id, ...(logprobs ? { logprobs } : {}) };
      if (stopped) return "stop";
      if (last) return "length";
      await platform().yield();
      throwIfAborted(options.signal, "generate");
      // no await between a step and its draw: the logits lie where the next step of any session writes
      logits = session.tokens.length < session.capacity
        ? session.advance(id)
        : await this.slide(session, id, options);
    }
  }

  private *emit(text: string, id: number): Generator<Piece> {
    if (text === "") return;
    this.text_ += text;
    yield { text, id };
  }

  /** Goes on after the younger half of a full context alone. */
  private async slide(session: SessionState, id: number, options: ResolvedOptions): Promise<Float32Array> {
    const kept = [...session.tokens.slice(-Math.floor(session.capacity / 2)), id];
    session.truncate(0);
    return (await session.prefill(kept, options.signal)).logits;
  }
}

function ends(id: number, options: ResolvedOptions, tokenizer: Tokenizer): boolean {
  return options.stopIds.has(id) || (!options.ignoreEos && tokenizer.endIds.has(id));
}
