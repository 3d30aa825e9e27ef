/**
 * Pooling over one or two axes.
 *
 * @module
 */
import * as rows from "../../device/kernels/pool.ts";
import type { Kernel } from "../../device/kernel.ts";
import { WickError } from "../../error.ts";
import { noGrad, track } from "../autograd.ts";
import { lead, result, run } from "../dispatch.ts";
import { isHalf } from "../dtype.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { throughF32 } from "./cast.ts";
import { spread } from "./pick.ts";
import { linearOp, needRank, overOneAxis, type Pair, pair, windows } from "./window.ts";
import { averageOf, largestOf, type Windows } from "./windowed.ts";

/** What both kinds of pooling take. */
export interface PoolOptions<Extent = Pair> {
  /** Pixels from one window to the next [the window's extent]. */
  stride?: Extent;
  /** Pixels outside that windows may reach into on each side, at most half of one [0]. */
  padding?: Extent;
  /** Whether a last window may hang over the end, where it begins inside [false]. */
  ceilMode?: boolean;
}

/** Options of {@linkcode Tensor.maxPool2d}; for one axis {@linkcode Tensor.maxPool1d} takes numbers. */
export interface MaxPoolOptions<Extent = Pair> extends PoolOptions<Extent> {
  /** Pixels from one of a window to its next [1]. */
  dilation?: Extent;
}

/** Options of {@linkcode Tensor.avgPool2d}; for one axis {@linkcode Tensor.avgPool1d} takes numbers. */
export interface AvgPoolOptions<Extent = Pair> extends PoolOptions<Extent> {
  /** Whether zeros of the padding count as pixels [true]. */
  countIncludePad?: boolean;
  /** What sums are divided by [the window's pixels]. */
  divisorOverride?: number;
}

/** The extents of a pooling of x [B, C, H, W] to y [B, C, Ho, Wo]. */
interface Geometry {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly windows: Windows;
  /** C, H, W, Ho, Wo, kernel, stride and padding (two each): the first words of each row. */
  readonly params: readonly number[];
}

/** See {@linkcode Tensor.maxPool2d}. */
export function maxPool2d(x: Tensor, kernel: Pair, options: MaxPoolOptions): Tensor {
  return largest("maxPool2d", x, kernel, options);
}

/** See {@linkcode Tensor.maxPool1d}. */
export function maxPool1d(x: Tensor, kernel: number, options: MaxPoolOptions<number>): Tensor {
  if (isHalf(x.dtype)) return throughF32(x, (x) => maxPool1d(x, kernel, options));
  needRank("maxPool1d", x, 3, "B,C,L");
  const wide = { ...oneAxis(kernel, options), dilation: [1, options.dilation ?? 1] } as const;
  return overOneAxis(x, (x) => largest("maxPool1d", x, [1, kernel], wide));
}

/** See {@linkcode Tensor.avgPool2d}. */
export function avgPool2d(x: Tensor, kernel: Pair, options: AvgPoolOptions): Tensor {
  return average("avgPool2d", x, kernel, options);
}

/** See {@linkcode Tensor.avgPool1d}. */
export function avgPool1d(x: Tensor, kernel: number, options: AvgPoolOptions<number>): Tensor {
  if (isHalf(x.dtype)) return throughF32(x, (x) => avgPool1d(x, kernel, options));
  needRank("avgPool1d", x, 3, "B,C,L");
  const wide = { ...options, ...oneAxis(kernel, options) };
  return overOneAxis(x, (x) => average("avgPool1d", x, [1, kernel], wide));
}

