/**
 * Steps of training, Wick beside its peers, on the same first weights and data, one thread each:
 * `deno run -A bench/peers/training.ts [gpt|mlp ...] [--rounds 3] [--repeat 5] [--python PYTHON]
 * [--only NAME,NAME] [--cpu N|any] [--quick] [--json] [--out FILE.json]`
 *
 * A step is forward, backward and update: of a GPT of characters (6 layers of 384, 6 heads, 65 characters, a batch
 * of 8 times 256) with AdamW, and of an MLP 784-256-10 on batches of 64 with SGD and AdamW. PYTHON is an interpreter
 * that has torch. Ratios are times over those of the first engine, which is Wick recorded unless --only says another.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { conditions, pinning } from "../machine.ts";
import { compare, engineOptions, enginesOf, type JobResult, show } from "./engines.ts";
import { gptSizes, type Job, quickGptSizes, writeGpt, writeMlp } from "./job.ts";

const { values, positionals } = parseArgs({ options: engineOptions, allowPositionals: true });
const { cpu, quick } = values;
const rounds = quick ? 1 : Number(values.rounds);
const repeat = quick ? 2 : Number(values.repeat);
const tasks = positionals.length > 0 ? positionals : ["gpt", "mlp"];
const engines = enginesOf(["recorded", "eager"], values);
const log = (text: string) => values.json || console.log(text);

const about = { ...conditions(), pinned: pinning(cpu).join(" ") };
log(JSON.stringify(about));
const results: JobResult[] = [];
if (tasks.includes("gpt")) {
  const sizes = quick ? quickGptSizes : gptSizes;
  run(
    "GPT, AdamW",
    (s) => `${s.toFixed(3)} s/step`,
    (folder) => writeGpt(folder, sizes, { steps: 1, repeat }),
  );
}
if (tasks.includes("mlp")) {
  const steps = quick ? 20 : 200;
  for (const optimizer of ["sgd", "adamw"] as const) {
    run(
      `MLP 784-256-10, batch 64, ${optimizer}`,
      (s) => `${(1 / s).toFixed(0)} steps/s`,
      (folder) => writeMlp(folder, optimizer, { steps, repeat }),
    );
  }
}
const all = { ...about, loadAfter: Deno.loadavg(), results };
if (values.out) Deno.writeTextFileSync(values.out, JSON.stringify(all, null, 2) + "\n");
if (values.json) console.log(JSON.stringify(all, null, 2));

function run(title: string, rate: (seconds: number) => string, write: (folder: string) => Job): void {
  const result = compare(title, engines, rounds, cpu, write);
  results.push(result);
  if (!values.json) show(title, result, rate);
}
