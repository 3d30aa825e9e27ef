/**
 * Rows of the family that picks rows of a table.
 *
 * @module
 */
import { input, type Kernel, type OperandDtype, output } from "../kernel.ts";

function takeRows(name: string, dtype: OperandDtype): Kernel {
  return {
    name,
    operands: [input("x", dtype, "V,C"), input("ids", "i32", "T"), output("y", "f32", "T,C")],
    params: { V: "i32", C: "i32" },
    cells: { T: "i32" },
    tolerance: 0,
  };
}

/** y[t] = x[ids[t]]; an id outside 0 .. V - 1 gives a row of NaN. */
export const take_rows_f32: Kernel = takeRows("take_rows_f32", "f32");

/** take_rows_f32 from f16. */
export const take_rows_f16: Kernel = takeRows("take_rows_f16", "f16");

/** take_rows_f32 from bf16. */
export const take_rows_bf16: Kernel = takeRows("take_rows_bf16", "bf16");
