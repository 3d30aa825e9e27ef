/**
 * Normalisation of channels: dimension 1 of [B, C, ...].
 *
 * @module
 */
import { checkNumber, type ChecksOf } from "../check_options.ts";
import { noGrad } from "../tensor/autograd.ts";
import type { PlainDtype } from "../tensor/dtype.ts";
import { batchNorm, type ChannelStatistics, groupNorm } from "../tensor/ops/channel_norm.ts";
import { copyInto } from "../tensor/ops/view.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { constant } from "./init.ts";
import { Module } from "./module.ts";
import { checkNormOptions } from "./norm.ts";
import { Buffer, Parameter } from "./parameter.ts";

/** Options of {@linkcode GroupNorm}. */
export interface GroupNormOptions {
  /** Added to the variance [1e-5]. */
  epsilon?: number;
}

const groupChecks: ChecksOf<GroupNormOptions> = { epsilon: { from: 0 } };

/** Each of some equal parts of an example's channels at mean 0 and variance 1, times weight plus bias. */
export class GroupNorm extends Module {
  /** [C]. */
  readonly weight: Parameter;
  /** [C]. */
  readonly bias: Parameter;
  /** Added to the variance. */
  readonly epsilon: number;

  /** Of `channels`, which `groups` divides. */
  constructor(
    /** The number of parts. */
    readonly groups: number,
    channels: number,
    options: GroupNormOptions = {},
  ) {
    super();
    checkNumber("make a GroupNorm", "groups", groups, { from: 1, whole: true });
    checkNormOptions("a GroupNorm", options, groupChecks);
    this.epsilon = options.epsilon ?? 1e-5;
    this.weight = new Parameter([channels], constant(1));
    this.bias = new Parameter([channels]);
  }

  /** x [B, C, ...]: the same. */
  forward(x: Tensor): Tensor {
    return groupNorm(x, this.groups, this.weight.tensor, this.bias.tensor, this.epsilon);
  }
}

/** Options of {@linkcode BatchNorm}. */
export interface BatchNormOptions {
  /** Added to the variance [1e-5]. */
  epsilon?: number;
  /** The share of a batch's statistics in the running ones [0.1]. */
  momentum?: number;
}

const batchChecks: ChecksOf<BatchNormOptions> = { epsilon: { from: 0 }, momentum: { from: 0, to: 1 } };

/**
 * Each channel of [B, C, ...] at mean 0 and variance 1, times weight plus bias: over the batch in training, which
 * moves the running statistics on, and by those in inference.
 */
export class BatchNorm extends Module {
  /** [C]. */
  readonly weight: Parameter;
  /** [C]. */
  readonly bias: Parameter;
  /** [C]. */
  readonly runningMean: Buffer;
  /** [C]. */
  readonly runningVar: Buffer;
  /** What checkpoints of PyTorch count; it is not needed. */
  readonly numBatchesTracked: Buffer = new Buffer([], undefined, { optional: true });
  readonly #epsilon: number;
  readonly #momentum: number;

  /** Of `channels`. */
  constructor(channels: number, options: BatchNormOptions = {}) {
    super();
    checkNormOptions("a BatchNorm", options, batchChecks);
    this.weight = new Parameter([channels], constant(1));
    this.bias = new Parameter([channels]);
    this.runningMean = new Buffer([channels]);
    this.runningVar = new Buffer([channels], constant(1));
    this.#epsilon = options.epsilon ?? 1e-5;
    this.#momentum = options.momentum ?? 0.1;
  }

  /** x [B, C, ...]: the same. */
  forward(x: Tensor): Tensor {
    const running = { mean: this.runningMean.tensor, variance: this.runningVar.tensor };
    const [weight, bias] = [this.weight.tensor, this.bias.tensor];
    const { y, batch } = batchNorm(x, this.training ? null : running, weight, bias, this.#epsilon);
    if (batch) this.#gather(running, batch);
    return y;
  }

  #gather(running: ChannelStatistics, batch: ChannelStatistics): void {
    for (const name of ["mean", "variance"] as const) {
      noGrad(() => {
        using given = batch[name];
        using added = given.mul(this.#momentum);
        using kept = running[name].mul(1 - this.#momentum);
        using moved = kept.add(added);
        using stored = moved.to(running[name].dtype as PlainDtype);
        copyInto(stored, running[name]);
      });
      running[name].storage.version++;
    }
  }
}
