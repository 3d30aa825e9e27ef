/**
 * The Llama family (Touvron et al. 2023): Llama 2 and 3, SmolLM2, Mistral and everything else whose file says
 * `llama`. Names of tensors are those of GGUF.
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import type { Metadata } from "../formats/metadata.ts";
import { MultiHeadAttention, type OneRow } from "../nn/attention.ts";
import { Embedding } from "../nn/embedding.ts";
import { GatedFeedForward } from "../nn/feed_forward.ts";
import type { CacheShape, KvCache, LayerCache } from "../nn/kv_cache.ts";
import { type Activations, Linear } from "../nn/linear.ts";
import { Module } from "../nn/module.ts";
import { RmsNorm } from "../nn/norm.ts";
import { type RopeScaling, RotaryEmbedding, yarnWarmth } from "../nn/rotary.ts";
import type { Weights } from "../nn/weights.ts";
import type { Position } from "../tensor/ops/attention.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { MetadataReader } from "./config.ts";
import type { CausalModel, ModelOptions } from "./model.ts";

/** The numbers of a Llama. */
export interface LlamaConfig {
  layers: number;
  width: number;
  feedForward: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  vocabulary: number;
  epsilon: number;
  ropeDims: number;
  ropeBase: number;
  ropeScaling: RopeScaling;
  /** Positions that a query sees; 0 for all. */
  window: number;
}

/** GGUF's names for the parts of a {@linkcode Llama}. */
const GGUF_NAMES = {
  "blocks": "blk",
  "attention_norm": "attn_norm",
  "attention.query": "attn_q",
  "attention.key": "attn_k",
  "attention.value": "attn_v",
  "attention.output": "attn_output",
  "feed_forward_norm": "ffn_norm",
  "feed_forward.gate": "ffn_gate",
  "feed_forward.up": "ffn_up",
  "feed_forward.down": "ffn_down",
  "embedding": "token_embd",
  "norm": "output_norm",
  "rotary.factors": "rope_freqs.weight",
};

/** One layer: x + attention(norm(x)), then x + feedForward(norm(x)). */
class Block extends Module {
  readonly attentionNorm: RmsNorm;
  readonly attention: MultiHeadAttention;
  readonly feedForwardNorm: RmsNorm;
  readonly feedForward: GatedFeedForward;

  constructor(config: LlamaConfig, rotary: RotaryEmbedding, activations: Activations) {
    super();
    const { width, heads, keyValueHeads, headSize, feedForward, epsilon, window } = config;
    const layers = { bias: "optional", activations } as const;
    this.attentionNorm = new RmsNorm(width, { epsilon });
    this.attention = new MultiHeadAttention(width, heads, {
      ...{ keyValueHeads, headSize, window, rotary, causal: true },
      ...layers,
    });
    this.feedForwardNorm = new RmsNorm(width, { epsilon });
    this.feedForward = new GatedFeedForward(width, feedForward, layers);
  }

  forward(x: Tensor, cache: LayerCache, position: Position, only?: OneRow): Tensor {
    using normed = this.attentionNorm.forward(x);
    using mixed = this.attention.decode(normed, cache, position, only);
    using row = only?.take(x);
    const { sum, y } = this.feedForwardNorm.forwardSum(row ?? x, mixed);
    using stream = sum;
    using ready = y;
    using fed = this.feedForward.forward(ready);
    return stream.add(fed);
  }
}

/** A Llama. */
export class Llama extends Module implements CausalModel {
  readonly vocabulary: number;
  readonly cache: CacheShape;
  readonly rotary: RotaryEmbedding;
  readonly embedding: Embedding;
  readonly blocks: readonly Block[];
  readonly norm: RmsNorm;
  readonly output: Linear;

  constructor(readonly config: LlamaConfig, options: ModelOptions) {
    super();
    const { layers, width, vocabulary, keyValueHeads, headSize, epsilon, ropeDims } = config;
    const { contextLength, activations } = options;
    this.vocabulary = vocabulary;
    this.cache = { layers, heads: keyValueHeads, headSize, length: contextLength };
    this.rotary = new RotaryEmbedding(contextLength, ropeDims, {
      pairs: "interleaved",
      base: config.ropeBase,
      scaling: config.ropeScaling,
    });
    this.embedding = new Embedding(vocabulary, width);
    this.blocks = Array.from({ length: layers }, () => new Block(config, this.rotary, activations));
    this.norm = new RmsNorm(width, { epsilon });
    this.output = new Linear(width, vocabulary, { bias: false, activations, tiedTo: this.embedding.weight });
  }

  /** Reads the configuration from metadata and builds the model over the weights of a GGUF file. */
  static build(architecture: string, metadata: Metadata, weights: Weights, options: ModelOptions): Llama {
    const model = new Llama(llamaConfig(architecture, metadata), options);
    const named = weights.named(GGUF_NAMES);
    refuseUnknown(architecture, named, [...model.declared().keys()]);
    model.load(named, { allow: ["unexpected"] });
    model.rotary.allocate(options.device); // sized by numbers that the weights' shapes have borne out
    return model;
  }

  async ready(): Promise<void> {
    await this.rotary.ready();
  }

