/**
 * Rows of the norms' gradients. Those of x come with what was found of each row (mean, scale = 1 / deviation), from
 * which a second row makes those of w and b, each column adding its rows in ascending order.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, type Operand, output } from "../kernel.ts";

const rest: Pick<Kernel, "cells" | "gradient" | "tolerance"> = {
  cells: { R: "i32" },
  gradient: NO_GRADIENT.backward,
  tolerance: 3e-6,
};
const x: Operand = input("x", "f32", "R,C");
const dy: Operand = input("dy", "f32", "R,C");

/** dx = scale (g - x scale^2 mean(g x)) with g = dy w and scale[r] of rms_norm_f32; dx may be x or dy. */
export const rms_norm_backward_f32: Kernel = {
  name: "rms_norm_backward_f32",
  operands: [x, input("w", "f32", "C"), dy, output("dx", "f32", "R,C"), output("scale", "f32", "R")],
  params: { C: "i32", eps: "f32" },
  ...rest,
};

/** dw[c] = sum over r of dy[r, c] x[r, c] scale[r]. */
export const rms_norm_weight_backward_f32: Kernel = {
  name: "rms_norm_weight_backward_f32",
  operands: [x, dy, input("scale", "f32", "R"), output("dw", "f32", "C")],
  params: { C: "i32" },
  ...rest,
};

/** dx = scale (g - mean(g) - n mean(g n)) with g = dy w, n = (x - mean[r]) scale[r]; dx may be x or dy. */
export const layer_norm_backward_f32: Kernel = {
  name: "layer_norm_backward_f32",
  operands: [
    x,
    input("w", "f32", "C"),
    dy,
    output("dx", "f32", "R,C"),
    output("mean", "f32", "R"),
    output("scale", "f32", "R"),
  ],
  params: { C: "i32", eps: "f32" },
  ...rest,
};

/** dw[c] = sum over r of dy[r, c] (x[r, c] - mean[r]) scale[r], db[c] = sum over r of dy[r, c]. */
export const layer_norm_weight_backward_f32: Kernel = {
  name: "layer_norm_weight_backward_f32",
  operands: [
    x,
    dy,
    input("mean", "f32", "R"),
    input("scale", "f32", "R"),
    output("dw", "f32", "C"),
    { ...output("db", "f32", "C"), optional: true },
  ],
  params: { C: "i32" },
  ...rest,
};
