/**
 * Normalisation layers.
 *
 * @module
 */
import { addRmsNorm, layerNorm, rmsNorm } from "../tensor/ops/norm.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { constant } from "./init.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** x / sqrt(mean(x^2) + epsilon) * weight over the last dimension. */
export class RmsNorm extends Module {
  /** [C]. */
  readonly weight: Parameter;

  /** Over C values. */
  constructor(
    width: number,
    /** Added to the mean square. */
    readonly epsilon: number = 1e-5,
  ) {
    super();
    this.weight = new Parameter([width], constant(1), { takes: ["f32"] });
  }

  /** x [.., C]: the same. */
  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight.tensor, this.epsilon);
  }

  /** x + delta, and this norm of it. */
  forwardSum(x: Tensor, delta: Tensor): { sum: Tensor; y: Tensor } {
    return addRmsNorm(x, delta, this.weight.tensor, this.epsilon);
  }
}

/** Options of {@linkcode LayerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance [1e-5]. */
  epsilon?: number;
  /** Whether there is a bias [true]. */
  bias?: boolean;
}

/** (x - mean) / sqrt(variance + epsilon) * weight + bias over the last dimension. */
export class LayerNorm extends Module {
  /** [C]. */
  readonly weight: Parameter;
  /** [C]. */
  readonly bias?: Parameter;
  /** Added to the variance. */
  readonly epsilon: number;

  /** Over C values. */
  constructor(width: number, options: LayerNormOptions = {}) {
    super();
    this.weight = new Parameter([width], constant(1), { takes: ["f32"] });
    if (options.bias ?? true) this.bias = new Parameter([width], undefined, { takes: ["f32"] });
    this.epsilon = options.epsilon ?? 1e-5;
  }

  /** x [.., C]: the same. */
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight.tensor, this.bias?.tensor ?? null, this.epsilon);
  }
}
