/**
 * Multi-head attention: over a whole sequence at once, or over a cache of what came before.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { attention, type AttentionOptions, type Position } from "../tensor/ops/attention.ts";
import { takeRows } from "../tensor/ops/linear.ts";
import { scaledDotProductAttention } from "../tensor/ops/scaled_attention.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerCache } from "./kv_cache.ts";
import { Linear, type LinearOptions, SharedInput } from "./linear.ts";
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
    return takeRows(x, this.row);
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
}

/** What {@linkcode MultiHeadAttention.forward} attends to. */
export interface AttendOptions {
  /** [B, S, M]: the sequence that keys and values are made of [x itself]. */
  memory?: Tensor;
  /** See {@linkcode scaledDotProductAttention}. */
  mask?: Tensor;
}

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
    const { keyValueHeads = heads, headSize = width / heads, memoryWidth = width } = options;
    if (!Number.isInteger(headSize) || heads % keyValueHeads !== 0) {
      throw new WickError(
        "INVALID_ARGUMENT",
        `Cannot divide ${width} values among ${heads} heads, ${keyValueHeads} of keys: both must divide evenly`,
      );
    }
    this.query = new Linear(width, heads * headSize, options);
    this.key = new Linear(memoryWidth, keyValueHeads * headSize, options);
    this.value = new Linear(memoryWidth, keyValueHeads * headSize, options);
    this.output = new Linear(heads * headSize, width, options);
    this.rotary = options.rotary;
    this.#headSize = headSize;
    this.#options = options;
  }

  /** x [B, T, C] or [T, C]: the same. All rows at once, from position 0 on, with a gradient. */
  forward(x: Tensor, { memory, mask }: AttendOptions = {}): Tensor {
    const { causal, scale, window } = this.#options;
    if (window) {
      throw new WickError(
        "INVALID_ARGUMENT",
        `Cannot attend at once within a window of ${window}: give a mask`,
      );
    }
    const input = new SharedInput(x);
    const source = memory ? new SharedInput(memory) : input;
    const heads = (layer: Linear, input: SharedInput) => {
      const y = layer.forward(input);
      return y.reshape(-1, y.shape.at(-2)!, y.shape.at(-1)! / this.#headSize, this.#headSize);
    };
    const turn = (y: Tensor) => this.rotary?.forward(y) ?? y;
    const [q, k, v] = [
      turn(heads(this.query, input)),
      turn(heads(this.key, source)),
      heads(this.value, source),
    ].map((y) => y.transpose(1, 2));
    const y = scaledDotProductAttention(q, k, v, { causal, mask, scale });
    return this.output.forward(y.transpose(1, 2).reshape(...x.shape.slice(0, -1), -1));
  }

  /**
   * x [T, C] of positions from `position` on; their keys and values join the cache, and each row sees those up to
   * its own. With `only`, one row alone asks: [1, C]. A cache keeps values alone: there is no gradient.
   */
  decode(x: Tensor, cache: LayerCache, position: Position, only?: OneRow): Tensor {
    const input = new SharedInput(x);
    const asking = only ? new SharedInput(only.take(x)) : input;
    const from = only?.position ?? position;
    const heads = (layer: Linear, input: SharedInput) =>
      layer.forward(input).reshape(input.f32.shape[0], -1, this.#headSize);
    const turn = (y: Tensor, position: Position) => this.rotary?.forward(y, position) ?? y;
    cache.append(turn(heads(this.key, input), position), heads(this.value, input), position);
    const y = attention(turn(heads(this.query, asking), from), cache.keys, cache.values, from, this.#options);
    return this.output.forward(y.reshape(y.shape[0], -1));
  }
}
