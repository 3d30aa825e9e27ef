/**
 * Lines from a terminal, edited and remembered by readline, or from a pipe.
 *
 * @module
 */
import process from "node:process";
import { createInterface, type Interface } from "node:readline/promises";
import { Keys, LEAVE_PASTES, LINE_END, MARK_PASTES } from "./keys.ts";
import { WickError } from "../error.ts";

/** Reads lines one at a time. */
export type ReadLine = (prompt: string, signal: AbortSignal) => Promise<string | undefined>;

/**
 * Asks on a terminal; what is pasted, and Alt-Enter, make a text of several lines. Between questions the terminal
 * shows no keys and keeps them for the next one, and Ctrl-C is a signal again; `atExit` leaves it as it was.
 */
export function terminalLines(atExit: (undo: () => void) => void): ReadLine {
  let history: string[] = [];
  atExit(() => {
    process.stderr.write(LEAVE_PASTES);
    Deno.stdin.setRaw(false);
  });
  process.stderr.write(MARK_PASTES);
  const keys = new Keys(setMode);
  process.stdin.pipe(keys);
  return async (prompt, signal) => {
    const terminal = createInterface({
      input: keys as unknown as NodeJS.ReadStream,
      output: process.stderr,
      terminal: true,
      history: [...history],
    });
    terminal.on("history", (lines: string[]) => history = lines);
    terminal.on("SIGCONT", () => {
      process.stderr.write(MARK_PASTES); // a shell had the terminal meanwhile
      terminal.prompt(true);
    });
    keys.on("keypress", () => breakLines(terminal));
    try {
      return await ask(terminal, prompt, signal);
    } finally {
      keys.removeAllListeners("keypress");
      terminal.close();
    }
  };
}

/** Keys come one by one and unseen; where none is edited, those that send signals do. Windows has no such mode. */
function setMode(editing: boolean): void {
  if (Deno.build.os === "windows") Deno.stdin.setRaw(editing);
  else Deno.stdin.setRaw(true, { cbreak: !editing });
}

/** One text; undefined at Ctrl-D. Ctrl-C takes away what was typed, and is an abort where nothing was. */
async function ask(terminal: Interface, prompt: string, signal: AbortSignal): Promise<string | undefined> {
  const ended = new Promise<undefined>((resolve) => terminal.once("close", () => resolve(undefined)));
  const interrupted = new Promise<never>((_, reject) =>
    terminal.on("SIGINT", () => {
      process.stderr.write("^C\n");
      if (terminal.line === "") return reject(aborted());
      setLine(terminal, "", 0);
    })
  );
  const line = await Promise.race([terminal.question(prompt), ended, interrupted, abortOf(signal)]);
  if (line === undefined) process.stderr.write("\n"); // the prompt's line ends where Ctrl-D was typed
  return line;
}

/** Makes line ends of the characters that stand for them, where they were typed. */
function breakLines(terminal: Interface): void {
  if (!terminal.line.includes(LINE_END)) return;
  setLine(terminal, terminal.line.replaceAll(LINE_END, "\n"), terminal.cursor);
}

function setLine(terminal: Interface, line: string, cursor: number): void {
  const editor = terminal as { -readonly [Name in "line" | "cursor"]: Interface[Name] };
  editor.line = line;
  editor.cursor = cursor;
  terminal.prompt(true);
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
