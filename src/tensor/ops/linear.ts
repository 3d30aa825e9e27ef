/**
 * Products with weights, quantized or not.
 *
 * @module
 */
import type { Kernel, Sizes } from "../../device/kernel.ts";
import { kernels } from "../../device/kernels/mod.ts";
import { quantize_q8 } from "../../device/kernels/quantize.ts";
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { noGrad, refuseGradient, track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { lead, result, rowCount, run } from "../dispatch.ts";
import { isPlain, Q8_BLOCK } from "../dtype.ts";
import { show, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { castLike } from "./cast.ts";
import { matmul } from "./matmul.ts";

export { takeRows } from "./index_select.ts";

/** x [.., K] f32 as 8-bit blocks of 32 with their scales and sums; K is a multiple of 32. */
export function quantizeQ8(x: Tensor): Tensor {
  return asOp("quantizeQ8", () => {
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
  });
}

/**
 * x [.., K] times weight [N, K] transposed, plus bias [N]: [.., N] f32, as PyTorch's `linear`. x is f32, or q8
 * where the weight is quantized; the weight is f32, f64, f16, bf16 or a block format. Quantized weights are constants:
 * gradients go on to x alone.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return asOp("linear", () => {
    const [N, K] = weight.shape;
    if (x.rank < 1 || weight.rank !== 2 || x.shape.at(-1) !== K || (bias && show(bias.shape) !== show([N]))) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot apply weights ${show(weight.shape)}${bias ? ` and bias ${show(bias.shape)}` : ""} to ` +
          `${show(x.shape)}: the last sizes must match, got ${K} and ${x.shape.at(-1)}`,
      );
    }
    if (x.rank !== 2) {
      const rows = sizeOf(x.shape.slice(0, -1));
      using flat = x.reshape(rows, K);
      using y = linear(flat, weight, bias);
      return y.reshape(...x.shape.slice(0, -1), N);
    }
    const y = isPlain(weight.dtype)
      ? timesPlain(x, weight)
      : timesBlocks(`matmul_${weight.dtype}_${x.dtype}`, x, weight, 0);
    return bias ? addBias(y, bias) : y;
  });
}

/** x [T, K] times plain weights [N, K] transposed. */
function timesPlain(x: Tensor, weight: Tensor): Tensor {
  const y = noGrad(() => {
    using transposed = weight.t();
    return matmul(x, transposed);
  });
  return track("linear", y, [x, weight], [x, weight], (dy, [x, weight], needs) => [
    needs[0] ? castLike(matmul(dy, weight), x) : undefined,
    needs[1] ? castLike(matmul(dy.t(), x), weight) : undefined, // [N, K] as the weight lies: optimizers need no copy
  ]);
}

/** y [T, N] + bias [N]. */
function addBias(y: Tensor, bias: Tensor): Tensor {
  const z = noGrad(() => y.add(bias));
  const [T] = y.shape;
  const [own, other] = [{ dtype: y.dtype }, { dtype: bias.dtype }];
  track("linear", z, [y, bias], [], (dy, _, needs) => [
    needs[0] ? castLike(dy, own) : undefined,
    // a product with ones reads dy once, in rows
    needs[1] ? castLike(matmul(constant(dy.device, 1).expand(1, T), dy).squeeze(0), other) : undefined,
  ]);
  y.dispose();
  return z;
}

/** x times packed weights, transposed or not: each is the gradient of the other. */
function timesBlocks(name: string, x: Tensor, weight: Tensor, columns: 0 | 1): Tensor {
  const kernel = rowFor(name, x, weight);
  using dense = x.dtype === "f32" ? x.contiguous() : x.alias(x.shape, x);
  const y = result("linear", [dense, weight], "f32", [x.shape[0], weight.shape[columns]], x.rows);
  const sizes = { N: weight.shape[0], K: weight.shape[1], ...x.device.traits };
  run(kernel, [weight, dense, y], paramsOf(kernel, sizes), [lead(dense)]);
  const forth = `matmul_${weight.dtype}_f32`;
  return track("linear", y, [x], [weight], (dy, [weight]) => [
    columns === 0 ? timesBlocks(`${forth}_backward`, dy, weight, 1) : timesBlocks(forth, dy, weight, 0),
  ]);
}

function rowFor(name: string, x: Tensor, weight: Tensor): Kernel {
  const kernel = kernels.get(name);
  if (kernel) return kernel;
  throw new WickError("DTYPE_MISMATCH", `Cannot combine ${x} with ${weight}: there is no kernel ${name}`);
}

function paramsOf(kernel: Kernel, sizes: Sizes): number[] {
  return Object.keys(kernel.params).map((name) => sizes[name]);
}
