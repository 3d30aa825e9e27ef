/**
 * Activations of networks beside those of elementwise.ts. At a kink the gradient is PyTorch's.
 *
 * @module
 */
import * as rows from "../../device/kernels/elementwise_more.ts";
import type { Kernel } from "../../device/kernel.ts";
import { WickError } from "../../error.ts";
import { inScope, noGrad, track } from "../autograd.ts";
import { Scope } from "../scope.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { compare, where } from "./compare.ts";
import { clamp, finite, mapped, type Slope } from "./unary.ts";

/** Klambauer et al. 2017: they keep a layer's mean at 0 and its variance at 1. */
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

/** x, below 0 alpha (e^x - 1) (Clevert et al. 2016). */
export function elu(x: Tensor, alpha = 1): Tensor {
  const tail = [finite("elu", "alpha", alpha)];
  return activated("elu", rows.elu_f32, x, exponentialBelow(1, alpha), (x) => curvedBelow(x, alpha), tail);
}

/** Elu with the scale and alpha that keep mean 0 and variance 1. */
export function selu(x: Tensor): Tensor {
  const slope = exponentialBelow(SELU.scale, SELU.scale * SELU.alpha);
  return activated("selu", rows.selu_f32, x, slope, (x) => curvedBelow(x, SELU.alpha).mul(SELU.scale));
}

/** By a row, or in f64 composed of ops, with the same slope of x. */
function activated(
  name: string,
  row: Kernel,
  x: Tensor,
  slope: Slope,
  composed: (x: Tensor) => Tensor,
  tail: readonly number[] = [],
): Tensor {
  if (x.dtype !== "f64") return mapped(name, row, x, "x", slope, tail);
  const y = noGrad(() => {
    using own = new Scope(); // of what is made on the way
    return inScope(composed(inScope(x, own)), x.scope);
  });
  return track(name, y, [x], [x], (dy, [x]) => [slope(dy, x)]);
}

/** The slope `above` where x > 0, else below e^x; what is not chosen stays finite. */
function exponentialBelow(above: number, below: number) {
  return (dy: Tensor, x: Tensor): Tensor =>
    where(compare("gt", x, 0), scaled(dy, above), dy.mul(upTo0(x).exp()).mul(below));
}

/** x where it is not above 0, which has a slope at 0, too; else 0. */
function upTo0(x: Tensor): Tensor {
  using above = compare("gt", x, 0);
  return where(above, 0, x);
}

/** x, below 0 alpha (e^x - 1). */
function curvedBelow(x: Tensor, alpha: number): Tensor {
  return where(compare("lt", x, 0), upTo0(x).expm1().mul(alpha), x);
}

function scaled(dy: Tensor, by: number): Tensor {
  return by === 1 ? dy : dy.mul(by);
}

/** x, below 0 slope x. */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  const back = (dy: Tensor, x: Tensor) => where(compare("gt", x, 0), dy, dy.mul(slope));
  const bent = (x: Tensor) => where(compare("lt", x, 0), x.mul(slope), x);
  return activated("leakyRelu", rows.leaky_relu_f32, x, back, bent, [finite("leakyRelu", "slope", slope)]);
}

/** x, below 0 weight x; one weight, or one for each entry of dimension 1 (He et al. 2015). */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  const channels = x.rank > 1 ? x.shape[1] : 1;
  if (weight.rank !== 1 || (weight.size !== 1 && weight.size !== channels)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot prelu ${show(x.shape)} with weights ${show(weight.shape)}: expected [1] or [${channels}]`,
    );
  }
  using wide = weight.reshape(weight.size, ...new Array<number>(Math.max(x.rank - 2, 0)).fill(1));
  using negative = upTo0(x);
  using below = negative.mul(wide);
  using positive = compare("gt", x, 0);
  return where(positive, x, below);
}

/** log(1 + e^(beta x)) / beta. */
export function softplus(x: Tensor, beta = 1): Tensor {
  if (!(Number.isFinite(beta) && beta !== 0)) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot softplus ${x}: beta must be finite and not 0, got ${beta}`,
    );
  }
  return soft("softplus", x, beta);
}

/** log(1 / (1 + e^-x)). */
export function logSigmoid(x: Tensor): Tensor {
  return soft("logSigmoid", x, -1);
}

function soft(name: string, x: Tensor, beta: number): Tensor {
  const slope: Slope = (dy, x) => dy.mul(x.mul(beta).sigmoid());
  const composed = (x: Tensor) => {
    const stretched = x.mul(beta);
    return stretched.relu().add(stretched.abs().neg().exp().log1p()).mul(1 / beta);
  };
  return activated(name, rows.softplus_f32, x, slope, composed, [beta]);
}

/** x tanh(softplus(x)) (Misra 2020). */
export function mish(x: Tensor): Tensor {
  const slope: Slope = (dy, x) => {
    const t = softplus(x).tanh();
    return dy.mul(t.add(x.mul(x.sigmoid()).mul(t.mul(t).neg().add(1))));
  };
  return activated("mish", rows.mish_f32, x, slope, (x) => x.mul(softplus(x).tanh()));
}

/** dy where low < x < high, else 0. */
function between(x: Tensor, low: number, high: number, dy: Tensor): Tensor {
  return where(compare("gt", x, low), where(compare("lt", x, high), dy, 0), 0);
}

/** clamp(x, 0, 6); the gradient passes between the two, neither included. */
export function relu6(x: Tensor): Tensor {
  return activated("relu6", rows.clamp_f32, x, (dy, x) => between(x, 0, 6, dy), (x) => clamp(x, 0, 6), [
    0,
    6,
  ]);
}

/** clamp(x + 3, 0, 6) / 6. */
function sixth(x: Tensor): Tensor {
  return clamp(x.add(3), 0, 6).div(6);
}

/** clamp(x + 3, 0, 6) / 6; the gradient passes between -3 and 3, neither included. */
export function hardSigmoid(x: Tensor): Tensor {
  const slope = (dy: Tensor, x: Tensor) => between(x, -3, 3, dy.mul(1 / 6));
  return activated("hardSigmoid", rows.hard_sigmoid_f32, x, slope, sixth);
}

/** x hardSigmoid(x) (Howard et al. 2019); the gradient is 0 at -3 and 1 at 3. */
export function hardSwish(x: Tensor): Tensor {
  const slope: Slope = (dy, x) => {
    const curve = dy.mul(x.mul(1 / 3).add(0.5));
    return where(compare("ge", x, 3), dy, where(compare("gt", x, -3), curve, 0));
  };
  return activated("hardSwish", rows.hard_swish_f32, x, slope, (x) => x.mul(sixth(x)));
}
