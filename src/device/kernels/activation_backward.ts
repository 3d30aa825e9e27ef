/**
 * Rows of the activations' gradients.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, output, type RowGradient } from "../kernel.ts";

/** dx = dy f'(a), where a is x or y = f(x); dx may be a or dy. */
function activation(
  name: string,
  a: "x" | "y",
  gradient: RowGradient = NO_GRADIENT.backward,
): Kernel {
  return {
    name: `${name}_backward_f32`,
    operands: [input(a, "f32", "T,C"), input("dy", "f32", "T,C"), output("dx", "f32", "T,C")],
    params: { C: "i32" },
    cells: { T: "i32" },
    gradient,
    tolerance: 1e-6,
  };
}

export const silu_backward_f32: Kernel = activation("silu", "x");
export const gelu_backward_f32: Kernel = activation("gelu", "x");
export const gelu_erf_backward_f32: Kernel = activation("gelu_erf", "x");
/** 0 at 0; y = relu(x) serves as well as x. Linear in dy. */
export const relu_backward_f32: Kernel = activation("relu", "x", ["relu_backward_f32"]);
export const sigmoid_backward_f32: Kernel = activation("sigmoid", "y");
export const tanh_backward_f32: Kernel = activation("tanh", "y");
