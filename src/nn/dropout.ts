/**
 * The dropout layer.
 *
 * @module
 */
import { checkNumber, checkOptions, type ChecksOf } from "../check_options.ts";
import type { Generator } from "../tensor/generator.ts";
import { dropout } from "../tensor/ops/dropout.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** Options of {@linkcode Dropout}. */
export interface DropoutOptions {
  /** What it draws from [the default one]. */
  generator?: Generator;
}

const checks: ChecksOf<DropoutOptions> = { generator: "any" };

/** In training each value is 0 with probability `rate`, else x / (1 - rate) (Srivastava et al. 2014). */
export class Dropout extends Module {
  readonly #generator?: Generator;

  /** Of a rate from 0 to 1. */
  constructor(
    /** The probability of 0. */
    readonly rate: number = 0.5,
    options: DropoutOptions = {},
  ) {
    super();
    checkNumber("make a Dropout", "rate", rate, { from: 0, to: 1 });
    checkOptions("make a Dropout", options, checks);
    this.#generator = options.generator;
  }

  /** x of any shape: the same. */
  forward(x: Tensor): Tensor {
    return this.training && this.rate > 0 ? dropout(x, this.rate, this.#generator) : x.contiguous();
  }
}
