/**
 * A small deterministic language model for tests of the serving layer: its words depend on the prompt, the seed
 * and the position. It keeps the promises of the contract: a macrotask between tokens, abort within one token, no
 * part of a stop string, no part of a character.
 *
 * @module
 */
import { WickError } from "../../src/error.ts";
import type { Metadata } from "../../src/formats/metadata.ts";
import type { Generation, LanguageModel, Prompt, Session } from "../../src/generate/contract.ts";
import type { FinishReason, GenerateOptions, GenerationResult, Piece } from "../../src/generate/options.ts";
import type { TokenDecoder, Tokenizer } from "../../src/tokenizers/tokenizer.ts";

/** Other work gets its turn. */
const macrotask = () => new Promise((resolve) => (globalThis.setImmediate ?? setTimeout)(resolve, 0));

const WORDS = ["the", "little", "fox", "ran", "home", "and", "slept", "well", "Grüße", "🦊", "日本"];
const END = 256;
const FIRST_WORD = 257;

/** Tokens are the 256 bytes, an end token, and the ASCII words (with a space in front); other words are bytes. */
class FakeTokenizer implements Tokenizer {
  readonly kind = "fake";
  readonly bosId = END;
  readonly eosId = END;
  readonly addBos = true;
  readonly addEos = false;
  readonly endIds: ReadonlySet<number> = new Set([END]);
  readonly words = WORDS.filter((w) => /^[a-z]+$/.test(w)).map((w) => ` ${w}`);
  readonly size = FIRST_WORD + this.words.length;

  encode(text: string): number[] {
    return [END, ...this.pieces(text)];
  }

  pieces(text: string): number[] {
    return text.split(/(?= )/).flatMap((part) => {
      const word = this.words.indexOf(part);
      return word < 0 ? [...new TextEncoder().encode(part)] : [FIRST_WORD + word];
    });
  }

  decode(ids: Iterable<number>): string {
    const decoder = this.decoder();
    return [...ids].map((id) => decoder.push(id)).join("") + decoder.flush();
  }

  decoder(): TokenDecoder {
    const decoder = new TextDecoder();
    return {
      push: (id) => decoder.decode(this.tokenBytes(id), { stream: true }),
      flush: () => decoder.decode(),
    };
  }

  tokenText(id: number): string {
    return id === END ? "<end>" : new TextDecoder().decode(this.tokenBytes(id));
  }

  tokenBytes(id: number): Uint8Array {
    if (id === END) return new Uint8Array();
    return id < END ? Uint8Array.of(id) : new TextEncoder().encode(this.words[id - FIRST_WORD]);
  }

  isControl(id: number): boolean {
    return id === END;
  }
}

/** How a fake model behaves. */
export interface FakeOptions {
  contextLength?: number;
  hasChatTemplate?: boolean;
  /** Awaited before each token; 0 is the prefill. It may throw. */
  onStep?: (step: number, signal: AbortSignal | undefined) => void | Promise<void>;
}

/** The model. */
export class FakeModel implements LanguageModel {
  readonly name = "fake";
  readonly architecture = "fake";
  readonly parameterCount = 11;
  readonly metadata: Metadata = new Map();
  readonly activations = "f32";
  readonly build = "none";
  readonly loadMs = 0;
  readonly tokenizer: FakeTokenizer = new FakeTokenizer();
  readonly contextLength: number;
  readonly hasChatTemplate: boolean;
  /** Generations under way, tokens made, and the options of the last generation. */
  running = 0;
  made = 0;
  last?: GenerateOptions;
  /** The tokens of the last generation so far. */
  lastIds: readonly number[] = [];

  constructor(readonly options: FakeOptions = {}) {
    this.contextLength = options.contextLength ?? 512;
    this.hasChatTemplate = options.hasChatTemplate ?? true;
  }

  memory() {
    return { weights: 0, kvCache: 0, scratch: 0 };
  }

  promptIds(prompt: Prompt): number[] {
    if (typeof prompt === "string") return this.tokenizer.encode(prompt);
    if (!("messages" in prompt)) return [...prompt];
    const roles = prompt.messages.map(({ role, content }) => `[${role}] ${content}\n`);
    const text = roles.join("");
    return this.tokenizer.encode(prompt.continueFinal ? text.slice(0, -1) : text);
  }

