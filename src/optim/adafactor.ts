/**
 * Adafactor (Shazeer and Stern 2018), as PyTorch defines it.
 *
 * @module
 */
import type { Cell } from "../device/device.ts";
import { ema_f32 } from "../device/kernels/optimizer.ts";
import { constant } from "../tensor/constant.ts";
import { run } from "../tensor/dispatch.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { descend, type Groups, Optimizer, type StepOptions } from "./optimizer.ts";
import { zerosLike } from "./state.ts";
import { rootMeanSquare, squaresByRow } from "./sums.ts";

/** The distance from 1 to the next number of f32: PyTorch's choice where no epsilon is given. */
const F32_EPSILON = 2 ** -23;

/** Options of {@linkcode Adafactor}, as PyTorch's. */
export interface AdafactorOptions {
  /** The mean of squares takes a share of t^this of each new one [-0.8]. */
  beta2Decay?: number;
  /** The least root of the mean square [2^-23], and the least size that a parameter counts with [1e-3]. */
  epsilon?: readonly [number | null, number];
  /** The greatest root mean square of a step, in units of its rate [1]. */
  clip?: number;
  /** Shrinks the parameter itself [0]. */
  weightDecay?: number;
}

/**
 * Steps along the gradient over the root of its mean square, which is kept as a row and a column for each matrix
 * in place of a number for each element. Steps are relative to the parameter's size, and at most 1 / sqrt(t) or
 * the learning rate.
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  /** t^beta2Decay, for each decay. */
  readonly #gains = new Map<number, Cell>();
  /** min(rate, 1 / sqrt(t)) over the rate, for each learning rate: [1]. */
  readonly #shares = new Map<number, Tensor>();

  /** Optimizes parameters, or groups with options of their own. */
  constructor(parameters: Groups<AdafactorOptions>, options: AdafactorOptions & StepOptions) {
    super(
      parameters,
      options,
      (_, { shape, rank }): Record<string, readonly number[]> =>
        rank < 2 ? { square: shape } : { row: shape.with(-1, 1), column: shape.with(-2, 1) },
    );
    for (const { options: { beta2Decay = -0.8, learningRate } } of this.entries) {
      if (!this.#gains.has(beta2Decay)) this.#gains.set(beta2Decay, this.device.realCell(1));
      if (this.#shares.has(learningRate)) continue;
      this.#shares.set(learningRate, zerosLike(this.device, { share: [1] }).get("share")!);
    }
  }

  /** Gives the state's memory back. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    for (const cell of this.#gains.values()) cell.dispose();
    for (const tensor of this.#shares.values()) tensor.dispose();
    this.#gains.clear();
    this.#shares.clear();
  }

  /** Later squares count less, and later steps are smaller. */
  protected override schedule(step: number): void {
    for (const [decay, cell] of this.#gains) cell.set(step ** decay);
    for (const [learningRate, share] of this.#shares) {
      const rate = learningRate * this.factor;
      share.write(Float32Array.of(rate === 0 ? 1 : Math.min(rate, 1 / Math.sqrt(step)) / rate));
    }
  }

  /** Changes one parameter in place. */
  protected override update(
    p: Tensor,
    g: Tensor,
    state: ReadonlyMap<string, Tensor>,
    options: AdafactorOptions & StepOptions,
    rate: Cell,
  ): void {
    const { beta2Decay = -0.8, epsilon: [least, leastSize] = [null, 1e-3], clip = 1 } = options;
    const floor = least ?? F32_EPSILON;
    const gain = this.#gains.get(beta2Decay)!;
    using square = p.rank < 2 ? vectorSquare(g, state, gain) : matrixSquare(g, state, gain, floor);
    using direction = overRoot(g, square, floor);
    const size = rootMeanSquare(p).maximum(constant(p.device, leastSize));
    const clipped = rootMeanSquare(direction).mul(1 / clip).maximum(constant(p.device, 1));
    const length = size.div(clipped).mul(this.#shares.get(options.learningRate)!);
    descend(p, direction.mul(length), rate, options.weightDecay ?? 0);
  }
}

/** g / max(sqrt(square), floor). */
function overRoot(g: Tensor, square: Tensor, floor: number): Tensor {
  using bounded = square.maximum(constant(g.device, floor * floor));
  using root = bounded.sqrt();
  return g.div(root);
}

/** The moving mean of squares of a vector. */
function vectorSquare(g: Tensor, state: ReadonlyMap<string, Tensor>, gain: Cell): Tensor {
  const square = state.get("square")!;
  using fresh = g.mul(g);
  run(ema_f32, [square, fresh], [square.size], [1, gain]);
  return square;
}

/** The moving mean of squares of matrices [.., R, C], from its means over columns and over rows. */
function matrixSquare(g: Tensor, state: ReadonlyMap<string, Tensor>, gain: Cell, floor: number): Tensor {
  const [row, column] = [state.get("row")!, state.get("column")!];
  const [R, C] = g.shape.slice(-2);
  run(ema_f32, [row, squaresByRow(g).mul(1 / C)], [row.size], [1, gain]);
  using squares = g.mul(g);
  using share = constant(g.device, 1 / R).expand(1, R);
  using overRows = share.matmul(squares);
  run(ema_f32, [column, overRows], [column.size], [1, gain]);
  return row.div(row.mean(-2, true).maximum(constant(g.device, floor))).mul(column);
}
