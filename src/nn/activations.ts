/**
 * Activations as modules, for {@linkcode Sequential}.
 *
 * @module
 */
import { checkNumber, refuse } from "../check_options.ts";
import { WickError } from "../error.ts";
import { asOp } from "../tensor/as_op.ts";
import { geglu, swiglu } from "../tensor/ops/elementwise.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { constant } from "./init.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

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
    if (approximate === "none" || approximate === "tanh") return;
    refuse("make a Gelu", "approximate", '"none" or "tanh"', approximate);
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

/** x, below 0 slope x. */
export class LeakyRelu extends Module {
  /** With PyTorch's number unless told otherwise. */
  constructor(
    /** Below 0. */
    readonly slope: number = 0.01,
  ) {
    super();
    checkNumber("make a LeakyRelu", "slope", slope);
  }
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.leakyRelu(this.slope);
  }
}

/** x, below 0 weight x with weights that are learned (He et al. 2015). */
export class Prelu extends Module {
  /** [1], or one for each channel. */
  readonly weight: Parameter;

  /** One weight, or one for each channel of dimension 1, that begin as 0.25. */
  constructor(channels: number = 1, initial: number = 0.25) {
    super();
    checkNumber("make a Prelu", "initial", initial);
    this.weight = new Parameter([channels], constant(initial));
  }
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.prelu(this.weight.tensor);
  }
}

/** x, below 0 alpha (e^x - 1) (Clevert et al. 2016). */
export class Elu extends Module {
  /** With PyTorch's number unless told otherwise. */
  constructor(
    /** Below 0. */
    readonly alpha: number = 1,
  ) {
    super();
    checkNumber("make an Elu", "alpha", alpha);
  }
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.elu(this.alpha);
  }
}

/** Elu that keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export class Selu extends Module {
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.selu();
  }
}

/** x tanh(log(1 + e^x)) (Misra 2020). */
export class Mish extends Module {
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.mish();
  }
}

/** x clamp(x + 3, 0, 6) / 6 (Howard et al. 2019). */
export class HardSwish extends Module {
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.hardSwish();
  }
}

/** log(1 + e^(beta x)) / beta. */
export class Softplus extends Module {
  /** With PyTorch's number unless told otherwise. */
  constructor(
    /** How sharply it bends. */
    readonly beta: number = 1,
  ) {
    super();
    checkNumber("make a Softplus", "beta", beta);
  }
  /** Element by element. */
  forward(x: Tensor): Tensor {
    return x.softplus(this.beta);
  }
}

/** silu(first half) * second half of the last dimension (Shazeer 2020). */
export class Swiglu extends Module {
  /** x [.., 2 F]: [.., F]. */
  forward(x: Tensor): Tensor {
    return asOp("swiglu", () => {
      using gate = half("swiglu", x, 0);
      using up = half("swiglu", x, 1);
      return swiglu(gate, up);
    });
  }
}

/** gelu(first half) * second half of the last dimension (Shazeer 2020). */
export class Geglu extends Module {
  /** x [.., 2 F]: [.., F]. */
  forward(x: Tensor): Tensor {
    return asOp("geglu", () => {
      using gate = half("geglu", x, 0);
      using up = half("geglu", x, 1);
      return geglu(gate, up);
    });
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
