/**
 * Rows of the rope family (rotary position embedding, Su et al., 2021).
 *
 * @module
 */
import { input, type Kernel, output } from "../kernel.ts";

const form: Omit<Kernel, "name" | "gradient"> = {
  operands: [input("x", "f32", "T,H,D"), input("table", "f32", "S,R"), output("y", "f32", "T,H,D")],
  params: { H: "i32", D: "i32", R: "i32", S: "i32" },
  cells: { T: "i32", P: "i32" },
  tolerance: 3e-7,
};

/**
 * Turns the pairs (2i, 2i + 1) of each head's first R columns by the angles of position P + t, whose cos and sin
 * are table[P + t, 2i] and [P + t, 2i + 1]; copies the other columns. A position outside 0 .. S - 1 gives NaN.
 * y may be x.
 */
export const rope_interleaved_f32: Kernel = {
  name: "rope_interleaved_f32",
  ...form,
  gradient: ["rope_interleaved_backward_f32"],
};

/** The same for the pairs (i, i + R / 2). */
export const rope_halved_f32: Kernel = {
  name: "rope_halved_f32",
  ...form,
  gradient: ["rope_halved_backward_f32"],
};

const backward: Omit<Kernel, "name" | "gradient"> = {
  ...form,
  operands: [input("dy", "f32", "T,H,D"), input("table", "f32", "S,R"), output("dx", "f32", "T,H,D")],
};

/** dx of rope_interleaved_f32: dy turned the other way; dx may be dy. */
export const rope_interleaved_backward_f32: Kernel = {
  name: "rope_interleaved_backward_f32",
  ...backward,
  gradient: ["rope_interleaved_f32"],
};

/** dx of rope_halved_f32; dx may be dy. */
export const rope_halved_backward_f32: Kernel = {
  name: "rope_halved_backward_f32",
  ...backward,
  gradient: ["rope_halved_f32"],
};
