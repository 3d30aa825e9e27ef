/**
 * Rows that take rows of a packed table by index.
 *
 * @module
 */
import type { BlockDtype } from "../../quant/format.ts";
import { input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";
import { PANEL_BYTES } from "./matmul_quant.ts";

/** y[t, k] = w[ids[t], k]; NaN where ids[t] is outside 0 .. V - 1. */
function table(dtype: BlockDtype): Kernel {
  return {
    name: `embed_${dtype}`,
    operands: [input("w", "bytes", "V,K"), input("ids", "i32", "T"), output("y", "f32", "T,K")],
    scratch: () => PANEL_BYTES,
    params: { V: "i32", K: "i32" },
    cells: { T: "i32" },
    gradient: NO_GRADIENT.constant,
    tolerance: 0,
  };
}

export const embed_q4_0: Kernel = table("q4_0");
export const embed_q4_1: Kernel = table("q4_1");
export const embed_q5_0: Kernel = table("q5_0");
export const embed_q5_1: Kernel = table("q5_1");
export const embed_q8_0: Kernel = table("q8_0");
export const embed_q2_k: Kernel = table("q2_k");
export const embed_q3_k: Kernel = table("q3_k");
export const embed_q4_k: Kernel = table("q4_k");
export const embed_q5_k: Kernel = table("q5_k");
export const embed_q6_k: Kernel = table("q6_k");
export const embed_iq4_nl: Kernel = table("iq4_nl");
export const embed_mxfp4: Kernel = table("mxfp4");
