/**
 * Losses that are composed of ops, with PyTorch's names and definitions: each gives what its gradients need.
 *
 * @module
 */
import { type Check, checkOptions, type ChecksOf } from "../../check_options.ts";
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { isTrainable } from "../dtype.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { inWide, someHalf } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { clamp } from "./unary.ts";

/** What becomes of the losses: their mean, their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

/** Options of a loss. */
export interface LossOptions {
  /** What becomes of the losses of single elements ["mean"]. */
  reduction?: Reduction;
}

/** Options of {@linkcode huberLoss}. */
export interface HuberLossOptions extends LossOptions {
  /** Where squares become lines; more than 0 [1]. */
  delta?: number;
}

/** Options of {@linkcode smoothL1Loss}. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Where squares become lines; 0 for lines alone [1]. */
  beta?: number;
}

/** Options of {@linkcode bceWithLogits}. */
export interface BceWithLogitsOptions extends LossOptions {
  /** Multiplies losses; broadcasts over them. */
  weight?: Tensor;
  /** Multiplies the part of a target that is 1, for each class; broadcasts over the logits. */
  posWeight?: Tensor;
}

/** Options of {@linkcode klDiv}. */
export interface KlDivOptions {
  /** Whether the target is a logarithm, too [false]. */
  logTarget?: boolean;
  /** "batchmean" divides the sum by the first extent, which is what mathematics calls the divergence ["mean"]. */
  reduction?: Reduction | "batchmean";
}

const reduction: Check = ["mean", "sum", "none"];
const checks: ChecksOf<LossOptions> = { reduction };
const huberChecks: ChecksOf<HuberLossOptions> = { reduction, delta: { above: 0 } };
const smoothChecks: ChecksOf<SmoothL1LossOptions> = { reduction, beta: { from: 0 } };
const bceChecks: ChecksOf<BceWithLogitsOptions> = { reduction, weight: "any", posWeight: "any" };
const divergenceChecks: ChecksOf<KlDivOptions> = {
  logTarget: "boolean",
  reduction: ["mean", "sum", "none", "batchmean"],
};

/**
 * The square of the difference.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mseLoss, tensor } from "@wick/wick";
 * using loss = mseLoss(tensor([1, 2]), tensor([1, 4]));
 * equal(await loss.item(), 2);
 * ```
 */
export function mseLoss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return asOp("mseLoss", () => {
    checkOptions("take mseLoss", options, checks);
    if (someHalf([x, target])) return inWide([x, target], (x, target) => mseLoss(x, target, options));
    using difference = between("mseLoss", x, target);
    using losses = difference.sqr();
    return reduced(losses, options.reduction);
  });
}

/** The size of the difference; the gradient is 0 where that is. */
export function l1Loss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return asOp("l1Loss", () => {
    checkOptions("take l1Loss", options, checks);
    if (someHalf([x, target])) return inWide([x, target], (x, target) => l1Loss(x, target, options));
    using difference = between("l1Loss", x, target);
    using losses = difference.abs();
    return reduced(losses, options.reduction);
  });
}

/** Half the square of the difference d up to delta, from there delta (|d| - delta / 2) (Huber 1964). */
export function huberLoss(x: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  return asOp("huberLoss", () => {
    checkOptions("take huberLoss", options, huberChecks);
    if (someHalf([x, target])) return inWide([x, target], (x, target) => huberLoss(x, target, options));
    const { delta = 1 } = options;
    using difference = between("huberLoss", x, target);
    using near = clamp(difference, -delta, delta);
    using half = near.mul(0.5);
    using rest = difference.sub(half);
    using losses = near.mul(rest);
    return reduced(losses, options.reduction);
  });
}

/** huberLoss over delta = beta (Girshick 2015). */
export function smoothL1Loss(x: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  return asOp("smoothL1Loss", () => {
    checkOptions("take smoothL1Loss", options, smoothChecks);
    if (someHalf([x, target])) return inWide([x, target], (x, target) => smoothL1Loss(x, target, options));
    const { beta = 1, reduction } = options;
    if (beta === 0) return l1Loss(x, target, { reduction });
    sameShape("smoothL1Loss", x, target);
    using losses = huberLoss(x, target, { delta: beta, reduction });
    return losses.mul(1 / beta);
  });
}

/** -target log sigmoid(x) - (1 - target) log(1 - sigmoid(x)), right for logits x of any size. */
export function bceWithLogits(
  x: Tensor,
  target: Tensor,
  options: BceWithLogitsOptions = {},
): Tensor {
  return asOp("bceWithLogits", () => {
    checkOptions("take bceWithLogits", options, bceChecks);
    if (someHalf([x, target])) return inWide([x, target], (x, target) => bceWithLogits(x, target, options));
    sameShape("bceWithLogits", x, target);
    const { weight, posWeight, reduction } = options;
    using yes = times(target, posWeight);
    using no = target.affine(-1, 1);
    using sure = x.logSigmoid();
    using missed = yes.mul(sure);
    using other = x.softplus();
    using raised = no.mul(other);
    using losses = raised.sub(missed);
    sameShape("bceWithLogits with weights", losses, x);
    using weighed = times(losses, weight);
    sameShape("bceWithLogits with weights", weighed, x);
    return reduced(weighed, reduction);
  });
}

/** target (log target - x), for log-probabilities x; 0 where the target is 0 (Kullback and Leibler 1951). */
export function klDiv(x: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  return asOp("klDiv", () => {
    checkOptions("take klDiv", options, divergenceChecks);
    if (someHalf([x, target])) return inWide([x, target], (x, target) => klDiv(x, target, options));
    sameShape("klDiv", x, target);
    using losses = options.logTarget ? divergenceOfLogs(x, target) : divergence(x, target);
    if (options.reduction !== "batchmean") return reduced(losses, options.reduction);
    using sum = reduced(losses, "sum");
    return sum.mul(1 / (x.shape[0] ?? 1));
  });
}

function divergence(x: Tensor, target: Tensor): Tensor {
  using none = compare("eq", target, 0);
  using safe = where(none, 1, target);
  using log = safe.log();
  using entropy = target.mul(log);
  using cross = target.mul(x);
  return entropy.sub(cross);
}

function divergenceOfLogs(x: Tensor, target: Tensor): Tensor {
  using difference = target.sub(x);
  using probability = target.exp();
  return probability.mul(difference);
}

/** The mean or the sum of losses, or themselves as a new handle. */
export function reduced(losses: Tensor, reduction: Reduction = "mean"): Tensor {
  if (reduction === "none") return losses.reshape(...losses.shape);
  checkReduction(reduction);
  using flat = losses.reshape(losses.size);
  return reduction === "sum" ? flat.sum(0) : flat.mean(0);
}

/** Throws where a reduction is none that losses have. */
function checkReduction(reduction: string): void {
  if (["mean", "sum", "none"].includes(reduction)) return;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot reduce losses by ${reduction}: expected one of mean, sum, none`,
    { param: "reduction" },
  );
}

function between(op: string, x: Tensor, target: Tensor): Tensor {
  sameShape(op, x, target);
  return x.sub(target);
}

/** Broadcasting of a target is a mistake more often than not. */
function sameShape(op: string, x: Tensor, target: Tensor): void {
  if (isTrainable(x.dtype) && x.dtype === target.dtype && show(x.shape) === show(target.shape)) return;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot take ${op} of ${x} and ${target}: both must be floats of one dtype and shape`,
  );
}

function times(x: Tensor, weight: Tensor | undefined): Tensor {
  return weight ? x.mul(weight) : x.reshape(...x.shape);
}
