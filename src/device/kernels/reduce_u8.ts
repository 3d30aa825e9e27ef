/**
 * Rows that fold bytes along the last dimension; anything but 0 is true.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

/** x [R, C] to y [R]. */
function fold(name: string, y: "i64" | "i32" | "u8"): Kernel {
  return {
    name,
    operands: [input("x", "u8", "R,C"), output("y", y, "R")],
    params: { C: "i32" },
    cells: { R: "i32" },
    gradient: NO_GRADIENT.whole,
    tolerance: 0,
  };
}

export const sum_u8_i64: Kernel = fold("sum_u8_i64", "i64");
/** How many are true. */
export const count_u8: Kernel = fold("count_u8", "i32");
/** Whether one is true. */
export const any_u8: Kernel = fold("any_u8", "u8");
/** Whether none is false. */
export const all_u8: Kernel = fold("all_u8", "u8");
