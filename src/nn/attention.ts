/**
 * Multi-head attention: over a whole sequence at once, or over a cache of what came before.
 *
 * @module
 */
import { checkOptions, type ChecksOf } from "../check_options.ts";
import { WickError } from "../error.ts";
import type { Generator } from "../tensor/generator.ts";
import { attention, type AttentionOptions, type Position } from "../tensor/ops/attention.ts";
import { scaledDotProductAttention } from "../tensor/ops/scaled_attention.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerCache } from "./kv_cache.ts";
import { uniformByFan } from "./by_fan.ts";
import { constant, xavierUniform } from "./init.ts";
import { Linear, linearChecks, type LinearOptions, SharedInput } from "./linear.ts";
import { Module } from "./module.ts";
import type { RotaryEmbedding } from "./rotary.ts";

/** One row of a chunk: the only one whose result is wanted. */
export class OneRow {
  /** Of a chunk. */
  constructor(
    /** Its index in the chunk, [1] (i32). */
    readonly row: Tensor,
    /** Its position. */
    readonly position: Position,
  ) {}

  /** That row of x [T, C]: [1, C]. */
  take(x: Tensor): Tensor {
    return x.indexSelect(0, this.row);
  }
}

/** Options of {@linkcode MultiHeadAttention}; those of its layers among them. */
export interface MultiHeadAttentionOptions extends Omit<LinearOptions, "tiedTo">, AttentionOptions {
  /** Heads of keys and values, which divide the others [as many]. */
  keyValueHeads?: number;
  /** Elements of a head [width / heads]. */
  headSize?: number;
  /** Elements of what is attended to, where that is another sequence [width]. */
  memoryWidth?: number;
  /** Whether a row sees itself and earlier ones alone [false]. */
  causal?: boolean;
  /** Turns queries and keys by their positions. */
  rotary?: RotaryEmbedding;
  /** The probability with which a weight is dropped in training [0]. */
  dropout?: number;
  /** What is drawn from [the default generator]. */
  generator?: Generator;
}

const { tiedTo: _, ...layerChecks } = linearChecks;
const ownChecks: ChecksOf<Omit<MultiHeadAttentionOptions, keyof LinearOptions>> = {
  keyValueHeads: { from: 1, whole: true },
  headSize: { from: 1, whole: true },
  memoryWidth: { from: 1, whole: true },
  causal: "boolean",
  rotary: "any",
  dropout: { from: 0, to: 1 },
  generator: "any",
  scale: {},
  window: { from: 0, whole: true },
};

/** What {@linkcode MultiHeadAttention.forward} attends to. */
export interface AttendOptions {
  /** [B, S, M]: the sequence that keys and values are made of [x itself]. */
  memory?: Tensor;
  /**
   * What broadcasts to [B, H, T, S]: bool, true where a row sees another (of padded sequences [B, 1, 1, S], true where
   * there is a token), or floats that are added to the scores; see {@linkcode scaledDotProductAttention}. PyTorch's
   * own layer has its masks the other way round.
   */
  mask?: Tensor;
}

const attendChecks: ChecksOf<AttendOptions> = { memory: "any", mask: "any" };

/**
 * output(attention(query(x), key(memory), value(memory))) with H heads of queries and G of keys and values (Vaswani
 * et al. 2017, Ainslie et al. 2023).
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { nn, tensor } from "@wick/wick";
 * using attention = new nn.MultiHeadAttention(8, 2, { causal: true }).init(1);
 * using x = tensor(new Float32Array(24), { shape: [1, 3, 8] });
 * using y = attention.forward(x);
 * deepEqual(y.shape, [1, 3, 8]);
 * ```
 */
export class MultiHeadAttention extends Module {
  /** [H D, C]. */
  readonly query: Linear;
  /** [G D, M]. */
  readonly key: Linear;
  /** [G D, M]. */
  readonly value: Linear;
  /** [C, H D]. */
  readonly output: Linear;
  /** Turns queries and keys by their positions. */
  readonly rotary?: RotaryEmbedding;
  readonly #headSize: number;
  readonly #options: MultiHeadAttentionOptions;

