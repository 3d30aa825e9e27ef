/**
 * Normalisation layers.
 *
 * @module
 */
import { rmsNorm } from "../tensor/ops/norm.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** x / sqrt(mean(x^2) + epsilon) * weight over the last dimension. */
export class RmsNorm {
  constructor(readonly weight: Tensor, readonly epsilon: number) {}

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight, this.epsilon);
  }
}
