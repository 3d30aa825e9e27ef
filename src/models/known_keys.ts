/**
 * Keys of a GGUF file, below the architecture's prefix, that change what a model computes: one that a builder does not
 * read is refused, since the model would run on without it and be wrong in silence. The names are those of gguf-py's
 * `constants.py`; keys that no one knows are passed over, as llama.cpp does.
 *
 * @module
 */
import type { MetadataValue } from "../formats/metadata.ts";

/** Keys that say nothing which a language model's logits depend on. */
export const harmlessKeys: ReadonlySet<string> = new Set([
  "classifier.output_labels",
  "context_length",
  "decoder_start_token_id",
  "pooling_type",
  "rope.scaling.finetuned",
  "tensor_data_layout",
  "vocab_size",
]);

/** Keys that change what is computed. */
export const changingKeys: readonly string[] = [
  ...named(
    "",
    "activation_sparsity_scale attn_logit_softcapping block_count decoder_block_count embedding_length",
  ),
  ...named("", "embedding_length_out embedding_length_per_layer_input embedding_scale features_length"),
  ...named(
    "",
    "feed_forward_length final_logit_softcapping full_attention_interval interleave_moe_layer_step",
  ),
  ...named("", "leading_dense_block_count logit_scale moe_every_n_layers moe_latent_size n_deepstack_layers"),
  ...named("", "nextn_predict_layers rescale_every_n_layers residual_scale router_logit_softcapping"),
  ...named("", "swiglu_clamp_exp swiglu_clamp_shexp swin_norm time_decay_extra_dim time_mix_extra_dim"),
  ...named("", "token_shift_count use_parallel_residual experts_per_group"),
  ...named("altup.", "active_idx num_inputs"),
  ...named(
    "attention.",
    "causal clamp_kqv decay_lora_rank gate_lora_rank group_norm_epsilon group_norm_groups",
  ),
  ...named(
    "attention.",
    "head_count head_count_kv iclr_lora_rank indexer.head_count indexer.key_length indexer.top_k",
  ),
  ...named("attention.", "key_length key_length_mla key_length_swa kv_lora_rank layer_norm_epsilon"),
  ...named(
    "attention.",
    "layer_norm_rms_epsilon max_alibi_bias output_scale q_lora_rank relative_buckets_count",
  ),
  ...named("attention.", "scale shared_kv_layers sliding_window sliding_window_pattern temperature_length"),
  ...named("attention.", "temperature_scale value_length value_length_mla value_length_swa"),
  ...named("attention.", "value_residual_mix_lora_rank"),
  ...named("convnext.", "block_count embedding_length"),
  ...named(
    "expert_",
    "chunk_feed_forward_length count feed_forward_length gating_func group_count group_scale",
  ),
  ...named(
    "expert_",
    "group_used_count shared_count shared_feed_forward_length used_count weights_norm weights_scale",
  ),
  ...named("kda.", "head_dim"),
  ...named("posnet.", "block_count embedding_length"),
  ...named("rope.", "dimension_count dimension_count_swa dimension_sections freq_base freq_base_swa"),
  ...named(
    "rope.scaling.",
    "alpha attn_factor factor original_context_length type yarn_attn_factor yarn_beta_fast",
  ),
  ...named("rope.scaling.", "yarn_beta_slow yarn_ext_factor yarn_log_multiplier"),
  ...named("rope.", "scale_linear"),
  ...named("shortconv.", "l_cache"),
  ...named("ssm.", "conv_kernel dt_b_c_rms group_count inner_size state_size time_step_rank"),
  ...named("wkv.", "head_size"),
];

/** Keys by which a 1 says that nothing is scaled. */
const scales: ReadonlySet<string> = new Set([
  "embedding_scale",
  "expert_weights_scale",
  "logit_scale",
  "residual_scale",
  "rope.scaling.attn_factor",
  "rope.scaling.factor",
]);

/** Keys that matter only where another one, which is not among them, says so. */
const dependent: readonly string[] = ["attention.layer_norm_epsilon", "rope.scaling."];

/** Whether a value says that nothing of the kind is there. */
export function isNeutral(key: string, value: MetadataValue): boolean {
  if (dependent.some((start) => key.startsWith(start)) && !/log_multiplier|alpha/.test(key)) return true;
  if (key === "attention.causal") return value === true;
  return value === 0 || value === false || (value === 1 && scales.has(key));
}

function named(prefix: string, names: string): string[] {
  return names.split(" ").map((name) => prefix + name);
}
