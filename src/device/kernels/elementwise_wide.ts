/**
 * Rows of the elementwise form over f64 and i64, and those of f32, i32 and u32 that divide with a floor: y is contiguous
 * [D0, D1, D2, D3], operands are read through four strides in elements (0 broadcasts). Integers wrap around; divided
 * by 0 they give 0.
 *
 * @module
 */
import { type Kernel, NO_GRADIENT } from "../kernel.ts";
import { binary, unary } from "./elementwise.ts";

/** An eight-byte parameter takes two words, low first. */
const twoWords = (name: string): Kernel["params"] => ({ [`${name}Low`]: "i32", [`${name}High`]: "i32" });
const affine = { ...twoWords("scale"), ...twoWords("shift") };

export const add_f64: Kernel = binary("add_f64", 0, "f64");
export const sub_f64: Kernel = binary("sub_f64", 0, "f64");
export const mul_f64: Kernel = binary("mul_f64", 0, "f64");
export const div_f64: Kernel = binary("div_f64", 0, "f64");
/** NaN where either is NaN. */
export const maximum_f64: Kernel = binary("maximum_f64", 0, "f64");
/** NaN where either is NaN. */
export const minimum_f64: Kernel = binary("minimum_f64", 0, "f64");
/** C's pow. */
export const pow_f64: Kernel = binary("pow_f64", 1e-15, "f64");
export const floor_div_f64: Kernel = {
  ...binary("floor_div_f64", 4e-16, "f64"),
  gradient: NO_GRADIENT.steps,
};
export const remainder_f64: Kernel = binary("remainder_f64", 4e-16, "f64");
export const add_i64: Kernel = binary("add_i64", 0, "i64");
export const sub_i64: Kernel = binary("sub_i64", 0, "i64");
export const mul_i64: Kernel = binary("mul_i64", 0, "i64");
export const maximum_i64: Kernel = binary("maximum_i64", 0, "i64");
export const minimum_i64: Kernel = binary("minimum_i64", 0, "i64");
/** 0 for a negative power of what is neither 1 nor -1. */
export const pow_i64: Kernel = binary("pow_i64", 0, "i64");
export const floor_div_i64: Kernel = binary("floor_div_i64", 0, "i64");
export const remainder_i64: Kernel = binary("remainder_i64", 0, "i64");
/** a / b rounded down; a / b where b is 0. */
export const floor_div_f32: Kernel = { ...binary("floor_div_f32", 2e-7, "f32"), gradient: NO_GRADIENT.steps };
/** a - b floor(a / b): with the divisor's sign. */
export const remainder_f32: Kernel = binary("remainder_f32", 2e-7, "f32");
/** a / b rounded down; 0 where b is 0. */
export const floor_div_i32: Kernel = binary("floor_div_i32", 0, "i32");
/** With the divisor's sign; 0 where b is 0. */
export const remainder_i32: Kernel = binary("remainder_i32", 0, "i32");
/** a / b rounded down; 0 where b is 0. */
export const floor_div_u32: Kernel = binary("floor_div_u32", 0, "u32");
/** 0 where b is 0. */
export const remainder_u32: Kernel = binary("remainder_u32", 0, "u32");

/** x * scale + shift, rounded twice. */
export const affine_f64: Kernel = unary("affine_f64", 4e-16, affine, "f64");
export const affine_i64: Kernel = unary("affine_i64", 0, affine, "i64");
export const affine_i32: Kernel = unary("affine_i32", 0, { scale: "i32", shift: "i32" }, "i32");
/** x / divisor. */
export const quotient_f64: Kernel = unary("quotient_f64", 0, twoWords("divisor"), "f64");
export const neg_f64: Kernel = unary("neg_f64", 0, {}, "f64");
export const abs_f64: Kernel = unary("abs_f64", 0, {}, "f64");
export const sqrt_f64: Kernel = unary("sqrt_f64", 0, {}, "f64");
export const exp_f64: Kernel = unary("exp_f64", 1e-15, {}, "f64");
export const log_f64: Kernel = unary("log_f64", 1e-15, {}, "f64");
export const log2_f64: Kernel = unary("log2_f64", 1e-15, {}, "f64");
export const log10_f64: Kernel = unary("log10_f64", 1e-15, {}, "f64");
export const sin_f64: Kernel = unary("sin_f64", 1e-15, {}, "f64");
export const cos_f64: Kernel = unary("cos_f64", 1e-15, {}, "f64");
export const tan_f64: Kernel = unary("tan_f64", 3e-15, {}, "f64");
export const tanh_f64: Kernel = unary("tanh_f64", 1e-15, {}, "f64");
export const sigmoid_f64: Kernel = unary("sigmoid_f64", 1e-15, {}, "f64");
export const silu_f64: Kernel = unary("silu_f64", 1e-15, {}, "f64");
export const relu_f64: Kernel = unary("relu_f64", 0, {}, "f64");
/** The tanh form. */
export const gelu_f64: Kernel = unary("gelu_f64", 1e-15, {}, "f64");
/** The exact form; the oracle is no better than its tolerance. */
export const gelu_erf_f64: Kernel = unary("gelu_erf_f64", 5e-13, {}, "f64");
export const rsqrt_f64: Kernel = unary("rsqrt_f64", 4e-16, {}, "f64");
/** e^x - 1. */
export const expm1_f64: Kernel = unary("expm1_f64", 1e-15, {}, "f64");
/** log(1 + x). */
export const log1p_f64: Kernel = unary("log1p_f64", 1e-15, {}, "f64");
/** The oracle is no better than its tolerance. */
export const erf_f64: Kernel = unary("erf_f64", 5e-13, {}, "f64");
