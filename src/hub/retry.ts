/**
 * Trying again where a connection broke.
 *
 * @module
 */
import { reasonOf, throwIfAborted, WickError } from "../error.ts";

/** How long a connection may stay silent unless told otherwise, in ms. */
export const IDLE_MS = 30_000;

/** How often and how patiently. */
export interface RetryOptions {
  /** Tries after the first one that may fail in a row, without a byte between them [4]. */
  retries?: number;
  /** The wait before the first of them in ms; it doubles each time [250]. */
  retryMs?: number;
  /** How long a connection may stay silent before it counts as broken, in ms [30000]. */
  idleMs?: number;
  /** Ends the attempts with ABORTED. */
  signal?: AbortSignal;
}

/**
 * Runs `attempt` until it succeeds. A WickError is final; any other error is taken for a broken connection:
 * `reset` runs, and the attempt begins again. `progress` says that bytes came, so the count starts over.
 *
 * @throws WickError SOURCE_FAILED after the last try, ABORTED, or what `attempt` threw
 */
export async function retrying<T>(
  action: string,
  options: RetryOptions,
  attempt: (progress: () => void) => Promise<T>,
  reset: () => void = () => {},
): Promise<T> {
  const retries = options.retries ?? 4;
  for (let failures = 0;;) {
    throwIfAborted(options.signal, action);
    try {
      return await attempt(() => failures = 0);
    } catch (cause) {
      reset();
      throwIfAborted(options.signal, action);
      if (cause instanceof WickError) throw cause;
      if (failures++ >= retries) throw broken(action, retries, cause);
      await pause((options.retryMs ?? 250) * 2 ** (failures - 1), options.signal);
    }
  }
}

function broken(action: string, retries: number, cause: unknown): WickError {
  const message = `Cannot ${action}: the connection must hold, got "${reasonOf(cause)}" ${retries + 1} times`;
  return new WickError("SOURCE_FAILED", message, { cause });
}

/** Waits, or until the signal fires. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
