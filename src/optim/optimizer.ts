/**
 * What optimizers have in common: groups of parameters, a learning rate, steps.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import { type Gradients, inScope, noGrad } from "../tensor/autograd.ts";
import { isHalf, type PlainDtype } from "../tensor/dtype.ts";
import { copyInto } from "../tensor/ops/view.ts";
import { recording } from "../tensor/program.ts";
import { Scope } from "../tensor/scope.ts";
import { Tensor } from "../tensor/tensor.ts";
import { loadState, type OptimizerState, zerosFor } from "./state.ts";
import { Varying } from "./varying.ts";

/** Options of every optimizer. */
export interface StepOptions {
  /** The size of a step. */
  learningRate: number;
  /** Goes up the gradient in place of down [false]. */
  maximize?: boolean;
}

/** Parameters with options of their own. */
export type Group<Options> = { parameters: readonly Tensor[] } & Partial<Options>;

/** The parameters of one group, or several groups. */
export type Groups<Options> = readonly Tensor[] | readonly Group<Options & StepOptions>[];

/** A parameter with its options and state. */
export interface OptimizerEntry<Options> {
  /** What is changed. */
  parameter: Tensor;
  /** Those of its group. */
  options: Options & StepOptions;
  /** What goes from step to step, by name. */
  state: Map<string, Tensor>;
  /** Its learning rate, times the factor. */
  rate: Varying;
}

/**
 * Changes parameters by their gradients. Its state belongs to no scope and lives until dispose. What changes from
 * step to step lies in cells: a step inside `record` is recorded, and each replay moves them on. Steps are computed in
 * f32, of a parameter of f64 in f64, and keep their state in that; a parameter of f16 or bf16 is rounded once, when it is
 * written.
 */
export abstract class Optimizer<Options> implements Disposable {
  /** Multiplies every group's learning rate: a schedule sets it. */
  factor = 1;
  /** All parameters, in the order of groups. */
  protected readonly entries: OptimizerEntry<Options>[];
  /** Where the parameters live. */
  protected readonly device: Device;
  readonly #kept: Disposable[] = [];
  #steps = 0;

  /** @param states the shapes, by name, of what a parameter takes from step to step; zeros at first */
  protected constructor(
    parameters: Groups<Options>,
    defaults: Options & StepOptions,
    states: (options: Options, parameter: Tensor) => Readonly<Record<string, readonly number[]>>,
  ) {
    const wanted = members(parameters, defaults);
    if (wanted.length === 0) {
      throw new WickError(
        "INVALID_ARGUMENT",
        "Cannot optimize nothing: give at least one parameter; a module has some after init() or requiresGrad()",
      );
    }
    this.device = wanted[0].parameter.device;
    for (const { parameter, options } of wanted) check(parameter, options, this.device);
    if (new Set(wanted.map(({ parameter }) => parameter.variable)).size < wanted.length) {
      throw new WickError("INVALID_ARGUMENT", "Cannot optimize a parameter twice: each must come once");
    }
    const shapes = wanted.map(({ parameter, options }) => Object.entries(states(options, parameter)));
    this.entries = [];
    for (const [i, { parameter, options }] of wanted.entries()) {
      const state = shapes[i].map(([name, shape]) =>
        [name, this.keep(() => zerosFor(parameter, shape))] as const
      );
      const rate = this.keep(() => new Varying(this.device, options.learningRate));
      this.entries.push({ parameter, options, state: new Map(state), rate });
    }
  }

