/**
 * Rows of the attention family.
 *
 * @module
 */
import { inout, input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

const append: Omit<Kernel, "name"> = {
  operands: [input("x", "any", "T,G,D"), inout("cache", "any", "G,S,D")],
  params: { G: "i32", D: "i32", S: "i32" },
  cells: { T: "i32", P: "i32" },
  gradient: NO_GRADIENT.cache,
  tolerance: 0,
};

/** cache[g, P + t] = x[t, g], elements of 64 bits; positions outside 0 .. S - 1 are left out. */
export const kv_append_b64: Kernel = { name: "kv_append_b64", ...append };

/** The same of 32 bits. */
export const kv_append_b32: Kernel = { name: "kv_append_b32", ...append };

/** The same of 16 bits. */
export const kv_append_b16: Kernel = { name: "kv_append_b16", ...append };

/**
 * y[t, h] = sum over j of w[j] v[g, j] with w = softmax over j of scale * (q[t, h] . k[g, j]): causal attention
 * of H heads over the cache of G = H / n heads (g = h / n). Row t has position p = P + t and sees the keys
 * j <= p; with a window (0: none) those with p - j < window. Positions outside 0 .. S - 1 give NaN.
 */
export const attention_f32: Kernel = {
  name: "attention_f32",
  operands: [
    input("q", "f32", "T,H,D"),
    input("k", "f32", "G,S,D"),
    input("v", "f32", "G,S,D"),
    output("y", "f32", "T,H,D"),
  ],
  scratch: ({ D }) => 1120 + 24 * 4 * Math.ceil(D / 4), // weights, state and queries of 6 rows
  params: { H: "i32", G: "i32", D: "i32", S: "i32", scale: "f32", window: "i32" },
  cells: { T: "i32", P: "i32" },
  gradient: NO_GRADIENT.cache,
  tolerance: 2e-6,
};
