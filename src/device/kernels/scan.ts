/**
 * Rows that scan the middle of [O, N, I].
 *
 * @module
 */
import { gradientOf, input, type Kernel, NO_GRADIENT, output, type RowGradient } from "../kernel.ts";
import { columnScratch } from "./reduce_middle.ts";

/** y[n] takes in x up to n, from n on with `reverse`; y may be x. */
function scan(name: string, dtype: "f32" | "i32", gradient: RowGradient, tolerance: number): Kernel {
  return {
    name: `${name}_${dtype}`,
    operands: [input("x", dtype, "O,N,I"), output("y", dtype, "O,N,I")],
    scratch: columnScratch,
    params: { N: "i32", I: "i32", reverse: "i32" },
    cells: { O: "i32" },
    gradient,
    tolerance,
  };
}

export const cumsum_f32: Kernel = scan("cumsum", "f32", ["cumsum_f32"], 1e-7);
export const cumprod_f32: Kernel = scan("cumprod", "f32", ["cumprod_backward_f32"], 1e-7);
/** Wraps at 32 bits. */
export const cumsum_i32: Kernel = scan("cumsum", "i32", NO_GRADIENT.whole, 0);
/** Wraps at 32 bits. */
export const cumprod_i32: Kernel = scan("cumprod", "i32", NO_GRADIENT.whole, 0);

/** values[n] = the best of x up to n, indices[n] where it stands, of equals the last; values may be x. */
function best(name: string, dtype: "f32" | "i32" | "u32"): Kernel {
  return {
    name: `${name}_${dtype}`,
    operands: [
      input("x", dtype, "O,N,I"),
      output("values", dtype, "O,N,I"),
      output("indices", "i32", "O,N,I"),
    ],
    scratch: columnScratch,
    params: { N: "i32", I: "i32" },
    cells: { O: "i32" },
    gradient: gradientOf(dtype),
    tolerance: 0,
  };
}

/** NaN from the first on. */
export const cummax_f32: Kernel = best("cummax", "f32");
/** NaN from the first on. */
export const cummin_f32: Kernel = best("cummin", "f32");
export const cummax_i32: Kernel = best("cummax", "i32");
export const cummin_i32: Kernel = best("cummin", "i32");
export const cummax_u32: Kernel = best("cummax", "u32");
export const cummin_u32: Kernel = best("cummin", "u32");

function backward(name: string, dy: string): Kernel {
  return {
    name,
    operands: [input("x", "f32", "O,N,I"), input("dy", "f32", dy), output("dx", "f32", "O,N,I")],
    scratch: columnScratch,
    params: { N: "i32", I: "i32" },
    cells: { O: "i32" },
    gradient: NO_GRADIENT.backward,
    tolerance: 2e-7,
  };
}

/** dx[n] = sum over m >= n of dy[m] times the product of x up to m but for x[n]. */
export const cumprod_backward_f32: Kernel = backward("cumprod_backward_f32", "O,N,I");
/** dx[n] = dy times the product of x but for x[n]. */
export const prod_backward_f32: Kernel = backward("prod_backward_f32", "O,I");
