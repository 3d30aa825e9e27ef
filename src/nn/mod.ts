/**
 * Layers and networks.
 *
 * @module
 */
export { Geglu, Gelu, Relu, Sigmoid, Silu, Swiglu, Tanh } from "./activations.ts";
export {
  type AttendOptions,
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
  OneRow,
} from "./attention.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export {
  FeedForward,
  type FeedForwardOptions,
  GatedFeedForward,
  type GatedFeedForwardOptions,
} from "./feed_forward.ts";
export * as init from "./init.ts";
export { type CacheShape, KvCache, LayerCache } from "./kv_cache.ts";
export { type Activations, Linear, type LinearOptions, SharedInput } from "./linear.ts";
export { type LoadWeightsOptions, Module, type Part } from "./module.ts";
export { LayerNorm, type LayerNormOptions, RmsNorm } from "./norm.ts";
export { Buffer, type Initial, Parameter, type ParameterOptions } from "./parameter.ts";
export { PositionalEmbedding, SinusoidalEmbedding } from "./positions.ts";
export { type RopeOptions, type RopeScaling, RotaryEmbedding, type RotaryOptions } from "./rotary.ts";
export { type Layer, Sequential } from "./sequential.ts";
export { Weights } from "./weights.ts";
export type { AttentionOptions, Position } from "../tensor/ops/attention.ts";
