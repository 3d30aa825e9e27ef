/**
 * The affine layer.
 *
 * @module
 */
import { checkOptions, type ChecksOf } from "../check_options.ts";
import { isPlain } from "../tensor/dtype.ts";
import { linear, quantizeQ8 } from "../tensor/ops/linear.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { uniformByFan } from "./by_fan.ts";
import { Module } from "./module.ts";
import { FLOATS, type Initial, Parameter } from "./parameter.ts";

/** What a layer with quantized weights multiplies: activations as they are, or rounded to 8-bit blocks. */
export type Activations = "int8" | "f32";

/** An input that several layers read: quantized at most once, when the first of them asks. */
export class SharedInput implements Disposable {
  private quantized?: Tensor;

  /** Of an input as it is. */
  constructor(
    /** As it is. */
    readonly f32: Tensor,
  ) {}

  /** Its 8-bit blocks. */
  get q8(): Tensor {
    return this.quantized ??= quantizeQ8(this.f32);
  }

  /** Gives the blocks' memory back. */
  [Symbol.dispose](): void {
    this.quantized?.dispose();
  }
}

/** Options of {@linkcode Linear}. */
export interface LinearOptions {
  /** Whether there is one; "optional": where a checkpoint has one [true]. */
  bias?: boolean | "optional";
  /** What quantized weights meet ["f32"]. */
  activations?: Activations;
  /** First values of the weight [uniform in +-1 / sqrt(inputs)]. */
  initial?: Initial;
  /** First values of the bias [as the weight's own]. */
  initialBias?: Initial;
  /** Whose values the weight shares where a checkpoint has none of its own. */
  tiedTo?: Parameter;
}

/** @internal */
export const linearChecks: ChecksOf<LinearOptions> = {
  bias: [true, false, "optional"],
  activations: ["int8", "f32"],
  initial: "function",
  initialBias: "function",
  tiedTo: "any",
};

/** y = x weight^T + bias, for x [.., K], weight [N, K] and bias [N]. */
export class Linear extends Module {
  /** [N, K]. */
  readonly weight: Parameter;
  /** [N]. */
  readonly bias?: Parameter;
  readonly #activations: Activations;

  /** From K inputs to N outputs. */
  constructor(inputs: number, outputs: number, options: LinearOptions = {}) {
    super();
    checkOptions("make a Linear", options, linearChecks);
    const { bias = true, activations = "f32", tiedTo } = options;
    const spread = uniformByFan(inputs);
    this.weight = new Parameter([outputs, inputs], options.initial ?? spread, { tiedTo });
    if (bias) {
      this.bias = new Parameter([outputs], options.initialBias ?? spread, {
        optional: bias === "optional",
        takes: FLOATS,
      });
    }
    this.#activations = activations;
  }

  /** x [.., K]: [.., N]. */
  forward(x: Tensor | SharedInput): Tensor {
    if (!(x instanceof SharedInput)) {
      using input = new SharedInput(x);
      return this.forward(input);
    }
    const weight = this.weight.tensor;
    const rounded = this.#activations === "int8" && !isPlain(weight.dtype);
    return linear(rounded ? x.q8 : x.f32, weight, this.bias?.find());
  }
}
