/**
 * Stochastic gradient descent.
 *
 * @module
 */
import type { Cell } from "../device/device.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Groups, Optimizer, type StepOptions } from "./optimizer.ts";
import { descend, descendWithMomentum } from "./steps.ts";
import type { Varying } from "./varying.ts";

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

/** p -= rate (g + decay p), with momentum. */
export class Sgd extends Optimizer<SgdOptions> {
  readonly #count: Cell;

  /** Optimizes parameters, or groups with options of their own. */
  constructor(parameters: Groups<SgdOptions>, options: SgdOptions & StepOptions) {
    super(
      parameters,
      options,
      ({ momentum = 0 }, { shape }): Record<string, readonly number[]> =>
        momentum === 0 ? {} : { momentum: shape },
    );
    this.#count = this.keep(() => this.device.cell(0));
  }

  /** Counts: the first step has no momentum yet. */
  protected override schedule(step: number): void {
    this.#count.set(step);
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    state: ReadonlyMap<string, Tensor>,
    { momentum = 0, dampening = 0, weightDecay = 0, nesterov = false }: SgdOptions,
    rate: Varying,
  ): void {
    const buffer = state.get("momentum");
    if (!buffer) return descend(p, g, rate, weightDecay);
    const form = { momentum, dampening, weightDecay, nesterov };
    descendWithMomentum(p, g, buffer, form, rate, this.#count);
  }
}
