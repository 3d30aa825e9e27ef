/**
 * Convolution layers.
 *
 * @module
 */
import { checkOptions, type ChecksOf, refuse } from "../check_options.ts";
import { WickError } from "../error.ts";
import type { ConvOptions, ConvTransposeOptions } from "../tensor/ops/conv.ts";
import { type Pair, pair } from "../tensor/ops/window.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { uniformByFan } from "./by_fan.ts";
import { fans } from "./init.ts";
import { Module } from "./module.ts";
import { type Initial, Parameter } from "./parameter.ts";

/** What all convolution layers may have beside their steps. */
export interface ConvLayerOptions {
  /** Whether there is one [true]. */
  bias?: boolean;
  /** First values of the weight [uniform in +-1 / sqrt(inputs of a value)]. */
  initial?: Initial;
}

const layerChecks: ChecksOf<ConvLayerOptions> = { bias: "boolean", initial: "function" };
const groups = { from: 1, whole: true }; // what has two axes is checked by the op
const convChecks: ChecksOf<ConvLayerOptions & ConvOptions> = {
  ...layerChecks,
  ...{ stride: "any", padding: "any", dilation: "any", groups },
};
const transposeChecks: ChecksOf<ConvLayerOptions & ConvTransposeOptions> = {
  ...convChecks,
  outputPadding: "any",
};

/** Weight and bias with PyTorch's first values. */
abstract class Convolution extends Module {
  /** Channels and kernel. */
  readonly weight: Parameter;
  /** One for each channel of the result. */
  readonly bias?: Parameter;

  /** A weight of a shape. */
  constructor(shape: readonly number[], outputs: number, { bias = true, initial }: ConvLayerOptions) {
    super();
    const spread = uniformByFan(fans(shape).fanIn);
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
    super([outputs, each(inputs, outputs, checked(options, convChecks)), kernel], outputs, options);
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
    super([outputs, each(inputs, outputs, checked(options, convChecks)), ...both(kernel)], outputs, options);
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
    super([inputs, each(outputs, inputs, checked(options, transposeChecks)), kernel], outputs, options);
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
    super(
      [inputs, each(outputs, inputs, checked(options, transposeChecks)), ...both(kernel)],
      outputs,
      options,
    );
    this.#steps = options;
  }

  /** See {@linkcode Tensor.convTranspose2d}. */
  forward(x: Tensor): Tensor {
    return x.convTranspose2d(this.weight.tensor, this.bias?.tensor, this.#steps);
  }
}

function checked<Options>(options: Options, checks: typeof convChecks): Options {
  checkOptions("make a convolution", options, checks);
  return options;
}

/** The share of `divided` channels that a group has; groups divide the others too. */
function each(divided: number, others: number, { groups = 1 }: { groups?: number }): number {
  if (groups > 0 && divided % groups === 0 && others % groups === 0) return divided / groups;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot divide ${divided} and ${others} channels among groups: both must be a multiple of groups, got ${groups}`,
    { param: "groups" },
  );
}

function both(kernel: Pair): readonly number[] {
  const action = "make a convolution";
  if (typeof kernel === "number" || Array.isArray(kernel)) return pair(action, "kernel", kernel, 1);
  return refuse(action, "kernel", "a number or two", kernel);
}
