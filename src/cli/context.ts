/**
 * What a command sees of the process that it runs in. Commands reach nothing else, so a test gives them
 * another one and needs no process.
 *
 * @module
 */
import type { Gguf } from "../formats/gguf.ts";
import type { LanguageModel } from "../generate/contract.ts";

/** A stream of text to a terminal, a pipe or a file. */
export interface Output {
  readonly isTerminal: boolean;
  /** Its width in characters. */
  readonly columns: number;
  /** Writes all of `text` before it returns. */
  write(text: string): void;
}

/** Where text comes from. */
export interface Input {
  readonly isTerminal: boolean;
  /** All that is left of it. */
  text(): Promise<string>;
  /**
   * The next line, or undefined at its end. A terminal shows `prompt` and edits the line. Rejects with ABORTED
   * at Ctrl-C and when `signal` is aborted.
   */
  line(prompt: string, signal: AbortSignal): Promise<string | undefined>;
}

/** How far something has come; `total` is undefined while it isn't known, `stage` where there is but one. */
export type OnProgress = (done: number, total?: number, stage?: string) => void;

/** How a model is opened. */
export interface OpenOptions {
  activations: "int8" | "f32";
  /** Tokens that a session can hold [what the file says, at most 2048]. */
  contextLength?: number;
  /** Whether that may be more than the model was trained for. */
  allowLongContext?: boolean;
  signal?: AbortSignal;
  /** Told the bytes that came in, first of a download, then of the file. */
  onProgress?: OnProgress;
}

/** A server that listens. */
export interface Listener {
  /** Where, as `http://host:port`. */
  readonly url: string;
  /** Takes no more connections, and resolves when the answers under way have ended or had their time to. */
  close(): Promise<void>;
}

/** The process, as commands see it. */
export interface Context {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** An environment variable. */
  env(name: string): string | undefined;
  /** Peak resident memory in bytes, where it can be told. */
  peakRss(): number | undefined;
  /** Loads a model from a path, a URL or `hf:owner/repo/file`. */
  openModel(source: string, options: OpenOptions): Promise<LanguageModel>;
  /** Reads a model file's header and nothing else, from the same places. */
  openHeader(source: string, signal: AbortSignal): Promise<Gguf>;
  /** Reads a text file; throws NOT_FOUND. */
  readText(path: string): Promise<string>;
  /** Writes a text file, whole or not at all; throws INVALID_ARGUMENT where there is one and it may not be replaced. */
  writeText(path: string, text: string, options: { replace: boolean }): Promise<void>;
  /** Answers HTTP requests. */
  listen(
    handler: (request: Request) => Response | Promise<Response>,
    at: { hostname: string; port: number },
  ): Promise<Listener>;
  /** Calls `listener` at every Ctrl-C and request to end, until the result is disposed. */
  onInterrupt(listener: () => void): Disposable;
  /** Ends the process at once. */
  exit(code: number): never;
  /** Runs `undo` where the process ends, however it does, unless the result is disposed: a terminal must be left as it was. */
  atExit(undo: () => void): Disposable;
}

/**
 * Runs `work` with a signal that the first Ctrl-C aborts; the second ends the process at once, for work that
 * doesn't heed the first.
 */
export async function interruptible<T>(
  context: Context,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  using _ = context.onInterrupt(() => controller.signal.aborted ? context.exit(130) : controller.abort());
  return await work(controller.signal);
}
