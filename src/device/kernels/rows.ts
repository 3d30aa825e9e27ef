/**
 * Rows that take rows of a table by index.
 *
 * @module
 */
import { inout, input, type Kernel, type OperandDtype, output } from "../kernel.ts";

/** y[t, :] = x[ids[t], :]; NaN where ids[t] is outside 0 .. V - 1. */
function take(dtype: OperandDtype): Kernel {
  return {
    name: `take_rows_${dtype}`,
    operands: [input("x", dtype, "V,C"), input("ids", "i32", "T"), output("y", "f32", "T,C")],
    params: { V: "i32", C: "i32" },
    cells: { T: "i32" },
    tolerance: 0,
  };
}

export const take_rows_f32: Kernel = take("f32");
export const take_rows_f16: Kernel = take("f16");
export const take_rows_bf16: Kernel = take("bf16");

/** dx[ids[t], :] += dy[t, :] in the order of t, which is the gradient of a table; ids outside 0 .. V - 1 are left out. */
export const take_rows_backward_f32: Kernel = {
  name: "take_rows_backward_f32",
  operands: [input("ids", "i32", "T"), input("dy", "f32", "T,C"), inout("dx", "f32", "V,C")],
  params: { V: "i32", C: "i32" },
  cells: { T: "i32" },
  tolerance: 1e-6,
};
