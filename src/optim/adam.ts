/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), with AMSGrad (Reddi et al. 2018).
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
import { descendByMoments } from "./steps.ts";

/** Options of {@linkcode Adam} and {@linkcode AdamW}, as PyTorch's. */
export interface AdamOptions {
  /** Decay of the mean of gradients [0.9]. */
  beta1?: number;
  /** Decay of the mean of their squares [0.999]. */
  beta2?: number;
  /** Added to the root [1e-8]. */
  epsilon?: number;
  /** Added to the gradient in Adam [0]; shrinks the parameter itself in AdamW [0.01]. */
  weightDecay?: number;
  /** Whether the greatest mean square so far takes the place of the last one (AMSGrad) [false]. */
  amsgrad?: boolean;
}

const form: OptimizerForm<AdamOptions> = {
  options: {
    beta1: { from: 0, below: 1 },
    beta2: { from: 0, below: 1 },
    epsilon: { from: 0 },
    weightDecay: { from: 0 },
    amsgrad: "boolean",
  },
  tensors: ({ amsgrad }, { shape }): Record<string, readonly number[]> => ({
    mean: shape,
    square: shape,
    ...amsgrad ? { maxSquare: shape } : {},
  }),
  // means that began at 0 are too small by these
  numbers: ({ beta1 = 0.9, beta2 = 0.999 }, count) => ({
    correction1: 1 - beta1 ** count,
    correction2: 1 - beta2 ** count,
  }),
};

/** Steps along the mean gradient over the root of the mean square. */
export class Adam extends Optimizer<AdamOptions> {
  /** Whether decay shrinks the parameter itself, or is added to the gradient. */
  protected readonly isDecoupled: boolean = false;
  /** Weight decay where none is given. */
  protected readonly decay: number = 0;

  /** Optimizes parameters, or groups with options of their own. */
  constructor(parameters: Groups<AdamOptions>, options: AdamOptions & StepOptions) {
    super(parameters, options, form);
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    { options, state, rate, numbers }: ParameterStep<AdamOptions>,
  ): void {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = this.decay } = options;
    const form = { beta1, beta2, epsilon, weightDecay, isDecoupled: this.isDecoupled };
    const moments = { mean: state.get("mean")!, square: state.get("square")!, most: state.get("maxSquare") };
    const corrections = [numbers.get("correction1")!, numbers.get("correction2")!] as const;
    descendByMoments(p, g, moments, form, rate, corrections);
  }
}

/** Adam whose weight decay shrinks the parameter itself. */
export class AdamW extends Adam {
  /** Decay shrinks the parameter itself. */
  protected override readonly isDecoupled: boolean = true;
  /** Weight decay where none is given. */
  protected override readonly decay: number = 0.01;
}
