/**
 * Rows of the matmul of f64 and of integers.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, output, type RowGradient } from "../kernel.ts";
import { matmul_f32 } from "./matmul_f32.ts";

/** matmul_f32's form; scratch holds a panel of b: 32 bytes of its columns for each k. */
function matmul(dtype: "f64" | "i64" | "i32", gradient: RowGradient, tolerance: number): Kernel {
  return {
    name: `matmul_${dtype}`,
    operands: [
      input("a", dtype, "B0,B1,M,K"),
      input("b", dtype, "B0,B1,K,N"),
      output("y", dtype, "B0,B1,M,N"),
    ],
    scratch: ({ K }) => 32 * K,
    params: matmul_f32.params,
    cells: matmul_f32.cells,
    gradient,
    tolerance,
  };
}

export const matmul_f64: Kernel = matmul("f64", ["matmul_f64"], 1e-14);
/** Wraps around. */
export const matmul_i64: Kernel = matmul("i64", NO_GRADIENT.whole, 0);
/** Wraps at 32 bits; also of u32. */
export const matmul_i32: Kernel = matmul("i32", NO_GRADIENT.whole, 0);
