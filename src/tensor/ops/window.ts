/**
 * What convolution, pooling and resizing share: extents of one or two axes, and linear ops with their adjoints.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { noGrad, track } from "../autograd.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [number, number];

/** Two whole numbers, each at least `least`. */
export function pair(op: string, name: string, value: Pair, least: number): readonly [number, number] {
  const two = typeof value === "number" ? [value, value] as const : value;
  if (two.length === 2 && two.every((n) => Number.isInteger(n) && n >= least)) return two;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot ${op}: ${name} must be whole and at least ${least}, got ${value}`,
    { param: name },
  );
}

/** Throws where x is not f32 or f64 of a rank. */
export function needRank(op: string, x: Tensor, rank: number, dims: string): void {
  const float = x.dtype === "f32" || x.dtype === "f64";
  if (float && x.rank === rank) return;
  const code = float ? "SHAPE_MISMATCH" : "DTYPE_MISMATCH";
  throw new WickError(code, `Cannot ${op} ${x}: expected f32 or f64 [${dims}]`);
}

/** How many windows of `reach` pixels, a stride apart, fit into an extent with its padding. */
export function windows(op: string, x: Tensor, padded: number, reach: number, stride: number): number {
  if (padded >= reach) return Math.floor((padded - reach) / stride) + 1;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot ${op} ${show(x.shape)}: a window reaches over ${reach}, more than the padded extent ${padded}`,
  );
}

/** A linear op: the gradient of one direction is the other. Neither may hold a tensor. */
export function linearOp(
  name: string,
  x: Tensor,
  forth: (x: Tensor) => Tensor,
  back: (y: Tensor) => Tensor,
): Tensor {
  return track(name, noGrad(() => forth(x)), [x], [], (dy) => [linearOp(name, dy, back, forth)]);
}

/** Calls `op` with x [B, C, L] as [B, C, 1, L], and takes the axis out again. */
export function overOneAxis(x: Tensor, op: (wide: Tensor) => Tensor): Tensor {
  using wide = x.unsqueeze(2);
  using y = op(wide);
  return y.squeeze(2);
}
