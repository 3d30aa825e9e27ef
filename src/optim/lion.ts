/**
 * Lion (Chen et al. 2023).
 *
 * @module
 */
import type { Cell } from "../device/device.ts";
import { lion_f32 } from "../device/kernels/optimizer.ts";
import { run } from "../tensor/dispatch.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Groups, Optimizer, type StepOptions } from "./optimizer.ts";

/** Options of {@linkcode Lion}. */
export interface LionOptions {
  /** Weight of the mean gradient in the step [0.9]. */
  beta1?: number;
  /** Decay of the mean gradient [0.99]. */
  beta2?: number;
  /** Shrinks the parameter itself [0]. */
  weightDecay?: number;
}

/** Steps of one size along the sign of the mean gradient. */
export class Lion extends Optimizer<LionOptions> {
  /** Optimizes parameters, or groups with options of their own. */
  constructor(parameters: Groups<LionOptions>, options: LionOptions & StepOptions) {
    super(parameters, options, (_, { shape }) => ({ mean: shape }));
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    state: ReadonlyMap<string, Tensor>,
    { beta1 = 0.9, beta2 = 0.99, weightDecay = 0 }: LionOptions,
    rate: Cell,
  ): void {
    run(lion_f32, [p, g, state.get("mean")!], [p.size, 1 - beta1, 1 - beta2, weightDecay], [1, rate]);
  }
}
