/**
 * What modules hold: parameters, and buffers that are saved with them but not trained.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { checkOptions, type ChecksOf, refuse } from "../check_options.ts";
import { WickError } from "../error.ts";
import { inScope } from "../tensor/autograd.ts";
import { tensor } from "../tensor/create.ts";
import type { Generator } from "../tensor/generator.ts";
import type { Dtype } from "../tensor/dtype.ts";
import { checkShape, show } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Draws a parameter's first values: those of src/nn/init.ts, or any other. */
export type Initial = (generator: Generator, shape: readonly number[]) => Float32Array;

/** Options of {@linkcode Parameter}. */
export interface ParameterOptions {
  /** It may be absent: a checkpoint need not have it, and it gets no first values [false]. */
  optional?: boolean;
  /** Whose values it shares where a checkpoint has none of its own. */
  tiedTo?: Parameter;
  /** Dtypes in which a checkpoint may have it: those that its op takes [all]. */
  takes?: readonly Dtype[];
}

const checks: ChecksOf<ParameterOptions> = { optional: "boolean", tiedTo: "any", takes: "any" };

/** The dtypes that ops of floats take: what a layer that cannot read quantized weights declares. */
export const FLOATS: readonly Dtype[] = ["f32", "f16", "bf16", "f64"];

/**
 * A tensor of a module that is trained. It is declared with a shape and gets its values later: first ones from
 * `init`, or those of a checkpoint from `load`, in whatever dtype that has.
 */
export class Parameter implements Disposable {
  /** Its extents. */
  readonly shape: readonly number[];
  #tensor?: Tensor;

  /** Declares a parameter of a shape, or takes over a tensor, which is trained if it requires a gradient. */
  constructor(
    of: Tensor | readonly number[],
    private readonly initial: Initial = (_, shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)),
    private readonly options: ParameterOptions = {},
  ) {
    checkOptions("declare a parameter", options, checks);
    if (typeof initial !== "function") refuse("declare a parameter", "initial", "a function", initial);
    if (of instanceof Tensor) this.#tensor = freed(of);
    else checkShape("declare a parameter", of);
    this.shape = of instanceof Tensor ? of.shape : of;
  }

  /** Whether `init` makes it a leaf that a gradient is taken with respect to. */
  get trained(): boolean {
    return true;
  }

  /** Whether a checkpoint may lack it. */
  get isOptional(): boolean {
    return this.options.optional === true || this.options.tiedTo !== undefined;
  }

  /** Whether a checkpoint may have it in this dtype. */
  allows(dtype: Dtype): boolean {
    return this.options.takes?.includes(dtype) ?? true;
  }

  /** Dtypes that a checkpoint may have it in, for messages. */
  get dtypes(): string {
    return this.options.takes?.join(", ") ?? "any dtype";
  }

  /** Its values of its own, where it has some. */
  get own(): Tensor | undefined {
    return this.#tensor;
  }

  /** Its values, or those that it is tied to; undefined where an optional one is absent. */
  find(): Tensor | undefined {
    return this.#tensor ?? this.options.tiedTo?.tensor;
  }

  /** Its values. */
  get tensor(): Tensor {
    const tensor = this.find();
    if (tensor) return tensor;
    throw new WickError(
      "INVALID_STATE",
      `Cannot use a parameter ${
        show(this.shape)
      } before it has values: call init(seed) or load(weights) on its module`,
    );
  }

  /** Takes a tensor of its shape over, out of its scope; one that it had is disposed. */
  put(tensor: Tensor): void {
    if (show(tensor.shape) !== show(this.shape)) {
      throw new WickError("SHAPE_MISMATCH", `Cannot put ${tensor} into a parameter ${show(this.shape)}`);
    }
    if (this.#tensor !== tensor) this.#tensor?.dispose();
    this.#tensor = freed(tensor);
  }

  /** Takes over the same values on another device or in another dtype, trained where the ones before were. */
  replace(tensor: Tensor): void {
    if (this.#tensor?.variable) tensor.requiresGrad();
    this.put(tensor);
  }

  /** Draws its first values, where it has none and needs some. */
  init(generator: Generator, device: Device): void {
    if (this.#tensor || this.isOptional) return;
    this.#tensor = tensor(this.initial(generator, this.shape), { shape: this.shape, device });
    if (this.trained) this.#tensor.requiresGrad();
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    this.#tensor?.dispose();
  }
}

/** A tensor that belongs to no scope, for results belong to the youngest among those of their operands. */
function freed(tensor: Tensor): Tensor {
  if (!tensor.scope) return tensor;
  const free = inScope(tensor, undefined);
  if (tensor.variable) free.bind(tensor.variable);
  tensor.dispose();
  return free;
}

/** A tensor of a module that is saved with it but not trained: running statistics, tables. */
export class Buffer extends Parameter {
  /** Never. */
  override get trained(): boolean {
    return false;
  }
}
