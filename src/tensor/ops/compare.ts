/**
 * Comparisons, and choice by them.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/compare.ts";
import { WickError } from "../../error.ts";
import { noGrad, track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { isFloat, itemBytes, type PlainDtype } from "../dtype.ts";
import { fits } from "../encode.ts";
import { resultType } from "../promote.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { sumTo } from "./elementwise.ts";
import { needTensor } from "./rule.ts";
import { walked } from "./walk.ts";

const comparisons = {
  eq: { f32: rows.eq_f32, i32: rows.eq_i32, u32: rows.eq_i32, f64: rows.eq_f64, i64: rows.eq_i64 },
  ne: { f32: rows.ne_f32, i32: rows.ne_i32, u32: rows.ne_i32, f64: rows.ne_f64, i64: rows.ne_i64 },
  lt: { f32: rows.lt_f32, i32: rows.lt_i32, u32: rows.lt_u32, f64: rows.lt_f64, i64: rows.lt_i64 },
  le: { f32: rows.le_f32, i32: rows.le_i32, u32: rows.le_u32, f64: rows.le_f64, i64: rows.le_i64 },
  gt: { f32: rows.gt_f32, i32: rows.gt_i32, u32: undefined, f64: undefined, i64: undefined },
  ge: { f32: rows.ge_f32, i32: rows.ge_i32, u32: undefined, f64: undefined, i64: undefined },
} satisfies Record<string, Record<Compared, Kernel | undefined>>;

/** What has rows that compare. */
type Compared = "f32" | "f64" | "i32" | "u32" | "i64";

/** bool: whether a compares so to b, after promotion; with NaN only `ne` holds. */
export function compare(name: keyof typeof comparisons, a: Tensor, b: Tensor | number): Tensor {
  const other = typeof b === "number" ? comparand(name, a, b) : b;
  needTensor(name, a, other);
  if (a.dtype === "f32" && other.dtype === "f32") {
    return walked(name, comparisons[name].f32, [a, other], "bool");
  }
  return compareOther(name, a, other);
}

/** A number beside a tensor: one that the tensor's integers cannot hold as i64. */
function comparand(name: string, a: Tensor, b: number): Tensor {
  if (a.dtype === "f32") return constant(a.device, b);
  const dtype = resultType([a, b], name);
  return constant(a.device, b, fits(b, dtype) ? dtype : "i64");
}

function compareOther(name: keyof typeof comparisons, a: Tensor, b: Tensor): Tensor {
  const dtype = b.rank === 0 && b.dtype === "i64" && !isFloat(a.dtype) ? "i64" : resultType([a, b], name);
  const within = compared(name, dtype, a, b);
  return noGrad(() => {
    using x = cast(a, within);
    using y = cast(b, within);
    const row = comparisons[name][within];
    if (row) return walked(name, row, [x, y], "bool");
    return walked(name, comparisons[name === "gt" ? "lt" : "le"][within]!, [y, x], "bool");
  });
}

function compared(name: string, dtype: PlainDtype, a: Tensor, b: Tensor): Compared {
  if (dtype === "f64" || dtype === "i64" || dtype === "u32") return dtype;
  if (dtype === "f8e4m3") {
    throw new WickError("DTYPE_MISMATCH", `Cannot ${name} ${a} and ${b}: convert f8e4m3 with to()`);
  }
  return isFloat(dtype) ? "f32" : "i32";
}

/** bool: where |x| compares so to infinity. */
export function besideInfinity(how: "lt" | "eq", x: Tensor): Tensor {
  if (x.dtype === "f32") {
    return walked(`abs ${how}`, rows[`abs_${how}_f32`], [x, constant(x.device, Infinity)], "bool");
  }
  using plain = x.detach(); // a whole number depends on nothing smoothly
  using size = plain.abs();
  return compare(how, size, Infinity);
}

const logicalRows = {
  and: { f32: rows.logical_and_f32, bool: rows.logical_and_u8 },
  or: { f32: rows.logical_or_f32, bool: rows.logical_or_u8 },
  xor: { f32: rows.logical_xor_f32, bool: rows.logical_xor_u8 },
};

/** bool: whether both, one, or just one of a and b are not 0. */
export function logical(name: "and" | "or" | "xor", a: Tensor, b: Tensor): Tensor {
  needTensor(`logical ${name}`, a, b);
  const within = a.dtype === "f32" && b.dtype === "f32" ? "f32" : "bool";
  return noGrad(() => {
    using left = cast(a, within);
    using right = cast(b, within);
    return walked(`logical ${name}`, logicalRows[name][within], [left, right], "bool");
  });
}

/** bool: whether x is 0. */
export function logicalNot(x: Tensor): Tensor {
  if (x.dtype === "f32") return compare("eq", x, 0);
  return noGrad(() => {
    using own = cast(x, "bool");
    return walked("logical not", rows.logical_not_u8, [own], "bool");
  });
}

const chosen: Readonly<Record<number, Kernel>> = {
  1: rows.where_b8,
  2: rows.where_b16,
  4: rows.where_i32,
  8: rows.where_b64,
};

/** a where the condition (bool, or u8) is not 0, else b; numbers as the other, two numbers as f32. */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const [x, y] = [chosenFrom(condition, a, b), chosenFrom(condition, b, a)];
  if (condition.dtype !== "bool" && condition.dtype !== "u8") {
    throw new WickError(
      "DTYPE_MISMATCH",
      `Cannot choose by ${condition} among ${x} and ${y}: expected a condition of bool or u8`,
    );
  }
  if (x.dtype !== y.dtype) {
    const dtype = resultType([x, y], "where");
    using left = cast(x, dtype);
    using right = cast(y, dtype);
    return choose(condition, left, right);
  }
  return choose(condition, x, y);
}

/** Among two of one dtype. */
function choose(condition: Tensor, x: Tensor, y: Tensor): Tensor {
  const row = x.dtype === "f32" ? rows.where_f32 : chosen[itemBytes(x.dtype)];
  const z = walked("where", row, [condition, x, y], x.dtype);
  const shapes = [x.shape, y.shape];
  return track("where", z, [x, y], [condition], (dy, [condition], needs) => [
    needs[0] ? sumTo(where(condition, dy, 0), shapes[0]) : undefined,
    needs[1] ? sumTo(where(condition, 0, dy), shapes[1]) : undefined,
  ]);
}

function chosenFrom(condition: Tensor, value: Tensor | number, other: Tensor | number): Tensor {
  if (typeof value !== "number") {
    needTensor("where", condition, value);
    return value;
  }
  if (typeof other === "number" || other.dtype === "f32") return constant(condition.device, value);
  return constant(condition.device, value, resultType([other, value], "where"));
}
