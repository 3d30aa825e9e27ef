/**
 * The public API, without a runtime's entry.
 *
 * @module
 */
export { WickError, type WickErrorCode, type WickErrorOptions } from "./error.ts";

export { load, type LoadOptions } from "./generate/load.ts";
export type {
  Generation,
  LanguageModel,
  MemoryUse,
  NllOptions,
  Prompt,
  Session,
} from "./generate/contract.ts";
export type {
  FinishReason,
  GenerateOptions,
  GenerationResult,
  Message,
  Piece,
  TokenLogprob,
  TokenLogprobs,
} from "./generate/options.ts";
export { Sampler, type SamplerOptions } from "./generate/sampler.ts";
export type { Activations } from "./nn/linear.ts";
export type { Progress } from "./models/load_weights.ts";
export type { DecodeOptions, EncodeOptions, TokenDecoder, Tokenizer } from "./tokenizers/tokenizer.ts";
export { type Metadata, type MetadataValue, type NumberArray, StringArray } from "./formats/metadata.ts";
export type { Source, SourceInput } from "./hub/source.ts";
export type { BucketLike } from "./hub/bucket.ts";
export type { RandomAccess } from "./hub/memory_source.ts";

export { scope, tensor, type TensorOptions } from "./tensor/create.ts";
export { type NestedNumbers, type NestedValues, Tensor, type TensorLayout } from "./tensor/tensor.ts";
export type { Dtype, NumericArray, PlainArray, PlainDtype, TrainableDtype } from "./tensor/dtype.ts";
export { promote, resultType } from "./tensor/promote.ts";
export type { BlockDtype } from "./quant/format.ts";
export { Scope } from "./tensor/scope.ts";
export {
  type BackwardOptions,
  checkpoint,
  grad,
  Gradients,
  noGrad,
  type RecordedOp,
  type Variable,
} from "./tensor/autograd.ts";
export { Arena, Program, record, type Recorder } from "./tensor/program.ts";

export type { Pair } from "./tensor/ops/window.ts";
export type { ConvOptions, ConvTransposeOptions } from "./tensor/ops/conv.ts";
export type { AvgPoolOptions, MaxPoolOptions, PoolOptions } from "./tensor/ops/pool.ts";
export type { UpsampleBilinearOptions, UpsampleOptions } from "./tensor/ops/resize.ts";
export { crossEntropy, type CrossEntropyOptions } from "./tensor/ops/loss.ts";
export {
  bceWithLogits,
  type BceWithLogitsOptions,
  huberLoss,
  type HuberLossOptions,
  klDiv,
  type KlDivOptions,
  l1Loss,
  type LossOptions,
  mseLoss,
  type Reduction,
  smoothL1Loss,
  type SmoothL1LossOptions,
} from "./tensor/ops/losses.ts";
export { nllLoss, type NllLossOptions } from "./tensor/ops/class_losses.ts";
export type { ClassOptions } from "./tensor/ops/classes.ts";
export {
  batchNorm,
  type BatchNormResult,
  type ChannelStatistics,
  groupNorm,
} from "./tensor/ops/channel_norm.ts";
export type { VarianceOptions } from "./tensor/ops/reduce.ts";
export type { Indexed } from "./tensor/ops/sort.ts";
export type { SumOptions } from "./tensor/ops/summed_as.ts";
export { DataLoader } from "./data/loader.ts";
export type { Batch } from "./data/batch.ts";
export type { DataLoaderOptions, LoaderState } from "./data/options.ts";
export type { BatchTensors, Column, Columns, Dataset, Field } from "./data/dataset.ts";
export { accuracy, type AccuracyOptions } from "./metrics/accuracy.ts";
export { perplexity } from "./metrics/perplexity.ts";
export { Generator } from "./tensor/generator.ts";
export * as optim from "./optim/mod.ts";

export { WasmDevice, type WasmDeviceOptions } from "./device/wasm/device.ts";
export { WebGpuDevice, type WebGpuDeviceOptions } from "./device/webgpu/device.ts";
export type { BuildName } from "./device/wasm/builds.ts";
export {
  type Call,
  Cell,
  type Dependent,
  type Device,
  type LiveMemory,
  type OperandView,
  type Replay,
  Storage,
} from "./device/device.ts";
export type { Kernel, Operand, OperandDtype, RowGradient, Sizes } from "./device/kernel.ts";

export * as nn from "./nn/mod.ts";
export { linear } from "./tensor/ops/linear.ts";
export { layerNorm, rmsNorm } from "./tensor/ops/norm.ts";
export { type Position, rope } from "./tensor/ops/attention.ts";
export { type ScaledAttentionOptions, scaledDotProductAttention } from "./tensor/ops/scaled_attention.ts";
export {
  readNpy,
  readNpz,
  readPth,
  readSafetensors,
  type ReadTensorsOptions,
  streamSafetensors,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from "./nn/tensor_files.ts";
export { readTensors } from "./nn/read_tensors.ts";
export type { SafetensorsPairs } from "./formats/safetensors_writer.ts";
export type { ZipMethod } from "./formats/zip_writer.ts";

export {
  arange,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  linspace,
  type MakeOptions,
  meshgrid,
  ones,
  onesLike,
  tri,
  zeros,
  zerosLike,
} from "./tensor/filled.ts";
export {
  bernoulli,
  defaultGenerator,
  manualSeed,
  rand,
  randint,
  randn,
  type RandomOptions,
} from "./tensor/random.ts";
export { dropout } from "./tensor/ops/dropout.ts";
export { cat, stack } from "./tensor/ops/join.ts";
export { einsum } from "./tensor/ops/einsum.ts";

export { defaultDevice, type DeviceName, openDevice } from "./device/open.ts";
export { oneHot } from "./tensor/ops/index_select.ts";
export type { ScatterReduction } from "./tensor/ops/scatter_reduce.ts";
export type { IndexItem, SliceItem, SliceRange } from "./tensor/ops/slice.ts";
export type { Faults } from "./device/faults.ts";
