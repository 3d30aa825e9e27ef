// Everything that is exported is a kernel with a row in src/device/kernels/ (a test holds the two together),
// but for run_program, which walks rows.

export { run_program } from "./program";
export { softmax_f32 } from "./softmax";
export { add_rms_norm_f32, layer_norm_f32, rms_norm_f32 } from "./norm";
export { rope_halved_f32, rope_interleaved_f32 } from "./rope";
export { attention_f32, kv_append_f32 } from "./attention";
export { swiglu_f32 } from "./gated";
export { matmul_f32, matmul_f32_bf16, matmul_f32_f16 } from "./matmul_f32";
export { take_rows_bf16, take_rows_f16, take_rows_f32 } from "./rows";
