/**
 * Comparisons, and choice by them.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/compare.ts";
import { WickError } from "../../error.ts";
import { constant, track } from "../autograd.ts";
import type { Tensor } from "../tensor.ts";
import { sumTo } from "./elementwise.ts";
import { walked } from "./walk.ts";

const comparisons = {
  eq: { f32: rows.eq_f32, i32: rows.eq_i32 },
  ne: { f32: rows.ne_f32, i32: rows.ne_i32 },
  lt: { f32: rows.lt_f32, i32: rows.lt_i32 },
  le: { f32: rows.le_f32, i32: rows.le_i32 },
  gt: { f32: rows.gt_f32, i32: rows.gt_i32 },
  ge: { f32: rows.ge_f32, i32: rows.ge_i32 },
};

/** 1 where a compares so to b, else 0, as u8; with NaN only `ne` holds. */
export function compare(name: keyof typeof comparisons, a: Tensor, b: Tensor | number): Tensor {
  const other = typeof b === "number" ? constant(a.device, b) : b;
  const row = a.dtype === other.dtype
    ? (comparisons[name] as Partial<Record<string, Kernel>>)[a.dtype]
    : undefined;
  if (!row) {
    throw new WickError("DTYPE_MISMATCH", `Cannot compare ${a} and ${other}: both must be f32, or both i32`);
  }
  return walked(name, row, [a, other], "u8");
}

/** a where the condition (u8) is not 0, else b; both f32 or both i32. */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const [x, y] = [a, b].map((v) => typeof v === "number" ? constant(condition.device, v) : v);
  if (condition.dtype !== "u8" || x.dtype !== y.dtype || (x.dtype !== "f32" && x.dtype !== "i32")) {
    throw new WickError(
      "DTYPE_MISMATCH",
      `Cannot choose by ${condition} among ${x} and ${y}: expected u8, f32 and f32`,
    );
  }
  const z = walked("where", x.dtype === "f32" ? rows.where_f32 : rows.where_i32, [condition, x, y], x.dtype);
  const shapes = [x.shape, y.shape];
  return track("where", z, [x, y], [condition], (dy, [condition], needs) => [
    needs[0] ? sumTo(where(condition, dy, 0), shapes[0]) : undefined,
    needs[1] ? sumTo(where(condition, 0, dy), shapes[1]) : undefined,
  ]);
}
