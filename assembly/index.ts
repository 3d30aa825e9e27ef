// Everything that is exported is a kernel with a row in src/device/kernels/ (a test holds the two together), but
// for run_program, which walks rows, and probe_dot, which asks the machine.

export { run_program } from "./program";
export { probe_dot } from "./quant/probe";

export {
  gelu_backward_f32, gelu_erf_backward_f32, relu_backward_f32, sigmoid_backward_f32, silu_backward_f32,
  tanh_backward_f32,
} from "./activation_backward";
export { attention_f32, kv_append_b16, kv_append_b32, kv_append_b64 } from "./attention";
export { attention_train_backward_f32, attention_train_f32 } from "./attention_train";
export { channel_affine_f32, channel_moments_f32 } from "./channel_norm";
export { conv2d_backward_input_f32, conv2d_backward_weight_f32, conv2d_f32 } from "./conv";
export {
  abs_eq_f32, abs_lt_f32, eq_f32, eq_f64, eq_i32, eq_i64, ge_f32, ge_i32, gt_f32, gt_i32, le_f32, le_f64, le_i32, le_i64,
  logical_and_f32, logical_and_u8, logical_not_u8, logical_or_f32, logical_or_u8, logical_xor_f32, logical_xor_u8, lt_f32, lt_f64, lt_i32, lt_i64, lt_u32, le_u32, ne_f32, ne_f64, ne_i32,
  ne_i64, where_b16, where_b64, where_b8, where_f32, where_i32,
} from "./compare";
export {
  cast_bf16_f32, cast_f16_f32, cast_f32_bf16, cast_f32_f16, cast_i32_f32, copy_b16, copy_b32, copy_b64,
  copy_b8,
} from "./copy";
export { cross_entropy_backward_f32, cross_entropy_f32 } from "./cross_entropy";
export {
  abs_f32, add_f32, affine_f32, cos_f32, div_f32, exp_f32, gelu_erf_f32, gelu_f32, log10_f32, log2_f32, log_f32, maximum_f32,
  minimum_f32, mul_f32, neg_f32, pow_f32, reciprocal_f32, relu_f32, sigmoid_f32, silu_f32, sin_f32, sqrt_f32,
  sub_f32, tan_f32, tanh_f32,
} from "./elementwise";
export { swiglu_backward_f32, swiglu_f32 } from "./gated";
export {
  add_i32, ceil_f32, clamp_f32, elu_f32, erf_f32, expm1_f32, floor_f32, hard_sigmoid_f32, hard_swish_f32,
  leaky_relu_f32, log1p_f32, maximum_i32, minimum_i32, mish_f32, mul_i32, pow_scalar_f32, round_f32, rsqrt_f32,
  maximum_u32, minimum_u32, selu_f32, sign_f32, softplus_f32, sub_i32,
} from "./elementwise_more";
export {
  check_index, gather_b16, gather_b32, gather_b64, gather_b8, index_add_f32, index_add_f64, index_add_i32, index_add_i64, index_select_b16,
  index_select_b32, index_select_b64, index_select_b8, scatter_add_f32, scatter_add_f64, scatter_add_i32, scatter_amax_f32,
  scatter_amax_f64, scatter_amax_i32, scatter_amin_f32, scatter_amin_f64, scatter_amin_i32, scatter_b16, scatter_b32,
  scatter_b32_backward, scatter_b64, scatter_b8, scatter_prod_f32, scatter_prod_f64, scatter_prod_i32, scatter_add_i64,
  scatter_prod_i64, scatter_amax_i64, scatter_amin_i64, scatter_amax_u32, scatter_amin_u32,
} from "./indexing";
export { group_norm_backward_f32, group_norm_f32 } from "./group_norm";
export { log_sum_exp_backward_f32, log_sum_exp_f32 } from "./log_sum_exp";
export { matmul_f32, matmul_f32_bf16, matmul_f32_f16 } from "./matmul_f32";
export { add_rms_norm_f32, layer_norm_f32, rms_norm_f32 } from "./norm";
export {
  layer_norm_backward_f32, layer_norm_weight_backward_f32, rms_norm_backward_f32, rms_norm_weight_backward_f32,
} from "./norm_backward";
export { adam_f32, adamw_f32, ema_f32, lion_f32, scale_f32, sgd_f32, sum_of_squares_f32 } from "./optimizer";
export { dropout_f32, random_integer_i32, random_normal_f32, random_uniform_f32 } from "./random";
export {
  avg_pool2d_backward_f32, avg_pool2d_f32, max_pool2d_backward_f32, max_pool2d_f32, max_pool2d_gather_f32,
} from "./pool";
export { argmax_f32, argmin_f32, max_f32, mean_f32, min_f32, sum_f32 } from "./reduce";
export {
  argmax_f32, argmax_i32, argmin_f32, argmin_i32, max_f32, max_i32, mean_f32, min_f32, min_i32, norm_f32, prod_f32,
  prod_i32, sum_abs_f32, sum_f32, sum_i32, var_f32, argmax_u32, argmin_u32, max_u32, min_u32,
} from "./reduce";
export {
  max_middle_f32, max_middle_i32, mean_middle_f32, min_middle_f32, min_middle_i32, norm_middle_f32, prod_middle_f32,
  prod_middle_i32, sum_abs_middle_f32, sum_middle_f32, sum_middle_i32, max_middle_u32, min_middle_u32,
} from "./reduce_middle";
export { all_u8, any_u8, count_u8, sum_u8_i64 } from "./reduce_u8";
export {
  cummax_f32, cummax_i32, cummin_f32, cummin_i32, cumprod_backward_f32, cumprod_f32, cumprod_i32, cumsum_f32, cumsum_i32, prod_backward_f32,
  cummax_u32, cummin_u32,
} from "./scan";
export { cummax_f64, cummin_f64, cumprod_backward_f64, cumprod_f64, cumsum_f64 } from "./scan_f64";
export { cummax_i64, cummin_i64, cumprod_i64, cumsum_i64 } from "./scan_wide";
export { pick_f32, place_f32, sort_f32, sort_i32, sort_u32, top_k_f32, top_k_i32, top_k_u32 } from "./sort";
export { sort_f64 } from "./sort_f64";
export { sort_i64 } from "./sort_wide";
export {
  rope_halved_backward_f32, rope_halved_f32, rope_interleaved_backward_f32, rope_interleaved_f32,
} from "./rope";
export { floor_div_f32, remainder_f32, trunc_f32 } from "./rounding";
export { take_rows_bf16, take_rows_f16 } from "./rows";
export { log_softmax_backward_f32, log_softmax_f32, softmax_backward_f32, softmax_f32 } from "./softmax";
export {
  upsample_bilinear2d_backward_f32, upsample_bilinear2d_f32, upsample_nearest2d_backward_f32,
  upsample_nearest2d_f32,
} from "./upsample";
export {
  cast_f32_bool, cast_f32_f64, cast_f32_f8e4m3, cast_f32_i32, cast_f32_i64, cast_f32_u8, cast_f64_bool,
  cast_f64_f32, cast_f64_i32, cast_f64_i64, cast_f8e4m3_f32, cast_i16_i32, cast_i32_bool, cast_i32_f64,
  cast_i32_i16, cast_i32_i64, cast_i32_u8, cast_i64_bool, cast_i64_f32, cast_i64_f64, cast_i64_i32,
  cast_u8_f32, cast_u8_i32, cast_f32_u32, cast_f64_u32, cast_u32_f32, cast_u32_f64, cast_u32_i64,
} from "./cast";
export {
  abs_f64, add_f64, add_i64, affine_f64, affine_i32, affine_i64, cos_f64, div_f64, exp_f64,
  floor_div_f64, floor_div_i32, floor_div_i64, gelu_erf_f64, gelu_f64, log10_f64, log2_f64, log_f64, maximum_f64, maximum_i64, minimum_f64,
  minimum_i64, mul_f64, mul_i64, neg_f64, pow_f64, pow_i64, quotient_f64, relu_f64,
  remainder_f64, remainder_i32, remainder_i64, sigmoid_f64, silu_f64, sin_f64, sqrt_f64, sub_f64, sub_i64, tan_f64,
  tanh_f64,
  floor_div_u32, remainder_u32, rsqrt_f64, expm1_f64, log1p_f64, erf_f64,
} from "./elementwise_wide";
export {
  argmax_f64, argmax_i64, argmin_f64, argmin_i64, max_f64, max_i64, mean_f64, min_f64, min_i64, prod_f64, sum_f64,
  sum_i64, prod_i64, prod_middle_i64, sum_i32_i64, sum_u32_i64, sum_middle_i32_i64, sum_middle_i64,
  sum_middle_u32_i64,
} from "./reduce_wide";
export { matmul_f64, matmul_i32, matmul_i64 } from "./matmul_wide";

