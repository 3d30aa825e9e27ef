/**
 * Rows of cross entropy with class indices, as PyTorch defines it with reduction "none".
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, optional, output } from "../kernel.ts";

const rest: Pick<Kernel, "params" | "cells" | "tolerance"> = {
  params: { V: "i32", ignore: "i32", smoothing: "f32" },
  cells: { T: "i32" },
  tolerance: 2e-6,
};

/**
 * losses[t] = -(1 - s) w[target] log p[target] - s / V (sum over c of w[c] log p[c]) with s = smoothing and
 * log p[c] = logits[t, c] - lse[t]; 0 where the target is `ignore`, NaN where it is another one outside 0 .. V - 1.
 */
export const cross_entropy_f32: Kernel = {
  name: "cross_entropy_f32",
  operands: [
    input("logits", "f32", "T,V"),
    input("targets", "i32", "T"),
    optional("weights", "f32", "V"),
    output("losses", "f32", "T"),
    output("lse", "f32", "T"),
  ],
  gradient: ["cross_entropy_backward_f32"],
  ...rest,
};

/** dlogits of cross_entropy_f32, of its lse and the gradient of each loss; dlogits may be logits. */
export const cross_entropy_backward_f32: Kernel = {
  name: "cross_entropy_backward_f32",
  operands: [
    input("logits", "f32", "T,V"),
    input("targets", "i32", "T"),
    optional("weights", "f32", "V"),
    input("lse", "f32", "T"),
    input("dloss", "f32", "T"),
    output("dlogits", "f32", "T,V"),
  ],
  gradient: NO_GRADIENT.backward,
  ...rest,
};
