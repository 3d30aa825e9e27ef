import { equal } from "node:assert/strict";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  perSecond,
  table,
} from "../../src/cli/format.ts";

Deno.test("formatBytes() rounds to three digits and carries into the next unit", () => {
  const cases = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [99_949, "99.9 kB"],
    [999_499, "999 kB"],
    [
      999_500,
      "1.00 MB",
    ],
    [98_123_456, "98.1 MB"],
    [3e15, "3000 TB"],
  ] as const;
  for (const [bytes, text] of cases) equal(formatBytes(bytes), text);
});

Deno.test("formatDuration() carries into seconds and minutes", () => {
  const cases = [[0, "0 ms"], [999, "999 ms"], [1000, "1.00 s"], [59_499, "59.5 s"], [59_500, "1 min 0 s"], [
    125_000,
    "2 min 5 s",
  ]] as const;
  for (const [milliseconds, text] of cases) equal(formatDuration(milliseconds), text);
});

Deno.test("formatRate() and formatCount() keep three digits", () => {
  equal(formatRate(412.4, "tok"), "412 tok/s");
  equal(formatCount(14_162_304), "14.2 M");
  equal(formatCount(999_499), "999499");
  equal(formatCount(1_700_000_000), "1.70 B");
});

Deno.test("perSecond() is 0, never NaN or infinite, where nothing was timed", () => {
  equal(perSecond(10, 20), 500);
  equal(perSecond(0, 20), 0);
  equal(perSecond(-1, 20), 0);
  equal(perSecond(10, 0), 0);
});

Deno.test("table() aligns numbers to the right", () => {
  equal(
    table(["a", "n"], [["x", "1"], ["yy", "10"]]),
    "| a  |  n |\n| -- | -: |\n| x  |  1 |\n| yy | 10 |\n",
  );
});
