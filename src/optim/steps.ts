/**
 * Steps of one parameter in place, as PyTorch defines them: a row each in f32, composed of ops in f64. Operands are
 * contiguous and share a scope, with which goes what a composition makes.
 *
 * @module
 */
import { adam_f32, adamw_f32, ema_f32, lion_f32, sgd_f32 } from "../device/kernels/optimizer.ts";
import { run } from "../tensor/dispatch.ts";
import { copyInto } from "../tensor/ops/view.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Varying } from "./varying.ts";

/** average += gain (x - average). */
export function follow(average: Tensor, x: Tensor, gain: number | Varying): void {
  const isNumber = typeof gain === "number";
  if (average.dtype === "f32") {
    return run(ema_f32, [average, x], [x.size], [1, isNumber ? gain : gain.cell]);
  }
  copyInto(between(average, x, isNumber ? gain : gain.as(average)), average);
}

/** p -= rate (direction + decay p). */
export function descend(p: Tensor, direction: Tensor, rate: Varying, decay: number): void {
  if (p.dtype === "f32") {
    return run(sgd_f32, [p, direction, null], [p.size, 0, 0, decay, 0], [1, rate.cell, 1]);
  }
  copyInto(p.sub(decayed(direction, p, decay).mul(rate.as(p))), p);
}

/** What {@linkcode descendWithMomentum} takes beside tensors. */
export interface MomentumForm {
  momentum: number;
  dampening: number;
  weightDecay: number;
  nesterov: boolean;
}

/**
 * g += decay p; buffer = g in step 1, else momentum buffer + (1 - dampening) g; p -= rate buffer, with Nesterov
 * rate (g + momentum buffer).
 */
export function descendWithMomentum(
  p: Tensor,
  g: Tensor,
  buffer: Tensor,
  { momentum, dampening, weightDecay, nesterov }: MomentumForm,
  rate: Varying,
  count: Varying,
): void {
  if (p.dtype === "f32") {
    const params = [p.size, momentum, dampening, weightDecay, nesterov ? 1 : 0];
    return run(sgd_f32, [p, g, buffer], params, [1, rate.cell, count.cell]);
  }
  const slope = decayed(g, p, weightDecay);
  const isFirst = count.as(p).le(1).to("f64");
  const mean = buffer.mul(momentum).add(slope.mul(isFirst.mul(dampening).add(1 - dampening)));
  copyInto(mean, buffer); // all 0 before step 1
  descend(p, nesterov ? slope.add(mean.mul(momentum)) : mean, rate, 0);
}

/** What {@linkcode descendByMoments} takes beside tensors. */
export interface MomentsForm {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Whether decay shrinks the parameter itself, or is added to the gradient. */
  isDecoupled: boolean;
}

/** What {@linkcode descendByMoments} carries from step to step. */
export interface Moments {
  mean: Tensor;
  square: Tensor;
  /** The greatest square so far, of AMSGrad. */
  most?: Tensor;
}

/**
 * mean += (1 - beta1) (g - mean); square = beta2 square + (1 - beta2) g^2; most = max(most, square), square without it;
 * p -= rate / correction1 mean / (sqrt(most / correction2) + epsilon).
 */
export function descendByMoments(
  p: Tensor,
  g: Tensor,
  { mean, square, most }: Moments,
  { beta1, beta2, epsilon, weightDecay, isDecoupled }: MomentsForm,
  rate: Varying,
  [correction1, correction2]: readonly [Varying, Varying],
): void {
  if (p.dtype === "f32") {
    const params = [p.size, 1 - beta1, 1 - beta2, epsilon, weightDecay];
    const cells = [1, rate.cell, correction1.cell, correction2.cell];
    return run(isDecoupled ? adamw_f32 : adam_f32, [p, g, mean, square, most ?? null], params, cells);
  }
  const slope = isDecoupled ? g : decayed(g, p, weightDecay);
  const [m, v] = [between(mean, slope, 1 - beta1), square.mul(beta2).add(slope.sqr().mul(1 - beta2))];
  copyInto(m, mean);
  copyInto(v, square);
  const bound = most ? most.maximum(v) : v;
  if (most) copyInto(bound, most);
  const size = bound.sqrt().div(correction2.as(p).sqrt()).add(epsilon);
  const change = m.div(size).mul(rate.as(p).div(correction1.as(p)));
  copyInto((isDecoupled ? shrunk(p, rate, weightDecay) : p).sub(change), p);
}

/** p *= 1 - rate decay; p -= rate sign(mean + (1 - beta1) (g - mean)); mean += (1 - beta2) (g - mean). */
export function descendBySign(
  p: Tensor,
  g: Tensor,
  mean: Tensor,
  { beta1, beta2, weightDecay }: Pick<MomentsForm, "beta1" | "beta2" | "weightDecay">,
  rate: Varying,
): void {
  if (p.dtype === "f32") {
    return run(lion_f32, [p, g, mean], [p.size, 1 - beta1, 1 - beta2, weightDecay], [1, rate.cell]);
  }
  const way = between(mean, g, 1 - beta1).sign();
  copyInto(shrunk(p, rate, weightDecay).sub(way.mul(rate.as(p))), p);
  follow(mean, g, 1 - beta2);
}

// In f64

/** a + share (b - a). */
function between(a: Tensor, b: Tensor, share: number | Tensor): Tensor {
  return a.add(b.sub(a).mul(share));
}

/** g + decay p. */
function decayed(g: Tensor, p: Tensor, decay: number): Tensor {
  return decay === 0 ? g : g.add(p.mul(decay));
}

/** p (1 - rate decay). */
function shrunk(p: Tensor, rate: Varying, decay: number): Tensor {
  return decay === 0 ? p : p.sub(p.mul(rate.as(p).mul(decay)));
}
