/**
 * Promises that outlast or cross requests, which Workers treat specially: a request whose client has left stops
 * for good, and one that waits with neither I/O nor timer of its own counts as hung and is ended.
 *
 * @module
 */
import type { Context } from "../../deps.ts";

/** Awaits what another request will settle. */
export async function settledElsewhere<T>(promise: Promise<T>): Promise<T> {
  const alive = setInterval(() => {}, 1000);
  try {
    return await promise;
  } finally {
    clearInterval(alive);
  }
}

/**
 * The signal by which the host tells that the client has left. Deno.serve's is not asked for: it aborts after every
 * answer too, warns of that on the console at the first look, and behind most bodies never tells of a client before its
 * answer (decision 14); a stream notices by itself that nobody reads it.
 */
export function leaving(c: Context): AbortSignal | undefined {
  const info = c.env as { completed?: unknown; remoteAddr?: unknown } | undefined;
  const isDenoServe = info?.completed instanceof Promise && info.remoteAddr !== undefined;
  return isDenoServe ? undefined : c.req.raw.signal;
}

/** Lets `work` go on to its end after the client has left; elsewhere than in a Worker it does anyway. */
export function outlive(c: Context, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work.catch(() => {}));
  } catch {
    // Hono throws where there is no execution context.
  }
}
