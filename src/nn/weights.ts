/**
 * Weights by name, as a checkpoint holds them.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Named tensors below a prefix, under the names that a module gives its parameters.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { nn, tensor } from "@wick/wick";
 * const file = new Map([["model.fc.weight", tensor([[1, 2]])], ["model.fc.b", tensor([3])]]);
 * const weights = new nn.Weights(file, "a file").pp("model").named({ "hidden.bias": "fc.b", "hidden": "fc" });
 * equal(weights.nameOf("hidden.weight"), "model.fc.weight");
 * equal(await weights.find("hidden.bias")?.item(), 3);
 * ```
 */
export class Weights {
  /** All tensors of a checkpoint, by full name. */
  constructor(
    private readonly tensors: ReadonlyMap<string, Tensor>,
    /** What they come from, for messages. */
    readonly source: string = "the checkpoint",
    /** The checkpoint's name for a module's. */
    readonly nameOf: (name: string) => string = (name) => name,
  ) {}

  /** The weights below a path, "layers.0". */
  pp(path: string): Weights {
    return new Weights(this.tensors, this.source, (name) => this.nameOf(`${path}.${name}`));
  }

  /**
   * The same weights in a checkpoint of another dialect: paths of a module's names, whole segments of them, and what
   * the checkpoint calls them. Where several fit, they apply in the order given.
   */
  named(dialect: Readonly<Record<string, string>>): Weights {
    const segments = Object.entries(dialect).map(([ours, theirs]) => [`.${ours}.`, `.${theirs}.`]);
    const translate = (name: string) =>
      segments.reduce((n, [ours, theirs]) => n.replace(ours, theirs), `.${name}.`).slice(1, -1);
    return new Weights(this.tensors, this.source, (name) => this.nameOf(translate(name)));
  }

  /** The tensor that a module calls so, if there is one. */
  find(name: string): Tensor | undefined {
    return this.tensors.get(this.nameOf(name));
  }

  /** The checkpoint's names of all weights here. */
  names(): string[] {
    const prefix = this.nameOf("");
    return [...this.tensors.keys()].filter((name) => name.startsWith(prefix));
  }
}
