/**
 * Rows that take rows of a table by index and convert them; of f32, see index_select_b32.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, type OperandDtype, output } from "../kernel.ts";

/** y[t, :] = x[ids[t], :]; NaN where ids[t] is outside 0 .. V - 1. */
function take(dtype: OperandDtype): Kernel {
  return {
    name: `take_rows_${dtype}`,
    operands: [input("x", dtype, "V,C"), input("ids", "i32", "T"), output("y", "f32", "T,C")],
    params: { V: "i32", C: "i32" },
    cells: { T: "i32" },
    gradient: NO_GRADIENT.constant,
    tolerance: 0,
  };
}

export const take_rows_f16: Kernel = take("f16");
export const take_rows_bf16: Kernel = take("bf16");
