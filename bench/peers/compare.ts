/**
 * Wick beside native llama.cpp, in turn, each time in a process of its own, on one file and one thread:
 * `deno run -A bench/peers/compare.ts [FILE] [--rounds 3] [--cpu N|any] [--out FILE.json]`; what else is given
 * (-p, -g, -r, -c) goes to both, --build and --activations to Wick.
 *
 * The processes are bound to one processor where `taskset` is there, so that helpers of the runtime (compiler,
 * collector) cost what they cost; Deno's flags are those of the command line's task.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { WickError } from "../../src/error.ts";
import { lastCpu, pinning } from "../machine.ts";
import {
  checkedOptions,
  describe,
  engineOptions,
  type EngineReport,
  output,
  rounded,
  type Spread,
  spread,
} from "../measure.ts";

/** One test of both engines: medians of the rounds' medians, and Wick's over the peer's. */
interface ComparedRow {
  test: string;
  wick: Spread;
  peer: Spread;
  ratio: number;
}

const { values, positionals } = parseArgs({
  options: {
    ...engineOptions,
    rounds: { type: "string", default: "3" },
    cpu: { type: "string", default: lastCpu() },
    build: { type: "string" },
    activations: { type: "string", default: "int8" },
  },
  allowPositionals: true,
});
const options = checkedOptions(values, positionals);
const { file, prompt, gen, repeat, context } = options;
const shared = [file, `-p${prompt}`, `-g${gen}`, `-r${repeat}`, `-c${context}`, "--json"];
const own = ["--activations", values.activations, ...(values.build ? ["--build", values.build] : [])];
const pin = pinning(values.cpu);

const wick: EngineReport[] = [];
const peer: EngineReport[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  wick.push(measure("../generation.ts", [...shared, ...own]));
  peer.push(measure("./llama_cpp.ts", shared));
}

const rows: ComparedRow[] = wick[0].rows.map(({ test }, i) => {
  const medians = (reports: EngineReport[]) =>
    spread(reports.map(({ rows }) => rows[i].tokensPerSecond.median));
  const [ours, theirs] = [medians(wick), medians(peer)];
  return { test, wick: ours, peer: theirs, ratio: ours.median / theirs.median };
});
const result = { file, pinned: pin.join(" "), rows, wick, peer };
output(result, options, showResult);

/** Runs a bench of one engine and takes its report. */
function measure(path: string, args: string[]): EngineReport {
  const script = new URL(path, import.meta.url).pathname;
  const flags = [
    "-A",
    "--no-lock",
    "--no-check",
    "--no-code-cache",
    "--v8-flags=--max-semi-space-size=1,--optimize-for-size",
  ];
  const [command, ...rest] = [...pin, Deno.execPath(), "run", ...flags, script, ...args];
  const { success, stdout } = new Deno.Command(command, { args: rest, stderr: "inherit" }).outputSync();
  if (success) return JSON.parse(new TextDecoder().decode(stdout));
  throw new WickError("INVALID_STATE", `Cannot compare: ${path} failed`);
}

function showResult(): void {
  const { engine } = peer[0];
  console.log(
    `${file.split("/").at(-1)}, one thread, ${values.rounds} rounds in turn, tok/s${
      pin.length ? `, ${pin.join(" ")}` : ""
    }`,
  );
  console.table(Object.fromEntries(rows.map(({ test, wick, peer, ratio }) => [test, {
    Wick: rounded(wick).median,
    [engine]: rounded(peer).median,
    ratio: Math.round(ratio * 100) / 100,
  }])));
  const rest = ({ fileSize, memory }: EngineReport) => (memory.peakRss - memory.kvCache - fileSize) / 1e6;
  for (const reports of [wick, peer]) {
    const median = (of: (report: EngineReport) => number) => spread(reports.map(of)).median.toFixed(0);
    console.log(
      `${reports[0].engine}: first token after ${median((r) => r.firstTokenMs)} ms, peak RSS ` +
        `${median((r) => r.memory.peakRss / 1e6)} MB (file ${median((r) => r.fileSize / 1e6)} MB, KV cache ` +
        `${median((r) => r.memory.kvCache / 1e6)} MB, the rest ${median(rest)} MB); ${describe(reports[0])}`,
    );
  }
}
