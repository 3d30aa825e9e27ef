/**
 * What optimizers have in common: groups of parameters, a learning rate, steps.
 *
 * @module
 */
import type { Cell, Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import type { Gradients } from "../tensor/autograd.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { recording } from "../tensor/program.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Parameters with options of their own. */
export type Group<Options> = { parameters: readonly Tensor[] } & Partial<Options>;

/** A parameter with its options and state. */
export interface OptimizerEntry<Options> {
  /** What is changed. */
  parameter: Tensor;
  /** Those of its group. */
  options: Options & { learningRate: number };
  /** What goes from step to step. */
  state: Tensor[];
  /** Its learning rate, times the factor. */
  rate: Cell;
}

/**
 * Changes parameters by their gradients. Its state belongs to no scope and lives until dispose. What changes from
 * step to step lies in cells: a step inside `record` is recorded, and {@linkcode Optimizer.advance} is called
 * before each replay.
 */
export abstract class Optimizer<Options> implements Disposable {
  /** Multiplies every group's learning rate: a schedule sets it. */
  factor = 1;
  /** Steps so far. */
  protected steps = 0;
  /** All parameters, in the order of groups. */
  protected readonly entries: OptimizerEntry<Options>[];
  /** Where the parameters live. */
  protected readonly device: Device;

  /** @param states tensors of a parameter's size that each parameter needs */
  protected constructor(
    parameters: readonly Tensor[] | readonly Group<Options & { learningRate: number }>[],
    defaults: Options & { learningRate: number },
    states: (options: Options) => number,
  ) {
    const groups = parameters.length > 0 && !(parameters[0] instanceof Tensor)
      ? parameters as readonly Group<Options & { learningRate: number }>[]
      : [{ parameters: parameters as readonly Tensor[] } as Group<Options & { learningRate: number }>];
    this.entries = groups.flatMap(({ parameters, ...own }) => {
      const options = { ...defaults, ...own } as Options & { learningRate: number };
      return parameters.map((parameter) => this.#entry(parameter, options, states(options)));
    });
    if (this.entries.length === 0) {
      throw new WickError("INVALID_ARGUMENT", "Cannot optimize nothing: give at least one parameter");
    }
    this.device = this.entries[0].parameter.device;
  }

  /** One step; parameters without a gradient stay as they are. */
  step(gradients: Gradients): void {
    if (!recording()) this.advance();
    for (const { parameter, options, state, rate } of this.entries) {
      const gradient = gradients.find(parameter);
      if (!gradient) continue;
      using dense = gradient.contiguous();
      this.update(parameter, dense, state, options, rate);
      parameter.storage.version++;
    }
  }

  /** Moves counters and learning rates on; `step` does it, unless it is recorded. */
  advance(): void {
    this.steps++;
    for (const { options, rate } of this.entries) rate.set(options.learningRate * this.factor);
  }

  /** Gives the state's memory back. */
  [Symbol.dispose](): void {
    for (const { state, rate } of this.entries) {
      for (const tensor of state) tensor.dispose();
      rate.dispose();
    }
    this.entries.length = 0;
  }

  /** Changes one parameter in place. */
  protected abstract update(
    parameter: Tensor,
    gradient: Tensor,
    state: readonly Tensor[],
    options: Options,
    rate: Cell,
  ): void;

  #entry(
    parameter: Tensor,
    options: Options & { learningRate: number },
    states: number,
  ): OptimizerEntry<Options> {
    if (!parameter.variable || parameter.variable.node || !parameter.isContiguous) {
      throw new WickError(
        "INVALID_ARGUMENT",
        `Cannot optimize ${parameter}: it must be a contiguous leaf; call requiresGrad() on it`,
      );
    }
    if (!(options.learningRate >= 0)) {
      throw new WickError(
        "INVALID_ARGUMENT",
        `Learning rate must be 0 or more, got ${options.learningRate}`,
        {
          param: "learningRate",
        },
      );
    }
    const { device, shape } = parameter;
    const zeros = () => {
      const bytes = storageBytes("f32", shape);
      const tensor = new Tensor(device.allocate(bytes), "f32", shape);
      device.write(tensor.storage, 0, new Uint8Array(bytes));
      return tensor;
    };
    return {
      parameter,
      options,
      state: Array.from({ length: states }, zeros),
      rate: device.realCell(options.learningRate),
    };
  }
}
