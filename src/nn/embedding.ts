/**
 * The embedding layer.
 *
 * @module
 */
import { takeRows } from "../tensor/ops/linear.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Rows of weight [V, C] by id. */
export class Embedding {
  constructor(readonly weight: Tensor) {}

  /** ids [T] (i32): [T, C] f32. */
  forward(ids: Tensor): Tensor {
    return takeRows(this.weight, ids);
  }
}
