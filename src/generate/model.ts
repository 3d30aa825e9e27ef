/**
 * A language model with its tokenizer, sessions and memory.
 *
 * @module
 */
import { checkKeys, type KeysOf } from "../check_keys.ts";
import type { WasmDevice } from "../device/wasm/device.ts";
import { platform } from "../entry/platform.ts";
import { throwIfAborted, WickError } from "../error.ts";
import type { Metadata } from "../formats/metadata.ts";
import type { CausalModel } from "../models/model.ts";
import type { Activations } from "../nn/linear.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type ChatTemplate, encodeChat } from "../tokenizers/chat.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Generation, LanguageModel, MemoryUse, NllOptions, Prompt, Session } from "./contract.ts";
import { TextGeneration } from "./generation.ts";
import type { GenerateOptions } from "./options.ts";
import { resolveOptions } from "./resolve.ts";
import { SessionState } from "./session.ts";
import { MAX_LOGIT_ROWS, Steps, Workspace } from "./steps.ts";

/** The parts of a loaded model. */
export interface ModelParts {
  name: string;
  architecture: string;
  metadata: Metadata;
  parameterCount: number;
  device: WasmDevice;
  network: CausalModel;
  weights: ReadonlyMap<string, Tensor>;
  tokenizer: Tokenizer;
  template?: ChatTemplate;
  activations: Activations;
  contextLength: number;
  /** Idle sessions that are kept for their caches. */
  idleSessions: number;
  /** Tokens of every prefill chunk [128]. */
  chunk?: number;
  loadMs: number;
}

const nllNames: KeysOf<NllOptions> = { window: true, signal: true, onProgress: true };

/** Bytes that weights hold. */
export function bytesOf(weights: ReadonlyMap<string, Tensor>): number {
  return [...weights.values()].reduce((sum, t) => sum + t.storage.bytes, 0);
}

/** See {@linkcode LanguageModel}; made by {@linkcode load}. */
export class Model implements LanguageModel {
  private readonly parts: ModelParts;
  private readonly workspace: Workspace;
  private readonly sessions = new Set<SessionState>();
  /** Sessions without a user, the longest idle first. */
  private readonly idle: SessionState[] = [];
  private open = true;

  constructor(parts: ModelParts) {
    this.parts = parts;
    this.workspace = new Workspace(parts.device);
  }

  get name(): string {
    return this.parts.name;
  }
  get architecture(): string {
    return this.parts.architecture;
  }
  get contextLength(): number {
    return this.parts.contextLength;
  }
  get parameterCount(): number {
    return this.parts.parameterCount;
  }
  get metadata(): Metadata {
    return this.parts.metadata;
  }
  get tokenizer(): Tokenizer {
    return this.parts.tokenizer;
  }
  get activations(): Activations {
    return this.parts.activations;
  }
  get build(): string {
    return this.parts.device.build;
  }
  get loadMs(): number {
    return this.parts.loadMs;
  }
  get hasChatTemplate(): boolean {
    return this.parts.template !== undefined;
  }

  memory(): MemoryUse {
    const weights = bytesOf(this.parts.weights);
    const kvCache = [...this.sessions].reduce((sum, s) => sum + s.steps.cache.bytes, 0);
    return { weights, kvCache, scratch: Math.max(0, this.parts.device.live().bytes - weights - kvCache) };
  }

  generate(prompt: Prompt, options: GenerateOptions = {}): Generation {
    return new TextGeneration(() => this.context(prompt, options, (ids, salt) => this.borrow(ids, salt)));
  }

  promptIds(prompt: Prompt, options: { special?: boolean } = {}): number[] {
    this.assertOpen();
    checkKeys("encode a prompt", options, { special: true });
    const { tokenizer, template } = this.parts;
    if (typeof prompt === "string") {
      const ids = tokenizer.encode(prompt, { special: options.special ?? false });
      // a model that puts no BOS in front still begins with it where there is nothing else
      return ids.length === 0 && tokenizer.bosId !== undefined ? [tokenizer.bosId] : ids;
    }
    if (Array.isArray(prompt)) return [...prompt];
    if (!Array.isArray((prompt as { messages?: unknown } | null)?.messages)) {
      const found = prompt === null ? "null" : typeof prompt;
      const message =
        `Cannot generate from this prompt: it must be a text, token ids or {messages}, got ${found}`;
      throw new WickError("INVALID_ARGUMENT", message, { param: "prompt" });
    }
    const { messages, continueFinal } = prompt as Exclude<Prompt, string | readonly number[]>;
    if (template) {
      return encodeChat(tokenizer, template, messages, { addGenerationPrompt: true, continueFinal });
    }
    throw new WickError(
      "TEMPLATE_FAILED",
      `Cannot put messages to ${this.name}: the model carries no chat template; continue a text instead`,
      { param: "messages" },
    );
  }

  session(options: Readonly<Record<never, never>> = {}): Session {
    checkKeys("open a session", options, {});
    const state = this.newSession();
    const generate: Session["generate"] = (prompt, options = {}) =>
      new TextGeneration(() =>
        this.context(prompt, options, () => ({ session: state, release: state.acquire() }))
      );
    const logits: Session["logits"] = async (prompt, options = {}) => {
      checkKeys("give logits", options, { special: true, signal: true });
      using _reserved = state.acquire();
      const ids = this.promptIds(prompt, { special: options.special });
      return (await state.prefill(ids, options.signal)).logits;
    };
    return {
      get length(): number {
        return state.tokens.length;
      },
      generate,
      logits,
      reset: () => state.reset(),
      [Symbol.dispose]: () => this.drop(state),
    };
  }

