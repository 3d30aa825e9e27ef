/**
 * Attention with rotary positions and grouped key-value heads.
 *
 * @module
 */
import { attention, type AttentionOptions, type Position, rope } from "../tensor/ops/attention.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerCache } from "./kv_cache.ts";
import { type Linear, SharedInput } from "./linear.ts";

/** How queries and keys are turned. */
export interface Rotary {
  /** [S, R]: cos and sin of each pair for every position. */
  table: Tensor;
  pairs: "interleaved" | "halved";
}

/** Causal self-attention over a cache: output(attention(rope(query(x)), rope(key(x)), value(x))). */
export class Attention {
  constructor(
    readonly query: Linear,
    readonly key: Linear,
    readonly value: Linear,
    readonly output: Linear,
    readonly headSize: number,
    readonly rotary: Rotary,
    readonly options: AttentionOptions = {},
  ) {}

  /** x [T, C] of positions from `position` on; their keys and values join the cache. */
  forward(x: Tensor, cache: LayerCache, position: Position): Tensor {
    const input = new SharedInput(x);
    const heads = (layer: Linear) => layer.forward(input).reshape(x.shape[0], -1, this.headSize);
    const turn = (y: Tensor) => rope(y, this.rotary.table, position, this.rotary.pairs);
    const q = turn(heads(this.query));
    cache.append(turn(heads(this.key)), heads(this.value), position);
    const y = attention(q, cache.keys, cache.values, position, this.options);
    return this.output.forward(y.reshape(x.shape[0], -1));
  }
}
