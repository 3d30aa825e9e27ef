/**
 * Normalisations over the last dimension.
 *
 * @module
 */
import { add_rms_norm_f32, layer_norm_f32, rms_norm_f32 } from "../../device/kernels/norm.ts";
import {
  layer_norm_backward_f32,
  layer_norm_weight_backward_f32,
  rms_norm_backward_f32,
  rms_norm_weight_backward_f32,
} from "../../device/kernels/norm_backward.ts";
import { checkNumber } from "../../check_options.ts";
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { gradientsEnabled, track, tracks } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { show } from "../shape.ts";
import { inWide, someHalf } from "./cast.ts";
import { sumTo } from "./elementwise.ts";
import { tidy } from "./tidy.ts";
import { same } from "./view.ts";
import type { Tensor } from "../tensor.ts";

/** x / sqrt(mean(x^2) + epsilon) * weight, for x [.., C] and weight [C] (Zhang and Sennrich 2019). */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  return asOp("rmsNorm", () => {
    checkNumber("rmsNorm", "epsilon", epsilon, { from: 0 });
    if (someHalf([x, weight])) return inWide([x, weight], (x, weight) => rmsNorm(x, weight, epsilon));
    const columns = x.shape.at(-1);
    checkNorm("rmsNorm", x, [weight]);
    if (x.dtype === "f64") return tidy([x, weight], (x, weight) => unitRms(x, epsilon).mul(weight));
    using dense = x.contiguous();
    using scale = weight.contiguous();
    const y = result("rmsNorm", [dense, scale], "f32", x.shape, x.rows);
    run(rms_norm_f32, [dense, scale, y], [columns!, epsilon], [rowCount(dense)]);
    return track("rmsNorm", y, [x, weight], [x, weight], (dy, [x, weight], needs) => {
      if (gradientsEnabled()) return composedRmsNorm(dy, x, weight, epsilon);
      using given = x.contiguous();
      using w = weight.contiguous();
      using d = dy.contiguous();
      const dx = result("rmsNorm's gradient", [given, w, d], "f32", x.shape, x.rows);
      const scale = result("rmsNorm's gradient", [given, d], "f32", x.shape.slice(0, -1), x.rows);
      run(rms_norm_backward_f32, [given, w, d, dx, scale], [columns!, epsilon], [rowCount(given)]);
      if (!needs[1]) return [dx];
      const dw = result("rmsNorm's gradient", [given, d], "f32", weight.shape);
      run(rms_norm_weight_backward_f32, [given, d, scale, dw], [columns!], [rowCount(given)]);
      return [dx, dw];
    });
  });
}

/**
 * x + delta, and its rmsNorm: the residual stream and the norm behind it, in one pass where no gradient is asked for.
 * x and delta [.., C] of one shape.
 */
export function addRmsNorm(
  x: Tensor,
  delta: Tensor,
  weight: Tensor,
  epsilon: number,
): { sum: Tensor; y: Tensor } {
  return asOp("addRmsNorm", () => {
    const together = [x, delta].every((t) => t.dtype === "f32" && t.isContiguous) && weight.isContiguous &&
      weight.dtype === "f32" && show(x.shape) === show(delta.shape) && x.rows === delta.rows &&
      weight.rank === 1 && weight.shape[0] === x.shape.at(-1);
    if (!together || tracks([x, delta, weight])) {
      const sum = x.add(delta);
      return { sum, y: rmsNorm(sum, weight, epsilon) };
    }
    const [sum, y] = [0, 1].map(() => result("addRmsNorm", [x, delta, weight], "f32", x.shape, x.rows));
    run(add_rms_norm_f32, [x, delta, weight, sum, y], [x.shape.at(-1)!, epsilon], [rowCount(x)]);
    return { sum, y };
  });
}

/** x over the root of its mean square, in ops. */
function unitRms(x: Tensor, epsilon: number): Tensor {
  return x.mul(x.sqr().mean(-1, true).add(epsilon).rsqrt());
}

