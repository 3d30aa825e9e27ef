/**
 * Rows that scan the middle of [O, N, I] in f64.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, output, type RowGradient } from "../kernel.ts";

/** y[n] takes in x up to n, from n on with `reverse`; y may be x. */
function scan(name: string, gradient: RowGradient): Kernel {
  return {
    name,
    operands: [input("x", "f64", "O,N,I"), output("y", "f64", "O,N,I")],
    params: { N: "i32", I: "i32", reverse: "i32" },
    cells: { O: "i32" },
    gradient,
    tolerance: 1e-14,
  };
}

export const cumsum_f64: Kernel = scan("cumsum_f64", ["cumsum_f64"]);
export const cumprod_f64: Kernel = scan("cumprod_f64", ["cumprod_backward_f64"]);

/** values[n] = the best of x up to n, indices[n] where it stands, of equals the last; NaN from the first on. */
function best(name: string): Kernel {
  return {
    name,
    operands: [
      input("x", "f64", "O,N,I"),
      output("values", "f64", "O,N,I"),
      output("indices", "i32", "O,N,I"),
    ],
    params: { N: "i32", I: "i32" },
    cells: { O: "i32" },
    gradient: ["scatter_add_f64"],
    tolerance: 0,
  };
}

export const cummax_f64: Kernel = best("cummax_f64");
export const cummin_f64: Kernel = best("cummin_f64");

/** dx[n] = sum over m >= n of dy[m] times the product of x up to m but for x[n]. */
export const cumprod_backward_f64: Kernel = {
  name: "cumprod_backward_f64",
  operands: [input("x", "f64", "O,N,I"), input("dy", "f64", "O,N,I"), output("dx", "f64", "O,N,I")],
  params: { N: "i32", I: "i32" },
  cells: { O: "i32" },
  gradient: NO_GRADIENT.backward,
  tolerance: 1e-14,
};
