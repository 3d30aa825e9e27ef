/**
 * Matrix products.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/matmul_f32.ts";
import { matmul_f64, matmul_i32, matmul_i64 } from "../../device/kernels/matmul_wide.ts";
import { WickError } from "../../error.ts";
import { track } from "../autograd.ts";
import { lead, result, run } from "../dispatch.ts";
import { isFloat, isWhole, type PlainDtype } from "../dtype.ts";
import { promote } from "../promote.ts";
import { broadcastShapes, broadcastStrides, show, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast, castLike } from "./cast.ts";
import { sumTo } from "./elementwise.ts";
import { tidy } from "./tidy.ts";
import { contiguous } from "./view.ts";

const byWeight: Partial<Record<string, Kernel>> = {
  f32: rows.matmul_f32,
  f16: rows.matmul_f32_f16,
  bf16: rows.matmul_f32_bf16,
};

/** Of two of one dtype. */
const byBoth: Partial<Record<string, Kernel>> = {
  f64: matmul_f64,
  i64: matmul_i64,
  i32: matmul_i32,
  u32: matmul_i32,
};

/**
 * a [.., M, K] times b [.., K, N]: [.., M, N], of what both promote to: floats computed in f32 or f64, integers exact
 * but for what their dtype does not hold, which wraps around. Leading dimensions broadcast. A vector stands for [1, K] on the left and for [K, 1] on the right, and the result lacks that dimension.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const kernel = a.dtype === "f32" ? byWeight[b.dtype] : a.dtype === b.dtype ? byBoth[a.dtype] : undefined;
  return kernel ? product(kernel, a, b) : promoted(a, b);
}

/**
 * f16 and bf16 on the left as f32, on the right as they are; anything beside f64 as f64; i16 and u8 as i32, whose low
 * bits are theirs.
 */
function promoted(a: Tensor, b: Tensor): Tensor {
  const both = [a.dtype, b.dtype];
  if (both.includes("bool") || !(both.every(isFloat) || both.every(isWhole))) {
    throw new WickError(
      "DTYPE_MISMATCH",
      `Cannot matmul ${a} x ${b}: it takes two of f32, f64, f16 and bf16, or two of integers; convert with to()`,
    );
  }
  const dtype = promote(a.dtype, b.dtype, "matmul");
  const within = byBoth[dtype] ? dtype : isFloat(dtype) ? "f32" : "i32";
  using x = cast(a, within);
  using w = within === "f32" && byWeight[b.dtype] ? cast(b, b.dtype as PlainDtype) : cast(b, within);
  using y = matmul(x, w);
  return cast(y, dtype);
}

function product(kernel: Kernel, a: Tensor, b: Tensor): Tensor {
  const [own, other] = [a.shape.at(-1), b.rank === 1 ? b.shape[0] : b.shape.at(-2)];
  if (own === undefined || own !== other) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot matmul ${show(a.shape)} x ${show(b.shape)}: inner sizes must match, got ${own ?? "none"} and ` +
        `${other ?? "none"}`,
    );
  }
  if (a.rows && a.rank !== 2) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot matmul ${a}: a batch that changes between replays is not supported`,
    );
  }
  if (a.rank === 1) return tidy([a, b], (a, b) => matmul(a.unsqueeze(0), b).squeeze(b.rank === 1 ? 0 : -2));
  if (b.rank === 1) return tidy([a, b], (a, b) => matmul(a, b.unsqueeze(1)).squeeze(-1));
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (batch.length > 2) return manyBatches(a, b, batch);
  const [b0, b1] = [...new Array(2 - batch.length).fill(1), ...batch];
  const [n, k] = [b.shape.at(-1)!, a.shape.at(-1)!];
  const y = result("matmul", [a, b], a.dtype, [...batch, a.shape.at(-2)!, n], a.rows);
  const params = [b0, b1, n, k, ...fourStrides(a, batch), ...fourStrides(b, batch)];
  run(kernel, [a, b, y], params, [a.rank === 2 ? lead(a) : a.shape.at(-2)!]);
  return track("matmul", y, [a, b], [a, b], (dy, [a, b], needs) => [
    needs[0] ? sumTo(matmul(dy, b.t()), a.shape) : undefined,
    needs[1] ? castLike(sumTo(matmul(a.t(), dy), b.shape), b) : undefined,
  ]);
}

/** Strides over two batch dimensions, rows and columns. */
function fourStrides(x: Tensor, batch: readonly number[]): number[] {
  const outer = broadcastStrides(x.shape.slice(0, -2), x.strides.slice(0, -2), batch);
  return [...new Array(2 - batch.length).fill(0), ...outer, x.strides.at(-2)!, x.strides.at(-1)!];
}

/** More than two batch dimensions become one. */
function manyBatches(a: Tensor, b: Tensor, batch: readonly number[]): Tensor {
  const flat = (x: Tensor): Tensor => {
    using wide = x.expand(...batch, ...x.shape.slice(-2));
    using dense = contiguous(wide);
    return dense.reshape(sizeOf(batch), ...x.shape.slice(-2));
  };
  using left = flat(a);
  using right = flat(b);
  using y = matmul(left, right);
  return y.reshape(...batch, ...y.shape.slice(-2));
}
