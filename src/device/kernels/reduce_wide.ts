/**
 * Rows that fold in eight bytes: f64, i64, and sums of smaller integers as i64.
 *
 * @module
 */
import { fold } from "./reduce.ts";
import { input, type Kernel, NO_GRADIENT, type OperandDtype, output } from "../kernel.ts";

export const sum_f64: Kernel = fold("sum_f64", "f64", "f64", 1e-14);
export const mean_f64: Kernel = fold("mean_f64", "f64", "f64", 1e-14);
export const prod_f64: Kernel = { ...fold("prod_f64", "f64", "f64", 1e-14), gradient: ["cumprod_f64"] };
/** NaN where there is one. */
export const max_f64: Kernel = fold("max_f64", "f64", "f64", 0);
/** NaN where there is one. */
export const min_f64: Kernel = fold("min_f64", "f64", "f64", 0);
/** The first of equals; NaN counts as the largest. */
export const argmax_f64: Kernel = fold("argmax_f64", "f64", "i32", 0);
/** The first of equals; NaN counts as the smallest. */
export const argmin_f64: Kernel = fold("argmin_f64", "f64", "i32", 0);
/** Wraps around. */
export const sum_i64: Kernel = fold("sum_i64", "i64", "i64", 0);
export const max_i64: Kernel = fold("max_i64", "i64", "i64", 0);
export const min_i64: Kernel = fold("min_i64", "i64", "i64", 0);
/** The first of equals. */
export const argmax_i64: Kernel = fold("argmax_i64", "i64", "i32", 0);
/** The first of equals. */
export const argmin_i64: Kernel = fold("argmin_i64", "i64", "i32", 0);
/** Wraps around. */
export const prod_i64: Kernel = fold("prod_i64", "i64", "i64", 0);
export const sum_i32_i64: Kernel = fold("sum_i32_i64", "i32", "i64", 0);
export const sum_u32_i64: Kernel = fold("sum_u32_i64", "u32", "i64", 0);

/** x [O, N, I] to y [O, I]. */
function middle(name: string, x: OperandDtype): Kernel {
  return {
    name,
    operands: [input("x", x, "O,N,I"), output("y", "i64", "O,I")],
    params: { N: "i32", I: "i32" },
    cells: { O: "i32" },
    gradient: NO_GRADIENT.whole,
    tolerance: 0,
  };
}

/** Wraps around. */
export const sum_middle_i64: Kernel = middle("sum_middle_i64", "i64");
/** Wraps around. */
export const prod_middle_i64: Kernel = middle("prod_middle_i64", "i64");
export const sum_middle_i32_i64: Kernel = middle("sum_middle_i32_i64", "i32");
export const sum_middle_u32_i64: Kernel = middle("sum_middle_u32_i64", "u32");
