/**
 * Modules: layers and networks with named parameters.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { type DeviceName, deviceNamed, isDevice } from "../device/open.ts";
import { checkOptions, type ChecksOf, refuse } from "../check_options.ts";
import { WickError } from "../error.ts";
import { tensor } from "../tensor/create.ts";
import { isPlain, isTrainable, type PlainDtype, type TrainableDtype } from "../tensor/dtype.ts";
import { Generator } from "../tensor/generator.ts";
import { refuseWhileRecording } from "../tensor/program.ts";
import { defaultGenerator } from "../tensor/random.ts";
import { show, sizeOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { fit } from "./fit.ts";
import { convertAll, moveAll } from "./move.ts";
import { Parameter } from "./parameter.ts";
import { Weights } from "./weights.ts";

/** A part of a module. */
export type Part = Parameter | Module;

/** Options of {@linkcode Module.parameters}. */
export interface ParametersOptions {
  /** Whether those that are frozen but could be trained are among them [false]. */
  frozen?: boolean;
}

const parametersChecks: ChecksOf<ParametersOptions> = { frozen: "boolean" };

/** Options of {@linkcode Module.load}. */
export interface LoadWeightsOptions {
  /** Names that may be missing from the checkpoint (their parameters stay as they are), or unexpected [none]. */
  allow?: readonly ("missing" | "unexpected")[];
  /** "f32" converts tensors of f16 and bf16, as training asks for [as they are]. */
  dtype?: "f32";
}

const loadChecks: ChecksOf<LoadWeightsOptions> = {
  allow: (action, value) => {
    const fits = Array.isArray(value) && value.every((kind) => kind === "missing" || kind === "unexpected");
    if (!fits) refuse(action, "allow", 'an array of "missing" and "unexpected"', value);
  },
  dtype: ["f32"],
};

/**
 * A layer or network. Its fields are its parts: a {@linkcode Parameter}, a {@linkcode Buffer}, a Module, or an array
 * or plain object of them; those that begin with # are its own affair. Names are the paths of fields in snake case,
 * as PyTorch has them: the field `layers[0].runningMean` is "layers.0.running_mean".
 *
 * A constructor only declares. Values come from {@linkcode Module.init}, which draws them and makes them trained, or
 * from {@linkcode Module.load}, which takes over a checkpoint's in whatever dtype they have.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { nn, type Tensor, tensor } from "@wick/wick";
 *
 * class Net extends nn.Module {
 *   readonly hidden = new nn.Linear(2, 8);
 *   readonly output = new nn.Linear(8, 1);
 *   forward(x: Tensor): Tensor {
 *     return this.output.forward(this.hidden.forward(x).tanh());
 *   }
 * }
 *
 * using net = new Net().init(1); // the seed
 * using y = net.forward(tensor([[0, 1]]));
 * deepEqual(y.shape, [1, 1]);
 * deepEqual([...net.stateDict().keys()], ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]);
 * ```
 */
export abstract class Module implements Disposable {
  /** Whether dropout drops and batch norm gathers statistics. */
  training = true;

  /** Its parts by name, in the order of fields; override it where names are to differ. */
  protected *parts(): Iterable<[string, Part]> {
    for (const [field, value] of Object.entries(this)) yield* this.#partsOf(field, snakeCase(field), value);
  }