export {
  embed_iq4_nl, embed_mxfp4, embed_q2_k, embed_q3_k, embed_q4_0, embed_q4_1, embed_q4_k, embed_q5_0, embed_q5_1,
  embed_q5_k, embed_q6_k, embed_q8_0,
} from "./quant/embed";
export {
  matmul_iq4_nl_f32, matmul_mxfp4_f32, matmul_q2_k_f32, matmul_q3_k_f32, matmul_q4_0_f32, matmul_q4_1_f32,
  matmul_q4_k_f32, matmul_q5_0_f32, matmul_q5_1_f32, matmul_q5_k_f32, matmul_q6_k_f32, matmul_q8_0_f32,
} from "./quant/float";
export {
  matmul_iq4_nl_f32_backward, matmul_mxfp4_f32_backward, matmul_q2_k_f32_backward, matmul_q3_k_f32_backward,
  matmul_q4_0_f32_backward, matmul_q4_1_f32_backward, matmul_q4_k_f32_backward, matmul_q5_0_f32_backward,
  matmul_q5_1_f32_backward, matmul_q5_k_f32_backward, matmul_q6_k_f32_backward, matmul_q8_0_f32_backward,
} from "./quant/float_backward";
export { deinterleave_rows, interleave_rows } from "./quant/interleave";
export {
  matmul_iq4_nl_q8, matmul_mxfp4_q8, matmul_q2_k_q8, matmul_q3_k_q8, matmul_q4_0_q8, matmul_q4_1_q8,
  matmul_q4_k_q8, matmul_q5_0_q8, matmul_q5_1_q8, matmul_q5_k_q8, matmul_q6_k_q8, matmul_q8_0_q8,
} from "./quant/matmul";
export { quantize_q8 } from "./quant/quantize";
