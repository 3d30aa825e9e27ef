import { deepEqual, equal } from "node:assert/strict";
import { Keys, LINE_END } from "../../src/cli/keys.ts";

/** The keys that come through, line by line, when bytes come in these pieces. */
function lines(pieces: readonly (string | Uint8Array)[]): string[] {
  const modes: boolean[] = [];
  const keys = new Keys((editing) => modes.push(editing));
  for (const piece of pieces) keys.write(piece);
  const taken: string[] = [];
  for (;;) {
    keys.setRawMode(true);
    const text = String(keys.read() ?? "");
    keys.setRawMode(false);
    if (text === "") break;
    taken.push(text);
  }
  equal(modes.length, 2 * taken.length + 2);
  return taken;
}

const paste = "\x1b[200~a\r\nb\rc\nd\te\x03\x1b[2J\x1b[201~";
const pasted = ["a", "b", "c", "d    e[2J"].join(LINE_END);

Deno.test("lines that were typed ahead come one by one, and none is lost", () => {
  deepEqual(lines(["one\rtw", "o\rthree"]), ["one\r", "two\r", "three"]);
});

Deno.test("a paste is one text without keys in it, however its bytes are cut", () => {
  const bytes = new TextEncoder().encode(`é${paste}!\rnext\r`);
  for (let cut = 0; cut <= bytes.length; cut++) {
    deepEqual(lines([bytes.slice(0, cut), bytes.slice(cut)]), [`é${pasted}!\r`, "next\r"], `cut at ${cut}`);
  }
  deepEqual(lines([...bytes].map((byte) => Uint8Array.of(byte))), [`é${pasted}!\r`, "next\r"]);
});

Deno.test("Alt-Enter and Ctrl-J begin a line; arrows are keys, and Escape goes with the next", () => {
  deepEqual(lines(["a\x1b\rb\nc\x1b[A"]), [`a${LINE_END}b${LINE_END}c\x1b[A`]);
  deepEqual(lines(["a\x1b", "b\x1b[", "C"]), ["a\x1bb\x1b[C"]);
});
