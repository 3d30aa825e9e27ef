/**
 * More rows of the elementwise form: y is contiguous [D0, D1, D2, D3], operands are read through four strides in
 * elements (0 broadcasts).
 *
 * @module
 */
import type { Kernel } from "../kernel.ts";
import { binary, unary } from "./elementwise.ts";

export const floor_f32: Kernel = unary("floor_f32", 0);
export const ceil_f32: Kernel = unary("ceil_f32", 0);
/** Halves to even. */
export const round_f32: Kernel = unary("round_f32", 0);
/** -1, 0 or 1; NaN stays NaN. */
export const sign_f32: Kernel = unary("sign_f32", 0);
/** min(max(x, low), high). */
export const clamp_f32: Kernel = unary("clamp_f32", 0, { low: "f32", high: "f32" });
export const rsqrt_f32: Kernel = unary("rsqrt_f32", 2e-7);
/** e^x - 1. */
export const expm1_f32: Kernel = unary("expm1_f32", 3e-7);
/** log(1 + x). */
export const log1p_f32: Kernel = unary("log1p_f32", 3e-7);
export const erf_f32: Kernel = unary("erf_f32", 5e-7);
/** log(1 + e^(beta x)) / beta. */
export const softplus_f32: Kernel = unary("softplus_f32", 3e-7, { beta: "f32" });
/** x, below 0 alpha (e^x - 1). */
export const elu_f32: Kernel = unary("elu_f32", 3e-7, { alpha: "f32" });
/** Elu with the scale and alpha that keep mean 0 and variance 1. */
export const selu_f32: Kernel = unary("selu_f32", 5e-7);
/** x, below 0 slope x. */
export const leaky_relu_f32: Kernel = unary("leaky_relu_f32", 2e-7, { slope: "f32" });
/** x tanh(softplus(x)). */
export const mish_f32: Kernel = unary("mish_f32", 5e-7);
/** clamp(x + 3, 0, 6) / 6. */
export const hard_sigmoid_f32: Kernel = unary("hard_sigmoid_f32", 2e-7);
/** x hard_sigmoid(x). */
export const hard_swish_f32: Kernel = unary("hard_swish_f32", 5e-7);
/** C's powf: a negative base has a result where the exponent is integral. */
export const pow_scalar_f32: Kernel = {
  ...unary("pow_scalar_f32", 5e-7, { exponent: "f32" }),
  gpuTolerance: 2e-5, // as pow_f32
};

export const add_i32: Kernel = binary("add_i32", 0, "i32");
export const sub_i32: Kernel = binary("sub_i32", 0, "i32");
export const mul_i32: Kernel = binary("mul_i32", 0, "i32");
export const maximum_i32: Kernel = binary("maximum_i32", 0, "i32");
export const minimum_i32: Kernel = binary("minimum_i32", 0, "i32");
/** Sums, differences and products of u32 are those of i32. */
export const maximum_u32: Kernel = binary("maximum_u32", 0, "u32");
export const minimum_u32: Kernel = binary("minimum_u32", 0, "u32");
