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
  params: { C: "i32" },
  cells: { T: "i32" },
  tolerance: 5e-7,
};

/** dgate = dy up s (1 + gate (1 - s)), dup = dy gate s, s = 1 / (1 + e^-gate); a result may be any operand. */
export const swiglu_backward_f32: Kernel = {
  name: "swiglu_backward_f32",
  operands: [
    input("gate", "f32", "T,C"),
    input("up", "f32", "T,C"),
    input("dy", "f32", "T,C"),
    output("dgate", "f32", "T,C"),
    output("dup", "f32", "T,C"),
  ],
  params: { C: "i32" },
  cells: { T: "i32" },
  tolerance: 1e-6,
};
