/**
 * What every language model of this room is, and where architectures are looked up.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { quotedName, WickError } from "../error.ts";
import type { Metadata } from "../formats/metadata.ts";
import type { OneRow } from "../nn/attention.ts";
import type { CacheShape, KvCache } from "../nn/kv_cache.ts";
import type { Activations } from "../nn/linear.ts";
import type { Weights } from "../nn/weights.ts";
import type { Position } from "../tensor/ops/attention.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { MetadataReader } from "./config.ts";
import { Llama } from "./llama.ts";

/** How a model is built. */
export interface ModelOptions {
  device: Device;
  /** The most positions of a session. */
  contextLength: number;
  activations: Activations;
}

/** A network that predicts the next token of a text. */
export interface CausalModel extends Disposable {
  /** The number of tokens. */
  readonly vocabulary: number;
  /** The shape of a session's cache. */
  readonly cache: CacheShape;
  /** Called once, when all weights are in their place. */
  ready(): Promise<void>;
  /**
   * Logits [T, V] of the tokens `ids` [T] (i32) at positions from `position` on, whose keys and values join
   * the cache; with `only`, of that row of the chunk alone: [1, V].
   */
  forward(ids: Tensor, cache: KvCache, position: Position, only?: OneRow): Tensor;
}

type Architecture = (metadata: Metadata, weights: Weights, options: ModelOptions) => CausalModel;

const architectures: Readonly<Record<string, Architecture>> = {
  llama: (metadata, weights, options) => Llama.build("llama", metadata, weights, options),
  mistral: (metadata, weights, options) => Llama.build("mistral", metadata, weights, options),
};

/** The file's architecture, or UNSUPPORTED_ARCHITECTURE. */
export function architectureOf(metadata: Metadata): string {
  const name = metadata.get("general.architecture");
  if (typeof name === "string" && Object.hasOwn(architectures, name)) return name;
  const found = typeof name === "string" ? quotedName(name) : "without a name";
  throw new WickError(
    "UNSUPPORTED_ARCHITECTURE",
    `Cannot build the model architecture ${found}: expected one of ${Object.keys(architectures).join(", ")}`,
    { param: "general.architecture" },
  );
}

/** The context that a model was trained for, in tokens. */
export function trainedContext(metadata: Metadata): number {
  const read = new MetadataReader(metadata, architectureOf(metadata));
  return Math.min(read.integer("context_length", 1, Number.MAX_SAFE_INTEGER, 2048), 2 ** 24);
}

/** Builds the model that metadata describes from its weights; every name and shape is checked. */
export function buildModel(metadata: Metadata, weights: Weights, options: ModelOptions): CausalModel {
  return architectures[architectureOf(metadata)](metadata, weights, options);
}
