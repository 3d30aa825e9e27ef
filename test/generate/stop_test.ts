import { deepEqual, equal, ok } from "node:assert/strict";
import { StopMatcher } from "../../src/generate/stop.ts";
import { Random, testSeed } from "../random.ts";

/** Pushes pieces until one stops; the text given out, and whether it stopped. */
function run(stops: readonly string[], pieces: readonly string[]): { text: string; stopped: boolean } {
  const matcher = new StopMatcher(stops);
  let text = "";
  for (const piece of pieces) {
    const step = matcher.push(piece);
    text += step.emit;
    if (step.stopped) return { text: text + matcher.flush(), stopped: true };
  }
  return { text: text + matcher.flush(), stopped: false };
}

/** The obvious definition: the first end of any stop string, of those with that end the longest. */
function reference(stops: readonly string[], text: string): { text: string; stopped: boolean } {
  for (let end = 1; end <= text.length; end++) {
    const complete = stops.filter((stop) => text.slice(0, end).endsWith(stop));
    const length = Math.max(0, ...complete.map((stop) => stop.length));
    if (length > 0) return { text: text.slice(0, end - length), stopped: true };
  }
  return { text, stopped: false };
}

Deno.test("StopMatcher emits at once what can begin no stop string", () => {
  const matcher = new StopMatcher(["END", "STOP"]);
  deepEqual(matcher.push("Hello E"), { emit: "Hello ", stopped: false });
  deepEqual(matcher.push("N"), { emit: "", stopped: false });
  deepEqual(matcher.push("ST"), { emit: "EN", stopped: false });
  deepEqual(matcher.push("O"), { emit: "", stopped: false });
  deepEqual(matcher.push("p!"), { emit: "STOp!", stopped: false });
  equal(matcher.flush(), "");
});

Deno.test("StopMatcher emits the held beginning of a stop string when the text ends", () => {
  const matcher = new StopMatcher(["END"]);
  equal(matcher.push("The EN").emit, "The ");
  equal(matcher.flush(), "EN");
  equal(matcher.flush(), "");
});

Deno.test("StopMatcher finds a stop string over pieces and emits nothing after it", () => {
  const matcher = new StopMatcher(["</s>"]);
  equal(matcher.push("a<").emit, "a");
  equal(matcher.push("/").emit, "");
  deepEqual(matcher.push("s> more"), { emit: "", stopped: true });
  deepEqual(matcher.push("later"), { emit: "", stopped: true });
  equal(matcher.flush(), "");
});

Deno.test("StopMatcher falls back within its own prefixes", () => {
  deepEqual(run(["aab"], [..."aaab"]), { text: "a", stopped: true });
  deepEqual(run(["abab!"], [..."ababab!"]), { text: "ab", stopped: true });
  deepEqual(run(["aaa"], ["a", "a", "b", "aa", "a"]), { text: "aab", stopped: true });
});

Deno.test("StopMatcher ends at the first complete stop string, the longest of those that end there", () => {
  deepEqual(run(["world", "lo"], ["hello world"]), { text: "hel", stopped: true });
  deepEqual(run(["bc", "abc"], [..."xabc"]), { text: "x", stopped: true });
  deepEqual(run(["abcd", "bc"], [..."xabcd"]), { text: "xa", stopped: true });
  deepEqual(run(["abcd", "bx"], [..."abx"]), { text: "a", stopped: true });
});

Deno.test("StopMatcher without stop strings passes text through", () => {
  deepEqual(run([], ["one ", "", "two"]), { text: "one two", stopped: false });
});

Deno.test("StopMatcher never emits half a character", () => {
  const [high, low] = ["\ud83d", "\ude00"];
  const matcher = new StopMatcher(["\u{1f601}"]);
  equal(matcher.push(`x${high}`).emit, "x");
  equal(matcher.push(`${low}y`).emit, "\u{1f600}y");
  equal(matcher.push(high).emit, "");
  deepEqual(matcher.push("\ude01"), { emit: "", stopped: true });
  const plain = new StopMatcher([]);
  equal(plain.push(`x${high}`).emit, "x");
  equal(plain.push(low).emit, "\u{1f600}");
  equal(plain.push(high).emit, "");
  equal(plain.flush(), high);
});

Deno.test("StopMatcher agrees with the definition on random texts, however they are cut", () => {
  const random = new Random(testSeed());
  const letters = ["a", "b", "c", "\u{1f600}", "\u{1f601}"];
  const word = (most: number) => Array.from({ length: random.integer(1, most) }, () => random.pick(letters));
  let stopped = 0;
  for (let round = 0; round < 2000; round++) {
    const stops = Array.from({ length: random.integer(0, 4) }, () => word(5).join(""));
    const text = word(40).join("");
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const next = at + random.integer(0, 4);
      pieces.push(text.slice(at, next));
      at = next;
    }
    const expected = reference(stops, text);
    deepEqual(run(stops, pieces), expected, JSON.stringify({ stops, pieces }));
    if (expected.stopped) stopped++;
  }
  ok(stopped > 200 && stopped < 1900, `${stopped} of 2000 rounds stopped`);
});

Deno.test("StopMatcher holds back no more than the longest beginning of a stop string", () => {
  const random = new Random(testSeed());
  for (let round = 0; round < 500; round++) {
    const stops = ["aab", "abba", "bb"];
    const matcher = new StopMatcher(stops);
    let text = "", emitted = "";
    for (let i = 0; i < 20; i++) {
      const unit = random.pick(["a", "b"]);
      const step = matcher.push(unit);
      if (step.stopped) break;
      text += unit;
      emitted += step.emit;
      const possible = [1, 2, 3].filter((n) =>
        n <= text.length && stops.some((stop) => stop.startsWith(text.slice(-n)))
      );
      equal(text.length - emitted.length, Math.max(0, ...possible), text);
    }
  }
});

Deno.test("StopMatcher takes a long stop string over a long text in linear time", () => {
  const size = 200_000;
  const matcher = new StopMatcher(["a".repeat(size) + "b"]);
  let emitted = 0;
  for (let i = 0; i < 2 * size; i++) emitted += matcher.push("a").emit.length;
  equal(emitted, size);
  equal(matcher.push("b").stopped, true);
});
