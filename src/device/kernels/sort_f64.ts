/**
 * The row that sorts the last dimension of f64.
 *
 * @module
 */
import { input, type Kernel, output } from "../kernel.ts";

/** As sort_f32; values is not x. Scratch holds a list of indices. */
export const sort_f64: Kernel = {
  name: "sort_f64",
  operands: [input("x", "f64", "R,C"), output("values", "f64", "R,C"), output("indices", "i32", "R,C")],
  scratch: ({ C }) => 4 * C,
  params: { C: "i32", descending: "i32" },
  cells: { R: "i32" },
  gradient: ["scatter_add_f64"],
  tolerance: 0,
};
