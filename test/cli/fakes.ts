/**
 * A process without a process and a model without weights, for the commands' tests.
 *
 * @module
 */
import type { Context, Listener, OpenOptions } from "../../src/cli/context.ts";
import { main } from "../../src/cli/program.ts";
import type { Gguf } from "../../src/formats/gguf.ts";
import { WickError } from "../../src/error.ts";
import type { Generation, LanguageModel, Prompt, Session } from "../../src/generate/contract.ts";
import type { GenerateOptions, GenerationResult, Piece } from "../../src/generate/options.ts";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";

/** What a fake process starts with. */
export interface Given {
  stdin?: string;
  terminal?: boolean;
  env?: Record<string, string>;
  files?: Record<string, string>;
  model?: Partial<FakeModel>;
  header?: Gguf;
  /** Presses Ctrl-C when this many characters have gone to stdout, again and again. */
  interruptAt?: number;
  /** Presses Ctrl-C so many milliseconds after a model begins to open. */
  interruptAfter?: number;
  /** What opening a model does besides. */
  onOpen?: (options: OpenOptions) => void | Promise<void>;
  onListen?: (
    handler: (request: Request) => Response | Promise<Response>,
    interrupt: () => void,
  ) => void | Promise<void>;
}

/** What a command left. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  /** The sources and options of the models that were opened. */
  opened: { source: string; options: OpenOptions }[];
  model: FakeModel;
  closed: boolean;
  /** What was written, by path. */
  files: Record<string, string>;
}

/** Runs a command line in a fake process. */
export async function wick(args: readonly string[], given: Given = {}): Promise<Outcome> {
  const outcome: Outcome = {
    code: NaN,
    stdout: "",
    stderr: "",
    opened: [],
    model: new FakeModel(),
    closed: false,
    files: {},
  };
  Object.assign(outcome.model, given.model);
  try {
    outcome.code = await main(args, fakeContext(given, outcome));
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    outcome.code = error.code;
  }
  return outcome;
}

class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

