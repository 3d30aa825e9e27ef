/**
 * Rows of convolution over two axes (over one: H = kh = 1).
 *
 * @module
 */
import { input, type Kernel, optional, output, type Sizes } from "../kernel.ts";

/** Most of k that a panel holds (assembly/conv.ts). */
const DEPTH = 256;

const params = {
  C: "i32",
  H: "i32",
  W: "i32",
  O: "i32",
  Ho: "i32",
  Wo: "i32",
  kh: "i32",
  kw: "i32",
  groups: "i32",
  strideH: "i32",
  strideW: "i32",
  paddingH: "i32",
  paddingW: "i32",
  dilationH: "i32",
  dilationW: "i32",
} as const;
const cells = { B: "i32" } as const;

/** y = x convolved with w (cross-correlation, as everywhere in the field), plus a bias for each output channel. */
export const conv2d_f32: Kernel = {
  name: "conv2d_f32",
  operands: [
    input("x", "f32", "B,C,H,W"),
    input("w", "f32", "O,C/groups,kh,kw"),
    optional("bias", "f32", "O"),
    output("y", "f32", "B,O,Ho,Wo"),
  ],
  scratch: ({ C, kh, kw, groups }: Sizes) => 32 * Math.min(DEPTH, C / groups * kh * kw),
  params,
  cells,
  gradient: ["conv2d_backward_input_f32", "conv2d_backward_weight_f32"],
  tolerance: 1e-6,
};

/**
 * The gradient of conv2d_f32 with respect to x; sizes are the forward's. It is also the transposed convolution of
 * dy [B, O, Ho, Wo] with weights [O, C / groups, kh, kw] to dx [B, C, H, W]: H and W say the output padding, and
 * bias [C] is that layer's (absent in a gradient).
 */
export const conv2d_backward_input_f32: Kernel = {
  name: "conv2d_backward_input_f32",
  operands: [
    input("dy", "f32", "B,O,Ho,Wo"),
    input("w", "f32", "O,C/groups,kh,kw"),
    optional("bias", "f32", "C"),
    output("dx", "f32", "B,C,H,W"),
  ],
  scratch: ({ C, O, kh, kw, groups }: Sizes) => Math.min(DEPTH, O / groups * kh * kw) * (32 + 4 * C / groups),
  params,
  cells,
  gradient: ["conv2d_f32", "conv2d_backward_weight_f32"],
  tolerance: 1e-6,
};

/** The gradient of conv2d_f32 with respect to w; B is summed over, in ascending order. */
export const conv2d_backward_weight_f32: Kernel = {
  name: "conv2d_backward_weight_f32",
  operands: [
    input("x", "f32", "B,C,H,W"),
    input("dy", "f32", "B,O,Ho,Wo"),
    output("dw", "f32", "O,C/groups,kh,kw"),
  ],
  scratch: ({ Ho, Wo }: Sizes) => 32 * Math.min(DEPTH, Ho * Wo),
  params,
  cells,
  gradient: ["conv2d_f32", "conv2d_backward_input_f32"],
  tolerance: 1e-6,
};
