/**
 * Feed-forward blocks.
 *
 * @module
 */
import { checkOptions, type ChecksOf } from "../check_options.ts";
import { geglu, swiglu } from "../tensor/ops/elementwise.ts";
import type { Generator } from "../tensor/generator.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Dropout } from "./dropout.ts";
import { Linear, linearChecks, type LinearOptions, SharedInput } from "./linear.ts";
import { Module } from "./module.ts";

/** Options of {@linkcode FeedForward}. */
export interface FeedForwardOptions extends Omit<LinearOptions, "tiedTo"> {
  /** Between the two layers [GELU]. */
  activation?: (x: Tensor) => Tensor;
  /** The probability with which a hidden value is dropped in training [0]. */
  dropout?: number;
  /** What is drawn from [the default generator]. */
  generator?: Generator;
}

const { tiedTo: _, ...layerChecks } = linearChecks;
const checks: ChecksOf<FeedForwardOptions> = {
  ...layerChecks,
  activation: "function",
  dropout: { from: 0, to: 1 },
  generator: "any",
};

/** down(dropout(activation(up(x)))). */
export class FeedForward extends Module {
  /** [F, C]. */
  readonly up: Linear;
  /** [C, F]. */
  readonly down: Linear;
  /** Of the hidden values. */
  readonly dropout: Dropout;
  readonly #activation: (x: Tensor) => Tensor;

  /** From C values over F hidden ones to C. */
  constructor(width: number, hidden: number = 4 * width, options: FeedForwardOptions = {}) {
    super();
    checkOptions("make a FeedForward", options, checks);
    const { activation = (x: Tensor) => x.gelu(), dropout = 0, generator, ...layer } = options;
    this.up = new Linear(width, hidden, layer);
    this.down = new Linear(hidden, width, layer);
    this.dropout = new Dropout(dropout, { generator });
    this.#activation = activation;
  }

  /** x [.., C]: the same. */
  forward(x: Tensor): Tensor {
    using up = this.up.forward(x);
    using hidden = this.#activation(up);
    using kept = this.dropout.forward(hidden);
    return this.down.forward(kept);
  }
}

/** Options of {@linkcode GatedFeedForward}. */
export interface GatedFeedForwardOptions extends Omit<LinearOptions, "tiedTo"> {
  /** How the gate opens ["silu", which is SwiGLU; "gelu" is GeGLU]. */
  gate?: "silu" | "gelu";
}

const gatedChecks: ChecksOf<GatedFeedForwardOptions> = { ...layerChecks, gate: ["silu", "gelu"] };

/** down(silu(gate(x)) * up(x)), or with gelu (Shazeer 2020). */
export class GatedFeedForward extends Module {
  /** [F, C]. */
  readonly gate: Linear;
  /** [F, C]. */
  readonly up: Linear;
  /** [C, F]. */
  readonly down: Linear;
  readonly #gelu: boolean;

  /** From C values over F hidden ones to C; without biases unless asked. */
  constructor(width: number, hidden: number, options: GatedFeedForwardOptions = {}) {
    super();
    checkOptions("make a GatedFeedForward", options, gatedChecks);
    const { gate, ...shared } = options;
    const layer = (inputs: number, outputs: number) =>
      new Linear(inputs, outputs, { bias: false, ...shared });
    this.gate = layer(width, hidden);
    this.up = layer(width, hidden);
    this.down = layer(hidden, width);
    this.#gelu = gate === "gelu";
  }

  /** x [.., C]: the same. */
  forward(x: Tensor): Tensor {
    using input = new SharedInput(x);
    using gate = this.gate.forward(input);
    using up = this.up.forward(input);
    using hidden = this.#gelu ? geglu(gate, up) : swiglu(gate, up);
    return this.down.forward(hidden);
  }
}
