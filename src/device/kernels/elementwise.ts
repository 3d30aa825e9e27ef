/**
 * Rows of the elementwise family: y is contiguous [D0, D1, D2, D3], operands are read through four strides in
 * elements (0 broadcasts).
 *
 * @module
 */
import { gradientOf, input, type Kernel, type OperandDtype, output } from "../kernel.ts";

export const SHAPE = "D0,D1,D2,D3";
const sizes = { D1: "i32", D2: "i32", D3: "i32" } as const;
export const strides = (of: string): Kernel["params"] =>
  Object.fromEntries([0, 1, 2, 3].map((d) => [`${of}${d}`, "i32" as const]));

export function binary(name: string, tolerance = 1e-7, dtype: OperandDtype = "f32"): Kernel {
  return {
    name,
    operands: [input("a", dtype, SHAPE), input("b", dtype, SHAPE), output("y", dtype, SHAPE)],
    params: { ...sizes, ...strides("a"), ...strides("b") },
    cells: { D0: "i32" },
    gradient: gradientOf(dtype),
    tolerance,
  };
}

export function unary(
  name: string,
  tolerance: number,
  more: Kernel["params"] = {},
  from: OperandDtype = "f32",
  to: OperandDtype = from,
): Kernel {
  return {
    name,
    operands: [input("x", from, SHAPE), output("y", to, SHAPE)],
    params: { ...sizes, ...strides("x"), ...more },
    cells: { D0: "i32" },
    gradient: gradientOf(from),
    tolerance,
  };
}

/** A function of one whose gradient has a row of its own. */
function fused(name: string, tolerance: number): Kernel {
  return { ...unary(`${name}_f32`, tolerance), gradient: [`${name}_backward_f32`] };
}

export const add_f32: Kernel = binary("add_f32");
export const sub_f32: Kernel = binary("sub_f32");
export const mul_f32: Kernel = binary("mul_f32");
export const div_f32: Kernel = binary("div_f32");
/** NaN where either is NaN. */
export const maximum_f32: Kernel = binary("maximum_f32");
/** NaN where either is NaN. */
export const minimum_f32: Kernel = binary("minimum_f32");
/** C's powf. On a GPU e^(b log a) without float64: its error grows with the result's exponent. */
export const pow_f32: Kernel = { ...binary("pow_f32", 5e-7), gpuTolerance: 2e-5 };

/** x * scale + shift, rounded twice. */
export const affine_f32: Kernel = unary("affine_f32", 2e-7, { scale: "f32", shift: "f32" });
export const neg_f32: Kernel = unary("neg_f32", 0);
export const abs_f32: Kernel = unary("abs_f32", 0);
export const sqrt_f32: Kernel = unary("sqrt_f32", 1e-7);
export const reciprocal_f32: Kernel = unary("reciprocal_f32", 1e-7);
export const exp_f32: Kernel = unary("exp_f32", 2e-7);
export const log_f32: Kernel = unary("log_f32", 2e-7);
export const log2_f32: Kernel = { ...unary("log2_f32", 2e-7), gpuTolerance: 4e-7 };
export const log10_f32: Kernel = { ...unary("log10_f32", 2e-7), gpuTolerance: 4e-7 };
export const sin_f32: Kernel = unary("sin_f32", 2e-7);
export const cos_f32: Kernel = unary("cos_f32", 2e-7);
/** Tolerance is relative to 1 + y^2: at its poles the slope magnifies the rounding of the angle. */
export const tan_f32: Kernel = { ...unary("tan_f32", 3e-7), gpuTolerance: 1e-6 };
export const tanh_f32: Kernel = fused("tanh", 3e-7);
export const sigmoid_f32: Kernel = fused("sigmoid", 2e-7);
export const silu_f32: Kernel = fused("silu", 3e-7);
export const relu_f32: Kernel = fused("relu", 0);
/** The tanh form. */
export const gelu_f32: Kernel = fused("gelu", 5e-7);
/** The exact form. */
export const gelu_erf_f32: Kernel = fused("gelu_erf", 5e-7);
