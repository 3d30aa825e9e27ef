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
export type { Activations } from "./nn/linear.ts";
export type { Progress } from "./models/load_weights.ts";
export type { DecodeOptions, EncodeOptions, TokenDecoder, Tokenizer } from "./tokenizers/tokenizer.ts";
export { type Metadata, type MetadataValue, type NumberArray, StringArray } from "./formats/metadata.ts";
export type { Source, SourceInput } from "./hub/source.ts";
export type { BucketLike } from "./hub/bucket.ts";
export type { RandomAccess } from "./hub/memory_source.ts";

export { scope, tensor, type TensorOptions } from "./tensor/create.ts";
export { type NestedNumbers, Tensor, type TensorLayout } from "./tensor/tensor.ts";
export type { Dtype, PlainArray, PlainDtype } from "./tensor/dtype.ts";
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

export { crossEntropy, type CrossEntropyOptions } from "./tensor/ops/loss.ts";
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
export type { Kernel, Operand, OperandDtype, Sizes } from "./device/kernel.ts";

export {
  arange,
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
