/**
 * Which dtype an op on several has: PyTorch's rules, in one table, and NumPy's for u32 beside integers and bool, which
 * PyTorch does not promote.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { category, type Dtype, isPlain, type PlainDtype } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

/** From the weakest to the strongest: of two the stronger one, but for those that meet in a third. */
const order: readonly Dtype[] = ["bool", "u8", "i16", "i32", "u32", "i64", "f16", "bf16", "f32", "f64"];

/** Pairs of which neither holds what the other does, the weaker one first, and what holds both. */
const meetings: Readonly<Record<string, PlainDtype>> = {
  "f16 bf16": "f32",
  "i16 u32": "i64",
  "i32 u32": "i64",
};

/**
 * The dtype that holds what both hold, as PyTorch's `promote_types` (and NumPy's of u32 and another integer).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { promote } from "@wick/wick";
 * equal(promote("i64", "f16"), "f16");
 * equal(promote("f16", "bf16"), "f32");
 * ```
 *
 * @throws WickError DTYPE_MISMATCH for f8e4m3 with another, and for blocks: convert them with `to()`
 */
export function promote(a: Dtype, b: Dtype, op = "promote"): PlainDtype {
  if (a === b && isPlain(a)) return a;
  const [i, j] = [order.indexOf(a), order.indexOf(b)];
  if (i < 0 || j < 0) {
    throw new WickError(
      "DTYPE_MISMATCH",
      `Cannot ${op} ${a} and ${b}: expected dtypes of elements other than f8e4m3; convert with to()`,
    );
  }
  const [weaker, stronger] = [order[Math.min(i, j)], order[Math.max(i, j)]];
  return meetings[`${weaker} ${stronger}`] ?? stronger as PlainDtype;
}

/**
 * The dtype of an op on tensors and numbers, as PyTorch's `result_type`: tensors with dimensions count first, those of
 * rank 0 and then numbers only where they are of a higher category (bool, integers, floats). A number without a
 * fraction is an integer: i64 where it decides, otherwise f32.
 */
export function resultType(values: readonly (Tensor | number | boolean)[], op = "promote"): PlainDtype {
  const ranks: (PlainDtype | undefined)[] = [undefined, undefined, undefined];
  for (const value of values) {
    const [at, dtype] = typeof value === "object"
      ? [value.rank > 0 ? 0 : 1, value.dtype] as const
      : [2, numberType(value)] as const;
    const before = ranks[at];
    ranks[at] = promote(before ?? dtype, dtype, op);
  }
  const [dims, zeros, numbers] = ranks;
  return combine(dims, combine(zeros, numbers, op), op)!;
}

function numberType(value: number | boolean): PlainDtype {
  if (typeof value === "boolean") return "bool";
  return Number.isSafeInteger(value) ? "i64" : "f32";
}

/** `first` counts, unless `second` is of a higher category. */
function combine(
  first: PlainDtype | undefined,
  second: PlainDtype | undefined,
  op: string,
): PlainDtype | undefined {
  if (!first || !second) return first ?? second;
  const [a, b] = [first, second].map((d) => ["bool", "integer", "float"].indexOf(category(d)));
  return b > a ? promote(first, second, op) : first;
}
