/**
 * Convolution layers.
 *
 * @module
 */
import type { ConvOptions, ConvTransposeOptions } from "../tensor/ops/conv.ts";
import type { Pair } from "../tensor/ops/window.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fans, uniform } from "./init.ts";
import { Module } from "./module.ts";
import { type Initial, Parameter } from "./parameter.ts";

/** What all convolution layers may have beside their steps. */
export interface ConvLayerOptions {
  /** Whether there is one [true]. */
  bias?: boolean;
  /** First values of the weight [uniform in +-1 / sqrt(inputs of a value)]. */
  initial?: Initial;
}

/** Weight and bias with PyTorch's first values. */
abstract class Convolution extends Module {
  /** Channels and kernel. */
  readonly weight: Parameter;
  /** One for each channel of the result. */
  readonly bias?: Parameter;

  /** A weight of a shape. */
  constructor(shape: readonly number[], outputs: number, { bias = true, initial }: ConvLayerOptions) {
    super();
    const spread = uniform(1 / Math.sqrt(fans(shape).fanIn));
    this.weight = new Parameter(shape, initial ?? spread);
    if (bias) this.bias = new Parameter([outputs], spread);
  }
}

/** Convolves [B, C, L] with weights [O, C / groups, K]: [B, O, Lo]. */
export class Conv1d extends Convolution {
  readonly #steps: ConvOptions<number>;

  /** From C channels to O. */
  constructor(
    inputs: number,
    outputs: number,
    kernel: number,
    options: ConvLayerOptions & ConvOptions<number> = {},
  ) {
    super([outputs, inputs / (options.groups ?? 1), kernel], outputs, options);
    this.#steps = options;
  }

  /** See {@linkcode Tensor.conv1d}. */
  forward(x: Tensor): Tensor {
    return x.conv1d(this.weight.tensor, this.bias?.tensor, this.#steps);
  }
}

/** Convolves [B, C, H, W] with weights [O, C / groups, kh, kw]: [B, O, Ho, Wo]. */
export class Conv2d extends Convolution {
  readonly #steps: ConvOptions;

  /** From C channels to O. */
  constructor(inputs: number, outputs: number, kernel: Pair, options: ConvLayerOptions & ConvOptions = {}) {
    super([outputs, inputs / (options.groups ?? 1), ...both(kernel)], outputs, options);
    this.#steps = options;
  }

  /** See {@linkcode Tensor.conv2d}. */
  forward(x: Tensor): Tensor {
    return x.conv2d(this.weight.tensor, this.bias?.tensor, this.#steps);
  }
}

/** The transpose of a convolution: [B, C, L] with weights [C, O / groups, K] to [B, O, Lo]. */
export class ConvTranspose1d extends Convolution {
  readonly #steps: ConvTransposeOptions<number>;

  /** From C channels to O. */
  constructor(
    inputs: number,
    outputs: number,
    kernel: number,
    options: ConvLayerOptions & ConvTransposeOptions<number> = {},
  ) {
    super([inputs, outputs / (options.groups ?? 1), kernel], outputs, options);
    this.#steps = options;
  }

  /** See {@linkcode Tensor.convTranspose1d}. */
  forward(x: Tensor): Tensor {
    return x.convTranspose1d(this.weight.tensor, this.bias?.tensor, this.#steps);
  }
}

/** The transpose of a convolution: [B, C, H, W] with weights [C, O / groups, kh, kw] to [B, O, Ho, Wo]. */
export class ConvTranspose2d extends Convolution {
  readonly #steps: ConvTransposeOptions;

  /** From C channels to O. */
  constructor(
    inputs: number,
    outputs: number,
    kernel: Pair,
    options: ConvLayerOptions & ConvTransposeOptions = {},
  ) {
    super([inputs, outputs / (options.groups ?? 1), ...both(kernel)], outputs, options);
    this.#steps = options;
  }

  /** See {@linkcode Tensor.convTranspose2d}. */
  forward(x: Tensor): Tensor {
    return x.convTranspose2d(this.weight.tensor, this.bias?.tensor, this.#steps);
  }
}

function both(kernel: Pair): readonly number[] {
  return typeof kernel === "number" ? [kernel, kernel] : kernel;
}
