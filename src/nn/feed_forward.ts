/**
 * Feed-forward blocks.
 *
 * @module
 */
import { swiglu } from "../tensor/ops/elementwise.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Linear, SharedInput } from "./linear.ts";

/** down(silu(gate(x)) * up(x)) (Shazeer 2020). */
export class GatedFeedForward {
  constructor(readonly gate: Linear, readonly up: Linear, readonly down: Linear) {}

  forward(x: Tensor): Tensor {
    const input = new SharedInput(x);
    return this.down.forward(swiglu(this.gate.forward(input), this.up.forward(input)));
  }
}
