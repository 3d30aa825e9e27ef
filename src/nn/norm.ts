/**
 * Normalisation layers.
 *
 * @module
 */
import { type Check, checkOptions, type ChecksOf } from "../check_options.ts";
import { WickError } from "../error.ts";
import { addRmsNorm, layerNorm, rmsNorm } from "../tensor/ops/norm.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { constant } from "./init.ts";
import { Module } from "./module.ts";
import { FLOATS, Parameter } from "./parameter.ts";

/** @internal Refuses options that there are none of, and a number in their place. */
export function checkNormOptions(
  layer: string,
  options: unknown,
  checks: Readonly<Record<string, Check>>,
): void {
  if (typeof options === "number") {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot make ${layer}: a number alone does not say what it is, got ${options}; write { epsilon: ${options} }`,
      { param: "options" },
    );
  }
  checkOptions(`make ${layer}`, options, checks);
}

/** Options of {@linkcode RmsNorm}. */
export interface RmsNormOptions {
  /** Added to the mean square [1e-5]. */
  epsilon?: number;
}

const rmsChecks: ChecksOf<RmsNormOptions> = { epsilon: { from: 0 } };

/**
 * x / sqrt(mean(x^2) + epsilon) * weight over the last dimension.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { nn, tensor } from "@wick/wick";
 * using norm = new nn.RmsNorm(2, { epsilon: 0 }).init(1);
 * deepEqual(await norm.forward(tensor([[-5, 5]])).toArray(), [[-1, 1]]);
 * ```
 */
export class RmsNorm extends Module {
  /** [C]. */
  readonly weight: Parameter;
  /** Added to the mean square. */
  readonly epsilon: number;

  /** Over C values. */
  constructor(width: number, options: RmsNormOptions = {}) {
    super();
    checkNormOptions("an RmsNorm", options, rmsChecks);
    this.weight = new Parameter([width], constant(1), { takes: FLOATS });
    this.epsilon = options.epsilon ?? 1e-5;
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

const layerChecks: ChecksOf<LayerNormOptions> = { epsilon: { from: 0 }, bias: "boolean" };

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
    checkNormOptions("a LayerNorm", options, layerChecks);
    this.weight = new Parameter([width], constant(1), { takes: FLOATS });
    if (options.bias ?? true) this.bias = new Parameter([width], undefined, { takes: FLOATS });
    this.epsilon = options.epsilon ?? 1e-5;
  }

  /** x [.., C]: the same. */
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight.tensor, this.bias?.tensor ?? null, this.epsilon);
  }
}
