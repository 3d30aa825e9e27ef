/**
 * Rows that multiply packed weights with activations: y[t, n] = sum over k of w[n, k] x[t, k].
 *
 * @module
 */
import type { BlockDtype } from "../../quant/format.ts";
import { input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

/** Bytes of assembly/quant/panel.ts: codes, scales and mins of eight rows by 1024 columns, and a tile's integers. */
export const PANEL_BYTES = 1024 * (16 + 2 + 2) + 128;

/** x as activation blocks; `dot` is the machine's dot product (src/quant/dot.ts), and never shows in the result. */
function blocks(dtype: BlockDtype): Kernel {
  return {
    name: `matmul_${dtype}_q8`,
    operands: [input("w", "bytes", "N,K"), input("x", "q8", "T,K"), output("y", "f32", "T,N")],
    scratch: () => PANEL_BYTES,
    params: { N: "i32", K: "i32", dot: "i32" },
    cells: { T: "i32" },
    gradient: NO_GRADIENT.constant,
    tolerance: 1e-6,
  };
}

/** Columns of a chunk of assembly/quant/float.ts. */
const FLOATS = 512;

/** x as f32. */
function floats(dtype: BlockDtype): Kernel {
  return {
    name: `matmul_${dtype}_f32`,
    operands: [input("w", "bytes", "N,K"), input("x", "f32", "T,K"), output("y", "f32", "T,N")],
    scratch: () => PANEL_BYTES + Math.max(PANEL_BYTES, 32 * FLOATS),
    params: { N: "i32", K: "i32" },
    cells: { T: "i32" },
    gradient: [`matmul_${dtype}_f32_backward`],
    tolerance: 1e-6,
  };
}

export const matmul_q4_0_q8: Kernel = blocks("q4_0");
export const matmul_q4_1_q8: Kernel = blocks("q4_1");
export const matmul_q5_0_q8: Kernel = blocks("q5_0");
export const matmul_q5_1_q8: Kernel = blocks("q5_1");
export const matmul_q8_0_q8: Kernel = blocks("q8_0");
export const matmul_q2_k_q8: Kernel = blocks("q2_k");
export const matmul_q3_k_q8: Kernel = blocks("q3_k");
export const matmul_q4_k_q8: Kernel = blocks("q4_k");
export const matmul_q5_k_q8: Kernel = blocks("q5_k");
export const matmul_q6_k_q8: Kernel = blocks("q6_k");
export const matmul_iq4_nl_q8: Kernel = blocks("iq4_nl");
export const matmul_mxfp4_q8: Kernel = blocks("mxfp4");

export const matmul_q4_0_f32: Kernel = floats("q4_0");
export const matmul_q4_1_f32: Kernel = floats("q4_1");
export const matmul_q5_0_f32: Kernel = floats("q5_0");
export const matmul_q5_1_f32: Kernel = floats("q5_1");
export const matmul_q8_0_f32: Kernel = floats("q8_0");
export const matmul_q2_k_f32: Kernel = floats("q2_k");
export const matmul_q3_k_f32: Kernel = floats("q3_k");
export const matmul_q4_k_f32: Kernel = floats("q4_k");
export const matmul_q5_k_f32: Kernel = floats("q5_k");
export const matmul_q6_k_f32: Kernel = floats("q6_k");
export const matmul_iq4_nl_f32: Kernel = floats("iq4_nl");
export const matmul_mxfp4_f32: Kernel = floats("mxfp4");

/** Columns and rows of a chunk of assembly/quant/float_backward.ts. */
const CHUNK_COLUMNS = 256;
const CHUNK_ROWS = 128;

/** dx[t, k] = sum over n of dy[t, n] w[n, k]: the gradient of matmul_*_f32 with respect to x. */
function backward(dtype: BlockDtype): Kernel {
  return {
    name: `matmul_${dtype}_f32_backward`,
    operands: [input("w", "bytes", "N,K"), input("dy", "f32", "T,N"), output("dx", "f32", "T,K")],
    scratch: () => PANEL_BYTES + 4 * CHUNK_COLUMNS * (8 + CHUNK_ROWS),
    params: { N: "i32", K: "i32" },
    cells: { T: "i32" },
    gradient: [`matmul_${dtype}_f32`],
    tolerance: 1e-6,
  };
}

export const matmul_q4_0_f32_backward: Kernel = backward("q4_0");
export const matmul_q4_1_f32_backward: Kernel = backward("q4_1");
export const matmul_q5_0_f32_backward: Kernel = backward("q5_0");
export const matmul_q5_1_f32_backward: Kernel = backward("q5_1");
export const matmul_q8_0_f32_backward: Kernel = backward("q8_0");
export const matmul_q2_k_f32_backward: Kernel = backward("q2_k");
export const matmul_q3_k_f32_backward: Kernel = backward("q3_k");
export const matmul_q4_k_f32_backward: Kernel = backward("q4_k");
export const matmul_q5_k_f32_backward: Kernel = backward("q5_k");
export const matmul_q6_k_f32_backward: Kernel = backward("q6_k");
export const matmul_iq4_nl_f32_backward: Kernel = backward("iq4_nl");
export const matmul_mxfp4_f32_backward: Kernel = backward("mxfp4");
