/**
 * How results and errors leave the program.
 *
 * @module
 */
import { CommanderError } from "./deps.ts";
import type { Context, Output } from "./context.ts";
import type { Generation } from "../generate/contract.ts";
import type { GenerationResult } from "../generate/options.ts";
import { printable, reasonOf, WickError } from "../error.ts";

/** Prints the one object of `--json`. */
export function writeJson(context: Context, value: unknown): void {
  context.stdout.write(JSON.stringify(value) + "\n");
}

/** Text in a style (a SGR number), where the stream is a terminal and NO_COLOR is not set. */
export function styled(context: Context, output: Output, sgr: number, text: string): string {
  return output.isTerminal && !context.env("NO_COLOR") ? `\x1b[${sgr}m${text}\x1b[0m` : text;
}

/** A dim line on the error stream; names in it may come from a file that no one vouches for. */
export function note(context: Context, text: string): void {
  context.stderr.write(styled(context, context.stderr, 2, printable(text)) + "\n");
}

/**
 * Writes a generation's text as it comes, with a line's end behind what was written, also where it is broken
 * off; `heard` takes the pieces.
 */
export async function streamText(
  context: Context,
  generation: Generation,
  heard: string[] = [],
): Promise<GenerationResult> {
  try {
    for await (const { text } of generation) {
      context.stdout.write(text);
      if (text !== "") heard.push(text);
    }
  } finally {
    if (heard.length > 0 && !heard[heard.length - 1].endsWith("\n")) context.stdout.write("\n");
  }
  return await generation.result();
}

/** Tells an error on the error stream and gives the exit code that it deserves. */
export function reportError(context: Context, error: unknown, json: boolean): number {
  const { code, message: lines, exitCode } = describe(error);
  const message = lines.replaceAll(/\s*\n\s*/g, " ");
  if (message === "") return exitCode;
  if (json) context.stderr.write(JSON.stringify({ error: { code, message } }) + "\n");
  else if (code === "ABORTED") note(context, "interrupted");
  else {
    const label = code === "INTERNAL" ? "error" : `error[${code}]`;
    context.stderr.write(`${styled(context, context.stderr, 31, label)}: ${printable(message)}\n`);
  }
  return exitCode;
}

interface Description {
  code: string;
  /** One line; empty where commander has already said all (help, version). */
  message: string;
  exitCode: number;
}

/** Exit codes: 2 for what the user typed, 130 for Ctrl-C, 1 for the rest. */
function describe(error: unknown): Description {
  if (error instanceof CommanderError) return describeUsage(error);
  if (error instanceof WickError) {
    const exitCode = error.code === "INVALID_ARGUMENT" ? 2 : error.code === "ABORTED" ? 130 : 1;
    return { code: error.code, message: error.message, exitCode };
  }
  const message = error instanceof Error ? `${error.name}: ${reasonOf(error)}` : String(error);
  return { code: "INTERNAL", message, exitCode: 1 };
}

function describeUsage(error: CommanderError): Description {
  const told = ["commander.help", "commander.helpDisplayed", "commander.version"].includes(error.code);
  const message = told ? "" : error.message.replace(/^error: /, "");
  return { code: "INVALID_ARGUMENT", message, exitCode: error.exitCode === 0 ? 0 : 2 };
}
