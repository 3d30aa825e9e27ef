/**
 * Third-party imports of the command line, pinned: commander reads arguments, cli-progress draws the bar,
 * node-server listens.
 *
 * @module
 */
// @ts-types="npm:@types/cli-progress@3.11.6"
import type { Options, SingleBar } from "npm:cli-progress@3.12.0";

export { Command, CommanderError, InvalidArgumentError, Option } from "npm:commander@15.1.0";

/** A progress bar and its options. */
export type { Options as BarOptions, SingleBar };

/** Makes a bar. The library is imported here, where a bar is shown, so that nothing else waits for it. */
export async function progressBar(options: Options): Promise<SingleBar> {
  // @ts-types="npm:@types/cli-progress@3.11.6"
  const library = await import("npm:cli-progress@3.12.0");
  return new library.SingleBar(options);
}

/** A connection of {@linkcode HttpServer}. */
export type { Socket } from "node:net";

/** What {@linkcode httpServer} gives: node:http's server. */
export type HttpServer = Awaited<ReturnType<typeof httpServer>>;

/**
 * A server of node:http that answers by a fetch handler. Deno.serve does not tell a handler that its client has
 * left where the request's body came behind its headers (decision 14).
 */
export async function httpServer(fetch: (request: Request) => Response | Promise<Response>) {
  const { createAdaptorServer } = await import("npm:@hono/node-server@2.1.9");
  return createAdaptorServer({ fetch, overrideGlobalObjects: false });
}
