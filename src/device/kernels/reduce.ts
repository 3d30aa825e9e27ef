/**
 * Rows that fold the last dimension.
 *
 * @module
 */
import { input, type Kernel, type OperandDtype, output } from "../kernel.ts";

/** x [R, C] (of `from`) to y [R] (of `dtype`); C > 0 but for sums. */
export function fold(
  name: string,
  dtype: OperandDtype,
  tolerance: number,
  from: OperandDtype = "f32",
): Kernel {
  return {
    name,
    operands: [input("x", from, "R,C"), output("y", dtype, "R")],
    params: { C: "i32" },
    cells: { R: "i32" },
    tolerance,
  };
}

export const sum_f32: Kernel = fold("sum_f32", "f32", 1e-6);
export const mean_f32: Kernel = fold("mean_f32", "f32", 1e-6);
/** NaN where there is one. */
export const max_f32: Kernel = fold("max_f32", "f32", 0);
/** NaN where there is one. */
export const min_f32: Kernel = fold("min_f32", "f32", 0);
/** The first of equals; NaN counts as the largest. */
export const argmax_f32: Kernel = fold("argmax_f32", "i32", 0);
/** The first of equals; NaN counts as the smallest. */
export const argmin_f32: Kernel = fold("argmin_f32", "i32", 0);
