/**
 * All benches, one after the other, each in a process of its own: `deno task bench [name ...]`.
 *
 * Tables go to the terminal, everything to build/bench/DATE.json: a bench with --json by its object, any other
 * by its text.
 *
 * @module
 */
import { WickError } from "../src/error.ts";

interface Bench {
  /** From this folder. */
  file: string;
  args?: string[];
  /** Whether --out FILE takes the measured object beside the table. */
  out?: true;
}

const stories = new URL("../models/wick-stories.gguf", import.meta.url).pathname;
const benches: Record<string, Bench> = {
  attention: { file: "attention.ts" },
  matmul_f32: { file: "matmul_f32.ts" },
  mlp: { file: "mlp.ts" },
  gpt: { file: "gpt.ts" },
  quant: { file: "quant.ts" },
  profile: { file: "profile.ts" },
  sampler: { file: "sampler.ts" },
  tokenizers: { file: "tokenizers.ts" },
  stories: { file: "generation.ts", args: [stories], out: true },
  generation: { file: "generation.ts", out: true },
  compare: { file: "peers/compare.ts", out: true },
};

const folder = new URL("../build/bench/", import.meta.url).pathname;
Deno.mkdirSync(folder, { recursive: true });
const results: Record<string, unknown> = {};
for (const name of Deno.args.length > 0 ? Deno.args : Object.keys(benches)) results[name] = await run(name);
const date = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
Deno.writeTextFileSync(
  `${folder}${date}.json`,
  JSON.stringify({ deno: Deno.version, results }, null, 2) + "\n",
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
  const args = ["run", "-A", script, ...bench.args ?? [], ...bench.out ? ["--out", out] : []];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  const [shown, kept] = child.stdout.tee();
  await shown.pipeTo(Deno.stdout.writable, { preventClose: true });
  const text = await new Response(kept).text();
  if (!(await child.status).success) {
    throw new WickError("INVALID_STATE", `Cannot go on: ${bench.file} failed`);
  }
  return bench.out ? JSON.parse(Deno.readTextFileSync(out)) : text;
}
