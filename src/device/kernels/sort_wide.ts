/**
 * The row that sorts the last dimension of i64.
 *
 * @module
 */
import type { Kernel } from "../kernel.ts";
import { sort } from "./sort.ts";

/** sort_f32's form; scratch holds two lists of indices. */
export const sort_i64: Kernel = sort("i64", ({ C }) => 8 * C);
