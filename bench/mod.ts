/**
 * All benches, one after the other, each in a process of its own:
 * `deno task bench [name ...] [--quick] [--python PYTHON]`
 *
 * Tables go to the terminal, everything to build/bench/DATE.json: a bench with --out by its object, any other
 * by its text. --quick shows within minutes that they run, and measures nothing that counts; benches that have no
 * short form are left out. PYTHON is an interpreter that has torch, for those with peers.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { WickError } from "../src/error.ts";
import { conditions } from "./machine.ts";

interface Bench {
  /** From this folder. */
  file: string;
  args?: string[];
  /** What makes it short. */
  quick?: string[];
  /** Whether --out FILE takes the measured object beside the table. */
  out?: true;
  /** Whether --python PYTHON adds torch. */
  torch?: true;
}

const stories = new URL("../models/wick-stories.gguf", import.meta.url).pathname;
/** The short form of a bench of kernels: stage.ts asks $WICK_BENCH_QUICK. */
const byStage: string[] = [];
const fewTokens = ["-p", "8", "-g", "8", "-r", "1"];
const benches: Record<string, Bench> = {
  attention: { file: "attention.ts", quick: byStage },
  matmul_f32: { file: "matmul_f32.ts", quick: byStage },
  matmul_wide: { file: "matmul_wide.ts", quick: byStage },
  reduce: { file: "reduce.ts", quick: byStage },
  memory_bound: { file: "memory_bound.ts", quick: ["--quick"] },
  eager: { file: "eager.ts", quick: ["--quick"] },
  mlp: { file: "mlp.ts", quick: ["--quick"] },
  gpt: { file: "gpt.ts", quick: ["--quick"] },
  quant: { file: "quant.ts" },
  profile: { file: "profile.ts" },
  sampler: { file: "sampler.ts" },
  tokenizers: { file: "tokenizers.ts" },
  stories: { file: "generation.ts", args: [stories], quick: fewTokens, out: true },
  generation: { file: "generation.ts", quick: fewTokens, out: true },
  matmul: { file: "peers/matmul.ts", quick: ["--quick"], out: true, torch: true },
  training: { file: "peers/training.ts", quick: ["--quick"], out: true, torch: true },
  compare: { file: "peers/compare.ts", quick: [...fewTokens, "--rounds", "1"], out: true },
};

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false }, python: { type: "string" } },
  allowPositionals: true,
});
const folder = new URL("../build/bench/", import.meta.url).pathname;
Deno.mkdirSync(folder, { recursive: true });
const results: Record<string, unknown> = {};
const names = Object.keys(benches).filter((name) => !values.quick || benches[name].quick);
for (const name of positionals.length > 0 ? positionals : names) results[name] = await run(name);
const date = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
Deno.writeTextFileSync(
  `${folder}${date}.json`,
  JSON.stringify({ ...conditions(), quick: values.quick, results }, null, 2) + "\n",
);
console.log(`build/bench/${date}.json`);

/** Runs a bench, its text to the terminal; what it measured. */
async function run(name: string): Promise<unknown> {
  const bench = benches[name];
  if (!bench) {
    const known = Object.keys(benches).join(", ");
    throw new WickError("INVALID_ARGUMENT", `Cannot run the bench ${name}: expected one of ${known}`);
  }
  console.log(`\n== ${name}`);
  const out = `${folder}${name}.json`;
  const script = new URL(bench.file, import.meta.url).pathname;
  const args = [
    "run",
    "-A",
    "--lock=test/deno.lock",
    "--frozen",
    script,
    ...bench.args ?? [],
    ...bench.out ? ["--out", out] : [],
  ];
  if (values.quick) args.push(...bench.quick ?? []);
  if (values.python && bench.torch) args.push("--python", values.python);
  const env: Record<string, string> = values.quick ? { WICK_BENCH_QUICK: "1" } : {};
  const child = new Deno.Command(Deno.execPath(), { args, env, stdout: "piped", stderr: "inherit" }).spawn();
  const [shown, kept] = child.stdout.tee();
  await shown.pipeTo(Deno.stdout.writable, { preventClose: true });
  const text = await new Response(kept).text();
  if (!(await child.status).success) {
    throw new WickError("INVALID_STATE", `Cannot go on: ${bench.file} failed`);
  }
  return bench.out ? JSON.parse(Deno.readTextFileSync(out)) : text;
}
