/**
 * The command line on a pseudo-terminal, which Python's standard library gives.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { repositoryPath } from "../shared.ts";

/** What is done when a text has been shown, behind what the step before waited for. */
export interface Step {
  wait: string;
  type?: string;
  signal?: "SIGINT" | "SIGTERM";
}

/** What was seen, and how the terminal was left. */
export interface Seen {
  /** Everything that was shown, escape sequences among it. */
  shown: string;
  code: number;
  /** Whether keys are shown again, and come in lines. */
  echo: boolean;
  lines: boolean;
}

const python = Deno.build.os === "windows" ? undefined : ["python3", "python"].find(runs);

/** A test that is skipped, by name, where there is no Python. */
export function terminalTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name: python ? name : `${name} (skipped: needs python3)`, ignore: !python, fn: run });
}

/** Runs `wick` on a terminal of 100 columns to its end. */
export async function onTerminal(
  args: readonly string[],
  steps: readonly Step[],
  { env = {}, wick = direct }: { env?: Record<string, string>; wick?: readonly string[] } = {},
): Promise<Seen> {
  const given = { command: [...wick, ...args], steps, env: { NO_COLOR: "1", ...env } };
  const { stdout, stderr } = await new Deno.Command(python!, {
    args: [repositoryPath("test/cli/terminal.py"), JSON.stringify(given)],
    cwd: repositoryPath("."),
  }).output();
  const text = new TextDecoder().decode(stdout);
  ok(text !== "", new TextDecoder().decode(stderr));
  const { missing, ...seen } = JSON.parse(text) as Seen & { missing: string | null };
  ok(missing === null, `waited for ${JSON.stringify(missing)}, was shown ${JSON.stringify(seen.shown)}`);
  return seen;
}

/** The command line's entry, and the task that users run. */
const direct = [Deno.execPath(), "run", "-A", "--no-check", "src/cli/main.ts"];
export const task: readonly string[] = [Deno.execPath(), "task", "wick"];

function runs(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["-c", "import pty, termios"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}