  /** Steps so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * One step; parameters without a gradient stay as they are.
   *
   * @throws WickError DISPOSED where the gradients went with the scope of their loss
   */
  step(gradients: Gradients): void {
    this.#assertOpen("step");
    if ([...gradients.values()].length === 0) {
      throw new WickError(
        "DISPOSED",
        "Cannot step by no gradients at all: they go with the scope of their loss, or with their dispose",
      );
    }
    for (const { parameter } of this.entries) {
      if (!parameter.isDisposed) continue;
      throw new WickError(
        "DISPOSED",
        `Cannot step: a parameter ${parameter} was disposed or moved since; make an optimizer of those there are`,
      );
    }
    const trace = recording();
    if (trace) trace.beforeReplay(() => this.#advance());
    else this.#advance();
    noGrad(() => {
      for (const entry of this.entries) {
        const gradient = gradients.find(entry.parameter);
        if (!gradient || entry.parameter.size === 0) continue;
        this.#update(entry, gradient);
        entry.parameter.storage.version++;
      }
    });
  }

  /** Moves counters and learning rates on. */
  #advance(): void {
    this.#steps++;
    for (const { options, rate } of this.entries) rate.set(options.learningRate * this.factor);
    this.schedule(this.#steps);
  }

  /**
   * The state as it is now: handles that later steps change. Parameters are saved with their module; the factor is
   * the schedule's.
   */
  stateDict(): OptimizerState {
    this.#assertOpen("save");
    const named = this.entries.flatMap(({ state }, i) =>
      [...state].map(([name, tensor]) => [`${i}.${name}`, tensor] as const)
    );
    return { steps: this.#steps, tensors: new Map(named) };
  }

  /**
   * Goes on from a saved state of the same parameters in the same order.
   *
   * @throws WickError CORRUPT_FILE that lists all missing, unexpected and misshapen names; nothing is changed then
   */
  async loadStateDict(state: OptimizerState): Promise<void> {
    this.#assertOpen("load the state of");
    this.#steps = await loadState(this.stateDict(), state);
  }

  /** Gives the state's memory back. */
  [Symbol.dispose](): void {
    for (const kept of this.#kept.splice(0)) kept[Symbol.dispose]();
    this.entries.length = 0;
  }

  /** Makes what lives for as long as the optimizer; where there is no memory for it, the optimizer goes. */
  protected keep<Kept extends Disposable>(make: () => Kept): Kept {
    try {
      const kept = make();
      this.#kept.push(kept);
      return kept;
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Changes one parameter in place. What it computes of its parameter, gradient and state goes after it. */
  protected abstract update(
    parameter: Tensor,
    gradient: Tensor,
    state: ReadonlyMap<string, Tensor>,
    options: Options & StepOptions,
    rate: Varying,
  ): void;

  /** Sets what else changes from step to step; `step` counts from 1. */
  protected schedule(_step: number): void {}

  #assertOpen(action: string): void {
    if (this.entries.length > 0) return;
    throw new WickError("DISPOSED", `Cannot ${action} an optimizer after its dispose`);
  }

  #update({ parameter, options, state, rate }: OptimizerEntry<Options>, gradient: Tensor): void {
    using own = new Scope();
    const given = inScope(gradient, own);
    const downhill = options.maximize ? given.neg() : given.contiguous();
    const carried = new Map([...state].map(([name, tensor]) => [name, inScope(tensor, own)]));
    const p = inScope(parameter, own);
    if (!isHalf(p.dtype)) return this.update(p, downhill, carried, options, rate);
    const wide = p.to("f32");
    this.update(wide, downhill.to("f32"), carried, options, rate);
    copyInto(wide.to(p.dtype as PlainDtype), p); // rounded to the nearest
  }
}

function members<Options>(
  parameters: Groups<Options>,
  defaults: Options & StepOptions,
): { parameter: Tensor; options: Options & StepOptions }[] {
  return parameters.flatMap((member) => {
    if (member instanceof Tensor) return [{ parameter: member, options: defaults }];
    const { parameters, ...own } = member;
    const options = { ...defaults, ...own } as Options & StepOptions;
    return parameters.map((parameter) => ({ parameter, options }));
  });
}

/** Options that may be any number from 0 on; those named beta lie below 1, too. */
const FROM_0 = ["weightDecay", "epsilon", "momentum", "beta1", "beta2"];

function checkNumbers(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (!FROM_0.includes(name) || typeof value !== "number") continue;
    const most = name.startsWith("beta") ? "below 1" : "finite";
    if (value >= 0 && value < (most === "finite" ? Infinity : 1)) continue;
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot optimize: ${name} must be 0 or more and ${most}, got ${value}`,
      {
        param: name,
      },
    );
  }
}

function check(parameter: Tensor, options: StepOptions, device: Device): void {
  const { learningRate } = options;
  checkNumbers(options);
  if (!parameter.variable || parameter.variable.node || !parameter.isContiguous) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot optimize ${parameter}: it must be a contiguous leaf; call requiresGrad() on it`,
    );
  }
  if (parameter.device !== device) {
    throw new WickError("DEVICE_MISMATCH", `Cannot optimize ${parameter}: all must live on one device`);
  }
  if (!(learningRate >= 0)) {
    throw new WickError("INVALID_ARGUMENT", `Learning rate must be 0 or more, got ${learningRate}`, {
      param: "learningRate",
    });
  }
}
