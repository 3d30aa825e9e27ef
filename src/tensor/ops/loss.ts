/**
 * Losses that are kernels of their own.
 *
 * @module
 */
import { cross_entropy_backward_f32, cross_entropy_f32 } from "../../device/kernels/cross_entropy.ts";
import { checkOptions, type ChecksOf } from "../../check_options.ts";
import { asOp } from "../as_op.ts";
import { gradientsEnabled, noGrad, track, tracks } from "../autograd.ts";
import { lead, result, run } from "../dispatch.ts";
import { isFloat, isHalf } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import {
  classChecks,
  type ClassOptions,
  classRows,
  ignored,
  ofHalves,
  reducedByClass,
  weightsOf,
} from "./classes.ts";
import { where } from "./compare.ts";
import { zerosLike } from "./fill.ts";
import { lossByClass, lossByShare } from "./class_losses.ts";
import { spread } from "./pick.ts";

/** Options of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions extends ClassOptions {
  /** The share of the target that is spread over all classes, in [0, 1) [0]. */
  smoothing?: number;
}

const checks: ChecksOf<CrossEntropyOptions> = { ...classChecks, smoothing: { from: 0, below: 1 } };

/**
 * -log softmax(logits)[target], as PyTorch's `cross_entropy`: logits [V] and a target, [N, V] and targets [N], or
 * [N, V, d1 ..] and [N, d1 ..] of whole numbers. Where classes come last, `classDim: -1` takes [.., V] and [..].
 * Targets may also be floats of the logits' shape, the share of each class; then the mean is that over all of them.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { crossEntropy, tensor, zeros } from "@wick/wick";
 * using logits = zeros([2, 5, 3]); // two sequences of five, three classes
 * using targets = zeros([2, 5], { dtype: "i32" });
 * using loss = crossEntropy(logits, targets, { classDim: -1 });
 * ok(Math.abs(await loss.item() - Math.log(3)) < 1e-6);
 * ```
 *
 * @throws WickError SHAPE_MISMATCH; INDEX_OUT_OF_RANGE where a target is outside 0 .. V - 1 and not `ignoreIndex`
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  return asOp("crossEntropy", () => {
    checkOptions("take crossEntropy", options, checks);
    const { smoothing = 0 } = options;
    if (isHalf(logits.dtype)) return ofHalves(crossEntropy, logits, targets, options);
    if (isFloat(targets.dtype)) return lossByShare(logits, targets, options, smoothing);
    using rows = classRows("crossEntropy", logits, targets, options);
    if (logits.dtype === "f64" || (options.weights && tracks([options.weights]))) {
      using logs = rows.rows.logSoftmax(-1);
      return lossByClass({ ...rows, rows: logs }, options, smoothing);
    }
    using losses = each(rows.rows, rows.targets, options);
    return reducedByClass(losses, options, rows.shape, () => weightOf(rows.rows, rows.targets, options));
  });
}

function each(logits: Tensor, targets: Tensor, options: CrossEntropyOptions): Tensor {
  const { weights = null, ignoreIndex = -100, smoothing = 0 } = options;
  const params = [logits.shape[1], ignoreIndex, smoothing];
  using dense = logits.contiguous();
  using scales = weights && weights.contiguous();
  const losses = result("crossEntropy", [dense, targets], "f32", targets.shape, logits.rows);
  const lse = result("crossEntropy", [dense, targets], "f32", targets.shape, logits.rows);
  run(cross_entropy_f32, [dense, targets, scales, losses, lse], params, [lead(dense)]);
  const save = weights ? [logits, targets, lse, weights] : [logits, targets, lse];
  const y = track("crossEntropy", losses, [logits], save, (dy, [logits, targets, lse, weights = null]) => {
    if (gradientsEnabled()) return [composedSlopes(logits, targets, weights, dy, ignoreIndex, smoothing)];
    using given = logits.contiguous();
    using scales = weights && weights.contiguous();
    using d = dy.contiguous();
    const dx = result("crossEntropy's gradient", [given, d], "f32", logits.shape, logits.rows);
    run(cross_entropy_backward_f32, [given, targets, scales, lse, d, dx], params, [lead(given)]);
    return [dx];
  });
  lse.dispose();
  return y;
}

/** dy (p sum(q) - q) with q = (1 - s) w[target] [c = target] + s / V w[c], 0 where a target does not count. */
function composedSlopes(
  logits: Tensor,
  targets: Tensor,
  weights: Tensor | null,
  dy: Tensor,
  ignoreIndex: number,
  smoothing: number,
): Tensor {
  const [T, V] = logits.shape;
  const none = ignored(targets, ignoreIndex);
  const sharp = weightsOf(targets, V, weights, none).mul(1 - smoothing);
  const hit = spread(sharp.reshape(T, 1, 1), targets.reshape(T, 1, 1), V).reshape(T, V);
  const even = smoothing / V;
  const flat = where(none.unsqueeze(1), 0, weights?.mul(even) ?? even); // [T, V], or [T, 1] for all classes
  const spare = weights ? flat.sum(1, true) : flat.mul(V);
  const total = sharp.unsqueeze(1).add(spare); // not hit's sum: NaN stays for a target outside
  return logits.softmax(-1).mul(total).sub(hit).sub(flat).mul(dy.unsqueeze(1));
}

/**
 * The sum of the weights of targets that count: the loss of logits that are all 0 is weight times log V, and 0
 * where a target does not count.
 */
function weightOf(logits: Tensor, targets: Tensor, options: CrossEntropyOptions): Tensor {
  const V = logits.shape[1];
  return noGrad(() => {
    if (V === 1) return weightOfCounted(targets, options); // log 1 is 0
    using zeros = zerosLike(logits);
    using level = each(zeros, targets, { ...options, smoothing: 0 });
    using sum = level.sum(0);
    return sum.mul(1 / Math.log(V));
  });
}

function weightOfCounted(targets: Tensor, { weights, ignoreIndex = -100 }: CrossEntropyOptions): Tensor {
  using none = ignored(targets, ignoreIndex);
  using counted = weightsOf(targets, 1, weights ?? null, none);
  return counted.sum(0);
}
