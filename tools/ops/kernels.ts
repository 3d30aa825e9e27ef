/**
 * The rows of the kernel table as Markdown, by family.
 *
 * @module
 */
import type { Kernel, Operand, RowGradient } from "../../src/device/kernel.ts";
import { kernels } from "../../src/device/kernels/mod.ts";
import { gpuRows } from "../../src/device/webgpu/rows.ts";
import { oracleFiles } from "./oracles.ts";
import { code, table } from "./render.ts";

const HEAD = ["row", "operands", "gradient", "WebGPU", "tolerance", "on WebGPU"];

/** How many rows there are, with what. */
export interface Counts {
  rows: number;
  gpu: number;
  gradient: number;
  none: number;
}

/** Every row, under the file of its oracle. */
export async function kernelSection(): Promise<{ text: string; counts: Counts }> {
  const oracles = await oracleFiles();
  const all = [...kernels.values()];
  const families = Map.groupBy(all, (k) => oracles.get(k.name) ?? "no oracle");
  const text = [...families].map(([file, rows]) =>
    `### test/reference/${file}\n\n${table(HEAD, rows.map(cells))}`
  );
  const none = all.filter((k) => reason(k.gradient)).length;
  const gpu = all.filter((k) => gpuRows.has(k.name)).length;
  return {
    text: text.join("\n\n"),
    counts: { rows: all.length, gpu, gradient: all.length - none, none },
  };
}

function cells({ name, operands, gradient, tolerance, gpuTolerance }: Kernel): string[] {
  const onGpu = gpuRows.has(name);
  return [
    code(name),
    operands.map(operandText).join(", "),
    gradient === "ops" ? "ops" : reason(gradient) ?? (gradient as readonly string[]).map(code).join(", "),
    onGpu ? "yes" : "",
    `${tolerance}`,
    onGpu ? `${gpuTolerance ?? tolerance}` : "",
  ];
}

const roles = { in: "", out: "out ", inout: "in and out " };

function operandText({ name, role, dtype, shape, optional }: Operand): string {
  return `${roles[role]}${name}${optional ? "?" : ""} ${dtype}[${shape}]`;
}

function reason(gradient: RowGradient): string | undefined {
  return typeof gradient === "object" && "none" in gradient ? `none: ${gradient.none}` : undefined;
}
