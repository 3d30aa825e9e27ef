/**
 * What optimizers have in common: groups of parameters, a learning rate, steps.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { checkNumber, checkOptions, type ChecksOf } from "../check_options.ts";
import { WickError } from "../error.ts";
import { type Gradients, inScope, noGrad } from "../tensor/autograd.ts";
import { isHalf, isTrainable, type PlainDtype } from "../tensor/dtype.ts";
import { copyInto } from "../tensor/ops/view.ts";
import { recording } from "../tensor/program.ts";
import { Scope } from "../tensor/scope.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Counts } from "./counts.ts";
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

/** What an optimizer is, beside its step. */
export interface OptimizerForm<Options> {
  /** What its options must be. */
  readonly options: ChecksOf<Options>;
  /** Shapes, by name, of tensors that go with a parameter from step to step; zeros at first [none]. */
  tensors?(options: Options, parameter: Tensor): Readonly<Record<string, readonly number[]>>;
  /** Numbers, by name, that a parameter's own step `count`, from 1 on, takes at a rate [none]. */
  numbers?(options: Options & StepOptions, count: number, rate: number): Readonly<Record<string, number>>;
}

/** What the step of one parameter takes beside its gradient. */
export interface ParameterStep<Options> {
  /** Those of its group. */
  readonly options: Options & StepOptions;
  /** What goes from step to step, by name. */
  readonly state: ReadonlyMap<string, Tensor>;
  /** Its learning rate, times the factor. */
  readonly rate: Varying;
  /** What changes with the number of its steps, by name. */
  readonly numbers: ReadonlyMap<string, Varying>;
}

/** A parameter with what its steps take. */
interface Entry<Options> extends ParameterStep<Options> {
  /** What is changed. */
  readonly parameter: Tensor;
  /** Steps that it took: those with a gradient of it. */
  steps: number;
}

/**
 * Changes parameters by their gradients. Its state belongs to no scope and lives until dispose. What changes from
 * step to step lies in cells: a step inside `record` is recorded, and each replay moves them on. Steps are computed in
 * f32, of a parameter of f64 in f64, and keep their state in that; a parameter of f16 or bf16 is rounded once, when it is
 * written.
 *
 * As in PyTorch each parameter counts its own steps, those with a gradient of it: one that is frozen
 * (`requiresGrad(false)`), or that a loss does not depend on, stays as it is and is as young afterwards as before.
 */
export abstract class Optimizer<Options> implements Disposable {
  /** All parameters, in the order of groups. */
  readonly #entries: Entry<Options>[] = [];
  readonly #form: OptimizerForm<Options>;
  readonly #counts: Counts;
  readonly #kept: Disposable[] = [];
  #factor = 1;
  #steps = 0;