  /** The parts that a value is or holds: arrays by number, plain objects by key. */
  *#partsOf(field: string, name: string, value: unknown): Iterable<[string, Part]> {
    if (isPart(value)) yield [name, value];
    else if (Array.isArray(value) || isPlainObject(value)) {
      for (const [key, part] of Object.entries(value)) yield* this.#partsOf(field, `${name}.${key}`, part);
    } else if (value instanceof Tensor && value.variable) {
      throw new WickError(
        "INVALID_STATE",
        `Cannot list the parts of ${this.constructor.name}: its field ${field} holds a bare tensor; ` +
          "wrap it: new Parameter(tensor)",
      );
    }
  }

  /** Every declared parameter and buffer by name; one that several modules share comes once. */
  declared(): Map<string, Parameter> {
    const names = new Map<Parameter, string>();
    const walk = (module: Module, prefix: string) => {
      for (const [name, part] of module.parts()) {
        if (part instanceof Module) walk(part, `${prefix}${name}.`);
        else if (!names.has(part)) names.set(part, prefix + name);
      }
    };
    walk(this, "");
    return new Map([...names].map(([part, name]) => [name, part]));
  }

  /** The parameters that are trained, by name; with `frozen` those, too, that could be. */
  namedParameters(options: ParametersOptions = {}): Map<string, Tensor> {
    checkOptions("list parameters", options, parametersChecks);
    return new Map(
      this.#trainable().map(([name, p]) => [name, p.tensor] as const)
        .filter(([, t]) => t.variable || (options.frozen && isTrainable(t.dtype))),
    );
  }

  /**
   * The parameters that are trained: what an optimizer takes. With `frozen` those, too, that could be, for an optimizer
   * that steps them once they are thawed.
   */
  parameters(options: ParametersOptions = {}): Tensor[] {
    return [...this.namedParameters(options).values()];
  }

  /** The number of values of all parameters, trained or not. */
  get parameterCount(): number {
    return this.#trainable().reduce((sum, [, p]) => sum + sizeOf(p.shape), 0);
  }

  /**
   * Draws first values, as PyTorch does, for every parameter that has none yet, and makes them trained: for a new
   * network, or for what a checkpoint lacked.
   *
   * @param random a seed, or a generator that goes on [the default generator: see {@linkcode manualSeed}]
   * @param device where they live [the default device]
   */
  init(random: number | Generator = defaultGenerator(), device?: Device | DeviceName): this {
    const generator = typeof random === "number" ? new Generator(random) : random;
    if (!(generator instanceof Generator)) {
      refuse("init a module", "random", "a seed (a number) or a Generator", generator);
    }
    const place = deviceNamed(device);
    for (const parameter of this.declared().values()) parameter.init(generator, place);
    return this;
  }

  /**
   * Takes over the tensors of a checkpoint, in its dtypes: quantized weights stay so. They are not trained unless
   * {@linkcode Module.requiresGrad} says so, and go with the module.
   *
   * @throws WickError CORRUPT_FILE that names all missing, unexpected, misshapen and mistyped names together;
   * nothing is changed then
   */
  load(weights: Weights | ReadonlyMap<string, Tensor>, options: LoadWeightsOptions = {}): this {
    checkOptions("load weights", options, loadChecks);
    const given = weights instanceof Weights ? weights : new Weights(weights);
    const widens = ({ dtype }: Tensor) => options.dtype === "f32" && (dtype === "f16" || dtype === "bf16");
    const dtypeOf = (tensor: Tensor) => widens(tensor) ? "f32" : tensor.dtype;
    for (const [parameter, tensor] of fit(this.declared(), given, options.allow ?? [], dtypeOf)) {
      parameter.put(widens(tensor) ? widened(tensor) : tensor);
    }
    return this;
  }

  /**
   * Makes all parameters trained or, with false, freezes them: they are constants to losses from then on, and
   * optimizers pass over them. Either may be said of a part alone; what is tied to another part's goes with it. A
   * Program keeps what was so when it was recorded.
   *
   * @throws WickError DTYPE_MISMATCH where some are no floats that train: quantized weights stay frozen
   *
   * @example
   * ```ts
   * import { deepEqual } from "node:assert/strict";
   * import { nn } from "@wick/wick";
   * using net = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1)).init(1);
   * net.layers[0].requiresGrad(false);
   * deepEqual([...net.namedParameters().keys()], ["2.weight", "2.bias"]);
   * net.requiresGrad();
   * deepEqual(net.parameters().length, 4);
   * ```
   */
  requiresGrad(on = true): this {
    const trained = [...this.declared()].filter(([, p]) => p.trained && (p.find() || !p.isOptional));
    if (!on) {
      for (const [, { tensor }] of trained) tensor.requiresGrad(false);
      return this;
    }
    const frozen = trained.filter(([, p]) => !isTrainable(p.tensor.dtype)).map(([name, p]) =>
      `${name} (${p.tensor})`
    );
    if (frozen.length > 0) {
      throw new WickError(
        "DTYPE_MISMATCH",
        `Cannot train ${frozen.length} parameters: weights that are no f32, f64, f16 or bf16 are frozen, got ${
          frozen.slice(0, 8).join(", ")
        }`,
      );
    }
    for (const [, { tensor }] of trained) tensor.requiresGrad();
    return this;
  }

  /**
   * Parameters and buffers by name; what is tied to another comes under that one's name alone.
   *
   * @throws WickError INVALID_STATE where one has no values yet: nothing is saved in part
   */
  stateDict(): Map<string, Tensor> {
    const held = [...this.declared()].filter(([, p]) => p.own || !p.isOptional);
    return new Map(held.map(([name, p]) => [name, p.tensor]));
  }

  /**
   * Copies values into parameters and buffers of the same names and shapes, which stay the tensors that they are: an
   * optimizer goes on with them. Where there are none yet it makes some, which are trained once
   * {@linkcode Module.requiresGrad} says so.
   *
   * @throws WickError CORRUPT_FILE that names all missing, unexpected and misshapen names together; nothing is
   * changed then
   */
  async loadStateDict(state: ReadonlyMap<string, Tensor>): Promise<void> {
    const found = fit(this.declared(), new Weights(state, "the state"), []);
    const values = await Promise.all(
      [...found].map(async ([parameter, from]) => {
        const dtype = parameter.own?.dtype ?? from.dtype;
        using given = isPlain(dtype) ? from.to(dtype) : from.detach();
        return [parameter, from, await given.data()] as const;
      }),
    );
    for (const [parameter, { dtype, shape, device }, data] of values) {
      if (parameter.own) parameter.own.write(data);
      else parameter.put(tensor(data, { dtype: dtype as PlainDtype, shape, device }));
    }
  }

  /**
   * Converts parameters and buffers that are floats, trained ones to trained ones. See the other form for what stays.
   *
   * @throws WickError DTYPE_MISMATCH that names quantized parameters; nothing is changed then
   */
  to(dtype: TrainableDtype): this;
  /**
   * Moves parameters and buffers to a device, trained ones to trained ones. Names and {@linkcode Parameter}s stay, their
   * tensors are new: an optimizer, an average or a Program made before holds the old ones, which are gone, and is refused
   * from then on. Save an optimizer's `stateDict()` before, and load it into one made after.
   *
   * @example
   * ```ts
   * import { deepEqual } from "node:assert/strict";
   * import { nn, tensor, WasmDevice } from "@wick/wick";
   * using other = new WasmDevice();
   * const net = await new nn.Linear(2, 1).init(1).to(other);
   * deepEqual(net.forward(tensor([[1, 2]], { device: other })).device, other);
   * ```
   */
  to(device: Device | DeviceName): Promise<this>;
  to(target: TrainableDtype | Device | DeviceName): this | Promise<this> {
    refuseWhileRecording("move a module");
    if (isDevice(target)) return moveAll(this.#held(), deviceNamed(target)).then(() => this);
    convertAll(this.#held(), target);
    return this;
  }

  /** Parameters and buffers that have values of their own, by name. */
  #held(): [string, Parameter][] {
    return [...this.declared()].filter(([, p]) => p.own);
  }

  /** Switches to training (or, with false, to inference), children included. */
  train(on = true): this {
    this.training = on;
    for (const [, part] of this.parts()) if (part instanceof Module) part.train(on);
    return this;
  }

  /** Switches to inference. */
  eval(): this {
    return this.train(false);
  }

  /** Parameters but no buffers, without optional ones that are absent or tied to another. */
  #trainable(): [string, Parameter][] {
    return [...this.declared()].filter(([, p]) => p.trained && (p.own || !p.isOptional));
  }

  /** Its class, and a line for each parameter and buffer. */
  toString(): string {
    const lines = [...this.declared()].map(([name, { shape }]) => `\n  ${name} ${show(shape)}`);
    return `${this.constructor.name} of ${this.parameterCount} values${lines.join("")}`;
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** What it shows in Node and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** Gives the memory of all parameters and buffers back. */
  [Symbol.dispose](): void {
    for (const [, part] of this.parts()) part[Symbol.dispose]();
  }
}

/** As f32, in its place. */
function widened(tensor: Tensor): Tensor {
  const wide = tensor.toF32();
  tensor.dispose();
  return wide;
}

function isPart(value: unknown): value is Part {
  return value instanceof Parameter || value instanceof Module;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
