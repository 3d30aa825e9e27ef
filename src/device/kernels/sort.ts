/**
 * Rows that sort the last dimension, and that move its elements by index.
 *
 * @module
 */
import {
  input,
  type Kernel,
  NO_GRADIENT,
  type Operand,
  type OperandDtype,
  output,
  type RowGradient,
  type Sizes,
} from "../kernel.ts";

function sorted(
  name: string,
  dtype: OperandDtype,
  shape: string,
  params: Kernel["params"],
  scratch: (sizes: Sizes) => number,
): Kernel {
  return {
    name: `${name}_${dtype}`,
    operands: [input("x", dtype, "R,C"), output("values", dtype, shape), output("indices", "i32", shape)],
    scratch,
    params,
    cells: { R: "i32" },
    gradient: dtype === "f32" ? ["place_f32"] : NO_GRADIENT.whole,
    tolerance: 0,
  };
}

/**
 * values[r] = x[r] in order, equals in the order of their indices; indices say where they stood. NaN counts as the
 * largest.
 */
export const sort = (dtype: OperandDtype): Kernel =>
  // two lists of pairs, four counts of 256 (assembly/sort.ts)
  sorted("sort", dtype, "R,C", { C: "i32", descending: "i32" }, ({ C }) => 16 * C + 4096);

/** The first K of what sort gives, descending where `largest`; K <= C. */
const top = (dtype: OperandDtype): Kernel =>
  sorted("top_k", dtype, "R,K", { C: "i32", K: "i32", largest: "i32" }, ({ K }) => 8 * K);

export const sort_f32: Kernel = sort("f32");
export const sort_i32: Kernel = sort("i32");
export const sort_u32: Kernel = sort("u32");
export const top_k_f32: Kernel = top("f32");
export const top_k_i32: Kernel = top("i32");
export const top_k_u32: Kernel = top("u32");

function move(
  name: string,
  operands: readonly Operand[],
  gradient: RowGradient,
  tolerance: number,
): Kernel {
  return { name, operands, params: { C: "i32", K: "i32" }, cells: { R: "i32" }, gradient, tolerance };
}

/** y[r, k] = x[r, indices[r, k]]; NaN where there is none. */
export const pick_f32: Kernel = move(
  "pick_f32",
  [
    input("x", "f32", "R,C"),
    input("indices", "i32", "R,K"),
    output("y", "f32", "R,K"),
  ],
  ["place_f32"],
  0,
);
/** y[r] = 0, then y[r, indices[r, k]] += x[r, k] in the order of k; indices that are not there are left out. */
export const place_f32: Kernel = move(
  "place_f32",
  [
    input("x", "f32", "R,K"),
    input("indices", "i32", "R,K"),
    output("y", "f32", "R,C"),
  ],
  ["pick_f32"],
  1e-6,
);
