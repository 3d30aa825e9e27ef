/**
 * Writes docs/ops.md: every op as a user calls it, every row of the kernel table, every layer and optimizer. All but
 * the names in other frameworks is found by reading the sources and by calling the ops.
 *
 * `deno task ops`, or with `--check` to fail where the file is out of date.
 *
 * @module
 */
import { absent } from "../test/ops/absent.ts";
import { entries } from "../test/ops/entries.ts";
import { examine } from "../test/ops/examine.ts";
import { modules } from "../test/ops/modules.ts";
import { kernelSection } from "./ops/kernels.ts";
import { oracleFiles } from "./ops/oracles.ts";
import { publicSymbols } from "./ops/public.ts";
import { type OpRow, opRow, table } from "./ops/render.ts";

const FILE = "docs/ops.md";

/** Titles of functions by the file that they stand in. */
const titles: Record<string, string> = {
  create: "Making tensors",
  filled: "Making tensors",
  random: "Random numbers",
  loss: "Losses",
  losses: "Losses",
  class_losses: "Losses",
};

const HEAD = [
  "op",
  "dtypes",
  "rows",
  "gradient",
  "WebGPU",
  "oracle",
  "tolerance",
  "Candle",
  "NumPy",
  "PyTorch",
];

const text = await opsTable();
if (!Deno.args.includes("--check")) Deno.writeTextFileSync(FILE, text);
else if (Deno.readTextFileSync(FILE) !== text) {
  console.error(`${FILE} is out of date: run deno task ops, and commit it`);
  Deno.exit(1);
}

/** The whole file. */
async function opsTable(): Promise<string> {
  const rows = await opRows();
  const sections = Map.groupBy(rows, (row) => row.section);
  const { text: kernels, counts } = await kernelSection();
  const withGradient = rows.filter((row) => row.hasGradient).length;
  return `# Ops

Written by \`deno task ops\`; the gate fails where it is out of date.

- ${rows.length} ops: ${withGradient} with a gradient, ${
    rows.filter((r) => r.twice).length
  } of them with one of second order, ${rows.length - withGradient} with a stated reason for none; ${
    rows.filter((r) => r.onGpu).length
  } run on WebGPU in f32.
- ${counts.rows} rows of the kernel table, all on WASM, ${counts.gpu} on WebGPU: ${counts.gradient} with a gradient, ${counts.none} with a stated reason for none.
- ${Object.keys(modules).length} layers, first values, optimizers and schedules.

Dtypes are those of an op's values; what has no row of its own in a dtype goes by way of another. "view" runs no kernel; "all" are the eleven plain dtypes.
A gradient names its rows, or "ops" where it is composed of ops alone; all are held to central differences
(test/device/gradient_table_test.ts). "WebGPU" tells the dtypes that run there, and whether the f32 gradient does. An
oracle is a file of test/reference/, a tolerance the largest among the op's f32 rows.

${[...sections].map(([title, own]) => `## ${title}\n\n${table(HEAD, own.map((r) => r.cells))}`).join("\n\n")}

## Layers, first values, optimizers, schedules

${
    table(
      ["Wick", "Candle", "PyTorch"],
      Object.entries(modules).map(([name, names]) => [`\`${name}\``, ...names]),
    )
  }

## What Candle has beside these

${table(["Candle", "why it is not here"], Object.entries(absent).map(([name, why]) => [`\`${name}\``, why]))}

## The kernel table

${kernels}
`;
}

async function opRows(): Promise<OpRow[]> {
  const symbols = new Map((await publicSymbols()).map((s) => [s.name, s]));
  const oracles = await oracleFiles();
  const rows: OpRow[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const symbol = symbols.get(name);
    const section = symbol && name.startsWith("Tensor.") ? symbol.section : titles[symbol?.section ?? ""];
    const signature = symbol?.signature ?? `new ${name}().forward(x: Tensor): Tensor`;
    rows.push(opRow(section ?? "Functions", signature, entry, await examine(entry.calls), oracles));
  }
  return rows;
}
