/**
 * Modules: layers and networks with named parameters.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { show } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A tensor of a module that is no parameter: statistics, tables. It is saved with the module, but not trained. */
export class Buffer {
  constructor(
    /** Its values. */
    readonly tensor: Tensor,
  ) {}
}

/**
 * A layer or network. Its fields are its parts: a Tensor is a parameter, a {@linkcode Buffer} is saved but not
 * trained, a Module (or an array of them) is a child. Names are the paths of fields: "layers.0.weight".
 */
export abstract class Module implements Disposable {
  /** Whether dropout drops and batch norm gathers statistics. */
  training = true;

  /** All parameters by name, in the order of fields. */
  *namedParameters(prefix = ""): Generator<[string, Tensor]> {
    for (const [name, part] of this.#parts(prefix)) {
      if (part instanceof Tensor) yield [name, part];
      else if (part instanceof Module) yield* part.namedParameters(`${name}.`);
    }
  }

  /** All parameters, in the order of fields. */
  parameters(): Tensor[] {
    return [...this.namedParameters()].map(([, tensor]) => tensor);
  }

  /** The number of trained values. */
  get parameterCount(): number {
    return this.parameters().reduce((sum, p) => sum + p.size, 0);
  }

  /** Parameters and buffers by name. */
  stateDict(prefix = ""): Map<string, Tensor> {
    const state = new Map<string, Tensor>();
    for (const [name, part] of this.#parts(prefix)) {
      if (part instanceof Tensor) state.set(name, part);
      else if (part instanceof Buffer) state.set(name, part.tensor);
      else for (const [inner, tensor] of part.stateDict(`${name}.`)) state.set(inner, tensor);
    }
    return state;
  }

  /**
   * Copies values into parameters and buffers of the same names and shapes.
   *
   * @throws WickError CORRUPT_FILE that lists all missing, unexpected and misshapen names together; nothing is
   * changed then
   */
  async loadStateDict(given: ReadonlyMap<string, Tensor>): Promise<void> {
    const own = this.stateDict();
    const missing = [...own.keys()].filter((name) => !given.has(name));
    const unexpected = [...given.keys()].filter((name) => !own.has(name));
    const misshapen = [...own].filter(([name, t]) =>
      given.has(name) && show(given.get(name)!.shape) !== show(t.shape)
    )
      .map(([name, t]) => `${name} is ${show(given.get(name)!.shape)}, expected ${show(t.shape)}`);
    const faults = Object.entries({ missing, unexpected, misshapen }).filter(([, names]) => names.length > 0);
    if (faults.length > 0) {
      const list = faults.map(([title, names]) => `${title} ${names.length}: ${names.join(", ")}`).join("; ");
      throw new WickError("CORRUPT_FILE", `Cannot load the state: ${list}`);
    }
    const values = await Promise.all(
      [...own].map(async ([name, t]) => [t, await given.get(name)!.data()] as const),
    );
    for (const [tensor, data] of values) tensor.write(data);
  }

  /** Switches to training (or, with false, to inference), children included. */
  train(on = true): this {
    this.training = on;
    for (const [, part] of this.#parts("")) if (part instanceof Module) part.train(on);
    return this;
  }

  /** Switches to inference. */
  eval(): this {
    return this.train(false);
  }

  /** Gives the memory of all parameters and buffers back. */
  [Symbol.dispose](): void {
    for (const tensor of this.stateDict().values()) tensor.dispose();
  }

  *#parts(prefix: string): Generator<[string, Tensor | Buffer | Module]> {
    for (const [field, value] of Object.entries(this)) {
      if (isPart(value)) yield [prefix + field, value];
      else if (Array.isArray(value)) {
        for (const [i, part] of value.entries()) if (isPart(part)) yield [`${prefix}${field}.${i}`, part];
      }
    }
  }
}

function isPart(value: unknown): value is Tensor | Buffer | Module {
  return value instanceof Tensor || value instanceof Buffer || value instanceof Module;
}
