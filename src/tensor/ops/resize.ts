/**
 * Resizing of one or two axes.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/upsample.ts";
import { WickError } from "../../error.ts";
import { lead, result, run } from "../dispatch.ts";
import { isHalf } from "../dtype.ts";
import { hostTensor } from "../host.ts";
import type { Tensor } from "../tensor.ts";
import { throughF32 } from "./cast.ts";
import { tidy } from "./tidy.ts";
import { linearOp, needRank, overOneAxis, type Pair, pair } from "./window.ts";

/** What an axis is resized to: `size` or `scaleFactor`, for one axis numbers. */
export interface UpsampleOptions<Extent = Pair> {
  /** The new extent. */
  size?: Extent;
  /** The new extent over the old one; what is left is dropped. */
  scaleFactor?: Extent;
}

/** Options of {@linkcode Tensor.upsampleBilinear2d}. */
export interface UpsampleBilinearOptions extends UpsampleOptions {
  /** Whether corners stay corners, instead of areas areas [false]. */
  alignCorners?: boolean;
}

/** New extents, and what a new pixel's place is multiplied with to be an old one's. */
interface Target {
  readonly size: readonly number[];
  readonly scales: readonly number[];
}

/** See {@linkcode Tensor.upsampleNearest2d}. */
export function upsampleNearest2d(x: Tensor, options: UpsampleOptions): Tensor {
  return nearest("upsampleNearest2d", x, options);
}

/** See {@linkcode Tensor.upsampleNearest1d}. */
export function upsampleNearest1d(x: Tensor, { size, scaleFactor }: UpsampleOptions<number>): Tensor {
  const op = "upsampleNearest1d";
  if (isHalf(x.dtype)) return throughF32(x, (x) => upsampleNearest1d(x, { size, scaleFactor }));
  needRank(op, x, 3, "B,C,L");
  const wide: UpsampleOptions = {
    ...size === undefined ? {} : { size: [1, size] },
    ...scaleFactor === undefined ? {} : { scaleFactor: [1, scaleFactor] },
  };
  return overOneAxis(x, (x) => nearest(op, x, wide));
}

/** See {@linkcode Tensor.upsampleBilinear2d}. */
export function upsampleBilinear2d(x: Tensor, options: UpsampleBilinearOptions): Tensor {
  const op = "upsampleBilinear2d";
  if (isHalf(x.dtype)) return throughF32(x, (x) => upsampleBilinear2d(x, options));
  const { alignCorners = false } = options;
  const { size, scales } = target(op, x, options);
  const aligned = x.shape.slice(2).map((n, i) => size[i] > 1 ? (n - 1) / (size[i] - 1) : 0);
  if (x.dtype === "f64") {
    return resized(
      x,
      size,
      (i, axis) => alignCorners ? i * aligned[axis] : Math.max((i + 0.5) * scales[axis] - 0.5, 0),
    );
  }
  const params = [...alignCorners ? aligned : scales, alignCorners ? 1 : 0];
  return resize(op, x, size, params, rows.upsample_bilinear2d_f32, rows.upsample_bilinear2d_backward_f32);
}

function nearest(op: string, x: Tensor, options: UpsampleOptions): Tensor {
  if (isHalf(x.dtype)) return throughF32(x, (x) => nearest(op, x, options));
  const { size, scales } = target(op, x, options);
  if (x.dtype === "f64") { // the pixels that f32 takes
    return resized(x, size, (i, axis) => Math.floor(Math.fround(i * Math.fround(scales[axis]))));
  }
  return resize(op, x, size, scales, rows.upsample_nearest2d_f32, rows.upsample_nearest2d_backward_f32);
}

function target(op: string, x: Tensor, { size, scaleFactor }: UpsampleOptions): Target {
  needRank(op, x, 4, "B,C,H,W");
  const extents = x.shape.slice(2);
  const factors = typeof scaleFactor === "number" ? [scaleFactor, scaleFactor] : scaleFactor;
  const wanted = size ?? factors?.map((f, i) => Math.floor(extents[i] * f));
  if (wanted === undefined || (size !== undefined && factors) || extents.includes(0)) {
    throw new WickError("INVALID_ARGUMENT", `Cannot ${op} ${x}: it takes pixels, and size or scaleFactor`);
  }
  const to = pair(op, "size", wanted as Pair, 1);
  return { size: to, scales: extents.map((n, i) => factors ? 1 / factors[i] : n / to[i]) };
}

/** In f64, of ops: one axis after the other, each new pixel between the two about its position on the old axis. */
function resized(
  x: Tensor,
  size: readonly number[],
  position: (i: number, axis: number) => number,
): Tensor {
  return tidy([x], (x) =>
    size.reduce((y, length, axis) => {
      const last = x.shape[2 + axis] - 1;
      const places = Array.from({ length }, (_, i) => Math.min(position(i, axis), last));
      const taken = (places: readonly number[]) =>
        y.indexSelect(2 + axis, hostTensor(x.device, "i32", [length], places, y.scope));
      const before = taken(places.map(Math.floor));
      if (places.every(Number.isInteger)) return before;
      const behind = taken(places.map((p) => Math.min(Math.floor(p) + 1, last)));
      const shape = axis === 0 ? [length, 1] : [length];
      const share = hostTensor(x.device, "f64", shape, places.map((p) => p - Math.floor(p)), y.scope);
      return before.mul(share.affine(-1, 1)).add(behind.mul(share));
    }, x));
}

function resize(
  op: string,
  x: Tensor,
  size: readonly number[],
  tail: readonly number[],
  forth: Kernel,
  back: Kernel,
): Tensor {
  const [B, C, H, W] = x.shape;
  const by = (row: Kernel, extents: readonly number[]) => (from: Tensor) => {
    using dense = from.contiguous();
    const to = result(op, [dense], "f32", [B, C, ...extents], from.rows);
    run(row, [dense, to], [C, H, W, ...size, ...tail], [lead(dense)]);
    return to;
  };
  return linearOp(op, x, by(forth, size), by(back, [H, W]));
}
