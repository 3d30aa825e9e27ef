import { equal, match, ok } from "node:assert/strict";
import { wick } from "./fakes.ts";
import type { OpenOptions } from "../../src/cli/context.ts";

/** Comes in slowly enough for a bar: reports 40 of 98 MB for a while. */
async function slowly({ onProgress }: OpenOptions): Promise<void> {
  const end = Date.now() + 600;
  for (let bytes = 40e6; Date.now() < end; bytes += 1e6) {
    onProgress?.(bytes, 98.1e6);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("a bar shows bytes, rate and time left on a terminal, and is gone at the end", async () => {
  const { code, stdout, stderr } = await wick(["run", "x"], {
    terminal: true,
    env: { NO_COLOR: "1" },
    onOpen: slowly,
  });
  equal(code, 0);
  match(stderr, /Loading {2}━+─+ {2}4\d\.\d MB of 98\.1 MB · [\d.]+ [kM]B\/s · .* left/);
  ok(stderr.includes("\x1b[2K4 tokens"), "the line is cleared before the figures");
  ok(stderr.includes("\x1b[?25h"), "the cursor is shown again");
  ok(!stdout.includes("\x1b"));
});

Deno.test("no bar in a pipe, under --json, or for what is soon done", async () => {
  const piped = await wick(["run", "x"], { onOpen: slowly });
  ok(!piped.stderr.includes("Loading"));
  const json = await wick(["run", "x", "--json"], { terminal: true, onOpen: slowly });
  equal(json.stderr, "");
  const quick = await wick(["run", "x"], {
    terminal: true,
    onOpen: ({ onProgress }) => onProgress?.(98e6, 98e6),
  });
  ok(!quick.stderr.includes("Loading"));
});

Deno.test("a bar is gone before the error of a failed load", async () => {
  const fail = async (options: OpenOptions) => {
    await slowly(options);
    throw new Error("broken off");
  };
  const { code, stderr } = await wick(["run", "x"], { terminal: true, onOpen: fail });
  equal(code, 1);
  ok(stderr.endsWith("\x1b[2K\x1b[31merror\x1b[0m: Error: broken off\n"), stderr);
});
