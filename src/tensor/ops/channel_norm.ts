/**
 * Normalisations of channels: dimension 1 of [B, C, ...].
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import { channel_affine_f32, channel_moments_f32 } from "../../device/kernels/channel_norm.ts";
import { group_norm_backward_f32, group_norm_f32 } from "../../device/kernels/group_norm.ts";
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { asOp } from "../as_op.ts";
import { constant } from "../constant.ts";
import { lead, result, run } from "../dispatch.ts";
import { show, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast, inWide, someHalf } from "./cast.ts";
import { reduction } from "./fold.ts";
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
    const [, C] = channels("groupNorm", x, [weight, bias]);
    if (!(Number.isInteger(groups) && groups > 0 && C % groups === 0)) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot groupNorm ${show(x.shape)} in ${groups} groups: they must divide its ${C} channels`,
      );
    }
    if (x.dtype === "f64") return scaledGroups(x, groups, weight, bias, epsilon);
    const y = noGrad(() => groupRow(x, groups, weight, bias, epsilon));
    const inputs = [x, weight, bias].filter((t) => t !== null);
    return track("groupNorm", y, inputs, weight ? [x, weight] : [x], (dy, [x, weight], needs) => {
      const w = weight ?? null;
      const gradients = gradientsEnabled() || x.size === 0 // rows of nothing have no mean
        ? composedGradients(dy, x, groups, w, epsilon)
        : groupGradients(dy, x, groups, w, epsilon, needs.includes(true, 1));
      return [gradients.dx, ...(w ? [gradients.dw] : []), ...(bias ? [gradients.db] : [])];
    });
  });
}

/** Rows of the groups: how many channels each has, of how many numbers, and their number. */
function groupsOf(x: Tensor, groups: number): { params: number[]; R: number | Cell } {
  const [B, C] = x.shape;
  return {
    params: [groups, C / groups, sizeOf(x.shape.slice(2))],
    R: x.rows ? x.rows.times(groups) : B * groups,
  };
}

function groupRow(
  x: Tensor,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  epsilon: number,
): Tensor {
  using dense = x.contiguous();
  using w = weight?.contiguous() ?? null;
  using b = bias?.contiguous() ?? null;
  const y = result("groupNorm", [dense, w, b], "f32", x.shape, x.rows);
  const { params, R } = groupsOf(x, groups);
  run(group_norm_f32, [dense, w, b, y], [...params, epsilon], [R]);
  return y;
}

/** Gradients of x, weight and bias. */
interface GroupGradients {
  dx: Tensor;
  dw?: Tensor;
  db?: Tensor;
}

function groupGradients(
  dy: Tensor,
  x: Tensor,
  groups: number,
  weight: Tensor | null,
  epsilon: number,
  all: boolean,
): GroupGradients {
  using dense = x.contiguous();
  using w = weight?.contiguous() ?? null;
  using d = dy.contiguous();
  const dx = result("groupNorm's gradient", [dense, w, d], "f32", x.shape, x.rows);
  const [dw, db] = [0, 1].map(() =>
    result("groupNorm's gradient", [dense, d], "f32", x.shape.slice(0, 2), x.rows)
  );
  const { params, R } = groupsOf(x, groups);
  run(group_norm_backward_f32, [dense, w, d, dx, dw, db], [...params, epsilon], [R]);
  return all ? { dx, dw: dw.sum(0), db: db.sum(0) } : { dx };
}

/** The same of ops, for gradients of their own. */
function composedGradients(
  dy: Tensor,
  x: Tensor,
  groups: number,
  weight: Tensor | null,
  epsilon: number,
): GroupGradients {
  const [B, C] = x.shape;
  const S = sizeOf(x.shape.slice(2));
  const n = C / groups * S;
  const rows = x.reshape(B, groups, n);
  const centred = rows.sub(rows.mean(-1, true));
  const scale = centred.sqr().mean(-1, true).add(epsilon).rsqrt();
  const unit = centred.mul(scale);
  const g = (weight ? dy.mul(perChannel(weight, x)) : dy).reshape(B, groups, n);
  const along = g.mul(unit).mean(-1, true);
  const dx = g.sub(g.mean(-1, true)).sub(unit.mul(along)).mul(scale).reshape(...x.shape);
  const sums = (t: Tensor) => t.reshape(B, C, S).sum([0, 2]);
  return { dx, dw: sums(dy.mul(unit.reshape(...x.shape))), db: sums(dy) };
}

