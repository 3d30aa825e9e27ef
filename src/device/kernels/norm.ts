/**
 * Rows of the norm family.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, optional, output } from "../kernel.ts";

/** y[r, c] = x[r, c] / sqrt(mean over c of x[r, c]^2 + eps) * w[c]; y may be x. */
export const rms_norm_f32: Kernel = {
  name: "rms_norm_f32",
  operands: [input("x", "f32", "R,C"), input("w", "f32", "C"), output("y", "f32", "R,C")],
  params: { C: "i32", eps: "f32" },
  cells: { R: "i32" },
  gradient: ["rms_norm_backward_f32", "rms_norm_weight_backward_f32"],
  tolerance: 2e-6,
};

/** sum = x + delta, y = rms_norm_f32(sum); sum may be x or delta. */
export const add_rms_norm_f32: Kernel = {
  name: "add_rms_norm_f32",
  operands: [
    input("x", "f32", "R,C"),
    input("delta", "f32", "R,C"),
    input("w", "f32", "C"),
    output("sum", "f32", "R,C"),
    output("y", "f32", "R,C"),
  ],
  params: { C: "i32", eps: "f32" },
  cells: { R: "i32" },
  gradient: NO_GRADIENT.fused,
  tolerance: 2e-6,
};

/** y[r, c] = (x[r, c] - mean[r]) / sqrt(variance[r] + eps) * w[c] + b[c]; y may be x. */
export const layer_norm_f32: Kernel = {
  name: "layer_norm_f32",
  operands: [
    input("x", "f32", "R,C"),
    input("w", "f32", "C"),
    optional("b", "f32", "C"),
    output("y", "f32", "R,C"),
  ],
  params: { C: "i32", eps: "f32" },
  cells: { R: "i32" },
  gradient: ["layer_norm_backward_f32", "layer_norm_weight_backward_f32"],
  tolerance: 2e-6,
};
