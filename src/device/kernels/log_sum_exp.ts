/**
 * Rows of the logarithm of a sum of exponentials.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

/** y[r] = log(sum over c of e^x[r, c]); -Infinity of nothing. */
export const log_sum_exp_f32: Kernel = {
  name: "log_sum_exp_f32",
  operands: [input("x", "f32", "R,C"), output("y", "f32", "R")],
  params: { C: "i32" },
  cells: { R: "i32" },
  gradient: ["log_sum_exp_backward_f32"],
  tolerance: 5e-7,
};

/** dx[r, c] = dy[r] e^(x[r, c] - y[r]), y = log_sum_exp_f32(x); dx may be x. */
export const log_sum_exp_backward_f32: Kernel = {
  name: "log_sum_exp_backward_f32",
  operands: [
    input("x", "f32", "R,C"),
    input("y", "f32", "R"),
    input("dy", "f32", "R"),
    output("dx", "f32", "R,C"),
  ],
  params: { C: "i32" },
  cells: { R: "i32" },
  gradient: NO_GRADIENT.backward,
  tolerance: 1e-6,
};
