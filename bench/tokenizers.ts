/**
 * How fast tokenizers encode 1 MB of several kinds of text, and load: `deno run -A bench/tokenizers.ts [FILE.gguf ...]`
 * (else the goldens beside the repository, the Unigram test model and the embedded model). Prints MB/s of UTF-8,
 * the best of three runs, a fresh tokenizer each.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { openGguf } from "../src/formats/gguf.ts";
import type { Metadata } from "../src/formats/metadata.ts";
import { toSource } from "../src/hub/source.ts";
import { tokenizerFromGguf } from "../src/tokenizers/mod.ts";
import { modelPath, repositoryPath, sharedPath } from "../test/shared.ts";
import { readSentencePiece } from "../test/tokenizers/fixtures.ts";

const MEGABYTE = 1_000_000;
const RUNS = 3;

/** `unit` again and again, up to 1 MB of UTF-8. */
function repeated(unit: string): string {
  return unit.repeat(Math.ceil(MEGABYTE / new TextEncoder().encode(unit).length));
}

/** Random characters of some blocks of Unicode, from a fixed seed. */
function randomText(): string {
  let state = 1;
  const blocks = [0x20, 0xc0, 0x400, 0x3040, 0x4e00, 0xac00, 0x1f300];
  let text = "";
  for (let i = 0; i < 330_000; i++) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    text += String.fromCodePoint(blocks[state >>> 29] ?? 0x20);
    text += String.fromCodePoint((blocks[state >>> 26 & 7] ?? 0x20) + (state >>> 16 & 63));
  }
  return text;
}

const story = sharedPath("data/stories-sample.txt");
const english = story
  ? repeated(readFileSync(story, "utf8"))
  : repeated("Once upon a time there was a little fox who liked to count. ");
const texts: Record<string, string> = {
  English: english,
  Chinese: repeated("你好，世界！今天天气很好，我们一起去公园散步吧。"),
  Russian: repeated("Привет, мир! Сегодня хорошая погода, и мы идём гулять. "),
  code: repeated("  for (let i = 0; i < n; i++) {\n    total += values[i] * 31;\n  }\n\n"),
  random: randomText(),
  spaces: repeated(" "),
  "spaces, x": repeated(" ").slice(1) + "x",
  newlines: repeated("\n"),
  digits: repeated("1234567890"),
  aaaa: repeated("a"),
  symbols: repeated("=-"),
  emoji: repeated("🦙"),
};

async function fromFile(path: string): Promise<[string, Metadata]> {
  using gguf = await openGguf(await toSource(readFileSync(path)));
  return [path.split("/").at(-1)!.replace(".gguf", ""), gguf.metadata];
}

function bestOf(run: () => void): number {
  return Math.min(...Array.from({ length: RUNS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }));
}

const given = Deno.args.length > 0 ? Deno.args : [
  repositoryPath("models/wick-stories.gguf"),
  modelPath("SmolLM2-135M-Instruct.Q4_1.gguf"),
  ...["gpt-2", "falcon", "llama-spm", "phi-3", "bert-bge"].map((name) =>
    sharedPath(`golden/tokenizers/${name}.gguf`)
  ),
].filter((path) => path !== undefined);
const models = await Promise.all(given.map(fromFile));
if (Deno.args.length === 0) {
  for (const name of ["nfkc", "nfkc_bytes"]) {
    models.push([`unigram ${name}`, readSentencePiece(name).metadata]);
  }
}

for (const [name, metadata] of models) {
  const load = bestOf(() => tokenizerFromGguf(metadata));
  console.log(`${name}: loads in ${load.toFixed(0)} ms`);
  for (const [kind, text] of Object.entries(texts)) {
    const megabytes = new TextEncoder().encode(text).length / MEGABYTE;
    const tokenizer = tokenizerFromGguf(metadata);
    let count = 0;
    const milliseconds = bestOf(() => count = tokenizer.encode(text, { addSpecial: false }).length);
    const rate = (1000 * megabytes / milliseconds).toFixed(1).padStart(7);
    console.log(`  ${kind.padEnd(10)} ${rate} MB/s  ${count} tokens`);
  }
}
console.log(`resident: ${(Deno.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`);
