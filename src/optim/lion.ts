/**
 * Lion (Chen et al. 2023).
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";
import {
  type Groups,
  Optimizer,
  type OptimizerForm,
  type ParameterStep,
  type StepOptions,
} from "./optimizer.ts";
import { descendBySign } from "./steps.ts";

/** Options of {@linkcode Lion}. */
export interface LionOptions {
  /** Weight of the mean gradient in the step [0.9]. */
  beta1?: number;
  /** Decay of the mean gradient [0.99]. */
  beta2?: number;
  /** Shrinks the parameter itself [0]. */
  weightDecay?: number;
}

const form: OptimizerForm<LionOptions> = {
  options: { beta1: { from: 0, below: 1 }, beta2: { from: 0, below: 1 }, weightDecay: { from: 0 } },
  tensors: (_, { shape }) => ({ mean: shape }),
};

/** Steps of one size along the sign of the mean gradient. */
export class Lion extends Optimizer<LionOptions> {
  /** Optimizes parameters, or groups with options of their own. */
  constructor(parameters: Groups<LionOptions>, options: LionOptions & StepOptions) {
    super(parameters, options, form);
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    { options: { beta1 = 0.9, beta2 = 0.99, weightDecay = 0 }, state, rate }: ParameterStep<LionOptions>,
  ): void {
    descendBySign(p, g, state.get("mean")!, { beta1, beta2, weightDecay }, rate);
  }
}