  async nll(
    ids: readonly number[],
    options: NllOptions = {},
  ): Promise<Float64Array> {
    checkKeys("score a text", options, nllNames);
    const window = Math.min(options.window ?? this.contextLength, this.contextLength);
    if (!(Number.isInteger(window) && window >= 2)) {
      throw new WickError("INVALID_ARGUMENT", `Window must be an integer from 2 on, got ${options.window}`, {
        param: "window",
      });
    }
    const { session, release } = this.borrow([], "");
    using _reserved = release;
    if (ids.length > 0) session.checkIds(ids);
    const out: number[] = [];
    for (let start = 0; start < ids.length; start += window) {
      const part = ids.slice(start, start + window);
      session.truncate(0);
      for (let at = 0; at + 1 < part.length; at += MAX_LOGIT_ROWS) {
        throwIfAborted(options.signal, "score a text");
        const inputs = part.slice(at, Math.min(at + MAX_LOGIT_ROWS, part.length - 1));
        const targets = part.slice(at + 1, at + 1 + inputs.length);
        const scores = await session.steps.score(
          inputs,
          at,
          (logits) => surprises(logits, targets),
          options.signal,
        );
        out.push(...scores);
        options.onProgress?.(start + at + inputs.length);
        await platform().yield();
      }
    }
    return Float64Array.from(out);
  }

  [Symbol.dispose](): void {
    if (!this.open) return;
    this.open = false;
    for (const session of this.sessions) session[Symbol.dispose]();
    this.sessions.clear();
    this.idle.length = 0;
    this.workspace[Symbol.dispose]();
    this.parts.network[Symbol.dispose]();
    for (const weight of this.parts.weights.values()) weight.dispose();
    this.parts.device[Symbol.dispose]();
  }

  private context(
    prompt: Prompt,
    given: GenerateOptions,
    open: (ids: readonly number[], salt: string) => { session: SessionState; release: Disposable },
  ): ReturnType<ConstructorParameters<typeof TextGeneration>[0]> {
    this.assertOpen();
    const { tokenizer, contextLength, network: { vocabulary } } = this.parts;
    const options = resolveOptions(given, { vocabulary, contextLength });
    const ids = this.promptIds(prompt, { special: options.special });
    const room = contextLength - ids.length;
    if (options.overflow === "error" && (room < 1 || (options.maxTokens ?? 1) > room)) {
      throw new WickError(
        "CONTEXT_OVERFLOW",
        `Cannot generate ${
          options.maxTokens ?? 1
        } tokens after a prompt of ${ids.length}: the context holds ` +
          `${contextLength}`,
        { param: room < 1 ? "prompt" : "maxTokens" },
      );
    }
    const kept = room < 1 ? ids.slice(-Math.max(1, Math.floor(contextLength / 2))) : ids;
    return { ids: kept, options, tokenizer, vocabulary, open: () => open(kept, options.cacheSalt) };
  }

  /** An idle session, that with the longest common beginning, or a new one; it returns to the pool. */
  private borrow(ids: readonly number[], salt: string): { session: SessionState; release: Disposable } {
    let best = -1;
    let longest = -1;
    this.idle.forEach((session, i) => {
      const common = session.salt === salt ? session.commonPrefix(ids) : 0;
      if (common > longest) [best, longest] = [i, common];
    });
    const reusable = best >= 0 && (longest > 0 || this.idle.length >= this.parts.idleSessions);
    const session = reusable ? this.idle.splice(best, 1)[0] : this.newSession();
    if (session.salt !== salt) session.truncate(0);
    session.salt = salt;
    const held = session.acquire();
    return {
      session,
      release: {
        [Symbol.dispose]: () => {
          held[Symbol.dispose]();
          if (session.isDisposed) return;
          this.idle.push(session);
          while (this.idle.length > this.parts.idleSessions) this.drop(this.idle.shift()!);
        },
      },
    };
  }

  private newSession(): SessionState {
    this.assertOpen();
    const { network, contextLength, chunk } = this.parts;
    const steps = new Steps(network, this.workspace);
    const session = new SessionState(steps, contextLength, network.vocabulary, chunk);
    this.sessions.add(session);
    return session;
  }

  private drop(session: SessionState): void {
    session[Symbol.dispose]();
    this.sessions.delete(session);
  }

  private assertOpen(): void {
    if (!this.open) throw new WickError("DISPOSED", `Cannot use the model ${this.name} after its dispose`);
  }
}

/** -log softmax(row)[target], in float64, for the row of logits of each target. */
function surprises(logits: Float32Array, targets: readonly number[]): number[] {
  const columns = logits.length / targets.length;
  return targets.map((target, i) => {
    const row = logits.subarray(i * columns, (i + 1) * columns);
    const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = row.reduce((total, v) => total + Math.exp(v - largest), 0);
    return Math.log(sum) + largest - row[target];
  });
}
