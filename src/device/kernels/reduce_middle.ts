/**
 * Rows that fold the middle of [O, N, I].
 *
 * @module
 */
import { gradientOf, input, type Kernel, output } from "../kernel.ts";

/** Bytes that a row over columns keeps of them in each part (assembly/common/columns.ts: 1024 columns of 16). */
export const columnScratch = (): number => 16384;

/** x [O, N, I] to y [O, I]; N > 0 for max and min. */
function fold(name: string, dtype: "f32" | "i32" | "u32", tolerance: number): Kernel {
  return {
    name: `${name}_middle_${dtype}`,
    operands: [input("x", dtype, "O,N,I"), output("y", dtype, "O,I")],
    scratch: columnScratch,
    params: { N: "i32", I: "i32" },
    cells: { O: "i32" },
    gradient: gradientOf(dtype),
    tolerance,
  };
}

/** A GPU adds 32 elements, and then those sums, in f32. */
const GPU_SUMS = { gpuTolerance: 1e-6 };

export const sum_middle_f32: Kernel = { ...fold("sum", "f32", 2.5e-7), ...GPU_SUMS };
export const mean_middle_f32: Kernel = { ...fold("mean", "f32", 2.5e-7), ...GPU_SUMS };
export const prod_middle_f32: Kernel = { ...fold("prod", "f32", 1e-7), gradient: ["prod_backward_f32"] };
/** The square root of the sum of squares. */
export const norm_middle_f32: Kernel = fold("norm", "f32", 1e-7);
/** The sum of |x|. */
export const sum_abs_middle_f32: Kernel = { ...fold("sum_abs", "f32", 2.5e-7), ...GPU_SUMS };
/** NaN where there is one. */
export const max_middle_f32: Kernel = fold("max", "f32", 0);
/** NaN where there is one. */
export const min_middle_f32: Kernel = fold("min", "f32", 0);
/** Wraps at 32 bits. */
export const sum_middle_i32: Kernel = fold("sum", "i32", 0);
/** Wraps at 32 bits. */
export const prod_middle_i32: Kernel = fold("prod", "i32", 0);
export const max_middle_i32: Kernel = fold("max", "i32", 0);
export const min_middle_i32: Kernel = fold("min", "i32", 0);
export const max_middle_u32: Kernel = fold("max", "u32", 0);
export const min_middle_u32: Kernel = fold("min", "u32", 0);
