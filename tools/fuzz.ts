/**
 * Breaks model headers for a while: `deno run -A tools/fuzz.ts [--seconds 60] [--seed N]`. Ends with status 1,
 * and the seed, at a crash, at a file that takes longer than two seconds, or where memory grows.
 *
 * @module
 */
import { openGguf } from "../src/formats/gguf.ts";
import { bytesSource } from "../src/hub/memory_source.ts";
import { below, mutate, outcome } from "../test/formats/gguf_fuzz.ts";
import { Random } from "../test/random.ts";
import { sampleGguf } from "../test/formats/gguf_samples.ts";

const LONGEST_MS = 2000;
/** Memory may grow by this much after the first tenth: what the collector leaves lying. */
const MOST_GROWTH = 128 << 20;

const seconds = option("--seconds", 60);
const seed = option("--seed", Date.now() % 2 ** 32);
console.log(`fuzzing GGUF headers for ${seconds} s, seed ${seed}`);

const corpus = [
  sampleGguf(),
  sampleGguf({ version: 2 }),
  sampleGguf({ alignment: 4096 }),
  await storyHeader(),
];
const random = below(new Random(seed));
const counts = new Map<string, number>();
const start = performance.now();
let settled: number | undefined;
let files = 0;

for (let before = start; before - start < seconds * 1000; files++) {
  const file = mutate(corpus[random(corpus.length)], random);
  const result = await outcome(file, random(2) === 0).catch((error) => fail("a crash", error));
  counts.set(result, (counts.get(result) ?? 0) + 1);
  const now = performance.now();
  if (now - before > LONGEST_MS) fail(`a file of ${file.length} bytes that took ${now - before} ms`);
  if (files % 256 === 0) watchMemory(now);
  before = now;
}
console.log(`${files} files: ${[...counts].sort().map(([name, count]) => `${count} ${name}`).join(", ")}`);

function watchMemory(now: number): void {
  const { rss } = Deno.memoryUsage();
  if (settled === undefined && now - start > seconds * 100) settled = rss;
  if (settled !== undefined && rss - settled > MOST_GROWTH) {
    fail(`memory that grew from ${settled} to ${rss} bytes`);
  }
}

function fail(what: string, error?: unknown): never {
  console.error(`seed ${seed}, file ${files}: ${what}`, error ?? "");
  Deno.exit(1);
}

function option(name: string, otherwise: number): number {
  const at = Deno.args.indexOf(name);
  const value = at < 0 ? otherwise : Number(Deno.args[at + 1]);
  if (Number.isFinite(value) && value >= 0) return value;
  console.error(`${name} takes a number of at least 0`);
  Deno.exit(2);
}

/** The embedded model's header, its data left out but for their first bytes. */
async function storyHeader(): Promise<Uint8Array> {
  const file = await Deno.readFile(new URL("../models/wick-stories.gguf", import.meta.url));
  const { tensors } = await openGguf(bytesSource(file));
  return file.slice(0, Math.min(...[...tensors.values()].map(({ offset }) => offset)) + 1024);
}
