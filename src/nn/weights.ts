/**
 * Weights by name, as a model's constructor asks for them.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

interface Report {
  missing: string[];
  misshapen: string[];
  used: Set<string>;
}

/**
 * A view of named tensors below a prefix. Missing and misshapen names are collected, so that
 * {@linkcode Weights.check} can report all of them together.
 */
export class Weights {
  /**
   * @param tensors all of them, by full name
   * @param source what they come from, for messages
   */
  constructor(
    private readonly tensors: ReadonlyMap<string, Tensor>,
    readonly source: string,
    private readonly prefix = "",
    private readonly report: Report = { missing: [], misshapen: [], used: new Set() },
  ) {}

  /** The weights below `name`. */
  pp(name: string): Weights {
    return new Weights(this.tensors, this.source, `${this.prefix}${name}.`, this.report);
  }

  /** The tensor of this name and shape. */
  get(name: string, ...shape: number[]): Tensor {
    const tensor = this.optional(name, ...shape);
    if (tensor) return tensor;
    this.report.missing.push(`${this.prefix}${name} ${show(shape)}`);
    // a stand-in until check() throws: the first tensor there is
    return this.tensors.values().next().value as Tensor;
  }

  /** The tensor of this name and shape, or undefined where there is none of this name. */
  optional(name: string, ...shape: number[]): Tensor | undefined {
    const full = this.prefix + name;
    const tensor = this.tensors.get(full);
    if (!tensor) return undefined;
    this.report.used.add(full);
    if (show(tensor.shape) !== show(shape)) {
      this.report.misshapen.push(`${full} is ${show(tensor.shape)}, expected ${show(shape)}`);
    }
    return tensor;
  }

  /** Throws where anything was missing or of another shape. Unused names are given back. */
  check(): string[] {
    const { missing, misshapen, used } = this.report;
    if (missing.length + misshapen.length > 0) {
      const list = (title: string, names: string[]) =>
        names.length === 0
          ? ""
          : `; ${title} ${names.length}: ${names.slice(0, 8).join(", ")}${names.length > 8 ? " ..." : ""}`;
      throw new WickError(
        "CORRUPT_FILE",
        `Cannot build the model from ${this.source}${list("missing", missing)}${
          list("misshapen", misshapen)
        }`,
      );
    }
    return [...this.tensors.keys()].filter((name) => !used.has(name));
  }
}
