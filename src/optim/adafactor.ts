/**
 * Adafactor (Shazeer and Stern 2018), as PyTorch defines it.
 *
 * @module
 */
import { refuse } from "../check_options.ts";
import { constant } from "../tensor/constant.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  type Groups,
  Optimizer,
  type OptimizerForm,
  type ParameterStep,
  type StepOptions,
} from "./optimizer.ts";
import { descend, follow } from "./steps.ts";
import { rootMeanSquare, squaresByRow } from "./sums.ts";
import type { Varying } from "./varying.ts";

/** The distance from 1 to the next number of a step's dtype: PyTorch's choice where no epsilon is given. */
const grain = (p: Tensor): number => p.dtype === "f64" ? 2 ** -52 : 2 ** -23;

/** Options of {@linkcode Adafactor}, as PyTorch's. */
export interface AdafactorOptions {
  /** The mean of squares takes a share of t^this of each new one [-0.8]. */
  beta2Decay?: number;
  /** The least root of the mean square [2^-23, of f64 2^-52], and the least size that a parameter counts with [1e-3]. */
  epsilon?: readonly [number | null, number];
  /** The greatest root mean square of a step, in units of its rate [1]. */
  clip?: number;
  /** Shrinks the parameter itself [0]. */
  weightDecay?: number;
}

const form: OptimizerForm<AdafactorOptions> = {
  options: {
    beta2Decay: { to: 0 },
    epsilon: (action, value) => {
      const fits = (v: unknown) => typeof v === "number" && v >= 0 && v < Infinity;
      const [least, leastSize] = Array.isArray(value) && value.length === 2 ? value : [];
      if ((least === null || fits(least)) && fits(leastSize)) return;
      refuse(action, "epsilon", "two finite numbers, 0 or more, or null and one", value);
    },
    clip: { above: 0 },
    weightDecay: { from: 0 },
  },
  tensors: (_, { shape, rank }): Record<string, readonly number[]> =>
    rank < 2 ? { square: shape } : { row: shape.with(-1, 1), column: shape.with(-2, 1) },
  // later squares count less, and later steps are smaller: `share` is min(rate, 1 / sqrt(t)) over the rate
  numbers: ({ beta2Decay = -0.8 }, count, rate) => ({
    gain: count ** beta2Decay,
    share: rate === 0 ? 1 : Math.min(rate, 1 / Math.sqrt(count)) / rate,
  }),
};

/**
 * Steps along the gradient over the root of its mean square, which is kept as a row and a column for each matrix
 * in place of a number for each element. Steps are relative to the parameter's size, and at most 1 / sqrt(t) or
 * the learning rate.
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  /** Optimizes parameters, or groups with options of their own. */
  constructor(parameters: Groups<AdafactorOptions>, options: AdafactorOptions & StepOptions) {
    super(parameters, options, form);
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    { options, state, rate, numbers }: ParameterStep<AdafactorOptions>,
  ): void {
    const { epsilon: [least, leastSize] = [null, 1e-3], clip = 1 } = options;
    const floor = least ?? grain(p), gain = numbers.get("gain")!;
    using square = p.rank < 2 ? vectorSquare(g, state, gain) : matrixSquare(g, state, gain, floor);
    using direction = overRoot(g, square, floor);
    const size = rootMeanSquare(p).maximum(constant(p.device, leastSize, p.dtype));
    const clipped = rootMeanSquare(direction).mul(1 / clip).maximum(constant(p.device, 1, p.dtype));
    const length = size.div(clipped).mul(numbers.get("share")!.as(p));
    descend(p, direction.mul(length), rate, options.weightDecay ?? 0);
  }
}

/** g / max(sqrt(square), floor). */
function overRoot(g: Tensor, square: Tensor, floor: number): Tensor {
  using bounded = square.maximum(constant(g.device, floor * floor, g.dtype));
  using root = bounded.sqrt();
  return g.div(root);
}

/** The moving mean of squares of a vector. */
function vectorSquare(g: Tensor, state: ReadonlyMap<string, Tensor>, gain: Varying): Tensor {
  const square = state.get("square")!;
  using fresh = g.mul(g);
  follow(square, fresh, gain);
  return square;
}

/** The moving mean of squares of matrices [.., R, C], from its means over columns and over rows. */
function matrixSquare(g: Tensor, state: ReadonlyMap<string, Tensor>, gain: Varying, floor: number): Tensor {
  const [row, column] = [state.get("row")!, state.get("column")!];
  const [R, C] = g.shape.slice(-2);
  follow(row, squaresByRow(g).mul(1 / C), gain);
  using squares = g.mul(g);
  using share = constant(g.device, 1 / R, g.dtype).expand(1, R);
  using overRows = share.matmul(squares);
  follow(column, overRows, gain);
  return row.div(row.mean(-2, true).maximum(constant(g.device, floor, g.dtype))).mul(column);
}
