/**
 * Lines from a terminal, edited and remembered by readline, or from a pipe.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { WickError } from "../error.ts";

/** Reads lines one at a time. */
export type ReadLine = (prompt: string, signal: AbortSignal) => Promise<string | undefined>;

/** Asks on a terminal. The interface lives while a line is typed: between lines Ctrl-C is a signal again. */
export function terminalLines(): ReadLine {
  let history: string[] = [];
  return async (prompt, signal) => {
    const terminal = createInterface({
      input: process.stdin,
      output: process.stderr,
      terminal: true,
      history: [...history],
    });
    terminal.on("history", (lines: string[]) => history = lines);
    const ended = new Promise<undefined>((resolve) => terminal.once("close", () => resolve(undefined)));
    const interrupted = new Promise<never>((_, reject) => terminal.once("SIGINT", () => reject(aborted())));
    try {
      return await Promise.race([terminal.question(prompt), ended, interrupted, abortOf(signal)]);
    } finally {
      terminal.close();
    }
  };
}

/** Takes lines from a pipe or a file. */
export function pipedLines(): ReadLine {
  let lines: AsyncIterator<string> | undefined;
  return async (_, signal) => {
    lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const next = await Promise.race([lines.next(), abortOf(signal)]);
    return next.done ? undefined : next.value;
  };
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(aborted()), { once: true })
  );
}

function aborted(): WickError {
  return new WickError("ABORTED", "Cannot read a line: interrupted");
}
