// Everything that is exported is a kernel with a row in src/device/kernels/ (a test holds the two together),
// but for run_program, which walks rows.

export { run_program } from "./program";
export { softmax_f32 } from "./softmax";
export {
  embed_iq4_nl, embed_mxfp4, embed_q2_k, embed_q3_k, embed_q4_0, embed_q4_1, embed_q4_k, embed_q5_0,
  embed_q5_1, embed_q5_k, embed_q6_k, embed_q8_0,
} from "./quant/embed";
export {
  matmul_iq4_nl_f32, matmul_mxfp4_f32, matmul_q2_k_f32, matmul_q3_k_f32, matmul_q4_0_f32, matmul_q4_1_f32,
  matmul_q4_k_f32, matmul_q5_0_f32, matmul_q5_1_f32, matmul_q5_k_f32, matmul_q6_k_f32, matmul_q8_0_f32,
} from "./quant/float";
export { deinterleave_rows, interleave_rows } from "./quant/interleave";
export {
  matmul_iq4_nl_q8, matmul_mxfp4_q8, matmul_q2_k_q8, matmul_q3_k_q8, matmul_q4_0_q8, matmul_q4_1_q8,
  matmul_q4_k_q8, matmul_q5_0_q8, matmul_q5_1_q8, matmul_q5_k_q8, matmul_q6_k_q8, matmul_q8_0_q8,
} from "./quant/matmul";
export { probe_dot } from "./quant/probe";
export { quantize_q8 } from "./quant/quantize";
