/**
 * `wick inspect`: what a model file holds and what it will need, from its header alone.
 *
 * @module
 */
import type { Command } from "./deps.ts";
import { type Context, interruptible } from "./context.ts";
import { formatBytes, formatCount, table } from "./format.ts";
import { checkDevice, embeddedModel } from "./model.ts";
import { addModelOptions, examples, type ModelFlags } from "./options.ts";
import { writeJson } from "./output.ts";
import { printable } from "../error.ts";
import type { Gguf, TensorInfo } from "../formats/gguf.ts";
import { elide, type Elided } from "./metadata.ts";
import { describePlan, type MemoryPlan, planContexts } from "./plan.ts";

/** What `inspect --json` prints. */
export interface InspectReport {
  metadata: Record<string, Elided>;
  tensors: { name: string; type: string; shape: readonly number[]; bytes: number }[];
  parameterCount: number;
  /** What the model needs; null, with the reason in `unsupported`, where Wick can't run it. */
  memory: MemoryPlan | null;
  unsupported?: string;
}

/** Declares the command. */
export function defineInspect(command: Command, context: Context): void {
  command.description("Show a model's metadata, tensors, parameters and memory plan, from its header alone.")
    .argument("[source]", "PATH, URL or hf:owner/repo/file.gguf, as --model");
  addModelOptions(command).addHelpText("after", help)
    .action((source: string | undefined, flags: ModelFlags) =>
      inspect(context, { ...flags, model: source ?? flags.model })
    );
}

const help = "\nNo weights are read: over a URL, the header is all that is fetched.\n" + examples(
  ["wick inspect", "the embedded model"],
  ["wick inspect hf:ggml-org/models/tinyllamas/stories260K.gguf --json", "a model on the hub, as JSON"],
);

async function inspect(context: Context, flags: ModelFlags): Promise<void> {
  checkDevice(flags);
  await interruptible(context, async (signal) => {
    using gguf = await context.openHeader(flags.model ?? embeddedModel, signal);
    const report = await inspectReport(gguf, flags);
    if (flags.json) writeJson(context, report);
    else context.stdout.write(describe(report));
  });
}

async function inspectReport(gguf: Gguf, flags: ModelFlags): Promise<InspectReport> {
  const { parameterCount } = gguf;
  const metadata = Object.fromEntries([...gguf.metadata].map(([key, value]) => [key, elide(value)]));
  return {
    metadata,
    tensors: [...gguf.tensors.values()].map(tensorRow),
    parameterCount,
    ...await planContexts(gguf, flags),
  };
}

function tensorRow({ name, type, shape, bytes }: TensorInfo): InspectReport["tensors"][number] {
  return { name, type: type.name, shape, bytes };
}

function describe({ metadata, tensors, parameterCount, memory, unsupported }: InspectReport): string {
  const pairs = Object.entries(metadata).map(([key, value]) => [shown(key), cut(JSON.stringify(value))]);
  const rows = tensors.map(({ name, type, shape, bytes }) => [
    shown(name),
    type,
    shape.join(" x "),
    formatBytes(bytes),
  ]);
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const total = `${tensors.length} tensors · ${formatCount(parameterCount)} parameters · ${
    formatBytes(bytes)
  }\n`;
  const plan = memory ? describePlan(memory) : `memory: ${unsupported}\n`;
  return `${table(["metadata", "value"], pairs)}\n${
    table(["tensor", "type", "shape", "size"], rows)
  }\n${total}${plan}`;
}

/** A name from a file that no one vouches for: control characters escaped, so that a terminal stays as it is. */
function shown(name: string): string {
  return cut(JSON.stringify(name).slice(1, -1));
}

function cut(text: string): string {
  return printable(text, 79);
}
