/**
 * Normalisations over the last dimension.
 *
 * @module
 */
import { rms_norm_f32 } from "../../device/kernels/norm.ts";
import { WickError } from "../../error.ts";
import { track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { sumTo } from "./elementwise.ts";
import type { Tensor } from "../tensor.ts";

/** x / sqrt(mean(x^2) + epsilon) * weight, for x [.., C] and weight [C] (Zhang and Sennrich 2019). */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const columns = x.shape.at(-1);
  if (x.dtype !== "f32" || weight.dtype !== "f32" || weight.rank !== 1 || weight.shape[0] !== columns) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot rmsNorm ${x} with ${weight}: the weight must be f32[${columns}]`,
    );
  }
  using dense = x.contiguous();
  const y = result("rmsNorm", [dense, weight], "f32", x.shape, x.rows);
  run(rms_norm_f32, [dense, weight, y], [columns!, epsilon], [rowCount(dense)]);
  return track("rmsNorm", y, [x, weight], [x, weight], (dy, [x, weight]) => {
    // y = x r w with r = (mean(x^2) + epsilon)^(-1/2)
    const r = x.mul(x).mean(-1, true).add(epsilon).sqrt().reciprocal();
    const scaled = dy.mul(weight);
    const along = scaled.mul(x).mean(-1, true).mul(r).mul(r).mul(r);
    return [scaled.mul(r).sub(x.mul(along)), sumTo(dy.mul(x).mul(r), weight.shape)];
  });
}