/** See {@linkcode Tensor.adaptiveAvgPool2d}. */
export function adaptiveAvgPool2d(x: Tensor, size: Pair): Tensor {
  if (isHalf(x.dtype)) return throughF32(x, (x) => adaptiveAvgPool2d(x, size));
  needRank("adaptiveAvgPool2d", x, 4, "B,C,H,W");
  const wanted = pair("adaptiveAvgPool2d", "size", size, 1);
  const extents = x.shape.slice(2);
  if (extents.some((n, i) => n < 1 || n % wanted[i] !== 0)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot adaptiveAvgPool2d ${show(x.shape)} to ${show(wanted)}: the extents must be multiples of these`,
    );
  }
  return average("adaptiveAvgPool2d", x, [extents[0] / wanted[0], extents[1] / wanted[1]], {});
}

function oneAxis(kernel: number, { stride = kernel, padding = 0, ceilMode }: PoolOptions<number>) {
  return { stride: [1, stride], padding: [0, padding], ceilMode } as const;
}

function largest(op: string, x: Tensor, kernel: Pair, options: MaxPoolOptions): Tensor {
  if (isHalf(x.dtype)) return throughF32(x, (x) => largest(op, x, kernel, options));
  const dilation = pair(op, "dilation", options.dilation ?? 1, 1);
  const { params, y: shape, windows } = geometry(op, x, kernel, dilation, options);
  const [B, C, H, W] = x.shape;
  const N = shape[2] * shape[3];
  const wide = x.dtype === "f64";
  const [y, indices] = wide ? largestOf(x, windows) : noGrad(() => {
    using dense = x.contiguous();
    const y = result(op, [dense], "f32", shape, x.rows);
    const indices = result(op, [dense], "i32", [B, C, N], x.rows);
    run(rows.max_pool2d_f32, [dense, y, indices], [...params, ...dilation], [lead(dense)]);
    return [y, indices];
  });
  track(op, y, [x], [indices], (dy, [indices]) => {
    const back = wide ? spread : unpooled;
    return [back(dy.reshape(B, C, N), indices, H * W).reshape(B, C, H, W)];
  });
  indices.dispose();
  return y;
}

/** Zeros [B, C, M], with each y [B, C, N] added at its index; an index outside adds nothing. */
function unpooled(y: Tensor, indices: Tensor, M: number): Tensor {
  const x = moved(rows.max_pool2d_backward_f32, y, indices, M, y.shape.with(2, M));
  return track("unpool", x, [y], [indices], (dx, [indices]) => [pooled(dx, indices)]);
}

/** x [B, C, M] at indices [B, C, N]; 0 for one outside. */
function pooled(x: Tensor, indices: Tensor): Tensor {
  const M = x.shape[2];
  const y = moved(rows.max_pool2d_gather_f32, x, indices, M, indices.shape);
  return track("pool", y, [x], [indices], (dy, [indices]) => [unpooled(dy, indices, M)]);
}

function moved(row: Kernel, from: Tensor, indices: Tensor, M: number, shape: readonly number[]): Tensor {
  return noGrad(() => {
    using dense = from.contiguous();
    const to = result(row.name, [dense, indices], "f32", shape, from.rows);
    run(row, [dense, indices, to], [indices.shape[2], M, shape[1]], [lead(dense)]);
    return to;
  });
}

function average(op: string, x: Tensor, kernel: Pair, options: AvgPoolOptions): Tensor {
  if (isHalf(x.dtype)) return throughF32(x, (x) => average(op, x, kernel, options));
  const { countIncludePad = true, divisorOverride: divisor = 0 } = options;
  if (!Number.isInteger(divisor)) {
    throw new WickError("INVALID_ARGUMENT", `Cannot ${op}: divisorOverride must be whole, got ${divisor}`, {
      param: "divisorOverride",
    });
  }
  const g = geometry(op, x, kernel, [1, 1], options);
  if (x.dtype === "f64") return averageOf(x, g.windows, divisor, countIncludePad);
  const params = [...g.params, countIncludePad ? 1 : 0, divisor];
  const by = (row: Kernel, shape: readonly number[]) => (from: Tensor) => {
    using dense = from.contiguous();
    const to = result(op, [dense], "f32", shape, from.rows);
    run(row, [dense, to], params, [lead(dense)]);
    return to;
  };
  return linearOp(op, x, by(rows.avg_pool2d_f32, g.y), by(rows.avg_pool2d_backward_f32, g.x));
}

function geometry(
  op: string,
  x: Tensor,
  kernel: Pair,
  dilation: readonly number[],
  options: PoolOptions,
): Geometry {
  needRank(op, x, 4, "B,C,H,W");
  const extents = pair(op, "kernel", kernel, 1);
  const stride = pair(op, "stride", options.stride ?? kernel, 1);
  const padding = pair(op, "padding", options.padding ?? 0, 0);
  const reach = extents.map((k, i) => dilation[i] * (k - 1) + 1);
  if (padding.some((p, i) => 2 * p > reach[i])) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot ${op}: padding must be at most half of the window ${show(reach)}, got ${show(padding)}`,
      { param: "padding" },
    );
  }
  const count = (n: number, i: number) => {
    const hang = options.ceilMode ? stride[i] - 1 : 0;
    const found = windows(op, x, n + 2 * padding[i] + hang, reach[i], stride[i]);
    // the last window begins inside, or in the padding before
    return options.ceilMode && (found - 1) * stride[i] >= n + padding[i] ? found - 1 : found;
  };
  const [B, C, ...from] = x.shape;
  const to = from.map(count);
  return {
    x: x.shape,
    y: [B, C, ...to],
    windows: { x: from, y: to, kernel: extents, stride, padding, dilation },
    params: [C, ...from, ...to, ...extents, ...stride, ...padding],
  };
}
