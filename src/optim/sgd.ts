/**
 * Stochastic gradient descent.
 *
 * @module
 */
import type { Cell } from "../device/device.ts";
import { sgd_f32 } from "../device/kernels/optimizer.ts";
import { run } from "../tensor/dispatch.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Group, Optimizer } from "./optimizer.ts";

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
  constructor(
    parameters: readonly Tensor[] | readonly Group<SgdOptions & { learningRate: number }>[],
    options: SgdOptions & { learningRate: number },
  ) {
    super(parameters, options, ({ momentum = 0 }) => momentum === 0 ? 0 : 1);
    this.#count = this.device.cell(0);
  }

  /** Moves counters and learning rates on. */
  override advance(): void {
    super.advance();
    this.#count.set(this.steps);
  }

  /** Gives the state's memory back. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#count.dispose();
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    [buffer = null]: readonly (Tensor | null)[],
    { momentum = 0, dampening = 0, weightDecay = 0, nesterov = false }: SgdOptions,
    rate: Cell,
  ): void {
    const params = [p.size, momentum, dampening, weightDecay, nesterov ? 1 : 0];
    run(sgd_f32, [p, g, buffer], params, [1, rate, this.#count]);
  }
}
