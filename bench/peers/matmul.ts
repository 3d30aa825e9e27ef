/**
 * The product of two square f32 matrices, Wick beside its peers, one thread each:
 * `deno run -A bench/peers/matmul.ts [SIZE ...] [--rounds 3] [--repeat 5] [--python PYTHON] [--only NAME,NAME]
 * [--cpu N|any] [--quick] [--json] [--out FILE.json]`; SIZE is 1024 unless given.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { conditions, pinning } from "../machine.ts";
import { compare, engineOptions, enginesOf, show } from "./engines.ts";
import { writeMatmul } from "./job.ts";

const { values, positionals } = parseArgs({ options: engineOptions, allowPositionals: true });
const { cpu, quick } = values;
const engines = enginesOf(["eager"], values);
const about = { ...conditions(), pinned: pinning(cpu).join(" ") };
if (!values.json) console.log(JSON.stringify(about));
const repeat = quick ? 2 : Number(values.repeat);
const sizes = positionals.length > 0 ? positionals.map(Number) : [quick ? 256 : 1024];
const results = sizes.map((size) => {
  const steps = Math.ceil(10 * (1024 / size) ** 3 / (quick ? 64 : 1));
  const title = `f32 matmul ${size} x ${size} x ${size}`;
  const result = compare(
    title,
    engines,
    quick ? 1 : Number(values.rounds),
    cpu,
    (folder) => writeMatmul(folder, size, { steps, repeat }),
  );
  const rate = (seconds: number) => `${(2 * size ** 3 / seconds / 1e9).toFixed(1)} GFLOP/s`;
  if (!values.json) show(title, result, rate);
  return result;
});
const all = { ...about, loadAfter: Deno.loadavg(), results };
if (values.out) Deno.writeTextFileSync(values.out, JSON.stringify(all, null, 2) + "\n");
if (values.json) console.log(JSON.stringify(all, null, 2));
