/**
 * Losses that are composed of ops, with PyTorch's names and definitions: each gives what its gradients need.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { checkTargets, ignored, weightsOf } from "./classes.ts";
import { compare, where } from "./compare.ts";
import { pick } from "./pick.ts";
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

/** Options of {@linkcode nllLoss}. */
export interface NllLossOptions extends LossOptions {
  /** Weights of the classes, [V] [1 each]. */
  weights?: Tensor;
  /** Targets that do not count; exact to 2^24 [-100]. */
  ignoreIndex?: number;
}

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
  using difference = between("mseLoss", x, target);
  using losses = difference.sqr();
  return reduced(losses, options.reduction);
}

/** The size of the difference; the gradient is 0 where that is. */
export function l1Loss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  using difference = between("l1Loss", x, target);
  using losses = difference.abs();
  return reduced(losses, options.reduction);
}

/** Half the square of the difference d up to delta, from there delta (|d| - delta / 2) (Huber 1964). */
export function huberLoss(x: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { delta = 1 } = options;
  if (!(delta > 0)) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot take huberLoss: delta must be more than 0, got ${delta}`,
      {
        param: "delta",
      },
    );
  }
  using difference = between("huberLoss", x, target);
  using near = clamp(difference, -delta, delta);
  using half = near.mul(0.5);
  using rest = difference.sub(half);
  using losses = near.mul(rest);
  return reduced(losses, options.reduction);
}

/** huberLoss over delta = beta (Girshick 2015). */
export function smoothL1Loss(x: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { beta = 1, reduction } = options;
  if (beta === 0) return l1Loss(x, target, { reduction });
  if (!(beta > 0)) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot take smoothL1Loss: beta must not be negative, got ${beta}`,
      {
        param: "beta",
      },
    );
  }
  sameShape("smoothL1Loss", x, target);
  using losses = huberLoss(x, target, { delta: beta, reduction });
  return losses.mul(1 / beta);
}

/** -target log sigmoid(x) - (1 - target) log(1 - sigmoid(x)), right for logits x of any size. */
export function bceWithLogits(
  x: Tensor,
  target: Tensor,
  options: BceWithLogitsOptions = {},
): Tensor {
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
}

/** target (log target - x), for log-probabilities x; 0 where the target is 0 (Kullback and Leibler 1951). */
export function klDiv(x: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  sameShape("klDiv", x, target);
  using losses = options.logTarget ? divergenceOfLogs(x, target) : divergence(x, target);
  if (options.reduction !== "batchmean") return reduced(losses, options.reduction);
  using sum = reduced(losses, "sum");
  return sum.mul(1 / (x.shape[0] ?? 1));
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

/**
 * -logProbs[target], for log-probabilities [T, V] and targets [T] (i32), times the weight of the target's class; the
 * mean is over those weights.
 *
 * @throws WickError INDEX_OUT_OF_RANGE where a target is outside 0 .. V - 1 and not `ignoreIndex`
 */
export function nllLoss(logProbs: Tensor, targets: Tensor, options: NllLossOptions = {}): Tensor {
  const { weights = null, ignoreIndex = -100, reduction = "mean" } = options;
  checkClasses(logProbs, targets, weights);
  checkTargets("nllLoss", logProbs, targets, ignoreIndex);
  const [T, V] = logProbs.shape;
  using rows = logProbs.reshape(T, 1, V);
  using ids = targets.reshape(T, 1, 1);
  using picked = pick(rows, ids);
  using each = picked.reshape(T);
  using none = ignored(targets, ignoreIndex);
  using weight = weightsOf(targets, V, weights, none);
  using weighed = each.mul(weight);
  using gain = where(none, 0, weighed); // also where a log-probability is infinite
  using losses = gain.neg();
  if (reduction !== "mean") return reduced(losses, reduction);
  using sum = losses.sum(0);
  using total = weight.sum(0);
  return sum.div(total);
}

function checkClasses(logProbs: Tensor, targets: Tensor, weights: Tensor | null): void {
  const fits = logProbs.dtype === "f32" && logProbs.rank === 2 && targets.dtype === "i32" &&
    targets.rank === 1 && targets.shape[0] === logProbs.shape[0];
  if (!fits) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot take nllLoss of ${logProbs} and ${targets}: expected f32[T,V] and i32[T]`,
    );
  }
  if (weights && (weights.dtype !== "f32" || show(weights.shape) !== show([logProbs.shape[1]]))) {
    throw new WickError("SHAPE_MISMATCH", `Cannot weigh ${logProbs.shape[1]} classes by ${weights}`);
  }
}

/** The mean or the sum of losses, or themselves as a new handle. */
function reduced(losses: Tensor, reduction: Reduction = "mean"): Tensor {
  if (reduction === "none") return losses.reshape(...losses.shape);
  checkReduction(reduction);
  using flat = losses.reshape(losses.size);
  return reduction === "sum" ? flat.sum(0) : flat.mean(0);
}

/** Throws where a reduction is none that losses have. */
export function checkReduction(reduction: string): void {
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
  if (x.dtype === "f32" && target.dtype === "f32" && show(x.shape) === show(target.shape)) return;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot take ${op} of ${x} and ${target}: both must be f32 of one shape`,
  );
}

function times(x: Tensor, weight: Tensor | undefined): Tensor {
  return weight ? x.mul(weight) : x.reshape(...x.shape);
}
