/**
 * Rows that fold the last dimension of f64 and i64.
 *
 * @module
 */
import { fold } from "./reduce.ts";
import type { Kernel } from "../kernel.ts";

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
