/**
 * The public API, without a runtime's entry.
 *
 * @module
 */
export { WickError, type WickErrorCode, type WickErrorOptions } from "./error.ts";
export { load, type LoadOptions } from "./generate/load.ts";
export type { Model } from "./generate/model.ts";
export type { Generation, LanguageModel, MemoryUse, Prompt, Session } from "./generate/contract.ts";
export type {
  FinishReason,
  GenerateOptions,
  GenerationResult,
  Message,
  Piece,
  TokenLogprob,
  TokenLogprobs,
} from "./generate/options.ts";
export type { Tokenizer } from "./tokenizers/tokenizer.ts";
export { defaultDevice, scope, tensor, type TensorOptions } from "./tensor/create.ts";
export { Tensor } from "./tensor/tensor.ts";
export { Scope } from "./tensor/scope.ts";
export { Program, record } from "./tensor/program.ts";
export { WasmDevice, type WasmDeviceOptions } from "./device/wasm/device.ts";
