/**
 * What Candle has and Wick has not, and why; docs/ops.md says it.
 *
 * @module
 */

/** Candle's names. */
export const absent: Readonly<Record<string, string>> = {
  "nn::kv_cache::ScatteredKvCache":
    "one cache for sequences of different lengths; here each session has a cache",
  "nn::moe":
    "a product for mixtures of experts, on CUDA alone there; `indexSelect` and `matmul` say the same",
};
