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

/** Lets `work` go on to its end after the client has left; elsewhere than in a Worker it does anyway. */
export function outlive(c: Context, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work.catch(() => {}));
  } catch {
    // Hono throws where there is no execution context.
  }
}
