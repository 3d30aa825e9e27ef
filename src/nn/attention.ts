/**
 * Attention with rotary positions and grouped key-value heads.
 *
 * @module
 */
import { attention, type AttentionOptions, type Position, rope } from "../tensor/ops/attention.ts";
import { takeRows } from "../tensor/ops/linear.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerCache } from "./kv_cache.ts";
import { type Linear, SharedInput } from "./linear.ts";

/** How queries and keys are turned. */
export interface Rotary {
  /** [S, R]: cos and sin of each pair for every position. */
  table: Tensor;
  pairs: "interleaved" | "halved";
}

/** One row of a chunk: the only one whose result is wanted. */
export class OneRow {
  /**
   * @param row its index in the chunk, [1] (i32)
   * @param position its position
   */
  constructor(readonly row: Tensor, readonly position: Position) {}

  /** That row of x [T, C]: [1, C]. */
  take(x: Tensor): Tensor {
    return takeRows(x, this.row);
  }
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

  /**
   * x [T, C] of positions from `position` on; their keys and values join the cache. With `only`, one row alone
   * asks: [1, C].
   */
  forward(x: Tensor, cache: LayerCache, position: Position, only?: OneRow): Tensor {
    const input = new SharedInput(x);
    const asking = only ? new SharedInput(only.take(x)) : input;
    const from = only?.position ?? position;
    const heads = (layer: Linear, input: SharedInput) =>
      layer.forward(input).reshape(input.f32.shape[0], -1, this.headSize);
    const turn = (y: Tensor, position: Position) => rope(y, this.rotary.table, position, this.rotary.pairs);
    cache.append(turn(heads(this.key, input), position), heads(this.value, input), position);
    const y = attention(turn(heads(this.query, asking), from), cache.keys, cache.values, from, this.options);
    return this.output.forward(y.reshape(y.shape[0], -1));
  }
}