  /** Over rows of `width` values with `heads` heads. */
  constructor(width: number, heads: number, options: MultiHeadAttentionOptions = {}) {
    super();
    checkOptions("make a MultiHeadAttention", options, { ...layerChecks, ...ownChecks });
    const { keyValueHeads = heads, headSize = width / heads, memoryWidth = width } = options;
    if (!Number.isInteger(headSize) || heads % keyValueHeads !== 0) {
      throw new WickError(
        "INVALID_ARGUMENT",
        `Cannot divide ${width} values among ${heads} heads, ${keyValueHeads} of keys: both must divide evenly`,
      );
    }
    const { bias, activations, initial, initialBias = constant(0) } = options;
    // as if query, key and value were one matrix (Glorot and Bengio 2010)
    const joined = uniformByFan(width + (heads + 2 * keyValueHeads) * headSize, 6);
    const layers = {
      bias,
      activations,
      initialBias,
      initial: initial ?? (memoryWidth === width ? joined : xavierUniform),
    };
    this.query = new Linear(width, heads * headSize, layers);
    this.key = new Linear(memoryWidth, keyValueHeads * headSize, layers);
    this.value = new Linear(memoryWidth, keyValueHeads * headSize, layers);
    this.output = new Linear(heads * headSize, width, { bias, activations, initialBias, initial });
    this.rotary = options.rotary;
    this.#headSize = headSize;
    this.#options = options;
  }

  /** x [B, T, C] or [T, C]: the same. All rows at once, from position 0 on, with a gradient. */
  forward(x: Tensor, options: AttendOptions = {}): Tensor {
    checkOptions("attend", options, attendChecks);
    const { memory, mask } = options;
    const { causal, scale, window, generator } = this.#options;
    const dropout = this.training ? this.#options.dropout : 0;
    if (window) {
      throw new WickError(
        "INVALID_ARGUMENT",
        `Cannot attend at once within a window of ${window}: give a mask`,
      );
    }
    using input = new SharedInput(x);
    using other = memory && new SharedInput(memory);
    using q = this.#heads(this.query, input, 0);
    using k = this.#heads(this.key, other ?? input, 0);
    using v = this.#heads(this.value, other ?? input);
    using y = scaledDotProductAttention(q, k, v, { causal, mask, scale, dropout, generator });
    using rows = y.transpose(1, 2);
    using joined = rows.reshape(...x.shape.slice(0, -1), rows.shape[2] * rows.shape[3]);
    return this.output.forward(joined);
  }

  /** A layer's [B, T, H D] as [B, H, T, D], turned by positions from `position` on. */
  #heads(layer: Linear, input: SharedInput, position?: number): Tensor {
    using y = layer.forward(input);
    const [T, width] = y.shape.slice(-2);
    using heads = y.reshape(y.rank === 2 ? 1 : y.shape[0], T, width / this.#headSize, this.#headSize);
    if (position === undefined || !this.rotary) return heads.transpose(1, 2);
    using turned = this.rotary.forward(heads, position);
    return turned.transpose(1, 2);
  }

  /**
   * x [T, C] of positions from `position` on; their keys and values join the cache, and each row sees those up to
   * its own. With `only`, one row alone asks: [1, C]. A cache keeps values alone: there is no gradient.
   */
  decode(x: Tensor, cache: LayerCache, position: Position, only?: OneRow): Tensor {
    using input = new SharedInput(x);
    using row = only?.take(x);
    using one = row && new SharedInput(row);
    const from = only?.position ?? position;
    using k = this.#rows(this.key, input, position);
    using v = this.#rows(this.value, input);
    cache.append(k, v, position);
    using q = this.#rows(this.query, one ?? input, from);
    using y = attention(q, cache.keys, cache.values, from, this.#options);
    using joined = y.reshape(y.shape[0], y.shape[1] * y.shape[2]);
    return this.output.forward(joined);
  }

  /** A layer's [T, H D] as [T, H, D], turned by positions from `position` on. */
  #rows(layer: Linear, input: SharedInput, position?: Position): Tensor {
    using y = layer.forward(input);
    using heads = y.reshape(y.shape[0], y.shape[1] / this.#headSize, this.#headSize);
    return position !== undefined && this.rotary ? this.rotary.forward(heads, position) : heads.contiguous();
  }
}
