/**
 * The one error class of Wick. Every failure that a caller can meet is a {@linkcode WickError}
 * whose `code` is stable across versions and whose message says what was done, what was
 * required and which values were found.
 *
 * @module
 */

/** Stable, machine-readable causes. New ones may be added; none is ever renamed. */
export type WickErrorCode =
  /** A value given by the caller is of the wrong kind or out of its range. */
  | "INVALID_ARGUMENT"
  /** Two shapes do not fit together, or a shape does not fit its op. */
  | "SHAPE_MISMATCH"
  /** An op does not take this dtype. */
  | "DTYPE_MISMATCH"
  /** Operands live on different devices or in different scopes. */
  | "DEVICE_MISMATCH"
  /** An index lies outside its dimension. */
  | "INDEX_OUT_OF_RANGE"
  /** The device has no kernel for this. */
  | "UNSUPPORTED_ON_DEVICE"
  /** The GPU went away, or refused a command. */
  | "DEVICE_LOST"
  /** The runtime lacks something that is needed (files, SIMD ...). */
  | "UNSUPPORTED_RUNTIME"
  /** Linear memory cannot grow to what is needed. */
  | "OUT_OF_MEMORY"
  /** A tensor, model, session or Program was used after its dispose. */
  | "DISPOSED"
  /** Something was done that the present state forbids (reading inside record, ...). */
  | "INVALID_STATE"
  /** A kernel of the debug build aborted. */
  | "KERNEL_ABORT"
  /** A file is not of a format that Wick reads. */
  | "UNKNOWN_FORMAT"
  /** A file is of a known format but broken, cut short or hostile. */
  | "CORRUPT_FILE"
  /** A tensor type that Wick does not read. */
  | "UNSUPPORTED_TENSOR_TYPE"
  /** A model architecture that Wick does not know. */
  | "UNSUPPORTED_ARCHITECTURE"
  /** A tokenizer, pre-tokenizer or normalizer that Wick does not know. */
  | "UNSUPPORTED_TOKENIZER"
  /** A chat template failed, is missing, or ran past its bounds. */
  | "TEMPLATE_FAILED"
  /** A file, URL or repository does not exist. */
  | "NOT_FOUND"
  /** A source exists but refuses access. */
  | "ACCESS_DENIED"
  /** A source broke off or answered wrongly. */
  | "SOURCE_FAILED"
  /** A download's size or hash is not what was promised. */
  | "INTEGRITY_FAILED"
  /** Prompt and answer do not fit in the context. */
  | "CONTEXT_OVERFLOW"
  /** The caller's AbortSignal fired. */
  | "ABORTED"
  /** The server has no place left in its queue. */
  | "QUEUE_FULL"
  /** An API key is missing or wrong. */
  | "UNAUTHORIZED";

/** Options of {@linkcode WickError}. */
export interface WickErrorOptions {
  /** The error that led to this one. */
  cause?: unknown;
  /** The argument, field or tensor that the error is about, where there is one. */
  param?: string;
}

/**
 * An error of Wick's own.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { WickError } from "@wick/wick";
 * const error = new WickError("SHAPE_MISMATCH", "Cannot matmul [2,3] x [4,5]: inner sizes must match, got 3 and 4");
 * equal(error.code, "SHAPE_MISMATCH");
 * ```
 */
export class WickError extends Error {
  /** "WickError". */
  override readonly name = "WickError";
  /** The stable cause. */
  readonly code: WickErrorCode;
  /** The argument, field or tensor that the error is about, where there is one. */
  readonly param?: string;

  /** `message` reads: Cannot <action> <subject>: <requirement>, got <values>. */
  constructor(code: WickErrorCode, message: string, options: WickErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.param = options.param;
  }
}

/**
 * Ends `action` where the signal has fired.
 *
 * @throws WickError ABORTED
 */
export function throwIfAborted(signal: AbortSignal | undefined, action: string): void {
  if (signal?.aborted) {
    throw new WickError("ABORTED", `Cannot ${action}: the caller aborted it`, { cause: signal.reason });
  }
}

/**
 * What led to a failure, in the words of it and its causes: "fetch failed: dns error: ... Name or service not known".
 * Addresses in it are left out, as they may hold secrets.
 */
export function reasonOf(failure: unknown): string {
  const found: string[] = [];
  for (
    let at = failure;
    at !== undefined && found.length < 8;
    at = at instanceof Error ? at.cause : undefined
  ) {
    const message = at instanceof Error ? at.message || at.name : String(at);
    const told = message.replaceAll(/error sending request for url \([^)]*\)(: )?/g, "");
    if (told !== "" && !found.some((text) => text.includes(told))) found.push(told);
  }
  return found.join(": ");
}

/** Closes what nobody has taken over yet where `ask`, which needs it open, fails. */
export async function closingOnFailure<T>(opened: { close(): void }, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** What changes what a terminal shows, beyond what JSON escapes: C1 controls and marks of direction. */
// deno-lint-ignore no-control-regex -- these are what must not pass
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** A text for messages and terminals with its control characters replaced, of at most `most` characters. */
export function printable(text: string, most = Infinity): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replaceAll(CONTROLS, "\ufffd");
}

/** A name for messages, in quotes: a hostile file can neither make it long nor reach the terminal through it. */
export function quotedName(name: string): string {
  return printable(JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name));
}