  /**
   * Of parameters, or groups of them with options of their own. Frozen ones may be among them: they are stepped once
   * they are thawed.
   */
  protected constructor(
    parameters: Groups<Options>,
    defaults: Options & StepOptions,
    form: OptimizerForm<Options>,
  ) {
    this.#form = form;
    const wanted = members(parameters, defaults, form.options);
    const { device } = wanted[0].parameter;
    for (const { parameter } of wanted) check(parameter, device);
    checkTogether(wanted.map(({ parameter }) => parameter));
    const shapes = wanted.map(({ parameter, options }) =>
      Object.entries(form.tensors?.(options, parameter) ?? {})
    );
    for (const [i, { parameter, options }] of wanted.entries()) {
      const state = shapes[i].map(([name, shape]) =>
        [name, this.#keep(() => zerosFor(parameter, shape))] as const
      );
      const numbers = this.#numbers(options, 1).map(([name, value]) =>
        [name, this.#keep(() => new Varying(device, value))] as const
      );
      const rate = this.#keep(() => new Varying(device, options.learningRate));
      this.#entries.push({
        parameter,
        options,
        state: new Map(state),
        rate,
        numbers: new Map(numbers),
        steps: 0,
      });
    }
    this.#counts = this.#keep(() => new Counts(device, wanted.length));
  }

  /** Steps so far; a parameter counts those of them that had a gradient of it. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Multiplies every group's learning rate [1]: a schedule sets it.
   *
   * @throws WickError INVALID_ARGUMENT for what is no finite number
   */
  get factor(): number {
    return this.#factor;
  }
  set factor(value: number) {
    checkNumber("set the factor of an optimizer", "factor", value);
    this.#factor = value;
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
    for (const { parameter } of this.#entries) {
      if (!parameter.isDisposed) continue;
      throw new WickError(
        "DISPOSED",
        `Cannot step: a parameter ${parameter} was disposed or moved since; make an optimizer of those there are`,
      );
    }
    const stepped = this.#entries.filter(({ parameter }) => gradients.find(parameter) && parameter.size > 0);
    const trace = recording();
    if (trace) trace.beforeReplay(() => this.#advance(stepped));
    else this.#advance(stepped);
    noGrad(() => {
      for (const entry of stepped) {
        this.#update(entry, gradients.get(entry.parameter));
        entry.parameter.storage.version++;
      }
    });
  }

  /** Moves the counts, rates and numbers of those that step on. */
  #advance(stepped: readonly Entry<Options>[]): void {
    this.#steps++;
    let before: Entry<Options> | undefined, numbers: [string, number][] = [];
    for (const entry of stepped) {
      entry.steps++;
      entry.rate.set(entry.options.learningRate * this.#factor);
      if (entry.options !== before?.options || entry.steps !== before.steps) { // most have the numbers of the last one
        numbers = this.#numbers(entry.options, entry.steps);
      }
      for (const [name, value] of numbers) entry.numbers.get(name)!.set(value);
      before = entry;
    }
  }

  #numbers(options: Options & StepOptions, count: number): [string, number][] {
    return Object.entries(this.#form.numbers?.(options, count, options.learningRate * this.#factor) ?? {});
  }

  /**
   * The state as it is now: handles that later steps change, so that training goes on from them as if it had never
   * stopped. Beside what parameters carry there is "steps", the number of each one's own steps as of this call.
   * Parameters are saved with their module; the factor is the schedule's.
   */
  stateDict(): OptimizerState {
    this.#assertOpen("save");
    const counts = this.#counts.of(this.#entries.map(({ steps }) => steps));
    return { steps: this.#steps, tensors: new Map([...this.#carried(), [Counts.NAME, counts]]) };
  }

  /**
   * Goes on from a saved state of the same parameters in the same order. One without "steps", as earlier versions
   * saved it, is that of parameters that took every step.
   *
   * @throws WickError CORRUPT_FILE that lists all missing, unexpected and misshapen names; nothing is changed then
   */
  async loadStateDict(state: OptimizerState): Promise<void> {
    this.#assertOpen("load the state of");
    const given = state.tensors.get(Counts.NAME);
    const counts = given && await this.#counts.read(given);
    const tensors = given ? this.stateDict().tensors : this.#carried();
    this.#steps = await loadState({ steps: this.#steps, tensors }, state);
    this.#entries.forEach((entry, i) => entry.steps = counts?.[i] ?? this.#steps);
  }

  /** What parameters carry, by their index and the state's name. */
  #carried(): Map<string, Tensor> {
    return new Map(
      this.#entries.flatMap(({ state }, i) =>
        [...state].map(([name, tensor]) => [`${i}.${name}`, tensor] as const)
      ),
    );
  }

  /** Gives the state's memory back. */
  [Symbol.dispose](): void {
    for (const kept of this.#kept.splice(0)) kept[Symbol.dispose]();
    this.#entries.length = 0;
  }

  /** Makes what lives for as long as the optimizer; where there is no memory for it, the optimizer goes. */
  #keep<Kept extends Disposable>(make: () => Kept): Kept {
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
  protected abstract update(parameter: Tensor, gradient: Tensor, step: ParameterStep<Options>): void;

  #assertOpen(action: string): void {
    if (this.#entries.length > 0) return;
    throw new WickError("DISPOSED", `Cannot ${action} an optimizer after its dispose`);
  }

  #update({ parameter, ...step }: Entry<Options>, gradient: Tensor): void {
    using own = new Scope();
    const given = inScope(gradient, own);
    const downhill = step.options.maximize ? given.neg() : given.contiguous();
    const state = new Map([...step.state].map(([name, tensor]) => [name, inScope(tensor, own)]));
    const p = inScope(parameter, own);
    if (!isHalf(p.dtype)) return this.update(p, downhill, { ...step, state });
    const wide = p.to("f32");
    this.update(wide, downhill.to("f32"), { ...step, state });
    copyInto(wide.to(p.dtype as PlainDtype), p); // rounded to the nearest
  }
}

type Member<Options> = { parameter: Tensor; options: Options & StepOptions };

const stepChecks: ChecksOf<StepOptions> = { learningRate: { from: 0 }, maximize: "boolean" };

/** Every parameter with the options of its group, which are checked. */
function members<Options>(
  parameters: Groups<Options>,
  defaults: Options & StepOptions,
  own: ChecksOf<Options>,
): Member<Options>[] {
  const action = "make an optimizer", checks = { ...own, ...stepChecks };
  checkOptions(action, defaults, checks);
  const all = Array.isArray(parameters)
    ? parameters as readonly (Tensor | Group<Options & StepOptions>)[]
    : [];
  const wanted = all.flatMap((member) => {
    if (member instanceof Tensor) return [{ parameter: member, options: defaults }];
    checkOptions(action, member, { ...checks, parameters: "any" });
    const { parameters, ...given } = member;
    const options = { ...defaults, ...given } as Options & StepOptions;
    return parameters.map((parameter) => ({ parameter, options }));
  });
  for (const { options } of wanted) checkNumber(action, "learningRate", options.learningRate, { from: 0 });
  if (wanted.length > 0) return wanted;
  const hint = "a module has some after init() or requiresGrad()";
  throw new WickError(
    "INVALID_ARGUMENT",
    Array.isArray(parameters)
      ? `Cannot optimize nothing: give at least one parameter; ${hint}`
      : `Cannot ${action}: the parameters must be an array, as a module's parameters() is`,
    { param: "parameters" },
  );
}

function check(parameter: Tensor, device: Device): void {
  if (!isTrainable(parameter.dtype) || parameter.variable?.node || !parameter.isContiguous) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot optimize ${parameter}: it must be a contiguous leaf of f32, f64, f16 or bf16`,
    );
  }
  if (parameter.device !== device) {
    throw new WickError("DEVICE_MISMATCH", `Cannot optimize ${parameter}: all must live on one device`);
  }
}

function checkTogether(parameters: readonly Tensor[]): void {
  if (parameters.every(({ variable }) => !variable)) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot optimize ${
        parameters[0]
      }: it is frozen, as all that were given; call requiresGrad() on what is trained`,
    );
  }
  if (new Set(parameters.map((parameter) => parameter.variable ?? parameter)).size < parameters.length) {
    throw new WickError("INVALID_ARGUMENT", "Cannot optimize a parameter twice: each must come once");
  }
}
