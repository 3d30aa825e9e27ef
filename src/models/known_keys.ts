/**
 * Keys of a GGUF file, below the architecture's prefix, that change what a model computes: one that a builder does not
 * read is refused, since the model would run on without it and be wrong in silence. The names are those of gguf-py's
 * `constants.py`; keys that no one knows are passed over, as llama.cpp does.
 *
 * @module
 */
import type { MetadataValue } from "../formats/metadata.ts";

/** Keys that say nothing which a language model's logits depend on. */
export const harmlessKeys: ReadonlySet<string> = new Set(words(`
  classifier.output_labels classifier.pooling_type context_length decoder_start_token_id pooling_type
  rope.scaling.finetuned tensor_data_layout vocab_size
`));

/** Keys that change what is computed. */
export const changingKeys: readonly string[] = [
  ...below(
    "",
    `activation_sparsity_scale attn_logit_softcapping block_count block_size conv_group_size conv_kernel_size
    decoder_block_count deepstack_mapping embedding_length embedding_length_out embedding_length_per_layer_input
    embedding_scale experts_per_group features_length feed_forward_length final_logit_softcapping
    full_attention_interval has_confidence_head hash_layer_count hidden_activation interleave_moe_layer_step
    leading_dense_block_count logit_scale moe_every_n_layers moe_latent_size n_deepstack_layers nextn_predict_layers
    norm_before_fc norm_before_residual num_loops rescale_every_n_layers residual_scale router_logit_softcapping
    sample_from_anchor selector_rank selector_top_k skip_loop_final_norm swiglu_clamp_exp swiglu_clamp_shexp
    swin_norm target_hidden_size target_layers time_decay_extra_dim time_mix_extra_dim token_shift_count
    use_parallel_residual`,
  ),
  ...below(
    "attention.",
    `causal clamp_kqv compress_ratios compress_rope_freq_base decay_lora_rank gate_lora_rank group_norm_epsilon
    group_norm_groups head_count head_count_kv iclr_lora_rank indexer.block_size indexer.head_count
    indexer.key_length indexer.kpool indexer.kpool_select_tail indexer.local_blocks indexer.top_k indexer.types
    key_length key_length_mla key_length_mla_swa key_length_swa kv_lora_rank kv_lora_rank_swa layer_norm_epsilon
    layer_norm_rms_epsilon max_alibi_bias output_group_count output_lora_rank output_scale q_lora_rank
    recurrent_layers relative_buckets_count rope_pattern scale shared_kv_layers sliding_window
    sliding_window_pattern temperature_length temperature_scale value_length value_length_mla value_length_mla_swa
    value_length_swa value_residual_mix_lora_rank value_scale`,
  ),
  ...below(
    "expert_",
    `chunk_feed_forward_length count feed_forward_length gating_func group_count group_scale group_used_count
    latent_length shared_count shared_feed_forward_length used_count weights_norm weights_scale`,
  ),
  ...below(
    "rope.",
    "dimension_count dimension_count_swa dimension_sections freq_base freq_base_swa scale_linear",
  ),
  ...below(
    "rope.scaling.",
    `alpha attn_factor factor original_context_length type yarn_attn_factor yarn_beta_fast yarn_beta_slow
    yarn_ext_factor yarn_log_multiplier`,
  ),
  ...below("activation.", "situ_beta situ_linear_beta"),
  ...below("adapters.", "count lora_rank router_gain token_ids_activate token_ids_substitute"),
  ...below("altup.", "active_idx num_inputs"),
  ...below("attn_res.", "block_size"),
  ...below("convnext.", "block_count embedding_length"),
  ...below("hrm.", "h_cycles l_cycles layers_per_stack prefix_lm"),
  ...below("hyper_connection.", "count epsilon low_rank magnitude sinkhorn_iterations"),
  ...below("kda.", "gate_lower_bound head_dim safe_gate"),
  ...below(
    "ple.",
    `conv_kernel eos_token_id head_offsets head_vocab_sizes heads_per_ngram image_token_id layer_multipliers layers
    ngram_size`,
  ),
  ...below("posnet.", "block_count embedding_length"),
  ...below("shortconv.", "l_cache"),
  ...below("ssm.", "conv_kernel dt_b_c_rms group_count inner_size state_size time_step_rank"),
  ...below("wkv.", "head_size"),
];

/** Keys by which a 1 says that nothing is scaled, or done more than once. */
const factors: ReadonlySet<string> = new Set(words(`
  embedding_scale expert_weights_scale logit_scale num_loops residual_scale
`));

/** Keys that matter only where another one, which is not among them, says so. */
const dependent: ReadonlySet<string> = new Set([
  "attention.layer_norm_epsilon",
  ...below(
    "rope.scaling.",
    `factor original_context_length yarn_attn_factor yarn_beta_fast yarn_beta_slow yarn_ext_factor
    yarn_log_multiplier`,
  ),
]);

/** Whether a value of a key that was not read says that nothing of the kind is there. */
export function isNeutral(key: string, value: MetadataValue): boolean {
  if (dependent.has(key)) return true;
  if (key === "attention.causal") return value === true;
  if (key === "hidden_activation") return value === "silu";
  if (typeof value === "object") return [...value].every((item) => isNeutral(key, item));
  return value === 0 || value === false || (value === 1 && factors.has(key));
}

function below(prefix: string, names: string): string[] {
  return words(names).map((name) => prefix + name);
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
