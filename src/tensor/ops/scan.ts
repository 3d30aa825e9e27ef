/**
 * Running sums and products along a dimension.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/scan.ts";
import * as f64 from "../../device/kernels/scan_f64.ts";
import * as wide from "../../device/kernels/scan_wide.ts";
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { result, run } from "../dispatch.ts";
import { type Dtype, isHalf, type PlainDtype } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { along } from "./along.ts";
import { fixedDimension } from "./along_last.ts";
import { cast, throughF32 } from "./cast.ts";
import { where } from "./compare.ts";
import { diagonalMask } from "./diagonal_mask.ts";
import { type Indexed, indexed, indexedInF32 } from "./sort.ts";
import { summedAs, type SumOptions } from "./summed_as.ts";

const scans = {
  cumsum: {
    f32: rows.cumsum_f32,
    f64: f64.cumsum_f64,
    i32: rows.cumsum_i32,
    u32: rows.cumsum_i32,
    i64: wide.cumsum_i64,
  },
  cumprod: {
    f32: rows.cumprod_f32,
    f64: f64.cumprod_f64,
    i32: rows.cumprod_i32,
    u32: rows.cumprod_i32,
    i64: wide.cumprod_i64,
  },
};

/** y[n] = the sum of x up to n along `dim`, or with `reverse` from n on; of integers as {@linkcode summedAs} says. */
export function cumsum(x: Tensor, dim: number, options: SumOptions = {}, reverse = false): Tensor {
  const d = fixedDimension("cumsum", x, dim);
  const dtype = summedAs("cumsum", x, options);
  if (dtype !== x.dtype) return converted(x, dtype, (x, own) => cumsum(x, d, own, reverse));
  if (isHalf(x.dtype)) return throughF32(x, (x) => cumsum(x, d, {}, reverse));
  const y = scan("cumsum", x, d, reverse);
  return track("cumsum", y, [x], [], (dy) => [cumsum(dy, d, {}, !reverse)]);
}

/** A scan of x as another dtype. */
function converted(x: Tensor, dtype: Dtype, scan: (x: Tensor, options: SumOptions) => Tensor): Tensor {
  using own = cast(x, dtype as PlainDtype);
  return scan(own, { dtype: dtype as PlainDtype });
}

/** y[n] = the product of x up to n along `dim`, of integers as cumsum. Its gradient is right where factors are 0. */
export function cumprod(x: Tensor, dim: number, options: SumOptions = {}): Tensor {
  const d = fixedDimension("cumprod", x, dim);
  const dtype = summedAs("cumprod", x, options);
  if (dtype !== x.dtype) return converted(x, dtype, (x, own) => cumprod(x, d, own));
  if (isHalf(x.dtype)) return throughF32(x, (x) => cumprod(x, d));
  const y = scan("cumprod", x, d, false);
  return track(
    "cumprod",
    y,
    [x],
    [x],
    (dy, [x]) => [gradientsEnabled() ? composedCumprod(dy, x, d) : cumprodGradient(dy, x, d)],
  );
}

/** The same without a gradient. */
export function scan(op: keyof typeof scans, x: Tensor, d: number, reverse: boolean): Tensor {
  return alongMiddle(op, rowOf(op, scans[op], x), [x], d, [Number(reverse)])[0];
}

function rowOf(op: string, rows: Partial<Record<string, Kernel>>, x: Tensor): Kernel {
  const row = rows[x.dtype];
  if (row) return row;
  throw new WickError("DTYPE_MISMATCH", `Cannot ${op} ${x}: it takes ${Object.keys(rows).join(" ")}`);
}

function cumprodGradient(dy: Tensor, x: Tensor, d: number): Tensor {
  const row = x.dtype === "f64" ? f64.cumprod_backward_f64 : rows.cumprod_backward_f32;
  return alongMiddle("cumprod's gradient", row, [x, dy], d, [])[0];
}

const bests = {
  cummax: {
    f32: rows.cummax_f32,
    f64: f64.cummax_f64,
    i32: rows.cummax_i32,
    u32: rows.cummax_u32,
    i64: wide.cummax_i64,
  },
  cummin: {
    f32: rows.cummin_f32,
    f64: f64.cummin_f64,
    i32: rows.cummin_i32,
    u32: rows.cummin_u32,
    i64: wide.cummin_i64,
  },
};

/** The largest (or smallest) of x up to n along `dim`, of equals the last; NaN from the first on. */
export function running(op: keyof typeof bests, x: Tensor, dim: number): Indexed {
  const d = fixedDimension(op, x, dim);
  if (isHalf(x.dtype)) return indexedInF32(x, (x) => running(op, x, d));
  const row = rowOf(op, bests[op], x);
  const [values, indices] = alongMiddle(op, row, [x], d, [], [x.dtype, "i32"]);
  return indexed(op, values, indices, x, d);
}

/** Runs a row over operands of one shape as [O, N, I] with N the extent of dimension `d`. */
function alongMiddle(
  name: string,
  row: Kernel,
  operands: readonly Tensor[],
  d: number,
  tail: readonly number[],
  dtypes: readonly Dtype[] = [operands[0].dtype],
): Tensor[] {
  const [x] = operands;
  const dense = noGrad(() => operands.map((t) => t.contiguous()));
  const results = dtypes.map((dtype) => result(name, dense, dtype, x.shape, x.rows));
  const { O, N, I } = along(dense[0], d);
  run(row, [...dense, ...results], [N, I, ...tail], [O]);
  for (const t of dense) t.dispose();
  return results;
}

/**
 * dx[k] = sum over i >= k of dy[i] times the product up to i with 1 for x[k]: of ops, for gradients of gradients.
 * Takes N^2 elements.
 */
function composedCumprod(dy: Tensor, x: Tensor, d: number): Tensor {
  const N = x.shape[d];
  using own = diagonalMask("eq", x.device, N, N);
  using after = diagonalMask("ge", x.device, N, N);
  const products = cumprod(where(own, 1, x.transpose(d, -1).unsqueeze(-2)), -1);
  const terms = where(after, products.mul(dy.transpose(d, -1).unsqueeze(-2)), 0);
  return terms.sum(-1).transpose(d, -1);
}
