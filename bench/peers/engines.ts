/**
 * Wick and its peers doing one job in turn, each time in a process of its own.
 *
 * @module
 */
import { lastCpu, pinning } from "../machine.ts";
import { type Spread, spread } from "../measure.ts";
import type { Job, JobReport } from "./job.ts";

/** How an engine is started. */
export interface Engine {
  /** As tables name it. */
  name: string;
  command: string[];
}

/** What all rounds of an engine gave. */
export interface EngineResult {
  name: string;
  /** Why it could not do the job; nothing else is there then. */
  failure?: string;
  report?: JobReport;
  /** Seconds a step, of all times in all rounds. */
  seconds?: Spread;
  /** And those on processors. */
  cpuSeconds?: Spread;
  /** How far its first losses are from the first engine's, relative to them. */
  difference?: number;
}

/** A job and what came of it. */
export interface JobResult {
  job: Omit<Job, "tensors">;
  engines: EngineResult[];
}

/** The options of both benches. */
export const engineOptions = {
  rounds: { type: "string", default: "3" },
  repeat: { type: "string", default: "5" },
  cpu: { type: "string", default: lastCpu() },
  python: { type: "string" },
  only: { type: "string" },
  quick: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  out: { type: "string" },
} as const;

/** Losses of engines differ by less than this: each adds in an order of its own. */
const TOLERANCE = 1e-3;
const script = (name: string) => new URL(name, import.meta.url).pathname;
const deno = (name: string) => [Deno.execPath(), "run", "-A", "--no-lock", "--no-check", script(name)];

/** Wick in the modes given, then the peers; torch where there is an interpreter that has it. */
export function enginesOf(
  modes: readonly string[],
  { python, only }: { python?: string; only?: string },
): Engine[] {
  const training = modes.includes("recorded");
  const engines = [
    ...modes.map((mode) => ({ name: `Wick ${mode}`, command: [...deno("engine_wick.ts"), "FOLDER", mode] })),
    { name: "jax-js", command: [...deno("engine_jax.js"), "FOLDER"] },
    { name: "tfjs", command: [...deno("engine_tfjs.js"), "FOLDER", "own"] },
    ...(training
      ? [{ name: "tfjs, turning", command: [...deno("engine_tfjs.js"), "FOLDER", "turning"] }]
      : []),
    ...(python ? [{ name: "torch", command: [python, script("engine_torch.py"), "FOLDER"] }] : []),
  ];
  const wanted = only?.split(",");
  return engines.filter(({ name }) => !wanted || wanted.some((each) => name.includes(each)));
}

/** Does a job `rounds` times with each engine in turn; one that fails is not asked again. */
export function compare(
  title: string,
  engines: readonly Engine[],
  rounds: number,
  cpu: string,
  write: (folder: string) => Job,
): JobResult {
  const folder = Deno.makeTempDirSync({ prefix: "wick-bench-" });
  try {
    const { tensors: _, ...job } = write(folder);
    const reports = engines.map((): (JobReport | string)[] => []);
    for (let round = 0; round < rounds; round++) {
      engines.forEach((engine, i) => {
        if (typeof reports[i].at(-1) === "string") return;
        console.error(`${title}, round ${round + 1}: ${engine.name}`);
        reports[i].push(runEngine(engine, folder, cpu));
      });
    }
    return { job, engines: engines.map(({ name }, i) => summed(name, reports[i], reports[0])) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Its report, or why there is none. */
function runEngine({ command }: Engine, folder: string, cpu: string): JobReport | string {
  const [program, ...args] = [...pinning(cpu), ...command.map((word) => word === "FOLDER" ? folder : word)];
  const threads = { OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  const { success, code, stdout, stderr } = new Deno.Command(program, {
    args,
    env: { ...threads, NO_COLOR: "1" },
  }).outputSync();
  const last = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  if (success) return JSON.parse(last);
  const lines = new TextDecoder().decode(stderr).split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /error/i.test(line))?.trim() ?? lines.at(-1) ?? `it ended with ${code}`;
}

/** The times of all rounds, and whether the engine did the same work as the first one. */
function summed(name: string, rounds: (JobReport | string)[], first: (JobReport | string)[]): EngineResult {
  const failure = rounds.find((round) => typeof round === "string");
  if (failure !== undefined) return { name, failure };
  const reports = rounds as JobReport[];
  const [report, reference] = [reports[0], first[0]];
  const seconds = spread(reports.flatMap((each) => each.seconds));
  const cpuSeconds = spread(reports.flatMap((each) => each.cpuSeconds));
  if (typeof reference === "string") return { name, report, seconds, cpuSeconds };
  const difference = Math.max(
    ...report.check.map((x, i) =>
      Math.abs(x - reference.check[i]) / Math.max(1, Math.abs(reference.check[i]))
    ),
  );
  return { name, report, seconds, cpuSeconds, difference };
}

/** Prints a job's table: `rate` says a time as it is spoken of; ratios are of times to the first engine's. */
export function show(title: string, { engines }: JobResult, rate: (seconds: number) => string): void {
  console.log(`\n${title}`);
  console.log(row(["", "best", "ratio", "median", "best CPU", "ratio", "check"]));
  for (const { name, failure, report, seconds, cpuSeconds, difference } of engines) {
    if (failure !== undefined || !report || !seconds || !cpuSeconds) {
      console.log(row([name, `cannot: ${failure}`]));
      continue;
    }
    const ratio = (own: Spread | undefined, peer: Spread) => own ? (peer.min / own.min).toFixed(2) : "";
    const same = difference === undefined ? "" : difference <= TOLERANCE ? "same" : "ANOTHER WORK";
    console.log(row([
      name,
      rate(seconds.min),
      ratio(engines[0].seconds, seconds),
      rate(seconds.median),
      rate(cpuSeconds.min),
      ratio(engines[0].cpuSeconds, cpuSeconds),
      `${report.check.map((x) => x.toFixed(5)).join(" ")} ${same}`,
    ]));
  }
  for (const { report } of engines) {
    if (report) console.log(`  ${report.engine}: ${JSON.stringify(report.settings)}`);
  }
}

/** Columns of a table: names to the left, figures to the right. */
function row(
  [name, best = "", ratio = "", median = "", cpu = "", cpuRatio = "", losses = ""]: string[],
): string {
  if (ratio === "" && best.startsWith("cannot")) return `  ${name.padEnd(14)} ${best}`;
  const figures = [
    best.padStart(14),
    ratio.padStart(6),
    median.padStart(14),
    cpu.padStart(14),
    cpuRatio.padStart(6),
  ];
  return `  ${name.padEnd(14)} ${figures.join(" ")}  ${losses}`;
}
