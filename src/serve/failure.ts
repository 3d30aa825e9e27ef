/**
 * Errors as a client sees them: one table from {@linkcode WickError} codes to HTTP statuses, and OpenAI's form
 * `{error: {message, type, param, code}}`. Messages of failures that are the server's own never leave it.
 *
 * @module
 */
import { WickError, type WickErrorCode } from "../error.ts";

/** HTTP statuses that the server answers errors with. */
export type ErrorStatus = 400 | 401 | 404 | 405 | 413 | 415 | 429 | 499 | 500 | 503;

/** A refusal that only HTTP knows: its status and OpenAI's `code`. */
export class HttpError extends WickError {
  /** @param reason OpenAI's `code`, as "model_not_found" */
  constructor(
    readonly status: ErrorStatus,
    readonly reason: string,
    message: string,
    options: { param?: string; cause?: unknown; headers?: Record<string, string> } = {},
  ) {
    super("INVALID_ARGUMENT", message, options);
    this.headers = options.headers ?? {};
  }
  /** Headers that belong to the answer, as Allow. */
  readonly headers: Record<string, string>;
}

/** The body of an error. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}

const STATUS: Record<WickErrorCode, ErrorStatus> = {
  INVALID_ARGUMENT: 400,
  CONTEXT_OVERFLOW: 400,
  TEMPLATE_FAILED: 400,
  UNAUTHORIZED: 401,
  QUEUE_FULL: 429,
  ABORTED: 499,
  OUT_OF_MEMORY: 503,
  DISPOSED: 503,
  DEVICE_LOST: 503,
  // What follows can only be a fault of the server or of its model files, whatever the code says.
  SHAPE_MISMATCH: 500,
  DTYPE_MISMATCH: 500,
  DEVICE_MISMATCH: 500,
  INDEX_OUT_OF_RANGE: 500,
  UNSUPPORTED_ON_DEVICE: 500,
  UNSUPPORTED_RUNTIME: 500,
  INVALID_STATE: 500,
  KERNEL_ABORT: 500,
  UNKNOWN_FORMAT: 500,
  CORRUPT_FILE: 500,
  UNSUPPORTED_TENSOR_TYPE: 500,
  UNSUPPORTED_ARCHITECTURE: 500,
  UNSUPPORTED_TOKENIZER: 500,
  NOT_FOUND: 500,
  ACCESS_DENIED: 500,
  SOURCE_FAILED: 500,
  INTEGRITY_FAILED: 500,
};

const REASON: { [code in WickErrorCode]?: string } = {
  INVALID_ARGUMENT: "invalid_value",
  CONTEXT_OVERFLOW: "context_length_exceeded",
  TEMPLATE_FAILED: "chat_template_failed",
  UNAUTHORIZED: "invalid_api_key",
  QUEUE_FULL: "queue_full",
  ABORTED: "aborted",
};

const TYPE: { [status in ErrorStatus]?: string } = { 401: "authentication_error", 429: "rate_limit_error" };

/** The status that an error is answered with. */
export function statusOf(error: unknown): ErrorStatus {
  if (error instanceof HttpError) return error.status;
  return error instanceof WickError ? STATUS[error.code] : 500;
}

/** An error in OpenAI's form. */
export function errorBody(error: unknown, requestId: string): ErrorBody {
  const status = statusOf(error);
  const type = TYPE[status] ?? (status < 500 ? "invalid_request_error" : "server_error");
  if (error instanceof HttpError || (error instanceof WickError && status < 500)) {
    const code = error instanceof HttpError ? error.reason : REASON[error.code] ?? null;
    return { error: { message: error.message, type, param: error.param ?? null, code } };
  }
  const message = `The server failed to answer; its log says why under request ${requestId}`;
  return { error: { message, type, param: null, code: "internal_error" } };
}
