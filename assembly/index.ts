// Everything that is exported is a kernel with a row in src/device/kernels/ (a test holds the two together),
// but for run_program, which walks rows.

export { run_program } from "./program";
export { softmax_f32 } from "./softmax";
export { embed_q4_0, embed_q4_1, embed_q8_0 } from "./quant/embed";
export { deinterleave_rows, interleave_rows } from "./quant/interleave";
export { matmul_q4_0_q8, matmul_q4_1_q8, matmul_q8_0_q8 } from "./quant/matmul";
export { probe_dot } from "./quant/probe";
export { quantize_q8 } from "./quant/quantize";
