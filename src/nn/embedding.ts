/**
 * The embedding layer.
 *
 * @module
 */
import { takeRows } from "../tensor/ops/linear.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { normal } from "./init.ts";
import { Module } from "./module.ts";
import { type Initial, Parameter } from "./parameter.ts";

/** Options of {@linkcode Embedding}. */
export interface EmbeddingOptions {
  /** First values [normal with deviation 1]. */
  initial?: Initial;
}

/** Rows of weight [V, C] by id. */
export class Embedding extends Module {
  /** [V, C]. */
  readonly weight: Parameter;

  /** V rows of C values. */
  constructor(rows: number, width: number, options: EmbeddingOptions = {}) {
    super();
    this.weight = new Parameter([rows, width], options.initial ?? normal(1));
  }

  /** ids [..] (i32): [.., C] f32. An id outside 0 .. V - 1 gives a row of NaN. */
  forward(ids: Tensor): Tensor {
    const weight = this.weight.tensor;
    if (ids.rank === 1) return takeRows(weight, ids);
    using flat = ids.reshape(-1);
    using rows = takeRows(weight, flat);
    return rows.reshape(...ids.shape, weight.shape[1]);
  }
}
