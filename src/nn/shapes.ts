/**
 * Layers without parameters, for {@linkcode Sequential}.
 *
 * @module
 */
import { checkNumber, checkOptions, type ChecksOf, refuse } from "../check_options.ts";
import type { AvgPoolOptions, MaxPoolOptions } from "../tensor/ops/pool.ts";
import type { Pair } from "../tensor/ops/window.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

const maxChecks: ChecksOf<MaxPoolOptions> = { // what has two axes is checked by the op
  ...{ stride: "any", padding: "any", dilation: "any" },
  ceilMode: "boolean",
};
const meanChecks: ChecksOf<AvgPoolOptions> = {
  ...{ stride: "any", padding: "any" },
  ceilMode: "boolean",
  countIncludePad: "boolean",
  divisorOverride: {},
};

/** Any function of one tensor. */
export class Func extends Module {
  readonly #apply: (x: Tensor) => Tensor;

  /** A layer that applies it. */
  constructor(apply: (x: Tensor) => Tensor) {
    super();
    if (typeof apply !== "function") refuse("make a Func", "apply", "a function", apply);
    this.#apply = apply;
  }
  /** What the function gives. */
  forward(x: Tensor): Tensor {
    return this.#apply(x);
  }
}

/** All dimensions from `from` on as one. */
export class Flatten extends Module {
  /** Examples stay apart unless told otherwise. */
  constructor(
    /** The first that goes. */
    readonly from: number = 1,
  ) {
    super();
    checkNumber("make a Flatten", "from", from, { whole: true });
  }
  /** x [B, ...]: [B, n]. */
  forward(x: Tensor): Tensor {
    const inner = x.shape.slice(this.from).reduce((a, b) => a * b, 1);
    return x.reshape(...x.shape.slice(0, this.from), inner);
  }
}

/** The largest of each window of [B, C, H, W]. */
export class MaxPool2d extends Module {
  readonly #options: MaxPoolOptions;

  /** Windows of an extent, which is the step from one to the next unless told otherwise. */
  constructor(
    /** The extent. */
    readonly kernel: Pair,
    options: MaxPoolOptions = {},
  ) {
    super();
    checkOptions("make a MaxPool2d", options, maxChecks);
    this.#options = options;
  }
  /** See {@linkcode Tensor.maxPool2d}. */
  forward(x: Tensor): Tensor {
    return x.maxPool2d(this.kernel, this.#options);
  }
}

/** The mean of each window of [B, C, H, W]. */
export class AvgPool2d extends Module {
  readonly #options: AvgPoolOptions;

  /** Windows of an extent, which is the step from one to the next unless told otherwise. */
  constructor(
    /** The extent. */
    readonly kernel: Pair,
    options: AvgPoolOptions = {},
  ) {
    super();
    checkOptions("make an AvgPool2d", options, meanChecks);
    this.#options = options;
  }
  /** See {@linkcode Tensor.avgPool2d}. */
  forward(x: Tensor): Tensor {
    return x.avgPool2d(this.kernel, this.#options);
  }
}
