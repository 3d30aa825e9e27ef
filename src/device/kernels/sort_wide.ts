/**
 * The row that sorts the last dimension of i64.
 *
 * @module
 */
import type { Kernel } from "../kernel.ts";
import { sort } from "./sort.ts";

/** sort_f32's form. */
export const sort_i64: Kernel = sort("i64");
