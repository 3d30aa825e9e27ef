/**
 * Wick writing text: loading, prompts (pp), text (tg) and memory, on one thread:
 * `deno run -A bench/generation.ts [FILE] [--build simd|relaxed] [--activations int8|f32] [--json]`.
 *
 * Times are those of the public API: drawing each token (greedy), its text and the yield to the event loop
 * are in them.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { load, type LoadOptions, type Session } from "../mod.ts";
import {
  anyTokens,
  checkedOptions,
  engineOptions,
  type EngineReport,
  output,
  peakRss,
  rowsOf,
  type Run,
  showReport,
  warmPageCache,
} from "./measure.ts";

const { values, positionals } = parseArgs({
  options: { ...engineOptions, build: { type: "string" }, activations: { type: "string", default: "int8" } },
  allowPositionals: true,
});
const options = checkedOptions(values, positionals);
const { file, prompt, gen, repeat, context } = options;
const fileSize = warmPageCache(file);

const start = performance.now();
using model = await load(file, {
  contextLength: context,
  build: values.build as LoadOptions["build"], // load() says what it takes
  activations: values.activations as LoadOptions["activations"],
});
using session = model.session();
await session.generate([0], { maxTokens: 1, temperature: 0 }).result();
const firstTokenMs = performance.now() - start;

const runs: Run[] = [];
for (let run = 0; run <= repeat; run++) runs.push(await measure(session, run));
runs.shift();
const report: EngineReport = {
  engine: "Wick",
  settings: { kvCache: "F32", build: model.build, activations: model.activations },
  file,
  fileSize,
  threads: 1,
  rows: rowsOf(options, runs),
  loadMs: model.loadMs,
  firstTokenMs,
  memory: { kvCache: model.memory().kvCache, peakRss: peakRss() },
};
output(report, options, showReport);

/** One run from an empty cache. The first token comes with the prompt's end: `gen + 1` tokens are `gen` steps. */
async function measure(session: Session, run: number): Promise<Run> {
  const ids = anyTokens(prompt, model.tokenizer.size, run);
  session.reset();
  return (await session.generate(ids, { maxTokens: gen + 1, temperature: 0, ignoreEos: true }).result())
    .timing;
}
