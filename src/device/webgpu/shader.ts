/**
 * The WGSL of a row: a header made from the row, the sources of its entry, and the entry's substitutions.
 *
 * The header holds the row's words as a uniform `row`, cells as functions `cell_T()`, and for each operand x
 * `load_x(i)`, `load_bits_x(i)`, and where it is written `store_x(i, value)`, `store_bits_x(i, bits)`; `has_x` where it
 * is optional; one with several elements a word is written by `store_word_x(i, bits)`, or in rows whose threads share
 * words by `store_bits_x(i, bits)`. Rows of several passes share `scratch`. Indices count elements from the operand's first. Every operand is bound for reading and writing,
 * operands of one storage as one binding: WebGPU allows neither a buffer bound for reading beside one for writing, nor
 * two writable bindings that overlap.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import type { Kernel, Operand, OperandDtype } from "../kernel.ts";
import type { GpuRow } from "./rows.ts";

/** The binding of each operand, counted from 0; -1 where it is absent or holds nothing. */
export type Slots = readonly number[];

/** Bindings before those of operands: the row's words and the cells. */
export const FIRST_SLOT = 2;
/** In a cell's first word: the cell is a plain number, which is the second word. */
export const PLAIN_CELL = 0xffffffff;
/** Words before those of the operands: NaN and infinity. */
export const FIRST_WORDS: readonly number[] = [0x7fc00000, 0x7f800000];

/** How elements are read: their WGSL type, their bytes, and their value from a word and an index. */
interface Element {
  readonly type: string;
  readonly bytes: number;
  readonly value: string;
}

const elements: Readonly<Partial<Record<OperandDtype | "any8" | "any16", Element>>> = {
  f32: { type: "f32", bytes: 4, value: "bitcast<f32>(word)" },
  i32: { type: "i32", bytes: 4, value: "bitcast<i32>(word)" },
  u32: { type: "u32", bytes: 4, value: "word" },
  any: { type: "u32", bytes: 4, value: "word" },
  any16: { type: "u32", bytes: 2, value: "(word >> (16u * u32(at & 1))) & 0xffffu" },
  any8: { type: "u32", bytes: 1, value: "(word >> (8u * u32(at & 3))) & 0xffu" },
  f16: { type: "f32", bytes: 2, value: "unpack2x16float(word)[at & 1]" },
  bf16: {
    type: "f32",
    bytes: 2,
    value: "bitcast<f32>(select(word << 16u, word & 0xffff0000u, (at & 1) == 1))",
  },
  u8: { type: "u32", bytes: 1, value: "(word >> (8u * u32(at & 3))) & 0xffu" },
  bool: { type: "u32", bytes: 1, value: "(word >> (8u * u32(at & 3))) & 0xffu" },
  q8: { type: "u32", bytes: 4, value: "word" },
  bytes: { type: "u32", bytes: 4, value: "word" },
};

function elementOf({ dtype }: Operand, { bits }: GpuRow): Element {
  const known = elements[dtype === "any" && bits ? `any${bits}` as const : dtype];
  if (known) return known;
  throw new WickError("UNSUPPORTED_ON_DEVICE", `A GPU has no kernels of ${dtype}`);
}

/** Bytes of what an operand's indices count. */
export function elementBytes(operand: Operand, row: GpuRow): number {
  return elementOf(operand, row).bytes;
}

/** Storages that are bound for operands. */
export function slotCount(slots: Slots): number {
  return 1 + Math.max(-1, ...slots);
}

/** The whole WGSL of a row whose operands are bound at `slots`. */
export function shaderSource(kernel: Kernel, row: GpuRow, slots: Slots): string {
  let source = row.sources.join("\n");
  for (const [name, text] of Object.entries(row.replace ?? {})) {
    source = source.replaceAll(new RegExp(`\\b${name}\\b`, "g"), () => text);
  }
  return `${header(kernel, row, slots)}\n${source}`;
}