function checkNorm(op: string, x: Tensor, parameters: readonly Tensor[]): void {
  const columns = x.shape.at(-1);
  const float = x.dtype === "f32" || x.dtype === "f64";
  const wrong = parameters.find((p) =>
    !float || p.dtype !== x.dtype || p.rank !== 1 || p.shape[0] !== columns
  );
  if (!wrong) return;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot ${op} ${x} with ${wrong}: both must be floats of one dtype, the second ${show([columns ?? 1])}`,
  );
}

/** y = x r w with r = (mean(x^2) + epsilon)^(-1/2). */
function composedRmsNorm(dy: Tensor, x: Tensor, weight: Tensor, epsilon: number): Tensor[] {
  const r = x.mul(x).mean(-1, true).add(epsilon).sqrt().reciprocal();
  const scaled = dy.mul(weight);
  const along = scaled.mul(x).mean(-1, true).mul(r).mul(r).mul(r);
  return [scaled.mul(r).sub(x.mul(along)), sumTo(dy.mul(x).mul(r), weight.shape)];
}

/** (x - mean) / sqrt(variance + epsilon) * weight + bias over the last dimension (Ba et al. 2016). */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor | null, epsilon: number): Tensor {
  return asOp("layerNorm", () => {
    checkNumber("layerNorm", "epsilon", epsilon, { from: 0 });
    if (someHalf([x, weight, bias])) {
      return inWide([x, weight, bias], (x, weight, bias) => layerNorm(x, weight, bias, epsilon));
    }
    const columns = x.shape.at(-1);
    checkNorm("layerNorm", x, bias ? [weight, bias] : [weight]);
    if (x.dtype === "f64") {
      using y = tidy([x, weight], (x, weight) => unitRms(x.sub(x.mean(-1, true)), epsilon).mul(weight));
      return bias ? y.add(bias) : same(y);
    }
    using dense = x.contiguous();
    using scale = weight.contiguous();
    using shift = bias?.contiguous() ?? null;
    const y = result("layerNorm", [dense, scale, shift], "f32", x.shape, x.rows);
    run(layer_norm_f32, [dense, scale, shift, y], [columns!, epsilon], [rowCount(dense)]);
    const inputs = bias ? [x, weight, bias] : [x, weight];
    return track("layerNorm", y, inputs, [x, weight], (dy, [x, weight], needs) => {
      if (gradientsEnabled()) return composedLayerNorm(dy, x, weight, epsilon);
      using given = x.contiguous();
      using w = weight.contiguous();
      using d = dy.contiguous();
      const row = () => result("layerNorm's gradient", [given, d], "f32", x.shape.slice(0, -1), x.rows);
      const dx = result("layerNorm's gradient", [given, w, d], "f32", x.shape, x.rows);
      const [mean, scale] = [row(), row()];
      run(layer_norm_backward_f32, [given, w, d, dx, mean, scale], [columns!, epsilon], [rowCount(given)]);
      if (!needs[1] && !needs[2]) return [dx];
      const [dw, db] = [0, 1].map(() => result("layerNorm's gradient", [given, d], "f32", weight.shape));
      run(layer_norm_weight_backward_f32, [given, d, mean, scale, dw, db], [columns!], [rowCount(given)]);
      return [dx, dw, db];
    });
  });
}

function composedLayerNorm(dy: Tensor, x: Tensor, weight: Tensor, epsilon: number): Tensor[] {
  const centred = x.sub(x.mean(-1, true));
  const r = centred.mul(centred).mean(-1, true).add(epsilon).sqrt().reciprocal();
  const unit = centred.mul(r);
  const scaled = dy.mul(weight);
  const along = scaled.mul(unit).mean(-1, true);
  const dx = scaled.sub(scaled.mean(-1, true)).sub(unit.mul(along)).mul(r);
  return [dx, sumTo(dy.mul(unit), weight.shape), sumTo(dy, weight.shape)];
}
