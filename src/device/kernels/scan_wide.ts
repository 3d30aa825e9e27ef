/**
 * Rows that scan the middle of [O, N, I] in i64.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, type Operand, output } from "../kernel.ts";

function scan(name: string, results: readonly Operand[], more: Kernel["params"] = {}): Kernel {
  return {
    name,
    operands: [input("x", "i64", "O,N,I"), ...results],
    params: { N: "i32", I: "i32", ...more },
    cells: { O: "i32" },
    gradient: NO_GRADIENT.whole,
    tolerance: 0,
  };
}

const y = [output("y", "i64", "O,N,I")];
const best = [output("values", "i64", "O,N,I"), output("indices", "i32", "O,N,I")];

/** y[n] takes in x up to n, from n on with `reverse`; y may be x. Wraps around. */
export const cumsum_i64: Kernel = scan("cumsum_i64", y, { reverse: "i32" });
/** As cumsum_i64. */
export const cumprod_i64: Kernel = scan("cumprod_i64", y, { reverse: "i32" });
/** values[n] = the best of x up to n, indices[n] where it stands, of equals the last; values may be x. */
export const cummax_i64: Kernel = scan("cummax_i64", best);
/** As cummax_i64. */
export const cummin_i64: Kernel = scan("cummin_i64", best);