/** Composed, in f64. */
function scaledGroups(
  x: Tensor,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  epsilon: number,
): Tensor {
  const [B, C] = x.shape;
  const n = C / groups * sizeOf(x.shape.slice(2));
  using one = constant(x.device, 1, x.dtype).expand(n);
  using ones = one.contiguous();
  using rows = x.reshape(B, groups, n);
  using unit = layerNorm(rows, ones, null, epsilon);
  using y = unit.reshape(...x.shape);
  return scaled(y, weight, bias);
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
    const [B] = channels("batchNorm", x, [weight, bias, running?.mean ?? null, running?.variance ?? null]);
    if (running) return { y: byRunning(x, running, weight, bias, epsilon) };
    const n = B * sizeOf(x.shape.slice(2));
    if (n < 2) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot batchNorm ${show(x.shape)}: it takes more than one value a channel, got ${n}`,
      );
    }
    const { mean, variance } = moments(x);
    using m = mean;
    using v = variance;
    using scale = scaleOf(v, weight, epsilon);
    return { y: channelAffine(x, m, scale, bias), batch: statistics(m, v, n) };
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
  using scale = scaleOf(running.variance, weight, epsilon);
  return channelAffine(x, running.mean, scale, bias);
}

/** weight / sqrt(variance + epsilon) */
function scaleOf(variance: Tensor, weight: Tensor | null, epsilon: number): Tensor {
  using safe = variance.add(epsilon);
  using scale = safe.rsqrt();
  return weight ? scale.mul(weight) : same(scale);
}

/** (x - mean) scale + shift, of each channel. */
function channelAffine(x: Tensor, mean: Tensor, scale: Tensor, shift: Tensor | null): Tensor {
  if (x.dtype === "f64") return affineWide(x, mean, scale, shift);
  const y = noGrad(() => {
    using dense = x.contiguous();
    using m = mean.contiguous();
    using p = scale.contiguous();
    using q = shift?.contiguous() ?? null;
    const y = result("batchNorm", [dense, m, p, q], "f32", x.shape, x.rows);
    const sizes = [x.shape[1], sizeOf(x.shape.slice(2))];
    run(channel_affine_f32, [dense, m, p, q, y], sizes, [lead(x)]);
    return y;
  });
  const inputs = shift ? [x, mean, scale, shift] : [x, mean, scale];
  return track("batchNorm", y, inputs, [x, mean, scale], (dy, [x, mean, scale], needs) => [
    needs[0] ? dy.mul(perChannel(scale, x)) : undefined,
    needs[1] ? channelSums(dy).mul(scale).neg() : undefined,
    needs[2] ? channelSums(dy.mul(x.sub(perChannel(mean, x)))) : undefined,
    needs[3] ? channelSums(dy) : undefined,
  ]);
}

function affineWide(x: Tensor, mean: Tensor, scale: Tensor, shift: Tensor | null): Tensor {
  using middle = perChannel(mean, x);
  using centred = x.sub(middle);
  return scaled(centred, scale, shift);
}

/** Sums over all but the channels, [C]. */
function channelSums(t: Tensor): Tensor {
  return t.sum(otherDims(t));
}

function otherDims(x: Tensor): number[] {
  return x.shape.map((_, d) => d).filter((d) => d !== 1);
}

/** Mean and variance of each channel, [C]. */
function moments(x: Tensor): ChannelStatistics {
  const dims = otherDims(x);
  reduction("batchNorm", x, dims, false); // refuses a batch whose extent changes between replays
  if (x.dtype === "f64") {
    return { mean: x.mean(dims), variance: x.var(dims, { correction: 0 }) };
  }
  const n = x.size / x.shape[1];
  const [mean, variance] = noGrad(() => {
    using dense = x.contiguous();
    const [mean, variance] = [0, 1].map(() => result("batchNorm", [dense], "f32", [x.shape[1]]));
    const sizes = [x.shape[1], sizeOf(x.shape.slice(2))];
    run(channel_moments_f32, [dense, mean, variance], sizes, [x.shape[0]]);
    return [mean, variance];
  });
  track("mean", mean, [x], [x], (dy, [x]) => [perChannel(dy.mul(1 / n), x).expand(...x.shape)]);
  track("var", variance, [x], [x], (dy, [x]) => [channelAffine(x, x.mean(dims), dy.mul(2 / n), null)]);
  return { mean, variance };
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
