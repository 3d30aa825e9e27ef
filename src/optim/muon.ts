/**
 * Muon (Jordan et al. 2024), as PyTorch defines it.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { constant } from "../tensor/constant.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { refuse } from "../check_options.ts";
import {
  type Groups,
  Optimizer,
  type OptimizerForm,
  type ParameterStep,
  type StepOptions,
} from "./optimizer.ts";
import { descend, follow } from "./steps.ts";
import { sumOfSquares } from "./sums.ts";

/** Options of {@linkcode Muon}, as PyTorch's. */
export interface MuonOptions {
  /** Shrinks the parameter itself [0.1]. */
  weightDecay?: number;
  /** Decay of the mean gradient [0.95]. */
  momentum?: number;
  /** Looks ahead along the mean [true]. */
  nesterov?: boolean;
  /** a, b and c of the iteration x -> a x + (b x x' + c (x x')^2) x [3.4445, -4.775, 2.0315]. */
  coefficients?: readonly [number, number, number];
  /** The least norm that a gradient is divided by [1e-7]. */
  epsilon?: number;
  /** Iterations [5]. */
  iterations?: number;
  /**
   * What multiplies the rate of an [R, C] parameter: sqrt(max(1, R / C)) ("original"), 0.2 sqrt(max(R, C))
   * ("matchRmsAdamW": rates and decay tuned for AdamW go on), or sqrt(R / C) ("spectralUnclamped") ["original"].
   */
  adjustRate?: keyof typeof adjustments;
}

const adjustments = {
  original: (R: number, C: number): number => Math.sqrt(Math.max(1, R / C)),
  matchRmsAdamW: (R: number, C: number): number => 0.2 * Math.sqrt(Math.max(R, C)),
  spectralUnclamped: (R: number, C: number): number => Math.sqrt(R / C),
};

const form: OptimizerForm<MuonOptions> = {
  options: {
    weightDecay: { from: 0 },
    momentum: { from: 0 },
    nesterov: "boolean",
    coefficients: (action, value) => {
      if (Array.isArray(value) && value.length === 3 && value.every(Number.isFinite)) return;
      refuse(action, "coefficients", "three finite numbers", value);
    },
    epsilon: { from: 0 },
    iterations: { from: 0, whole: true },
    adjustRate: Object.keys(adjustments),
  },
  tensors: (_, p) => {
    if (p.rank === 2) return { mean: p.shape };
    throw new WickError("SHAPE_MISMATCH", `Cannot optimize ${p} by Muon: it takes matrices alone`);
  },
};

/**
 * Steps along the mean gradient made orthogonal (all its singular values near 1), for matrices inside a network;
 * biases, norms, embeddings and the output go with {@linkcode AdamW}. The iteration is computed in f32 (of f64 in f64),
 * where PyTorch rounds it to bf16.
 */
export class Muon extends Optimizer<MuonOptions> {
  /**
   * Optimizes matrices, or groups with options of their own.
   *
   * @throws WickError SHAPE_MISMATCH for a parameter of another rank than 2
   */
  constructor(parameters: Groups<MuonOptions>, options: MuonOptions & StepOptions) {
    super(parameters, options, form);
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    { options, state, rate }: ParameterStep<MuonOptions>,
  ): void {
    const { weightDecay = 0.1, momentum = 0.95, nesterov = true, adjustRate = "original" } = options;
    const mean = state.get("mean")!;
    follow(mean, g, 1 - momentum);
    const way = nesterov ? g.mul(1 - momentum).add(mean.mul(momentum)) : mean;
    const factor = adjustments[adjustRate](p.shape[0], p.shape[1]);
    descend(p, orthogonal(way, options).mul(factor).contiguous(), rate, weightDecay);
  }
}

/** x [R, C] with singular values near 1, by Newton and Schulz's iteration. */
function orthogonal(
  x: Tensor,
  { coefficients = [3.4445, -4.775, 2.0315], epsilon = 1e-7, iterations = 5 }: MuonOptions,
): Tensor {
  const tall = x.shape[0] > x.shape[1];
  let y = (tall ? x.t() : x).div(sumOfSquares(x).sqrt().maximum(constant(x.device, epsilon, x.dtype)));
  for (let i = 0; i < iterations; i++) {
    using before = y;
    y = iterate(before, coefficients);
  }
  return tall ? y.t() : y;
}

/** a x + (b G + c G G) x with G = x x'. */
function iterate(x: Tensor, [a, b, c]: readonly [number, number, number]): Tensor {
  using transposed = x.t();
  using gram = x.matmul(transposed);
  using square = gram.matmul(gram);
  using bent = square.mul(c);
  using kept = gram.mul(b);
  using change = bent.add(kept);
  using turned = change.matmul(x);
  using start = x.mul(a);
  return turned.add(start);
}
