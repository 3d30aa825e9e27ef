/**
 * Losses by class, composed of ops: they have gradients of any order by all that they take.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { checkOptions } from "../../check_options.ts";
import { asOp } from "../as_op.ts";
import { isHalf } from "../dtype.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  classChecks,
  classDimension,
  type ClassOptions,
  type ClassRows,
  classRows,
  hintOf,
  ignored,
  ofHalves,
  reducedByClass,
  weightsOf,
} from "./classes.ts";
import { where } from "./compare.ts";
import { reduced } from "./losses.ts";
import { pick } from "./pick.ts";
import { same } from "./view.ts";

/** Options of {@linkcode nllLoss}. */
export type NllLossOptions = ClassOptions;

/**
 * -logProbs[target] for log-probabilities, times the weight of the target's class; the mean is over those weights.
 * Shapes and targets are as crossEntropy's: [V], [N, V] or [N, V, d1 ..], `classDim: -1` for [.., V].
 *
 * @throws WickError SHAPE_MISMATCH; INDEX_OUT_OF_RANGE where a target is outside 0 .. V - 1 and not `ignoreIndex`
 */
export function nllLoss(logProbs: Tensor, targets: Tensor, options: NllLossOptions = {}): Tensor {
  return asOp("nllLoss", () => {
    checkOptions("take nllLoss", options, classChecks);
    if (isHalf(logProbs.dtype)) return ofHalves(nllLoss, logProbs, targets, options);
    using rows = classRows("nllLoss", logProbs, targets, options);
    return lossByClass(rows, options, 0);
  });
}

/** The same for rows of log-probabilities; `smoothing` is the share of a target that all classes have evenly. */
export function lossByClass(
  { rows: logs, targets, shape }: ClassRows,
  options: ClassOptions,
  smoothing: number,
): Tensor {
  const { weights = null, ignoreIndex = -100 } = options;
  const [T, V] = logs.shape;
  using rows = logs.reshape(T, 1, V);
  using ids = targets.reshape(T, 1, 1);
  using picked = pick(rows, ids);
  using each = picked.reshape(T);
  using none = ignored(targets, ignoreIndex);
  using weight = weightsOf(targets, V, weights, none);
  using sharp = each.mul(weight);
  using gain = smoothing === 0 ? same(sharp) : smoothed(sharp, logs, weights, smoothing);
  using counted = where(none, 0, gain); // also where a log-probability is infinite
  using losses = counted.neg();
  return reducedByClass(losses, options, shape, () => weight.sum(0));
}

/** (1 - s) sharp + s / V (sum over c of w[c] logs[c]). */
function smoothed(sharp: Tensor, logs: Tensor, weights: Tensor | null, smoothing: number): Tensor {
  using weighed = weights ? logs.mul(weights) : same(logs);
  using all = weighed.sum(-1);
  using flat = all.mul(smoothing / logs.shape[1]);
  using own = sharp.mul(1 - smoothing);
  return own.add(flat);
}

/** -(sum over c of w[c] target[c] log softmax(logits)[c]); targets are floats of the logits' shape. */
export function lossByShare(
  logits: Tensor,
  targets: Tensor,
  options: ClassOptions,
  smoothing: number,
): Tensor {
  const d = classDimension("crossEntropy", logits, options);
  const { weights, reduction } = options;
  const V = logits.shape[d];
  const fits = (w: Tensor, shape: readonly number[]) =>
    w.dtype === logits.dtype && show(w.shape) === show(shape);
  if (!fits(targets, logits.shape) || (weights && !fits(weights, [V]))) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot take crossEntropy of ${logits} and shares ${targets}${
        weights ? ` by weights ${weights}` : ""
      }: ` +
        `all must have one dtype, shares the shape of the logits and weights ${show([V])}` +
        hintOf(targets, logits.shape.toSpliced(d, 1)),
    );
  }
  using logs = logits.logSoftmax(d);
  using shares = smoothing === 0 ? same(targets) : targets.affine(1 - smoothing, smoothing / V);
  using scale = weights && weights.reshape(V, ...logits.shape.slice(d + 1).map(() => 1));
  using weighed = scale ? shares.mul(scale) : same(shares);
  using parts = weighed.mul(logs);
  using sum = parts.sum(d);
  using losses = sum.neg();
  return reduced(losses, reduction);
}
