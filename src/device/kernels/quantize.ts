/**
 * The row that makes activation blocks.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

/** Blocks of 32 activations as bytes with a scale and sums (src/quant/q8.ts); K a multiple of 32. */
export const quantize_q8: Kernel = {
  name: "quantize_q8",
  operands: [input("x", "f32", "T,K"), output("y", "q8", "T,K")],
  params: { K: "i32" },
  cells: { T: "i32" },
  gradient: NO_GRADIENT.steps,
  tolerance: 0,
};
