import { deepEqual, equal, match, ok } from "node:assert/strict";
import { wick } from "./fakes.ts";

const near = (a: number, b: number) => ok(Math.abs(a - b) <= 1e-12 * Math.abs(b), `${a} and ${b}`);

Deno.test("perplexity is exp of the mean loss over windows of the context", async () => {
  const files = { "a.txt": "abcdefghi" }; // ten tokens with BOS
  const { stdout, opened } = await wick(["perplexity", "a.txt", "--context", "4", "--json"], { files });
  const { tokens, nll, perplexity, ...rest } = JSON.parse(stdout);
  deepEqual(rest, {});
  equal(tokens, 7); // windows of 4, 4 and 2
  near(nll, Math.LN2);
  near(perplexity, 2);
  equal(opened[0].options.contextLength, 4);
});

Deno.test("perplexity reads stdin, and says its figures in a line", async () => {
  const { stdout } = await wick(["perplexity", "-"], { stdin: "abc" });
  equal(stdout, "perplexity 2.0000 · nll 0.69315 · 3 tokens\n");
});

Deno.test("perplexity of a missing file or an empty text is an error", async () => {
  const missing = await wick(["perplexity", "none.txt"]);
  equal(missing.code, 1);
  match(missing.stderr, /NOT_FOUND.*none\.txt/);
  const empty = await wick(["perplexity", "-", "--json"], { stdin: "" });
  equal(empty.code, 2);
  match(JSON.parse(empty.stderr).error.message, /2 tokens, got 1/);
});

Deno.test("bench --json gives rows as promised, the warm-up uncounted", async () => {
  const { stdout, stderr, model } = await wick([
    "bench",
    "--prompt",
    "16",
    "--gen",
    "3",
    "--repeat",
    "2",
    "--json",
  ]);
  equal(stderr, "");
  const same = { threads: 1, build: "relaxed", peakRss: 50_000_000 };
  const { rows: [pp, tg], ...rest } = JSON.parse(stdout);
  const { tokensPerSecond: { median, min, max }, ...row } = pp;
  deepEqual({ rest, row }, { rest: {}, row: { test: "pp16", ...same } });
  ok(0 < min && min <= median && median <= max && max <= 16_000, `${min}, ${median}, ${max}`);
  deepEqual(tg, { test: "tg3", tokensPerSecond: { median: 100, min: 100, max: 100 }, ...same });
  deepEqual(model.asked.map(({ prompt, options }) => [(prompt as number[]).length, options.maxTokens]), [
    [16, undefined],
    [16, undefined],
    [16, undefined],
    [1, 4],
    [1, 4],
    [1, 4],
  ]);
  ok(model.asked.slice(3).every(({ options }) => options.ignoreEos && options.temperature === 0));
});

Deno.test("bench leaves out a row of 0 tokens, and prints a table", async () => {
  const { stdout } = await wick(["bench", "--prompt", "0", "--gen", "3"]);
  const [heading, rule, row, end] = stdout.split("\n");
  match(heading, /^\| model +\| params \| build +\| threads \| test \| tok\/s \|/);
  match(rule, /^\|[-:| ]+\|$/);
  match(row, /^\| Fake 1K \(int8\) \| +1000 \| relaxed \| +1 \| tg3 +\| 100\.0 \|/);
  equal(end, "");
});
