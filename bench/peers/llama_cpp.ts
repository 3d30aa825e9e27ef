/**
 * Native llama.cpp on one thread, by its C API: `deno run -A bench/peers/llama_cpp.ts [FILE] [--json]`.
 *
 * As in llama-bench the tokens are random and nothing is sampled: the peer's time is its own at its best.
 * All else is left as llama.cpp has it by default: KV cache F16, flash attention "auto" (on for the CPU),
 * weights repacked for the processor where it has a layout for their type.
 *
 * @module
 */
import { parseArgs } from "node:util";
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
} from "../measure.ts";
import { type LlamaContext, LlamaLibrary } from "./llama_library.ts";

const { values, positionals } = parseArgs({ options: engineOptions, allowPositionals: true });
const options = checkedOptions(values, positionals);
const { file, prompt, gen, repeat, context } = options;
const library = await LlamaLibrary.open();
const fileSize = warmPageCache(file);

const start = performance.now();
using model = library.load(file, context);
const loadMs = performance.now() - start;
model.decode(Int32Array.from(anyTokens(1, model.vocabulary, 0)));
const firstTokenMs = performance.now() - start;

const runs = Array.from({ length: repeat + 1 }, (_, run) => measure(model, run)).slice(1);
const report: EngineReport = {
  engine: `llama.cpp ${library.version}`,
  settings: { kvCache: "F16", flashAttention: "auto", cpu: library.instructionSets() },
  file,
  fileSize,
  threads: Math.max(...model.threads()),
  rows: rowsOf(options, runs),
  loadMs,
  firstTokenMs,
  memory: { kvCache: model.kvCacheBytes(context), peakRss: peakRss() },
};
output(report, options, showReport);

/** One run from an empty cache: the prompt, then one token after the other. */
function measure(model: LlamaContext, run: number): Run {
  const ids = Int32Array.from(anyTokens(prompt, model.vocabulary, run));
  const steps = anyTokens(gen, model.vocabulary, run + 1e6).map((id) => Int32Array.of(id));
  model.clear();
  const start = performance.now();
  model.decode(ids);
  const prefillMs = performance.now() - start;
  for (const step of steps) model.decode(step);
  return { prefillMs, decodeMs: performance.now() - start - prefillMs };
}
