/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019).
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";
import { type Groups, Optimizer, type StepOptions } from "./optimizer.ts";
import { descendByMoments } from "./steps.ts";
import { Varying } from "./varying.ts";

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
}

/** Steps along the mean gradient over the root of the mean square. */
export class Adam extends Optimizer<AdamOptions> {
  readonly #corrections = new Map<number, Varying>();
  /** Whether decay shrinks the parameter itself, or is added to the gradient. */
  protected readonly isDecoupled: boolean = false;
  /** Weight decay where none is given. */
  protected readonly decay: number = 0;

  /** Optimizes parameters, or groups with options of their own. */
  constructor(parameters: Groups<AdamOptions>, options: AdamOptions & StepOptions) {
    super(parameters, options, (_, { shape }) => ({ mean: shape, square: shape }));
    for (const { options: { beta1 = 0.9, beta2 = 0.999 } } of this.entries) {
      for (const beta of [beta1, beta2]) {
        if (!this.#corrections.has(beta)) {
          this.#corrections.set(
            beta,
            this.keep(() => new Varying(this.device, 1)),
          );
        }
      }
    }
  }

  /** Means that began at 0 are too small by these. */
  protected override schedule(step: number): void {
    for (const [beta, correction] of this.#corrections) correction.set(1 - beta ** step);
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    state: ReadonlyMap<string, Tensor>,
    { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = this.decay }: AdamOptions,
    rate: Varying,
  ): void {
    const form = { beta1, beta2, epsilon, weightDecay, isDecoupled: this.isDecoupled };
    const corrections = [this.#corrections.get(beta1)!, this.#corrections.get(beta2)!] as const;
    descendByMoments(p, g, [state.get("mean")!, state.get("square")!], form, rate, corrections);
  }
}

/** Adam whose weight decay shrinks the parameter itself. */
export class AdamW extends Adam {
  /** Decay shrinks the parameter itself. */
  protected override readonly isDecoupled: boolean = true;
  /** Weight decay where none is given. */
  protected override readonly decay: number = 0.01;
}
