/**
 * Rows that fold the last dimension.
 *
 * @module
 */
import { gradientOf, input, type Kernel, type OperandDtype, output } from "../kernel.ts";

/** x [R, C] to y [R]; C > 0 for max, min and their indices. */
export function fold(name: string, x: OperandDtype, y: OperandDtype, tolerance: number): Kernel {
  return {
    name,
    operands: [input("x", x, "R,C"), output("y", y, "R")],
    params: { C: "i32" },
    cells: { R: "i32" },
    gradient: gradientOf(y),
    tolerance,
  };
}

export const sum_f32: Kernel = fold("sum_f32", "f32", "f32", 1e-6);
export const mean_f32: Kernel = fold("mean_f32", "f32", "f32", 1e-6);
export const prod_f32: Kernel = { ...fold("prod_f32", "f32", "f32", 1e-7), gradient: ["prod_backward_f32"] };
/** The square root of the sum of squares. */
export const norm_f32: Kernel = fold("norm_f32", "f32", "f32", 2.5e-7);
/** The sum of |x|. */
export const sum_abs_f32: Kernel = { ...fold("sum_abs_f32", "f32", "f32", 2.5e-7), gpuTolerance: 1e-6 };
/** NaN where there is one. */
export const max_f32: Kernel = fold("max_f32", "f32", "f32", 0);
/** NaN where there is one. */
export const min_f32: Kernel = fold("min_f32", "f32", "f32", 0);
/** The first of equals; NaN counts as the largest. */
export const argmax_f32: Kernel = fold("argmax_f32", "f32", "i32", 0);
/** The first of equals; NaN counts as the smallest. */
export const argmin_f32: Kernel = fold("argmin_f32", "f32", "i32", 0);
/** Wraps at 32 bits. */
export const sum_i32: Kernel = fold("sum_i32", "i32", "i32", 0);
/** Wraps at 32 bits. */
export const prod_i32: Kernel = fold("prod_i32", "i32", "i32", 0);
export const max_i32: Kernel = fold("max_i32", "i32", "i32", 0);
export const min_i32: Kernel = fold("min_i32", "i32", "i32", 0);
/** The first of equals. */
export const argmax_i32: Kernel = fold("argmax_i32", "i32", "i32", 0);
/** The first of equals. */
export const argmin_i32: Kernel = fold("argmin_i32", "i32", "i32", 0);
/** Sums and products of u32 are those of i32. */
export const max_u32: Kernel = fold("max_u32", "u32", "u32", 0);
export const min_u32: Kernel = fold("min_u32", "u32", "u32", 0);
/** The first of equals. */
export const argmax_u32: Kernel = fold("argmax_u32", "u32", "i32", 0);
/** The first of equals. */
export const argmin_u32: Kernel = fold("argmin_u32", "u32", "i32", 0);

/** y = sum over c of (x - mean)^2 / (C - correction), the divisor at least 0. */
export const var_f32: Kernel = {
  ...fold("var_f32", "f32", "f32", 1e-6),
  params: { C: "i32", correction: "f32" },
};
