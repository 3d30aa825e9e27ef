/**
 * Opens a model: header, checks, weights, tokenizer.
 *
 * @module
 */
import { checkKeys, type KeysOf } from "../check_keys.ts";
import type { BuildName } from "../device/wasm/builds.ts";
import { WasmDevice } from "../device/wasm/device.ts";
import { WickError } from "../error.ts";
import { type Gguf, openGguf } from "../formats/gguf.ts";
import type { Metadata } from "../formats/metadata.ts";
import type { BucketLike } from "../hub/bucket.ts";
import { siblingsOf, type SourceInput, toSource } from "../hub/source.ts";
import { allocateWeights, fillWeights, type Progress } from "../models/load_weights.ts";
import { architectureOf, buildModel, trainedContext } from "../models/model.ts";
import type { Activations } from "../nn/linear.ts";
import { Weights } from "../nn/weights.ts";
import { chatTemplateFromGguf } from "../tokenizers/chat.ts";
import { tokenizerFromGguf } from "../tokenizers/mod.ts";
import type { LanguageModel } from "./contract.ts";
import { Model } from "./model.ts";

/** Positions of a session unless told otherwise: a longer cache is asked for by name. */
const DEFAULT_CONTEXT = 2048;
/** Idle sessions that keep their caches unless told otherwise. */
const DEFAULT_IDLE_SESSIONS = 1;

/** Bytes of a page of WASM memory; a device begins with two. */
const PAGE = 65536;

/** Options of {@linkcode load}. */
export interface LoadOptions {
  /** The most tokens of a session, at most those that the model was trained for [those, at most 2048]. */
  contextLength?: number;
  /** Whether `contextLength` may pass what the model was trained for, where it makes less and less sense [false]. */
  allowLongContext?: boolean;
  /** Whether quantized weights meet activations rounded to 8-bit blocks, or as they are ["int8"]. */
  activations?: Activations;
  /** The kernel build [the fastest that the runtime accepts]. */
  build?: BuildName;
  /** Idle sessions that the model keeps, with their caches, for prompts that begin alike [1]. */
  idleSessions?: number;
  /** Tokens of every prefill chunk, 1 to 128 [128]. */
  chunk?: number;
  /** The most bytes that the model's memory may grow to [4 GiB]. */
  maximumBytes?: number;
  /** The device to load into [one of the model's own]; it belongs to the model from then on. */
  device?: WasmDevice;
  /** Called as weights arrive, in bytes. */
  onProgress?: Progress;
  /** Ends the loading with ABORTED; nothing stays allocated. */
  signal?: AbortSignal;
}

/**
 * Loads a language model from a GGUF file: a path, an http(s) URL, "hf:owner/repo/file.gguf[@revision]",
 * "wick:stories" (the model that comes with the package), a stream, a Blob, bytes, anything with
 * `read(offset, length)`, or a bucket with the object's key. Weights stream into place; the file is never held
 * twice. Dispose the model to give its memory back.
 *
 * @throws WickError UNKNOWN_FORMAT, CORRUPT_FILE, UNSUPPORTED_ARCHITECTURE, UNSUPPORTED_TENSOR_TYPE,
 * UNSUPPORTED_TOKENIZER, OUT_OF_MEMORY, INVALID_ARGUMENT, ABORTED, or what the source throws
 *
 * @example
 * ```ts
 * import { load } from "@wick/wick";
 * using model = await load("wick:stories");
 * console.log(await model.generate("Once upon a time", { maxTokens: 32, seed: 1 }).text());
 * ```
 */
export function load(source: SourceInput, options?: LoadOptions): Promise<LanguageModel>;
/** Loads from an object of a bucket. */
export function load(bucket: BucketLike, key: string, options?: LoadOptions): Promise<LanguageModel>;
export async function load(
  input: SourceInput,
  second?: string | LoadOptions,
  third?: LoadOptions,
): Promise<LanguageModel> {
  const key = typeof second === "string" ? second : undefined;
  const options = (typeof second === "string" ? third : second) ?? {};
  const start = performance.now();
  check(options);
  const { signal } = options;
  const source = await toSource(input, key, { signal });
  using gguf = await openGguf(source, { siblings: siblingsOf(input, key, { signal }), signal });
  return await build(gguf, options, start);
}

async function build(gguf: Gguf, options: LoadOptions, start: number): Promise<LanguageModel> {
  const { metadata } = gguf;
  const architecture = architectureOf(metadata);
  const tokenizer = tokenizerFromGguf(metadata);
  const template = chatTemplateFromGguf(metadata, tokenizer);
  const contextLength = contextOf(metadata, options);
  const activations = options.activations ?? "int8";
  const maximumPages = options.maximumBytes === undefined
    ? undefined
    : Math.floor(options.maximumBytes / PAGE);
  const device = options.device ?? new WasmDevice({ build: options.build, maximumPages });
  try {
    const weights = allocateWeights(device, gguf);
    const source = gguf.sources[0].name;
    const network = buildModel(metadata, new Weights(weights, source), {
      device,
      contextLength,
      activations,
    });
    await fillWeights(gguf, weights, options);
    await network.ready();
    const name = metadata.get("general.name");
    return new Model({
      name: typeof name === "string" && name !== "" ? name : source,
      architecture,
      metadata,
      parameterCount: gguf.parameterCount,
      device,
      network,
      weights,
      tokenizer,
      template,
      activations,
      contextLength,
      idleSessions: options.idleSessions ?? DEFAULT_IDLE_SESSIONS,
      chunk: options.chunk,
      loadMs: performance.now() - start,
    });
  } catch (error) {
    device[Symbol.dispose]();
    throw error;
  }
}

/** The length asked for, where the model was trained for it: a longer cache takes memory and gives nonsense. */
function contextOf(metadata: Metadata, { contextLength, allowLongContext }: LoadOptions): number {
  const trained = trainedContext(metadata);
  if (contextLength === undefined) return Math.min(trained, DEFAULT_CONTEXT);
  const key = `${architectureOf(metadata)}.context_length`;
  if (contextLength <= trained || allowLongContext || !metadata.has(key)) return contextLength;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot load with contextLength ${contextLength}: the model was trained for ${trained} tokens (${key}); ` +
      "allowLongContext takes more all the same",
    { param: "contextLength" },
  );
}

const names: KeysOf<LoadOptions> = {
  contextLength: true,
  allowLongContext: true,
  activations: true,
  build: true,
  idleSessions: true,
  chunk: true,
  maximumBytes: true,
  device: true,
  onProgress: true,
  signal: true,
};

function check(options: LoadOptions): void {
  checkKeys("load", options, names);
  const { contextLength, allowLongContext, activations, idleSessions, chunk, maximumBytes } = options;
  integer("contextLength", contextLength, 2, 2 ** 24);
  integer("idleSessions", idleSessions, 0, 1024);
  integer("chunk", chunk, 1, 128);
  integer("maximumBytes", maximumBytes, 2 * PAGE, 2 ** 32);
  if (allowLongContext !== undefined && typeof allowLongContext !== "boolean") {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot load with allowLongContext ${allowLongContext}: expected true or false`,
      { param: "allowLongContext" },
    );
  }
  if (activations !== undefined && activations !== "int8" && activations !== "f32") {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot load with activations ${JSON.stringify(activations)}: expected "int8" or "f32"`,
      { param: "activations" },
    );
  }
}

function integer(name: string, value: number | undefined, low: number, high: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) return;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot load with ${name} ${value}: expected an integer in ${low}..${high}`,
    {
      param: name,
    },
  );
}
