/**
 * What the benches of whole engines share: which file, which tokens, how runs are summed up and printed.
 *
 * A bench of an engine is a program of its own (`bench/generation.ts`, `bench/peers/llama_cpp.ts`): options
 * in, a table or with --json one {@linkcode EngineReport} out, so that compare.ts can run each in a process
 * of its own.
 *
 * @module
 */
import { WickError } from "../src/error.ts";
import { Random } from "../test/random.ts";

/** Median, least and most of some runs. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** One measured line, as llama-bench names them: pp128 reads 128 tokens at once, tg128 writes 128 after them. */
export interface Row {
  test: string;
  tokensPerSecond: Spread;
}

/** What one process measured of one engine. */
export interface EngineReport {
  engine: string;
  /** The kernels in use, and whatever else decides the speed. */
  settings: Record<string, string | number | boolean>;
  file: string;
  /** Bytes. */
  fileSize: number;
  threads: number;
  rows: Row[];
  /** Milliseconds that loading took, the file being in the page cache. */
  loadMs: number;
  /** Milliseconds from the start of loading to the first token. */
  firstTokenMs: number;
  /** Bytes. */
  memory: { kvCache: number; peakRss: number };
}

/** Options that every engine's bench takes. */
export interface EngineOptions {
  file: string;
  /** Tokens of the prompt, >= 1. */
  prompt: number;
  /** Steps after it, >= 1. */
  gen: number;
  /** Runs that count. */
  repeat: number;
  /** Positions of the KV cache [as many as a run fills: untouched ones would not show in the peak RSS]. */
  context: number;
  /** Print JSON instead of tables. */
  json: boolean;
  /** Where to write the JSON as well. */
  out?: string;
}

/** Their declaration for parseArgs. */
export const engineOptions = {
  prompt: { type: "string", short: "p", default: "128" },
  gen: { type: "string", short: "g", default: "128" },
  repeat: { type: "string", short: "r", default: "5" },
  context: { type: "string", short: "c" },
  json: { type: "boolean", default: false },
  out: { type: "string" },
} as const;

/** What parseArgs made of {@linkcode engineOptions}. */
type EngineValues =
  & Record<"prompt" | "gen" | "repeat", string>
  & { context?: string; json: boolean; out?: string };

/** Checks the values of {@linkcode engineOptions}; the file is the first positional. */
export function checkedOptions(values: EngineValues, positionals: string[]): EngineOptions {
  const prompt = count("prompt", values.prompt);
  const gen = count("gen", values.gen);
  return {
    file: positionals[0] ?? defaultFile(),
    prompt,
    gen,
    repeat: count("repeat", values.repeat),
    context: count("context", values.context ?? `${prompt + gen + SPARE_POSITIONS}`),
    json: values.json,
    out: values.out,
  };
}

/** Positions beyond prompt and steps, so that no engine meets its context's end. */
const SPARE_POSITIONS = 8;

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot measure with --${name}: expected an integer >= 1, got ${text}`,
  );
}

/** SmolLM2 where `wick` has it in its cache of models, else the embedded model. */
export function defaultFile(): string {
  const cached = `${Deno.env.get("HOME")}/.cache/wick/models/SmolLM2-135M-Instruct.Q4_1.gguf`;
  return exists(cached) ? cached : new URL("../models/wick-stories.gguf", import.meta.url).pathname;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Reads the file once, so that it lies in the page cache; its size in bytes. */
export function warmPageCache(path: string): number {
  using file = Deno.openSync(path);
  const window = new Uint8Array(1 << 20);
  let size = 0;
  for (let n = file.readSync(window); n !== null; n = file.readSync(window)) size += n;
  return size;
}

/** Tokens without meaning, the same for every engine; another `run`, other tokens: no cached prefix helps. */
export function anyTokens(length: number, vocabulary: number, run: number): number[] {
  const random = new Random(run);
  return Array.from({ length }, () => random.integer(0, vocabulary - 1));
}

/** Milliseconds of one run: the prompt, then the steps after it. */
export interface Run {
  prefillMs: number;
  decodeMs: number;
}

/** The rows pp and tg of some runs. */
export function rowsOf({ prompt, gen }: EngineOptions, runs: readonly Run[]): Row[] {
  const rate = (n: number, ms: (run: Run) => number) => spread(runs.map((run) => 1000 * n / ms(run)));
  return [
    { test: `pp${prompt}`, tokensPerSecond: rate(prompt, (run) => run.prefillMs) },
    { test: `tg${gen}`, tokensPerSecond: rate(gen, (run) => run.decodeMs) },
  ];
}

/** Median, least and most. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Prints what was measured as JSON or as `show` does, and writes it where asked. */
export function output<T>(result: T, { json, out }: EngineOptions, show: (result: T) => void): void {
  if (out !== undefined) Deno.writeTextFileSync(out, JSON.stringify(result, null, 2) + "\n");
  if (json) console.log(JSON.stringify(result));
  else show(result);
}

/** Prints a report as tables. */
export function showReport(report: EngineReport): void {
  const { engine, file, threads, rows, loadMs, firstTokenMs, fileSize, memory } = report;
  console.log(`${engine}, ${threads} thread, ${file.split("/").at(-1)} (${describe(report)})`);
  console.table(
    Object.fromEntries(rows.map(({ test, tokensPerSecond }) => [test, rounded(tokensPerSecond)])),
  );
  const rest = memory.peakRss - fileSize - memory.kvCache;
  console.log(
    `load ${loadMs.toFixed(0)} ms, to the first token ${firstTokenMs.toFixed(0)} ms; peak RSS ` +
      `${megabytes(memory.peakRss)} = file ${megabytes(fileSize)} + KV cache ${
        megabytes(memory.kvCache)
      } + ` +
      megabytes(rest),
  );
}

/** The settings in a line. */
export function describe({ settings }: EngineReport): string {
  return Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", ");
}

/** To a tenth, for tables. */
export function rounded({ median, min, max }: Spread): Spread {
  const tenth = (x: number) => Math.round(x * 10) / 10;
  return { median: tenth(median), min: tenth(min), max: tenth(max) };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** The most bytes of memory that this process ever held. */
export function peakRss(): number {
  return 1024 * Number(/VmHWM:\s*(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]);
}
