/**
 * Running sums and products along a dimension.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/scan.ts";
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { result, run } from "../dispatch.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { fixedDimension } from "./along.ts";
import { where } from "./compare.ts";
import { identityMask, upperMask } from "./mask.ts";

const scans = {
  cumsum: { f32: rows.cumsum_f32, i32: rows.cumsum_i32 },
  cumprod: { f32: rows.cumprod_f32, i32: rows.cumprod_i32 },
};

/** y[n] = the sum of x up to n along `dim`, or with `reverse` from n on. */
export function cumsum(x: Tensor, dim: number, reverse = false): Tensor {
  const d = fixedDimension("cumsum", x, dim);
  const y = scan("cumsum", x, d, reverse);
  return track("cumsum", y, [x], [], (dy) => [cumsum(dy, d, !reverse)]);
}

/** y[n] = the product of x up to n along `dim`. Its gradient is right where factors are 0. */
export function cumprod(x: Tensor, dim: number): Tensor {
  const d = fixedDimension("cumprod", x, dim);
  const y = scan("cumprod", x, d, false);
  return track(
    "cumprod",
    y,
    [x],
    [x],
    (dy, [x]) => [gradientsEnabled() ? composedCumprod(dy, x, d) : cumprodGradient(dy, x, d)],
  );
}

function scan(op: keyof typeof scans, x: Tensor, d: number, reverse: boolean): Tensor {
  const row = (scans[op] as Partial<Record<string, Kernel>>)[x.dtype];
  if (!row) throw new WickError("DTYPE_MISMATCH", `Cannot ${op} ${x}: it takes f32 or i32`);
  return alongMiddle(op, row, [x], d, [Number(reverse)]);
}

function cumprodGradient(dy: Tensor, x: Tensor, d: number): Tensor {
  return alongMiddle("cumprod's gradient", rows.cumprod_backward_f32, [x, dy], d, []);
}

/** Runs a row over operands of one shape as [O, N, I] with N the extent of dimension `d`. */
function alongMiddle(
  name: string,
  row: Kernel,
  operands: readonly Tensor[],
  d: number,
  tail: readonly number[],
): Tensor {
  const [x] = operands;
  const dense = noGrad(() => operands.map((t) => t.contiguous()));
  const y = result(name, dense, x.dtype, x.shape, x.rows);
  const O = x.rows ? x.rows.times(sizeOf(x.shape.slice(1, d))) : sizeOf(x.shape.slice(0, d));
  run(row, [...dense, y], [x.shape[d], sizeOf(x.shape.slice(d + 1)), ...tail], [O]);
  for (const t of dense) t.dispose();
  return y;
}

/**
 * dx[k] = sum over i >= k of dy[i] times the product up to i with 1 for x[k]: of ops, for gradients of gradients.
 * Takes N^2 elements.
 */
function composedCumprod(dy: Tensor, x: Tensor, d: number): Tensor {
  using own = identityMask(x.device, x.shape[d]);
  using after = upperMask(x.device, x.shape[d]);
  const products = cumprod(where(own, 1, x.transpose(d, -1).unsqueeze(-2)), -1);
  const terms = where(after, products.mul(dy.transpose(d, -1).unsqueeze(-2)), 0);
  return terms.sum(-1).transpose(d, -1);
}
