import { deepEqual, ok } from "node:assert/strict";
import { repositoryPath } from "../shared.ts";
import { FileServer } from "./process.ts";
import { onTerminal, task, terminalTest } from "./terminal.ts";

const [HIDE, SHOW] = ["\x1b[?25l", "\x1b[?25h"];

for (const [how, wick] of [["directly", undefined], ["under deno task", task]] as const) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (signal === "SIGTERM" && wick) continue; // the task's process ends by it, and wick is another
    terminalTest(
      `${signal} in a download, ${how}, takes the bar away and shows the cursor again`,
      async () => {
        const bytes = await Deno.readFile(repositoryPath("models/wick-stories.gguf"));
        const cache = await Deno.makeTempDir();
        await using slow = new FileServer(bytes, 2e6);
        const interrupt = signal === "SIGINT" ? { type: "\x03" } : { signal };
        const { shown, code, echo, lines } = await onTerminal(
          ["run", "Once", "-m", slow.url("stories.gguf")],
          [{ wait: "MB of 8.91 MB", ...interrupt }, { wait: "interrupted" }],
          { wick, env: { WICK_CACHE: cache } },
        );
        deepEqual([code, echo, lines], [130, true, true]);
        ok(shown.lastIndexOf(SHOW) > shown.lastIndexOf(HIDE), "the cursor is shown");
        ok(shown.endsWith("\x1b[2Kinterrupted\r\n"), "in the place of the bar");
        await Deno.remove(cache, { recursive: true });
      },
    );
  }
}

terminalTest("an error behind a bar leaves the cursor shown", async () => {
  const bytes = (await Deno.readFile(repositoryPath("models/wick-stories.gguf"))).slice(0, 2_000_000);
  const cache = await Deno.makeTempDir();
  await using slow = new FileServer(bytes, 2e6);
  const { shown, code } = await onTerminal(
    ["run", "Once", "-m", slow.url("cut.gguf")],
    [{ wait: "MB of 2.00 MB" }, { wait: "error[CORRUPT_FILE]" }],
    { env: { WICK_CACHE: cache } },
  );
  deepEqual(code, 1);
  ok(shown.lastIndexOf(SHOW) > shown.lastIndexOf(HIDE));
  await Deno.remove(cache, { recursive: true });
});
