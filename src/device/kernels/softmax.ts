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
