/**
 * The affine layer.
 *
 * @module
 */
import { linear, quantizeQ8 } from "../tensor/ops/linear.ts";
import { isPlain } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What a layer with quantized weights multiplies: activations as they are, or rounded to 8-bit blocks. */
export type Activations = "int8" | "f32";

/** An input that several layers read: quantized at most once, when the first of them asks. */
export class SharedInput {
  private quantized?: Tensor;

  constructor(readonly f32: Tensor) {}

  /** Its 8-bit blocks. */
  get q8(): Tensor {
    return this.quantized ??= quantizeQ8(this.f32);
  }
}

/** y = x weight^T + bias, for x [T, K], weight [N, K] and bias [N]. */
export class Linear {
  private readonly int8: boolean;

  constructor(readonly weight: Tensor, readonly bias?: Tensor, activations: Activations = "f32") {
    this.int8 = activations === "int8" && !isPlain(weight.dtype);
  }

  forward(x: Tensor | SharedInput): Tensor {
    const input = x instanceof SharedInput ? x : new SharedInput(x);
    const y = linear(this.int8 ? input.q8 : input.f32, this.weight);
    return this.bias ? y.add(this.bias) : y;
  }
}
