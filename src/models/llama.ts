/**
 * The Llama family (Touvron et al. 2023): Llama 2 and 3, SmolLM2, Mistral and everything else whose file says
 * `llama`. Names of tensors are those of GGUF.
 *
 * @module
 */
import type { Metadata } from "../formats/metadata.ts";
import { Attention, type OneRow, type Rotary } from "../nn/attention.ts";
import { Embedding } from "../nn/embedding.ts";
import { GatedFeedForward } from "../nn/feed_forward.ts";
import type { CacheShape, KvCache, LayerCache } from "../nn/kv_cache.ts";
import { Linear } from "../nn/linear.ts";
import { RmsNorm } from "../nn/norm.ts";
import { emptyRopeTable, fillRopeTable, type RopeScaling } from "../nn/rotary.ts";
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

/** One layer: x + attention(norm(x)), then x + feedForward(norm(x)). */
class Block {
  constructor(
    readonly attentionNorm: RmsNorm,
    readonly attention: Attention,
    readonly feedForwardNorm: RmsNorm,
    readonly feedForward: GatedFeedForward,
  ) {}

  forward(x: Tensor, cache: LayerCache, position: Position, only?: OneRow): Tensor {
    const mixed = this.attention.forward(this.attentionNorm.forward(x), cache, position, only);
    x = (only?.take(x) ?? x).add(mixed);
    return x.add(this.feedForward.forward(this.feedForwardNorm.forward(x)));
  }
}

/** A Llama over loaded weights. */
export class Llama implements CausalModel {
  readonly vocabulary: number;
  readonly cache: CacheShape;
  private readonly embedding: Embedding;
  private readonly blocks: readonly Block[];
  private readonly norm: RmsNorm;
  private readonly output: Linear;
  private readonly rotary: Rotary;
  /** Llama 3's divisors of the frequencies, [R / 2]. */
  private readonly ropeFactors?: Tensor;

  constructor(readonly config: LlamaConfig, weights: Weights, options: ModelOptions) {
    const { layers, width, vocabulary, keyValueHeads, headSize, epsilon, ropeDims } = config;
    this.vocabulary = vocabulary;
    this.cache = { layers, heads: keyValueHeads, headSize, length: options.contextLength };
    this.embedding = new Embedding(weights.get("token_embd.weight", vocabulary, width));
    this.norm = new RmsNorm(weights.get("output_norm.weight", width), epsilon);
    const head = weights.optional("output.weight", vocabulary, width) ?? this.embedding.weight; // else tied
    this.output = new Linear(head, undefined, options.activations);
    this.ropeFactors = weights.optional("rope_freqs.weight", ropeDims / 2);
    this.rotary = {
      table: emptyRopeTable(options.device, options.contextLength, ropeDims),
      pairs: "interleaved",
    };
    this.blocks = Array.from({ length: layers }, (_, i) => this.block(weights.pp(`blk.${i}`), options));
    weights.check();
  }

  async ready(): Promise<void> {
    const { ropeBase: base, ropeScaling: scaling } = this.config;
    const factors = await this.ropeFactors?.data();
    fillRopeTable(this.rotary.table, { base, scaling, factors });
  }

  /** Reads the configuration from metadata and builds the model. */
  static build(architecture: string, metadata: Metadata, weights: Weights, options: ModelOptions): Llama {
    return new Llama(llamaConfig(architecture, metadata), weights, options);
  }

  forward(ids: Tensor, cache: KvCache, position: Position, only?: OneRow): Tensor {
    let x = this.embedding.forward(ids);
    const last = this.blocks.length - 1;
    this.blocks.forEach((block, i) =>
      // other rows of the last layer lead nowhere but into its cache
      x = block.forward(x, cache.layers[i], position, i === last ? only : undefined)
    );
    return this.output.forward(this.norm.forward(x));
  }

  [Symbol.dispose](): void {
    this.rotary.table.dispose();
  }

  private block(weights: Weights, { activations }: ModelOptions): Block {
    const { width, heads, keyValueHeads, headSize, feedForward, epsilon, window } = this.config;
    const layer = (name: string, out: number, input: number) =>
      new Linear(
        weights.get(`${name}.weight`, out, input),
        weights.optional(`${name}.bias`, out),
        activations,
      );
    const attention = new Attention(
      layer("attn_q", heads * headSize, width),
      layer("attn_k", keyValueHeads * headSize, width),
      layer("attn_v", keyValueHeads * headSize, width),
      layer("attn_output", width, heads * headSize),
      headSize,
      this.rotary,
      { window },
    );
    return new Block(
      new RmsNorm(weights.get("attn_norm.weight", width), epsilon),
      attention,
      new RmsNorm(weights.get("ffn_norm.weight", width), epsilon),
      new GatedFeedForward(
        layer("ffn_gate", feedForward, width),
        layer("ffn_up", feedForward, width),
        layer("ffn_down", width, feedForward),
      ),
    );
  }
}

const MAX = 2 ** 24;

/** The configuration that metadata holds. */
export function llamaConfig(architecture: string, metadata: Metadata): LlamaConfig {
  const read = new MetadataReader(metadata, architecture);
  const width = read.integer("embedding_length", 1, MAX);
  const heads = read.integer("attention.head_count", 1, 65536);
  const headSize = read.integer("attention.key_length", 2, 65536, Math.floor(width / heads));
  const tokens = metadata.get("tokenizer.ggml.tokens") as { length?: number } | undefined;
  return {
    layers: read.integer("block_count", 1, 4096),
    width,
    heads,
    headSize,
    keyValueHeads: read.integer("attention.head_count_kv", 1, heads, heads),
    feedForward: read.integer("feed_forward_length", 1, MAX),
    vocabulary: tokens?.length ?? read.integer("vocab_size", 1, MAX),
    epsilon: read.real("attention.layer_norm_rms_epsilon", 0, 1),
    ropeDims: read.integer("rope.dimension_count", 2, headSize, headSize),
    ropeBase: read.real("rope.freq_base", 1, 1e12, 10000),
    ropeScaling: ropeScaling(read),
    window: read.integer("attention.sliding_window", 0, MAX, 0),
  };
}

function ropeScaling(read: MetadataReader): RopeScaling {
  // files from before the typed form name only a linear scale
  const legacy = read.real("rope.scale_linear", 0, 1e6, 0);
  const type = read.choice("rope.scaling.type", ["none", "linear", "yarn"], legacy > 0 ? "linear" : "none");
  if (type === "none") return { type };
  const factor = read.real("rope.scaling.factor", 1e-6, 1e6, legacy > 0 ? legacy : 1);
  if (type === "linear") return { type, factor };
  return {
    type,
    factor,
    originalContext: read.integer(
      "rope.scaling.original_context_length",
      1,
      MAX,
      read.integer("context_length", 1, MAX),
    ),
    betaFast: read.real("rope.scaling.yarn_beta_fast", 0, 1e6, 32),
    betaSlow: read.real("rope.scaling.yarn_beta_slow", 0, 1e6, 1),
    extrapolation: read.real("rope.scaling.yarn_ext_factor", 0, 1, 1),
    attention: read.real("rope.scaling.attn_factor", 0, 1e3, 1),
  };
}
