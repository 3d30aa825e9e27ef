/**
 * Rows of the gated feed-forward family.
 *
 * @module
 */
import { input, type Kernel, output } from "../kernel.ts";

/** y = gate / (1 + e^-gate) * up (Shazeer, 2020: SwiGLU); y may be gate or up. */
export const swiglu_f32: Kernel = {
  name: "swiglu_f32",
  operands: [input("gate", "f32", "T,C"), input("up", "f32", "T,C"), output("y", "f32", "T,C")],
  scratch: () => 224, // exp's constants
  params: { C: "i32" },
  cells: { T: "i32" },
  tolerance: 5e-7,
};
