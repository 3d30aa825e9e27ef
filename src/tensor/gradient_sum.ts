/**
 * Gradients on their way back: each use of a variable adds one, of all its elements or of a part of them.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Variable } from "./autograd.ts";
import { assembled, type PartGradient } from "./ops/parts.ts";
import { show } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** A gradient of all elements, or of some where the others' is 0. */
export type Contribution = Tensor | PartGradient;

/** The gradient of a variable, use by use. */
export class GradientSum {
  #whole?: Tensor;
  readonly #parts: PartGradient[] = [];

  /** Of no use yet. */
  constructor(private readonly variable: Variable) {}

  /** One more use. */
  add(gradient: Contribution): void {
    if ("places" in gradient) {
      this.#parts.push(gradient);
      return;
    }
    checkGradient(this.variable, gradient);
    this.#whole = this.#whole?.add(gradient) ?? gradient;
  }

  /** The sum over all uses; parts are put together now. */
  total(): Tensor {
    if (this.#parts.length === 0) return this.#whole!;
    const parts = assembled(this.#parts, this.variable.shape);
    checkGradient(this.variable, parts);
    return this.#whole?.add(parts) ?? parts;
  }
}

/** A gradient has the shape and dtype of its values: of another one, digits would be lost, or elements taken apart. */
export function checkGradient({ shape, dtype, node }: Variable, gradient: Tensor): void {
  if (show(gradient.shape) === show(shape) && gradient.dtype === dtype) return;
  throw new WickError(
    "INVALID_STATE",
    `The gradient of ${node ? `the result of ${node.op}` : "a leaf"} must be ${dtype}${show(shape)}, ` +
      `got ${gradient}`,
  );
}