  generate(prompt: Prompt, options: GenerateOptions = {}): Generation {
    return new FakeGeneration(this, this.promptIds(prompt), options);
  }

  session(): Session {
    const generate = this.generate.bind(this);
    const logits = () => Promise.resolve(new Float32Array(this.tokenizer.size));
    return { length: 0, generate, logits, reset() {}, [Symbol.dispose]() {} };
  }

  nll(): Promise<Float64Array> {
    return Promise.resolve(new Float64Array());
  }

  [Symbol.dispose](): void {}

  /** The ids that follow a prompt, without end. */
  *ids(prompt: readonly number[], seed: number): Generator<number> {
    let state = (prompt.reduce((hash, id) => (hash * 31 + id) >>> 0, 7) ^ (seed * 2654435761)) >>> 0;
    for (;;) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      yield* this.tokenizer.pieces(` ${WORDS[(state >>> 16) % WORDS.length]}`);
    }
  }
}

class FakeGeneration implements Generation {
  readonly #pieces: AsyncGenerator<Piece>;
  #outcome?: GenerationResult;

  constructor(
    private readonly model: FakeModel,
    private readonly prompt: readonly number[],
    private readonly options: GenerateOptions,
  ) {
    this.#pieces = this.#run();
  }

  [Symbol.asyncIterator](): AsyncGenerator<Piece> {
    return this.#pieces;
  }

  async text(): Promise<string> {
    return (await this.result()).text;
  }

  async result(): Promise<GenerationResult> {
    while (!(await this.#pieces.next()).done);
    return this.#outcome!;
  }

  async *#run(): AsyncGenerator<Piece> {
    this.model.running++;
    this.model.last = this.options;
    try {
      yield* this.#steps();
    } finally {
      this.model.running--;
    }
  }

  async *#steps(): AsyncGenerator<Piece> {
    const { maxTokens = Infinity, logprobs, temperature, stop = [] } = this.options;
    const stops = typeof stop === "string" ? [stop] : stop;
    const seed = temperature === 0 ? 0 : this.options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0];
    const decoder = this.model.tokenizer.decoder();
    const ids: number[] = [];
    this.model.lastIds = ids;
    let text = "";
    let sent = 0;
    let reason: FinishReason = "length";
    await this.#pause(0);
    for (const id of this.model.ids(this.prompt, seed)) {
      await this.#pause(ids.length + 1);
      ids.push(id);
      this.model.made++;
      text += decoder.push(id);
      const end = Math.min(...stops.map((s) => text.indexOf(s)).filter((i) => i >= 0));
      const last = ids.length >= maxTokens;
      if (end < Infinity) reason = "stop";
      else if (last) text += decoder.flush();
      const until = end < Infinity ? end : last ? text.length : text.length - heldBack(text, stops);
      const alternatives = Array.from({ length: logprobs ?? 0 }, (_, k) => ({ id: k, logprob: -k - 1 }));
      const piece: Piece = { text: text.slice(sent, until), id };
      yield logprobs === undefined ? piece : { ...piece, logprobs: { id, logprob: -0.5, top: alternatives } };
      sent = until;
      if (last || reason === "stop") break;
    }
    const usage = { promptTokens: this.prompt.length, completionTokens: ids.length, cachedTokens: 0 };
    const timing = { prefillMs: 0, decodeMs: 0 };
    this.#outcome = { text: text.slice(0, sent), ids, finishReason: reason, usage, timing };
  }

  async #pause(step: number): Promise<void> {
    const { signal } = this.options;
    await macrotask();
    await this.model.options.onStep?.(step, signal);
    if (signal?.aborted) throw new WickError("ABORTED", "Cannot go on: the caller aborted");
  }
}

/** How many characters at the end of `text` may be the beginning of a stop string. */
function heldBack(text: string, stops: readonly string[]): number {
  for (let n = Math.min(text.length, Math.max(0, ...stops.map((s) => s.length - 1))); n > 0; n--) {
    if (stops.some((s) => s.startsWith(text.slice(-n)))) return n;
  }
  return 0;
}
