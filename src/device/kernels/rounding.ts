/**
 * Rows of the elementwise form that round f32 and divide: y is contiguous [D0, D1, D2, D3], operands are read through
 * four strides in elements (0 broadcasts).
 *
 * @module
 */
import { type Kernel, NO_GRADIENT } from "../kernel.ts";
import { binary, unary } from "./elementwise.ts";

/** x without its fraction. */
export const trunc_f32: Kernel = unary("trunc_f32", 0);
/** a / b rounded down; a / b where b is 0. */
export const floor_div_f32: Kernel = { ...binary("floor_div_f32", 2e-7), gradient: NO_GRADIENT.steps };
/** a - b floor(a / b): with the divisor's sign. */
export const remainder_f32: Kernel = binary("remainder_f32", 1e-7);
