/**
 * Layers one after the other.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";
import { Module, type Part } from "./module.ts";

/** A module from one tensor to one. */
export type Layer = Module & { forward(x: Tensor): Tensor };

/**
 * Layers one after the other; their names are "0", "1" ...
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { nn, tensor } from "@wick/wick";
 * using net = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1)).init(1);
 * deepEqual([...net.namedParameters().keys()], ["0.weight", "0.bias", "2.weight", "2.bias"]);
 * deepEqual(net.forward(tensor([[0, 1]])).shape, [1, 1]);
 * ```
 */
export class Sequential extends Module {
  /** In the order of their use. */
  readonly layers: readonly Layer[];

  /** Layers in the order of their use. */
  constructor(...layers: Layer[]) {
    super();
    this.layers = layers;
  }

  /** Its layers, under their numbers. */
  protected override parts(): Iterable<[string, Part]> {
    return this.layers.map((layer, i) => [`${i}`, layer]);
  }

  /** What the last layer makes of x. */
  forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) {
      const next = layer.forward(y);
      if (y !== x && y !== next) y.dispose(); // the tape holds what it needs of it
      y = next;
    }
    return y;
  }
}
