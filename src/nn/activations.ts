/**
 * Activations as modules, for {@linkcode Sequential}.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { geglu, swiglu } from "../tensor/ops/elementwise.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** The larger of x and 0. */
export class Relu extends Module {
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.relu();
  }
}

/** x Phi(x) (Hendrycks and Gimpel 2016), or its approximation by tanh. */
export class Gelu extends Module {
  /** Exact, unless told otherwise. */
  constructor(
    /** How. */
    readonly approximate: "none" | "tanh" = "none",
  ) {
    super();
  }
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.gelu(this.approximate);
  }
}

/** x / (1 + e^-x). */
export class Silu extends Module {
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.silu();
  }
}

/** 1 / (1 + e^-x). */
export class Sigmoid extends Module {
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/** silu(first half) * second half of the last dimension (Shazeer 2020). */
export class Swiglu extends Module {
  /** x [.., 2 F]: [.., F]. */
  forward(x: Tensor): Tensor {
    using gate = half("swiglu", x, 0);
    using up = half("swiglu", x, 1);
    return swiglu(gate, up);
  }
}

/** gelu(first half) * second half of the last dimension (Shazeer 2020). */
export class Geglu extends Module {
  /** x [.., 2 F]: [.., F]. */
  forward(x: Tensor): Tensor {
    using gate = half("geglu", x, 0);
    using up = half("geglu", x, 1);
    return geglu(gate, up);
  }
}

/** The first (0) or second half of the last dimension, contiguous. */
function half(op: string, x: Tensor, which: 0 | 1): Tensor {
  const size = x.shape.at(-1) ?? 0;
  if (size % 2 !== 0) {
    throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x}: its last dimension must be even, got ${size}`);
  }
  using view = x.narrow(-1, which * size / 2, size / 2);
  return view.contiguous();
}