function header(kernel: Kernel, row: GpuRow, slots: Slots): string {
  const { params, cells } = kernel;
  const fields = [
    "nan_bits: u32",
    "infinity_bits: u32",
    ...kernel.operands.map((o) => `${o.name}_at: i32`),
    ...Object.entries(params).map(([name, type]) => `${name}: ${type}`),
    ...Object.entries(cells).map(([name, type]) => `${name}_cell: u32,\n  ${name}_value: ${type}`),
  ];
  const binding = (slot: number) => `@group(0) @binding(${FIRST_SLOT + slot}) var<storage, read_write>`;
  const word = row.partial ? "atomic<u32>" : "u32";
  const bindings = [...new Set(slots)].filter((s) => s >= 0)
    .map((s) => `${binding(s)} words${s}: array<${word}>;`);
  if (row.scratch) bindings.push(`${binding(slotCount(slots))} scratch: array<f32>;`);
  return [
    `struct Row {\n  ${fields.join(",\n  ")}\n}`,
    "@group(0) @binding(0) var<uniform> row: Row;",
    "@group(0) @binding(1) var<storage, read> cells: array<u32>;",
    ...bindings,
    ...Object.entries(cells).map(([name, type]) => cell(name, type)),
    ...kernel.operands.map((o, i) => accessors(o, row, slots[i])),
  ].join("\n");
}

function cell(name: string, type: string): string {
  return `fn cell_${name}() -> ${type} {
  if (row.${name}_cell == ${PLAIN_CELL}u) { return row.${name}_value; }
  return bitcast<${type}>(cells[row.${name}_cell]);
}`;
}

function accessors(operand: Operand, row: GpuRow, slot: number): string {
  const { name, role, optional } = operand;
  const { type, bytes, value } = elementOf(operand, row);
  const there = slot >= 0;
  const place = (at: string) => `words${slot}[${at}]`;
  const word = (at: string) => row.partial ? `atomicLoad(&${place(at)})` : place(at);
  const shift = Math.log2(4 / bytes);
  const lines = optional ? [`const has_${name} = ${there};`] : [];
  lines.push(`fn load_${name}(i: i32) -> ${type} {
  let at = row.${name}_at + i;
  let word = ${there ? word(`at >> ${shift}u`) : "0u"};
  return ${value};
}`);
  if (bytes < 4 && row.partial) {
    return [...lines, parts(operand, { type, bytes }, there ? place : undefined)].join("\n");
  }
  if (bytes < 4) { // several elements a word: written by whole words, from the one that holds the first element
    if (role === "in") return lines.join("\n");
    const at = word(`(row.${name}_at >> ${shift}u) + i`);
    lines.push(`fn load_word_${name}(i: i32) -> u32 { return ${there ? at : "0u"}; }`);
    lines.push(`fn store_word_${name}(i: i32, bits: u32) { ${there ? `${at} = bits;` : ""} }`);
    return lines.join("\n");
  }
  lines.push(`fn load_bits_${name}(i: i32) -> u32 { return ${there ? word(`row.${name}_at + i`) : "0u"}; }`);
  if (role === "in") return lines.join("\n");
  const store = (bits: string) => there ? `${word(`row.${name}_at + i`)} = ${bits};` : "";
  lines.push(`fn store_${name}(i: i32, value: ${type}) { ${store("bitcast<u32>(value)")} }`);
  lines.push(`fn store_bits_${name}(i: i32, bits: u32) { ${store("bits")} }`);
  return lines.join("\n");
}

/** An element that shares its word with those of other threads: its bits are cleared, then set. */
function parts(
  { name, role }: Operand,
  { type, bytes }: Omit<Element, "value">,
  place?: (at: string) => string,
): string {
  const plain = type === "u32"; // its value is its bits
  const load = plain ? `fn load_bits_${name}(i: i32) -> u32 { return load_${name}(i); }` : "";
  if (role === "in") return load;
  const store = plain ? `fn store_${name}(i: i32, value: u32) { store_bits_${name}(i, value); }` : "";
  const word = place?.(`at >> ${Math.log2(4 / bytes)}u`);
  const mask = `${2 ** (8 * bytes) - 1}u`;
  return `${load}
fn store_bits_${name}(i: i32, bits: u32) {
  let at = row.${name}_at + i;
  let shift = ${8 * bytes}u * u32(at & ${4 / bytes - 1});
  ${word ? `atomicAnd(&${word}, ~(${mask} << shift)); atomicOr(&${word}, (bits & ${mask}) << shift);` : ""}
}
${store}`;
}
