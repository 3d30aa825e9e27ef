/**
 * Rows of optimizers: one step of a parameter in place, as PyTorch defines it. What changes from step to step lies
 * in cells, so that a recorded step replays. `gain` is 1 - beta, `correction` is 1 - beta^t, made in float64.
 *
 * @module
 */
import { inout, input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

const p = inout("p", "f32", "R,C");
const g = input("g", "f32", "R,C");

/**
 * g += decay p; buf = g at t = 1, else momentum buf + (1 - dampening) g; p -= lr buf, with nesterov 1
 * lr (g + momentum buf), without buf lr g.
 */
export const sgd_f32: Kernel = {
  name: "sgd_f32",
  operands: [p, g, { ...inout("buf", "f32", "R,C"), optional: true }],
  params: { C: "i32", momentum: "f32", dampening: "f32", decay: "f32", nesterov: "i32" },
  cells: { R: "i32", lr: "f32", t: "f32" },
  gradient: NO_GRADIENT.training,
  tolerance: 5e-7,
};

const adam: Omit<Kernel, "name"> = {
  operands: [
    p,
    g,
    inout("m", "f32", "R,C"),
    inout("v", "f32", "R,C"),
    { ...inout("u", "f32", "R,C"), optional: true },
  ],
  params: { C: "i32", gain1: "f32", gain2: "f32", eps: "f32", decay: "f32" },
  cells: { R: "i32", lr: "f32", correction1: "f32", correction2: "f32" },
  gradient: NO_GRADIENT.training,
  tolerance: 1e-6,
};

/**
 * g += decay p; m += gain1 (g - m); v = (1 - gain2) v + gain2 g^2; u = max(u, v) (AMSGrad), v without u;
 * p -= lr / correction1 m / (sqrt(u / correction2) + eps).
 */
export const adam_f32: Kernel = { name: "adam_f32", ...adam };

/** adam_f32 with p *= 1 - lr decay in place of decay in the gradient. */
export const adamw_f32: Kernel = { name: "adamw_f32", ...adam };

/** p *= 1 - lr decay; p -= lr sign(m + gain1 (g - m)); m += gain2 (g - m) (Chen et al., 2023). */
export const lion_f32: Kernel = {
  name: "lion_f32",
  operands: [p, g, inout("m", "f32", "R,C")],
  params: { C: "i32", gain1: "f32", gain2: "f32", decay: "f32" },
  cells: { R: "i32", lr: "f32" },
  gradient: NO_GRADIENT.training,
  tolerance: 5e-7,
};

/** average += gain (x - average). */
export const ema_f32: Kernel = {
  name: "ema_f32",
  operands: [inout("average", "f32", "R,C"), input("x", "f32", "R,C")],
  params: { C: "i32" },
  cells: { R: "i32", gain: "f32" },
  gradient: NO_GRADIENT.training,
  tolerance: 5e-7,
};

/** x *= factor[0]. */
export const scale_f32: Kernel = {
  name: "scale_f32",
  operands: [inout("x", "f32", "R,C"), input("factor", "f32", "1")],
  params: { C: "i32" },
  cells: { R: "i32" },
  gradient: NO_GRADIENT.training,
  tolerance: 1e-7,
};

/** y[r] = sum over c of x[r, c]^2. */
export const sum_of_squares_f32: Kernel = {
  name: "sum_of_squares_f32",
  operands: [input("x", "f32", "R,C"), output("y", "f32", "R")],
  params: { C: "i32" },
  cells: { R: "i32" },
  gradient: NO_GRADIENT.training,
  tolerance: 1e-6,
};
