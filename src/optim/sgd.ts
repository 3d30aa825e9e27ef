/**
 * Stochastic gradient descent.
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
import { descend, descendWithMomentum } from "./steps.ts";

/** Options of {@linkcode Sgd}, as PyTorch's. */
export interface SgdOptions {
  /** How much of the last step goes on [0]. */
  momentum?: number;
  /** How much of the gradient is left out of it [0]. */
  dampening?: number;
  /** L2 decay, added to the gradient [0]. */
  weightDecay?: number;
  /** Looks ahead along the momentum (Nesterov 1983) [false]. */
  nesterov?: boolean;
}

const form: OptimizerForm<SgdOptions> = {
  options: { momentum: { from: 0 }, dampening: {}, weightDecay: { from: 0 }, nesterov: "boolean" },
  tensors: ({ momentum = 0 }, { shape }): Record<string, readonly number[]> =>
    momentum === 0 ? {} : { momentum: shape },
  numbers: (_, count) => ({ count: Math.min(count, 2) }), // the first step has no momentum yet
};

/** p -= rate (g + decay p), with momentum. */
export class Sgd extends Optimizer<SgdOptions> {
  /** Optimizes parameters, or groups with options of their own. */
  constructor(parameters: Groups<SgdOptions>, options: SgdOptions & StepOptions) {
    super(parameters, options, form);
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    { options, state, rate, numbers }: ParameterStep<SgdOptions>,
  ): void {
    const { momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
    const buffer = state.get("momentum");
    if (!buffer) return descend(p, g, rate, weightDecay);
    const form = { momentum, dampening, weightDecay, nesterov };
    descendWithMomentum(p, g, buffer, form, rate, numbers.get("count")!);
  }
}
