/**
 * Rows that compare, combine and choose: y is contiguous [D0, D1, D2, D3], operands are read through four
 * strides in elements (0 broadcasts). Truth is u8: 0 or 1 where written, anything but 0 is true where read.
 *
 * @module
 */
import {
  gradientOf,
  input,
  type Kernel,
  NO_GRADIENT,
  type Operand,
  type OperandDtype,
  output,
  type RowGradient,
} from "../kernel.ts";
import { SHAPE, strides } from "./elementwise.ts";

function walk(
  name: string,
  operands: readonly Operand[],
  letters: readonly string[],
  gradient: RowGradient = NO_GRADIENT.whole,
): Kernel {
  const params = Object.assign({ D1: "i32", D2: "i32", D3: "i32" }, ...letters.map(strides));
  return { name, operands, params, cells: { D0: "i32" }, gradient, tolerance: 0 };
}

/** y = a (compared with) b; with NaN false, but for ne. */
function compare(name: string, dtype: OperandDtype): Kernel {
  return walk(
    `${name}_${dtype}`,
    [input("a", dtype, SHAPE), input("b", dtype, SHAPE), output("y", "u8", SHAPE)],
    ["a", "b"],
  );
}

/** y = condition ? a : b. */
function where(name: string, dtype: OperandDtype, gradient: RowGradient = gradientOf(dtype)): Kernel {
  const operands = [input("condition", "u8", SHAPE), input("a", dtype, SHAPE), input("b", dtype, SHAPE)];
  return walk(name, [...operands, output("y", dtype, SHAPE)], ["c", "a", "b"], gradient);
}

function logical(name: string, letters: readonly string[]): Kernel {
  return walk(name, [...letters.map((l) => input(l, "u8", SHAPE)), output("y", "u8", SHAPE)], letters);
}

export const eq_f32: Kernel = compare("eq", "f32");
export const ne_f32: Kernel = compare("ne", "f32");
export const lt_f32: Kernel = compare("lt", "f32");
export const le_f32: Kernel = compare("le", "f32");
export const gt_f32: Kernel = compare("gt", "f32");
export const ge_f32: Kernel = compare("ge", "f32");
export const eq_i32: Kernel = compare("eq", "i32");
export const ne_i32: Kernel = compare("ne", "i32");
export const lt_i32: Kernel = compare("lt", "i32");
export const le_i32: Kernel = compare("le", "i32");
export const gt_i32: Kernel = compare("gt", "i32");
export const ge_i32: Kernel = compare("ge", "i32");
/** |a| < b. */
export const abs_lt_f32: Kernel = compare("abs_lt", "f32");
/** |a| = b. */
export const abs_eq_f32: Kernel = compare("abs_eq", "f32");
/** eq and ne of u32 are those of i32; gt and ge are lt and le with operands changed over. */
export const lt_u32: Kernel = compare("lt", "u32");
export const le_u32: Kernel = compare("le", "u32");
export const eq_f64: Kernel = compare("eq", "f64");
export const ne_f64: Kernel = compare("ne", "f64");
export const lt_f64: Kernel = compare("lt", "f64");
export const le_f64: Kernel = compare("le", "f64");
export const eq_i64: Kernel = compare("eq", "i64");
export const ne_i64: Kernel = compare("ne", "i64");
export const lt_i64: Kernel = compare("lt", "i64");
export const le_i64: Kernel = compare("le", "i64");
export const where_f32: Kernel = where("where_f32", "f32");
export const where_i32: Kernel = where("where_i32", "i32");
/** Of eight-byte elements, whatever they are. */
export const where_b64: Kernel = where("where_b64", "any");
/** Of two-byte elements, whatever they are. */
export const where_b16: Kernel = where("where_b16", "any");
/** Of one-byte elements, whatever they are. */
export const where_b8: Kernel = where("where_b8", "any");
export const logical_and_u8: Kernel = logical("logical_and_u8", ["a", "b"]);
export const logical_or_u8: Kernel = logical("logical_or_u8", ["a", "b"]);
export const logical_xor_u8: Kernel = logical("logical_xor_u8", ["a", "b"]);
/** Of floats each but 0 is true, NaN too. */
export const logical_and_f32: Kernel = compare("logical_and", "f32");
export const logical_or_f32: Kernel = compare("logical_or", "f32");
export const logical_xor_f32: Kernel = compare("logical_xor", "f32");
export const logical_not_u8: Kernel = logical("logical_not_u8", ["x"]);
