/**
 * Normalisations of channels: dimension 1 of [B, C, ...].
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { constant } from "../constant.ts";
import { show, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast, inWide, someHalf } from "./cast.ts";
import { layerNorm } from "./norm.ts";
import { same } from "./view.ts";

/**
 * x [B, C, ...] with each of `groups` equal parts of an example's channels at mean 0 and variance 1, times weight
 * [C] plus bias [C] (Wu and He 2018).
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { groupNorm, tensor } from "@wick/wick";
 * using x = tensor([[[1, 3], [2, 6]]]); // two channels of two
 * using y = groupNorm(x, 2, null, null, 0);
 * deepEqual(await y.toArray(), [[[-1, 1], [-1, 1]]]);
 * ```
 */
export function groupNorm(
  x: Tensor,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  epsilon = 1e-5,
): Tensor {
  return asOp("groupNorm", () => {
    if (someHalf([x, weight, bias])) {
      return inWide([x, weight, bias], (x, weight, bias) => groupNorm(x, groups, weight, bias, epsilon));
    }
    const [B, C] = channels("groupNorm", x, [weight, bias]);
    if (!(Number.isInteger(groups) && groups > 0 && C % groups === 0)) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot groupNorm ${show(x.shape)} in ${groups} groups: they must divide its ${C} channels`,
      );
    }
    const n = C / groups * sizeOf(x.shape.slice(2));
    using one = constant(x.device, 1, x.dtype).expand(n);
    using ones = one.contiguous();
    using rows = x.reshape(B, groups, n);
    using unit = layerNorm(rows, ones, null, epsilon);
    using y = unit.reshape(...x.shape);
    return scaled(y, weight, bias);
  });
}

/** Mean and variance of each channel, [C]. */
export interface ChannelStatistics {
  /** The mean. */
  mean: Tensor;
  /** The variance; that of a batch over n - 1, as a running one takes it in. */
  variance: Tensor;
}

/** What {@linkcode batchNorm} gives. */
export interface BatchNormResult {
  /** The normalised values. */
  y: Tensor;
  /** The batch's own statistics, without gradient, where it was normalised by them. */
  batch?: ChannelStatistics;
}

/**
 * x [B, C, ...] with each channel at mean 0 and variance 1 over the batch, or by the `running` statistics where they
 * are given, times weight [C] plus bias [C] (Ioffe and Szegedy 2015). A layer folds the batch's statistics into its
 * running ones.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { batchNorm, tensor } from "@wick/wick";
 * using x = tensor([[1], [3]]);
 * const { y, batch } = batchNorm(x, null, null, null, 0);
 * deepEqual(await y.toArray(), [[-1], [1]]);
 * deepEqual([await batch?.mean.item(), await batch?.variance.item()], [2, 2]);
 * ```
 *
 * @throws WickError SHAPE_MISMATCH where a batch has one value a channel: its variance is not defined
 */
export function batchNorm(
  x: Tensor,
  running: ChannelStatistics | null,
  weight: Tensor | null,
  bias: Tensor | null,
  epsilon = 1e-5,
): BatchNormResult {
  return asOp("batchNorm", () => {
    if (someHalf([x, weight, bias])) return ofHalves(x, running, weight, bias, epsilon);
    const [B, C] = channels("batchNorm", x, [weight, bias, running?.mean ?? null, running?.variance ?? null]);
    if (running) return { y: byRunning(x, running, weight, bias, epsilon) };
    const n = B * sizeOf(x.shape.slice(2));
    if (n < 2) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot batchNorm ${show(x.shape)}: it takes more than one value a channel, got ${n}`,
      );
    }
    using turned = x.transpose(0, 1);
    using rows = turned.reshape(C, n);
    using mean = rows.mean(-1, true);
    using centred = rows.sub(mean);
    using squares = centred.sqr();
    using variance = squares.mean(-1, true);
    using unit = normalised(centred, variance, epsilon);
    using lying = unit.reshape(C, B, ...x.shape.slice(2));
    using y = lying.transpose(0, 1);
    return { y: scaled(y, weight, bias), batch: statistics(mean, variance, n) };
  });
}

/** Computed in f32; the batch's statistics stay in it. */
function ofHalves(
  x: Tensor,
  running: ChannelStatistics | null,
  weight: Tensor | null,
  bias: Tensor | null,
  epsilon: number,
): BatchNormResult {
  using mean = running && cast(running.mean, "f32");
  using variance = running && cast(running.variance, "f32");
  const own = mean && variance && { mean, variance };
  let batch: ChannelStatistics | undefined;
  const y = inWide([x, weight, bias], (x, weight, bias) => {
    const result = batchNorm(x, own, weight, bias, epsilon);
    batch = result.batch;
    return result.y;
  });
  return { y, batch };
}

function byRunning(
  x: Tensor,
  running: ChannelStatistics,
  weight: Tensor | null,
  bias: Tensor | null,
  epsilon: number,
): Tensor {
  using mean = perChannel(running.mean, x);
  using variance = perChannel(running.variance, x);
  using centred = x.sub(mean);
  using unit = normalised(centred, variance, epsilon);
  return scaled(unit, weight, bias);
}

function normalised(centred: Tensor, variance: Tensor, epsilon: number): Tensor {
  using safe = variance.add(epsilon);
  using scale = safe.rsqrt();
  return centred.mul(scale);
}

function statistics(mean: Tensor, variance: Tensor, n: number): ChannelStatistics {
  using m = mean.detach();
  using v = variance.detach();
  using unbiased = v.mul(n / (n - 1));
  return { mean: m.reshape(-1), variance: unbiased.reshape(-1) };
}

/** x times weight plus bias, of each channel. */
function scaled(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  using w = weight && perChannel(weight, x);
  using b = bias && perChannel(bias, x);
  using y = w ? x.mul(w) : same(x);
  return b ? y.add(b) : same(y);
}

/** One value a channel [C] as [C, 1 ...], which broadcasts over x [B, C, ...]. */
function perChannel(channel: Tensor, x: Tensor): Tensor {
  return channel.reshape(channel.size, ...x.shape.slice(2).map(() => 1));
}

function channels(op: string, x: Tensor, parameters: readonly (Tensor | null)[]): readonly number[] {
  if ((x.dtype !== "f32" && x.dtype !== "f64") || x.rank < 2) {
    throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x}: expected floats [B,C,...]`);
  }
  for (const p of parameters) {
    if (!p || (p.dtype === x.dtype && p.rank === 1 && p.size === x.shape[1])) continue;
    throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x} with ${p}: expected ${x.dtype}[${x.shape[1]}]`);
  }
  return x.shape;
}
