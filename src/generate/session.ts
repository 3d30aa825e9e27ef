/**
 * A text under way: the tokens whose keys and values are cached, and the steps that add to them.
 *
 * @module
 */
import { platform } from "../entry/platform.ts";
import { throwIfAborted, WickError } from "../error.ts";
import { MAX_CHUNK, type Steps } from "./steps.ts";

/** The state of one text over a model's {@linkcode Steps}. */
export class SessionState implements Disposable {
  /** Tokens whose keys and values are cached, in order. */
  readonly tokens: number[] = [];
  /** Whose text it is; see GenerateOptions. */
  salt = "";
  private owner?: symbol;
  private open = true;

  /**
   * @param steps the Programs over its cache
   * @param capacity the most tokens that the cache holds
   * @param vocabulary ids are checked against it
   * @param chunk tokens of every prefill chunk
   */
  constructor(
    readonly steps: Steps,
    readonly capacity: number,
    private readonly vocabulary: number,
    private readonly chunk: number = MAX_CHUNK,
  ) {}

  /** Whether a generation is using it. */
  get busy(): boolean {
    return this.owner !== undefined;
  }

  /** Whether it was disposed. */
  get isDisposed(): boolean {
    return !this.open;
  }

  /** Reserves it for one generation; the result releases it. */
  acquire(): Disposable {
    if (!this.open) throw new WickError("DISPOSED", "Cannot generate in a session after its dispose");
    if (this.owner) {
      throw new WickError(
        "INVALID_STATE",
        "Cannot generate twice at once in one session: await the first, or take another",
      );
    }
    const key = this.owner = Symbol("generation");
    return {
      [Symbol.dispose]: () => {
        if (this.owner === key) this.owner = undefined;
      },
    };
  }

  /** How many leading tokens of `ids` are cached. */
  commonPrefix(ids: readonly number[]): number {
    const end = Math.min(ids.length, this.tokens.length);
    let n = 0;
    while (n < end && ids[n] === this.tokens[n]) n++;
    return n;
  }

  /**
   * Brings the cache to hold exactly `ids`, computing only what it lacks (at least the last token), and gives
   * the logits that follow (a copy: other sessions may step before the caller's turn comes). The event loop
   * gets a turn between chunks; an abort ends it there.
   */
  async prefill(
    ids: readonly number[],
    signal?: AbortSignal,
  ): Promise<{ logits: Float32Array; reused: number }> {
    this.checkIds(ids);
    this.checkRoom(ids.length - this.tokens.length);
    const reused = Math.min(this.commonPrefix(ids), ids.length - 1);
    this.truncate(reused);
    for (;;) {
      throwIfAborted(signal, "generate");
      const at = this.tokens.length;
      const part = ids.slice(at, at + this.chunk);
      const logits = await this.steps.chunk(part, at, signal);
      for (const id of part) this.tokens.push(id);
      if (this.tokens.length === ids.length) return { logits, reused };
      await platform().yield();
    }
  }

  /** Adds a token and gives the logits that follow: valid until the next step of any session. */
  advance(id: number): Float32Array {
    this.checkRoom(1);
    const logits = this.steps.step(id, this.tokens.length);
    this.tokens.push(id);
    return logits;
  }

  /** Forgets everything, unless a generation is using it. */
  reset(): void {
    using _reserved = this.acquire();
    this.truncate(0);
  }

  /** Forgets all but the first `length` tokens. */
  truncate(length: number): void {
    this.tokens.length = Math.min(this.tokens.length, length);
  }

  [Symbol.dispose](): void {
    if (!this.open) return;
    this.open = false;
    this.steps[Symbol.dispose]();
  }

  private checkRoom(more: number): void {
    if (this.tokens.length + more <= this.capacity) return;
    throw new WickError(
      "CONTEXT_OVERFLOW",
      `Cannot add ${more} tokens to ${this.tokens.length}: the context holds ${this.capacity}`,
    );
  }

  /** Throws for an empty list, and for what is no token. */
  checkIds(ids: readonly number[]): void {
    if (ids.length === 0) {
      throw new WickError(
        "INVALID_ARGUMENT",
        "Cannot generate from an empty prompt: it must hold at least one token",
        {
          param: "prompt",
        },
      );
    }
    for (const id of ids) {
      if (Number.isInteger(id) && id >= 0 && id < this.vocabulary) continue;
      throw new WickError("INDEX_OUT_OF_RANGE", `Token id must be in 0..${this.vocabulary - 1}, got ${id}`, {
        param: "prompt",
      });
    }
  }
}