function fakeContext(given: Given, outcome: Outcome): Context {
  const listeners = new Set<() => void>();
  const interrupt = () => [...listeners].forEach((listener) => listener());
  const lines = (given.stdin ?? "").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const isTerminal = given.terminal ?? false;
  const write = (stream: "stdout" | "stderr") => (text: string) => {
    const before = outcome[stream].length;
    outcome[stream] += text;
    const mark = given.interruptAt ?? Infinity;
    if (stream === "stdout" && before < mark && before + text.length >= mark) interrupt();
  };
  return {
    stdin: {
      isTerminal,
      text: () => Promise.resolve(given.stdin ?? ""),
      line: (_, signal) => (signal.throwIfAborted(), Promise.resolve(lines.shift())),
    },
    stdout: { isTerminal, columns: 80, write: write("stdout") },
    stderr: { isTerminal, columns: 80, write: write("stderr") },
    env: (name) => given.env?.[name],
    peakRss: () => 50_000_000,
    async openModel(source, options) {
      outcome.opened.push({ source, options });
      if (given.interruptAfter !== undefined) setTimeout(interrupt, given.interruptAfter);
      await given.onOpen?.(options);
      return outcome.model;
    },
    openHeader(source) {
      if (given.header) return Promise.resolve(given.header);
      throw new WickError("NOT_FOUND", `Cannot open ${source}: it must exist`);
    },
    readText(path) {
      const text = given.files?.[path];
      if (text === undefined) throw new WickError("NOT_FOUND", `Cannot read ${path}: it must exist`);
      return Promise.resolve(text);
    },
    writeText(path, text, { replace }) {
      if (!replace && given.files?.[path] !== undefined) {
        throw new WickError(
          "INVALID_ARGUMENT",
          `Cannot write ${path}: it must be a new file, and there is one`,
        );
      }
      outcome.files[path] = text;
      return Promise.resolve();
    },
    atExit: () => ({ [Symbol.dispose]: () => {} }),
    async listen(handler, { hostname, port }): Promise<Listener> {
      setTimeout(async () => {
        await given.onListen?.(handler, interrupt);
        interrupt();
      });
      return await Promise.resolve({
        url: `http://${hostname}:${port}`,
        close: () => (outcome.closed = true, Promise.resolve()),
      });
    },
    onInterrupt(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    exit(code) {
      throw new Exit(code);
    },
  };
}

/** One token a character (its code), 0 begins a text; what it writes is `story`, one token a word. */
const tokenizer = {
  kind: "bpe",
  size: 256,
  bosId: 0,
  addBos: true,
  addEos: false,
  endIds: new Set<number>(),
  encode: (text: string) => [0, ...[...text].map((c) => c.charCodeAt(0))],
  decode: (ids: Iterable<number>) => String.fromCharCode(...ids),
} as unknown as Tokenizer;

/** Words that a fake model always writes. */
export const story: readonly string[] = ["A ", "fox ", "ran ", "home."];

/** A model that writes its words, `story`, whatever it is asked. */
export class FakeModel implements LanguageModel {
  name = "Fake 1K";
  readonly architecture = "llama";
  contextLength = 64;
  readonly parameterCount = 1000;
  readonly metadata: LanguageModel["metadata"] = new Map();
  readonly tokenizer = tokenizer;
  readonly activations = "int8";
  readonly build = "relaxed";
  readonly loadMs = 12;
  hasChatTemplate = true;
  words = story;
  disposed = false;
  asked: { prompt: Prompt; options: GenerateOptions }[] = [];
  sessions = 0;

  memory = () => ({ weights: 1000, kvCache: 200, scratch: 30 });
  /** Messages are shown as `<role>content`, one behind the other. */
  promptIds = (prompt: Prompt) =>
    tokenizer.encode(
      typeof prompt === "object" && "messages" in prompt
        ? prompt.messages.map(({ role, content }) => `<${role}>${content}`).join("")
        : String(prompt),
    );

  generate(prompt: Prompt, options: GenerateOptions = {}): Generation {
    this.asked.push({ prompt: structuredClone(prompt), options });
    return new FakeGeneration(options, this.words);
  }

  session(): Session {
    this.sessions++;
    return {
      length: 0,
      generate: (prompt, options) => this.generate(prompt, options),
      logits: (prompt, options) => {
        this.asked.push({ prompt: structuredClone(prompt), options: { ...options } });
        return new Promise((resolve) => setTimeout(() => resolve(new Float32Array(tokenizer.size)), 2));
      },
      reset: () => {},
      [Symbol.dispose]: () => void this.sessions--,
    };
  }

  nll(ids: readonly number[], options: { window?: number; onProgress?: (done: number) => void } = {}) {
    const { window = this.contextLength } = options;
    options.onProgress?.(ids.length);
    return Promise.resolve(Float64Array.from(ids.filter((_, i) => i % window > 0), () => Math.LN2));
  }

  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

class FakeGeneration implements Generation {
  private readonly ids: number[] = [];

  constructor(private readonly options: GenerateOptions, private readonly words: readonly string[]) {}

  async *[Symbol.asyncIterator](): AsyncIterator<Piece> {
    for (let id = 0; id < Math.min(this.words.length, this.options.maxTokens ?? Infinity); id++) {
      await Promise.resolve();
      if (this.options.signal?.aborted) throw new WickError("ABORTED", "Cannot generate: aborted");
      this.ids.push(id);
      yield { text: this.words[id], id };
    }
  }

  async text(): Promise<string> {
    return (await this.result()).text;
  }

  async result(): Promise<GenerationResult> {
    if (this.ids.length === 0) { for await (const _ of this); }
    const { ids, options, words } = this;
    return {
      text: ids.map((id) => words[id]).join(""),
      ids,
      finishReason: ids.length < words.length ? "length" : "stop",
      usage: { promptTokens: 9, completionTokens: ids.length, cachedTokens: 1 },
      timing: { prefillMs: 4, decodeMs: 30 },
      ...(options.logprobs !== undefined && { logprobs: ids.map((id) => ({ id, logprob: -1, top: [] })) }),
    };
  }
}
