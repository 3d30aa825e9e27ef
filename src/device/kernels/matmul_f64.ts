/**
 * The row of the f64 matmul.
 *
 * @module
 */
import { input, type Kernel, output } from "../kernel.ts";
import { matmul_f32 } from "./matmul_f32.ts";

/** matmul_f32's form in f64; scratch holds a panel of four columns of b. */
export const matmul_f64: Kernel = {
  name: "matmul_f64",
  operands: [
    input("a", "f64", "B0,B1,M,K"),
    input("b", "f64", "B0,B1,K,N"),
    output("y", "f64", "B0,B1,M,N"),
  ],
  scratch: ({ K }) => 32 * K,
  params: matmul_f32.params,
  cells: matmul_f32.cells,
  tolerance: 1e-14,
};