  forward(ids: Tensor, cache: KvCache, position: Position, only?: OneRow): Tensor {
    let x = this.embedding.forward(ids);
    const last = this.blocks.length - 1;
    for (const [i, block] of this.blocks.entries()) {
      using before = x;
      // other rows of the last layer lead nowhere but into its cache
      x = block.forward(before, cache.layers[i], position, i === last ? only : undefined);
    }
    using end = x;
    using normed = this.norm.forward(end);
    return this.output.forward(normed);
  }
}

/** Tables that files once carried along and that the rotary embedding makes itself. */
const TABLES = /\.attn_rot_embd(\.|$)/;

/** Throws UNSUPPORTED_ARCHITECTURE where weights would be left out, as norms of heads or experts of another family. */
function refuseUnknown(architecture: string, weights: Weights, declared: readonly string[]): void {
  const known = new Set(declared.map((name) => weights.nameOf(name)));
  const unknown = weights.names().filter((name) => !known.has(name) && !TABLES.test(name));
  if (unknown.length === 0) return;
  const some = unknown.slice(0, 4).map(quotedName).join(", ");
  throw new WickError(
    "UNSUPPORTED_ARCHITECTURE",
    `Cannot build the model of ${weights.source}: the architecture ${architecture} has no place for ` +
      `${unknown.length} of its tensors: ${some}${unknown.length > 4 ? " ..." : ""}`,
  );
}

const MAX = 2 ** 24;

/** The configuration that metadata holds. */
export function llamaConfig(architecture: string, metadata: Metadata): LlamaConfig {
  const read = new MetadataReader(metadata, architecture);
  const layers = read.integer("block_count", 1, 4096);
  const width = read.integer("embedding_length", 1, MAX);
  const heads = read.perLayer("attention.head_count", layers, 1, 65536);
  const headSize = read.integer("attention.key_length", 2, 65536, Math.floor(width / heads));
  const keyValueHeads = read.perLayer("attention.head_count_kv", layers, 1, heads, heads);
  const ropeDims = read.integer("rope.dimension_count", 2, headSize, headSize);
  if (!read.has("attention.key_length") && width % heads !== 0) {
    read.refuse("attention.head_count", `a divisor of the width ${width}`, heads);
  }
  if (heads % keyValueHeads !== 0) {
    read.refuse("attention.head_count_kv", `a divisor of the ${heads} heads`, keyValueHeads);
  }
  if (ropeDims % 2 !== 0) read.refuse("rope.dimension_count", "an even number", ropeDims);
  const tokens = metadata.get("tokenizer.ggml.tokens") as { length?: number } | undefined;
  const valueSize = read.integer("attention.value_length", 1, 65536, headSize);
  if (valueSize !== headSize) {
    read.unsupported("attention.value_length", `the keys' ${headSize}`, String(valueSize));
  }
  const config: LlamaConfig = {
    layers,
    width,
    heads,
    headSize,
    keyValueHeads,
    feedForward: read.perLayer("feed_forward_length", layers, 1, MAX),
    vocabulary: tokens?.length ?? read.integer("vocab_size", 1, MAX),
    epsilon: read.real("attention.layer_norm_rms_epsilon", 0, 1),
    ropeDims,
    ropeBase: read.real("rope.freq_base", 1, 1e12, 10000),
    ropeScaling: ropeScaling(read),
    window: read.integer("attention.sliding_window", 0, MAX, 0),
  };
  read.refuseUnread();
  return config;
}

/** As llama.cpp reads it: a factor without a type is a linear one, and one of 0 is none. */
function ropeScaling(read: MetadataReader): RopeScaling {
  const attention = read.real("rope.scaling.attn_factor", 0, 1e3, 1);
  const factor = read.real("rope.scaling.factor", 0, 1e6, 0) ||
    read.real("rope.scale_linear", 0, 1e6, 0) || // of files from before the typed form
    1;
  const type = read.choice("rope.scaling.type", ["none", "linear", "yarn"], factor === 1 ? "none" : "linear");
  if (type === "none") return { type, attention };
  if (type === "linear") return { type, factor, attention };
  const trained = read.integer("context_length", 1, MAX);
  const extrapolation = read.real("rope.scaling.yarn_ext_factor", 0, 1, 1);
  return {
    type,
    factor,
    originalContext: read.integer("rope.scaling.original_context_length", 1, MAX, trained),
    betaFast: read.real("rope.scaling.yarn_beta_fast", 0, 1e6, 32),
    betaSlow: read.real("rope.scaling.yarn_beta_slow", 0, 1e6, 1),
    extrapolation,
    attention,
    warmth: warmth(read, factor, extrapolation),
  };
}

/** What a config.json says in the place of YaRN's own: its attention_factor, or mscale (1) and mscale_all_dim. */
function warmth(read: MetadataReader, factor: number, extrapolation: number): number | undefined {
  const multiplier = read.real("rope.scaling.yarn_log_multiplier", 0, 1e3, 0);
  if (read.has("rope.scaling.yarn_attn_factor")) return read.real("rope.scaling.yarn_attn_factor", 0, 1e3);
  if (multiplier === 0 || extrapolation === 0) return undefined;
  return yarnWarmth(factor) / yarnWarmth(factor, multiplier);
}
