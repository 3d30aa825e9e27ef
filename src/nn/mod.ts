/**
 * Layers and networks.
 *
 * @module
 */
export {
  Elu,
  Geglu,
  Gelu,
  HardSwish,
  LeakyRelu,
  Mish,
  Prelu,
  Relu,
  Selu,
  Sigmoid,
  Silu,
  Softplus,
  Swiglu,
  Tanh,
} from "./activations.ts";
export {
  type AttendOptions,
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
  OneRow,
} from "./attention.ts";
export { BatchNorm, type BatchNormOptions, GroupNorm, type GroupNormOptions } from "./channel_norm.ts";
export { Conv1d, Conv2d, type ConvLayerOptions, ConvTranspose1d, ConvTranspose2d } from "./conv.ts";
export { Dropout, type DropoutOptions } from "./dropout.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export {
  FeedForward,
  type FeedForwardOptions,
  GatedFeedForward,
  type GatedFeedForwardOptions,
} from "./feed_forward.ts";
export * as init from "./init.ts";
export { splitProjections } from "./joined_projections.ts";
export { type CacheShape, KvCache, LayerCache } from "./kv_cache.ts";
export { type Activations, Linear, type LinearOptions, SharedInput } from "./linear.ts";
export { type LoadWeightsOptions, Module, type ParametersOptions, type Part } from "./module.ts";
export { LayerNorm, type LayerNormOptions, RmsNorm, type RmsNormOptions } from "./norm.ts";
export { Buffer, type Initial, Parameter, type ParameterOptions } from "./parameter.ts";
export { PositionalEmbedding, type PositionalEmbeddingOptions, SinusoidalEmbedding } from "./positions.ts";
export { Gru, Lstm, type RecurrentOptions, type RecurrentResult, Rnn } from "./recurrent.ts";
export { type RopeOptions, type RopeScaling, RotaryEmbedding, type RotaryOptions } from "./rotary.ts";
export { type Layer, Sequential } from "./sequential.ts";
export { AvgPool2d, Flatten, Func, MaxPool2d } from "./shapes.ts";
export { Weights } from "./weights.ts";
export type { AttentionOptions } from "../tensor/ops/attention.ts";
