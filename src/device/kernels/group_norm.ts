/**
 * Rows of the normalisation of groups of channels: row r of R = B G is group r % G of an example, K channels of S
 * numbers.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, optional, output } from "../kernel.ts";

const params = { G: "i32", K: "i32", S: "i32", eps: "f32" } as const;

/** y = (x - mean[r]) / sqrt(variance[r] + eps) w[k] + b[k]; without w times 1, without b plus 0; y may be x. */
export const group_norm_f32: Kernel = {
  name: "group_norm_f32",
  operands: [
    input("x", "f32", "R,K,S"),
    optional("w", "f32", "G,K"),
    optional("b", "f32", "G,K"),
    output("y", "f32", "R,K,S"),
  ],
  params,
  cells: { R: "i32" },
  gradient: ["group_norm_backward_f32"],
  tolerance: 2e-6,
};

/**
 * dx = scale (g - mean(g) - n mean(g n)) with g = dy w[k], n = (x - mean[r]) scale[r]; dw and db of each row: sums over
 * its S of dy n and of dy. dx may be x or dy.
 */
export const group_norm_backward_f32: Kernel = {
  name: "group_norm_backward_f32",
  operands: [
    input("x", "f32", "R,K,S"),
    optional("w", "f32", "G,K"),
    input("dy", "f32", "R,K,S"),
    output("dx", "f32", "R,K,S"),
    output("dw", "f32", "R,K"),
    output("db", "f32", "R,K"),
  ],
  params,
  cells: { R: "i32" },
  gradient: NO_GRADIENT.backward,
  tolerance: 3e-6,
};
