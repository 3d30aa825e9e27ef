/**
 * The embedding layer.
 *
 * @module
 */
import { takeRows } from "../tensor/ops/index_select.ts";
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

  /**
   * ids [..] (i32): [.., C] f32.
   *
   * @throws WickError INDEX_OUT_OF_RANGE where an id is outside 0 .. V - 1
   */
  forward(ids: Tensor): Tensor {
    return takeRows(this.weight.tensor, ids);
  }
}
