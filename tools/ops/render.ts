/**
 * Ops as rows of Markdown tables.
 *
 * @module
 */
import { kernels } from "../../src/device/kernels/mod.ts";
import { gpuRows } from "../../src/device/webgpu/rows.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import type { Entry } from "../../test/ops/entries.ts";
import { DTYPES, type Found } from "../../test/ops/examine.ts";

/** A line of the table. */
export interface OpRow {
  readonly section: string;
  readonly cells: readonly string[];
  readonly hasGradient: boolean;
  /** Whether the gradient has one. */
  readonly twice: boolean;
  readonly onGpu: boolean;
}

/** Markdown code. */
export const code = (text: string): string => `\`${text}\``;

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((c) => c.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The line of an op. */
export function opRow(
  section: string,
  signature: string,
  { candle, numpy, torch }: Entry,
  found: Found,
  oracles: ReadonlyMap<string, string>,
): OpRow {
  const [forth, own] = [rowsOf(found, DTYPES), rowsOf(found, ["f32"])];
  const files = new Set(own.map((row) => oracles.get(row) ?? "none"));
  const gpu = gpuDtypes(found);
  const cells = [
    code(signature),
    found.hasValues ? dtypesText([...found.rows.keys()]) : madeText(signature, found),
    forth.length > 0 ? grouped(forth) : found.hasValues ? "view" : "",
    gradientText(found),
    gpuText(found, gpu),
    [...files].sort().join(", "),
    own.length > 0 ? `${Math.max(...own.map((row) => kernels.get(row)!.tolerance))}` : "",
    candle,
    numpy,
    torch,
  ];
  const onGpu = gpu.includes("f32");
  return { section, cells, hasGradient: found.orders > 0, twice: found.orders === 2, onGpu };
}

/** The rows that an op runs on values of dtypes, but for conversions where it has others. */
function rowsOf(found: Found, dtypes: readonly (typeof DTYPES)[number][]): string[] {
  const all = new Set(dtypes.flatMap((dtype) => found.rows.get(dtype) ?? []).flat());
  const converts = found.rows.get("f32")?.flat().some((row) => row.startsWith("cast_"));
  return converts ? [...all] : [...all].filter((row) => !row.startsWith("cast_"));
}

function dtypesText(dtypes: readonly string[]): string {
  return dtypes.length === DTYPES.length ? "all" : dtypes.join(" ");
}

/** Of an op without values: what its options choose, or what it makes. */
function madeText(signature: string, { made }: Found): string {
  return /: (Make|Tensor)Options/.test(signature) ? "all" : made.join(" ");
}

const suffix = /^(.*)_(f64|f32|f16|bf16|i64|i32|u32|u8|b8|b16|b32|b64)$/;

/** Names that differ in their dtype or block format as one: add_{f32,i32}. */
export function grouped(rows: readonly string[]): string {
  const formats = new RegExp(`_(${[...blockFormats.keys()].join("|")})(?=_|$)`);
  const plain = new Set(rows.map((row) => row.replace(formats, "_<format>")));
  const stems = Map.groupBy(plain, (row) => suffix.exec(row)?.[1] ?? row);
  return [...stems].map(([stem, own]) => {
    const ends = own.map((row) => suffix.exec(row)?.[2]).filter((end) => end !== undefined);
    return code(ends.length > 1 ? `${stem}_{${ends.join(",")}}` : own[0]);
  }).join(" ");
}

function gradientText({ orders, back, reasons, hasValues }: Found): string {
  if (orders === 0) return `none: ${reasons.join("; ") || (hasValues ? "no row" : "it takes no values")}`;
  const how = back.length > 0 ? grouped(back) : "ops";
  const order = orders === 2 ? "" : "; first order alone";
  return `${how}${order}${reasons.length > 0 ? `; of some inputs none: ${reasons.join("; ")}` : ""}`;
}

const runs = (rows: readonly string[]) => rows.every((row) => gpuRows.has(row));

/** What lies in operands of GPU rows. */
const held = new Set([...gpuRows.keys()].flatMap((row) => kernels.get(row)!.operands.map((o) => o.dtype)));
if (held.has("u8")) held.add("bool");

/** The dtypes in which every call runs on a GPU. */
function gpuDtypes({ rows }: Found): string[] {
  return [...rows].filter(([dtype, calls]) => held.has(dtype) && calls.every(runs)).map(([dtype]) => dtype);
}

function gpuText({ rows, orders, allBack, hasValues }: Found, dtypes: readonly string[]): string {
  const partly = rows.get("f32")?.some(runs) && !dtypes.includes("f32");
  const named = hasValues ? dtypes.join(" ") : dtypes.length > 0 ? "yes" : "";
  if (partly) return `${named}${named ? " " : ""}f32 in part`;
  if (orders === 0 || !dtypes.includes("f32")) return named;
  return `${named}${runs(allBack) ? ", gradient" : ""}`;
}
