/**
 * Rows of the softmax family.
 *
 * @module
 */
import { input, type Kernel, output } from "../kernel.ts";

/** y[r, c] = e^x[r, c] / sum over c of e^x[r, c]; y may be x. */
export const softmax_f32: Kernel = {
  name: "softmax_f32",
  operands: [input("x", "f32", "R,C"), output("y", "f32", "R,C")],
  params: { C: "i32" },
  cells: { R: "i32" },
  tolerance: 5e-7,
};

/** y[r, c] = log(e^x[r, c] / sum over c of e^x[r, c]); y may be x. */
export const log_softmax_f32: Kernel = {
  name: "log_softmax_f32",
  operands: [input("x", "f32", "R,C"), output("y", "f32", "R,C")],
  params: { C: "i32" },
  cells: { R: "i32" },
  tolerance: 1e-6,
};

const backward: Omit<Kernel, "name"> = {
  operands: [input("y", "f32", "R,C"), input("dy", "f32", "R,C"), output("dx", "f32", "R,C")],
  params: { C: "i32" },
  cells: { R: "i32" },
  tolerance: 1e-6,
};

/** dx = y (dy - sum over c of dy y), y = softmax_f32(x); dx may be y or dy. */
export const softmax_backward_f32: Kernel = { name: "softmax_backward_f32", ...backward };

/** dx = dy - e^y (sum over c of dy), y = log_softmax_f32(x); dx may be y or dy. */
export const log_softmax_backward_f32: Kernel = {
  name: "log_softmax_backward_f32",
  ...backward,
};
