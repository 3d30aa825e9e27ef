/**
 * Products with weights, quantized or not, and rows taken from them.
 *
 * @module
 */
import type { Kernel, Sizes } from "../../device/kernel.ts";
import { kernels } from "../../device/kernels/mod.ts";
import { quantize_q8 } from "../../device/kernels/quantize.ts";
import { take_rows_bf16, take_rows_f16, take_rows_f32 } from "../../device/kernels/rows.ts";
import { WickError } from "../../error.ts";
import { refuseGradient } from "../autograd.ts";
import { lead, result, rowCount, run } from "../dispatch.ts";
import { isPlain, Q8_BLOCK } from "../dtype.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { matmul } from "./matmul.ts";

/** x [.., K] f32 as 8-bit blocks of 32 with their scales and sums; K is a multiple of 32. */
export function quantizeQ8(x: Tensor): Tensor {
  const columns = x.shape.at(-1) ?? 0;
  if (x.dtype !== "f32" || columns % Q8_BLOCK.values !== 0) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot quantize ${x} to q8: it takes f32 with rows in multiples of ${Q8_BLOCK.values}, got ${columns}`,
    );
  }
  refuseGradient("quantize", [x], "rounding has none");
  using dense = x.contiguous();
  const y = result("quantizeQ8", [dense], "q8", x.shape, x.rows);
  run(quantize_q8, [dense, y], [columns], [rowCount(dense)]);
  return y;
}

/**
 * x [T, K] times weight [N, K] transposed: [T, N] f32. x is f32, or q8 where the weight is quantized; the
 * weight is f32, f16, bf16 or a block format.
 */
export function linear(x: Tensor, weight: Tensor): Tensor {
  if (x.rank !== 2 || weight.rank !== 2 || x.shape[1] !== weight.shape[1]) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot apply weights ${show(weight.shape)} to ${show(x.shape)}: the last sizes must match, got ` +
        `${weight.shape.at(-1)} and ${x.shape.at(-1)}`,
    );
  }
  if (isPlain(weight.dtype)) {
    using transposed = weight.t();
    return matmul(x, transposed);
  }
  refuseGradient("multiply by quantized weights", [x], "it has none yet");
  const kernel = rowFor(`matmul_${weight.dtype}_${x.dtype}`, x, weight);
  const y = result("linear", [x, weight], "f32", [x.shape[0], weight.shape[0]], x.rows);
  const sizes = { N: weight.shape[0], K: weight.shape[1], ...x.device.traits };
  run(kernel, [weight, x, y], paramsOf(kernel, sizes), [lead(x)]);
  return y;
}

const plainRows: Partial<Record<string, Kernel>> = {
  f32: take_rows_f32,
  f16: take_rows_f16,
  bf16: take_rows_bf16,
};

/**
 * Rows of x [V, C] (f32, f16, bf16 or a block format) by ids [T] (i32): [T, C] f32. An id outside 0 .. V - 1
 * gives a row of NaN: check ids that come from outside.
 */
export function takeRows(x: Tensor, ids: Tensor): Tensor {
  if (x.rank !== 2 || ids.rank !== 1 || ids.dtype !== "i32") {
    throw new WickError("SHAPE_MISMATCH", `Cannot take rows ${ids} of ${x}: it takes i32 [T] and a matrix`);
  }
  refuseGradient("take rows of", [x], "it has none yet");
  const kernel = plainRows[x.dtype] ?? rowFor(`embed_${x.dtype}`, x, ids);
  const y = result("takeRows", [x, ids], "f32", [ids.shape[0], x.shape[1]], ids.rows);
  const [V, C] = x.shape;
  run(kernel, [x, ids, y], paramsOf(kernel, { V, C, K: C }), [lead(ids)]);
  return y;
}

function rowFor(name: string, x: Tensor, weight: Tensor): Kernel {
  const kernel = kernels.get(name);
  if (kernel) return kernel;
  throw new WickError("DTYPE_MISMATCH", `Cannot combine ${x} with ${weight}: there is no kernel ${name}`);
}

function paramsOf(kernel: Kernel, sizes: Sizes): number[] {
  return Object.keys(kernel.params).map((name) => sizes[name]);
}
