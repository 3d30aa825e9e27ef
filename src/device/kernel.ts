/**
 * The kernel table's form. A kernel is a pure function over buffers and a few numbers, named once in a row
 * (src/device/kernels/, one file a family). `assembly/` implements it for WASM, `kernels_gpu/` for WebGPU,
 * `test/reference/` in float64 for truth, each in a file of the same stem and a function of the same name.
 * Argument packing, conformance tests and the support table in the docs derive from the rows.
 *
 * @module
 */

/** What lies in an operand: a dtype, "q8" (activation blocks, see quantize_q8), or "bytes" of a block format. */
export type OperandDtype =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "f8e4m3"
  | "i64"
  | "i32"
  | "i16"
  | "u8"
  | "bool"
  | "q8"
  | "bytes"
  | "any";

/** An operand of a kernel. */
export interface Operand {
  /** Its name in the row's formula. */
  readonly name: string;
  /** What the kernel does with it; "inout" is read and written. */
  readonly role: "in" | "out" | "inout";
  /** What lies in it. */
  readonly dtype: OperandDtype;
  /** Its shape in letters that the row's parameters and cells give, e.g. "T,K". */
  readonly shape: string;
  /** Whether it may be absent (its address is 0 then). */
  readonly optional?: boolean;
}

/** The values of a row's parameters and cells (their maximum), by name. */
export type Sizes = Readonly<Record<string, number>>;

/** A row of the table. */
export interface Kernel {
  /** As its function in assembly/ is called. */
  readonly name: string;
  /** At most 6, in the order of the row's words. */
  readonly operands: readonly Operand[];
  /** Bytes of scratch that each part needs. */
  readonly scratch?: (sizes: Sizes) => number;
  /** Parameters in order, by name: shape letters and other numbers. */
  readonly params: Readonly<Record<string, "i32" | "f32">>;
  /**
   * Values that may change between replays of a Program, in order, by name; a shape letter here is a leading
   * dimension with a maximum.
   */
  readonly cells: Readonly<Record<string, "i32" | "f32">>;
  /** The largest error, relative to the oracle's scale for each element (see test/reference/). */
  readonly tolerance: number;
  /** The same on a GPU, where that is more [tolerance]; the row says why. */
  readonly gpuTolerance?: number;
}

/** The most operands that a row may have: 8 storage bindings a stage less parameters and cells. */
export const MAX_OPERANDS = 6;

/** An operand that is read. */
export function input(name: string, dtype: OperandDtype, shape: string): Operand {
  return { name, role: "in", dtype, shape };
}

/** An operand that is read and may be absent. */
export function optional(name: string, dtype: OperandDtype, shape: string): Operand {
  return { name, role: "in", dtype, shape, optional: true };
}

/** An operand that is written. */
export function output(name: string, dtype: OperandDtype, shape: string): Operand {
  return { name, role: "out", dtype, shape };
}

/** An operand that is read and written. */
export function inout(name: string, dtype: OperandDtype, shape: string): Operand {
  return { name, role: "inout", dtype, shape };
}
