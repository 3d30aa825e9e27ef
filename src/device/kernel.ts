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
  | "u32"
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

/**
 * How to go back through a row: the rows that compute its gradient; "ops" where it is composed of ops, whose rows have
 * gradients of their own (a row that gives way to ops where a gradient of second order is asked for names the rows);
 * or why there is none.
 */
export type RowGradient = readonly string[] | "ops" | { readonly none: string };

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
  /** How to go back through it. */
  readonly gradient: RowGradient;
  /** The largest error, relative to the oracle's scale for each element (see test/reference/). */
  readonly tolerance: number;
  /** The same on a GPU, where that is more [tolerance]; the row says why. */
  readonly gpuTolerance?: number;
}

/** The most operands that a row may have: 8 storage bindings a stage less parameters and cells. */
export const MAX_OPERANDS = 6;

/** Why rows have no gradient. */
export const NO_GRADIENT = {
  whole: { none: "of whole numbers or truth" },
  steps: { none: "constant but for its steps; the op refuses" },
  widened: { none: "of such elements; the op refuses, or goes by way of f32" },
  indices: { none: "checks indices" },
  backward: { none: "a gradient itself; where its own is asked for, ops stand in its place" },
  training: { none: "a step of training, beside the tape" },
  draw: { none: "drawn from no input" },
  cache: { none: "a cache keeps values alone; the op refuses" },
  constant: {
    none: "its table or weights are constant, and its other operands not differentiable; the op refuses",
  },
  fused: { none: "runs where none is asked for; else ops stand in its place" },
  blocks: { none: "moves bytes of packed weights" },
} as const satisfies Record<string, RowGradient>;

/** The gradient of an elementwise row, a fold or a move of a dtype: composed of ops, or none of whole numbers. */
export function gradientOf(dtype: OperandDtype): RowGradient {
  return dtype === "f32" || dtype === "f64" || dtype === "any" ? "ops" : NO_GRADIENT.whole;
}

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
