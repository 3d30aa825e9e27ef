/**
 * Rows of attention without a cache, and its gradients.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

/** Queries of a block (assembly/attention_train.ts). */
const ROWS = 48;
/** n as its panels of eight hold it. */
const byEight = (n: number) => 8 * Math.ceil(n / 8);

const rest: Pick<Kernel, "params" | "cells" | "tolerance"> = {
  params: { T: "i32", H: "i32", G: "i32", D: "i32", S: "i32", scale: "f32", causal: "i32" },
  cells: { B: "i32" },
  tolerance: 3e-6,
};

/**
 * y[b, t, h] = sum over j of p[j] v[b, g, j] with p = softmax over j of scale * (q[b, t, h] . k[b, g, j]), g = h / n,
 * G = H / n; the keys are j <= t with causal 1, all with 0. S > 0.
 */
export const attention_train_f32: Kernel = {
  name: "attention_train_f32",
  operands: [
    input("q", "f32", "B,T,H,D"),
    input("k", "f32", "B,G,S,D"),
    input("v", "f32", "B,G,S,D"),
    output("y", "f32", "B,T,H,D"),
  ],
  scratch: ({ D, S }) => 4 * (ROWS * S + byEight(S) * D + byEight(D) * S),
  gradient: ["attention_train_backward_f32"],
  ...rest,
};

/**
 * Gradients of attention_train_f32 from its inputs and dy, its probabilities made anew: dq (may be dy or q), and
 * dkv[b, 0] = dk[b], dkv[b, 1] = dv[b].
 */
export const attention_train_backward_f32: Kernel = {
  name: "attention_train_backward_f32",
  operands: [
    input("q", "f32", "B,T,H,D"),
    input("k", "f32", "B,G,S,D"),
    input("v", "f32", "B,G,S,D"),
    input("dy", "f32", "B,T,H,D"),
    output("dq", "f32", "B,T,H,D"),
    output("dkv", "f32", "B,2,G,S,D"),
  ],
  scratch: ({ D, S }) => 4 * (3 * ROWS * S + 8 * ROWS + 2 * byEight(S) * D + byEight(D) * S),
  gradient: NO_GRADIENT.backward,
  ...rest,
};
