/**
 * Rows of pooling over two axes.
 *
 * @module
 */
import { input, type Kernel, output } from "../kernel.ts";

const windows = {
  C: "i32",
  H: "i32",
  W: "i32",
  Ho: "i32",
  Wo: "i32",
  kh: "i32",
  kw: "i32",
  strideH: "i32",
  strideW: "i32",
  paddingH: "i32",
  paddingW: "i32",
} as const;
const averages = { ...windows, countPadding: "i32", divisor: "i32" } as const;
const cells = { B: "i32" } as const;

/** Each window's largest value, and its place in the plane: of equals the first, of NaNs the last. */
export const max_pool2d_f32: Kernel = {
  name: "max_pool2d_f32",
  operands: [
    input("x", "f32", "B,C,H,W"),
    output("y", "f32", "B,C,Ho,Wo"),
    output("indices", "i32", "B,C,Ho,Wo"),
  ],
  params: { ...windows, dilationH: "i32", dilationW: "i32" },
  cells,
  gradient: ["max_pool2d_backward_f32"],
  tolerance: 0,
};

/** Each dy added at its index; N = Ho Wo and M = H W. An index outside 0 .. M - 1 adds nothing. */
export const max_pool2d_backward_f32: Kernel = {
  name: "max_pool2d_backward_f32",
  operands: [
    input("dy", "f32", "B,C,N"),
    input("indices", "i32", "B,C,N"),
    output("dx", "f32", "B,C,M"),
  ],
  params: { N: "i32", M: "i32", C: "i32" },
  cells,
  gradient: ["max_pool2d_gather_f32"],
  tolerance: 1e-6,
};

/** Each index's x, the adjoint of max_pool2d_backward_f32: 0 for an index outside 0 .. M - 1. */
export const max_pool2d_gather_f32: Kernel = {
  name: "max_pool2d_gather_f32",
  operands: [
    input("x", "f32", "B,C,M"),
    input("indices", "i32", "B,C,N"),
    output("y", "f32", "B,C,N"),
  ],
  params: { N: "i32", M: "i32", C: "i32" },
  cells,
  gradient: ["max_pool2d_backward_f32"],
  tolerance: 0,
};

/** Each window's sum over `divisor`, or where that is 0 over its pixels: with countPadding 1 also the padding's. */
export const avg_pool2d_f32: Kernel = {
  name: "avg_pool2d_f32",
  operands: [input("x", "f32", "B,C,H,W"), output("y", "f32", "B,C,Ho,Wo")],
  params: averages,
  cells,
  gradient: ["avg_pool2d_backward_f32"],
  tolerance: 1e-6,
};

/** The gradient of avg_pool2d_f32. */
export const avg_pool2d_backward_f32: Kernel = {
  name: "avg_pool2d_backward_f32",
  operands: [input("dy", "f32", "B,C,Ho,Wo"), output("dx", "f32", "B,C,H,W")],
  params: averages,
  cells,
  gradient: ["avg_pool2d_f32"],
  tolerance: 1e-6,
};
