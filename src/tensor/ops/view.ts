/**
 * Views, and the copies that make a view contiguous.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as copies from "../../device/kernels/copy.ts";
import { WickError } from "../../error.ts";
import { track } from "../autograd.ts";
import { result, run } from "../dispatch.ts";
import { itemBytes } from "../dtype.ts";
import {
  broadcastStrides,
  checkShape,
  collapse,
  contiguousStrides,
  dimension,
  show,
  sizeOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { sumTo } from "./elementwise.ts";
import { placesAlong } from "./strided.ts";

/** See {@linkcode Tensor.reshape}. */
export function reshape(x: Tensor, wanted: readonly number[]): Tensor {
  const shape = fillHole(x, wanted);
  if (x.rows && shape[0] !== x.shape[0]) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot reshape ${x} to ${show(shape)}: its leading dimension changes between replays and must stay`,
    );
  }
  using dense = x.contiguous();
  const y = dense.alias(shape, { offset: dense.offset, strides: contiguousStrides(shape) });
  return track("reshape", y, [x], [], (dy) => [reshape(dy, x.shape)]);
}

function fillHole(x: Tensor, wanted: readonly number[]): number[] {
  const hole = wanted.indexOf(-1);
  const known = wanted.reduce((a, b, i) => i === hole ? a : a * b, 1);
  const shape = [...wanted];
  if (hole >= 0) shape[hole] = x.size / known; // NaN where both are 0
  const legal = shape.every((n) => Number.isInteger(n) && n >= 0) && sizeOf(shape) === x.size;
  if (legal) return shape;
  throw new WickError(
    "SHAPE_MISMATCH",
    hole >= 0 && known === 0
      ? `Cannot reshape ${show(x.shape)} to ${show(wanted)}: beside an extent of 0, -1 could be anything`
      : `Cannot reshape ${show(x.shape)} to ${show(wanted)}: the new shape must hold ${x.size} elements`,
  );
}

/** See {@linkcode Tensor.permute}. */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const dims = order.map((d) => dimension("permute", d, x.rank));
  if (dims.length !== x.rank || new Set(dims).size !== x.rank) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot permute ${x} by ${show(order)}: each dimension must occur once`,
    );
  }
  if (dims.length > 0 && dims[0] !== 0) needFixedLead("permute", x);
  const y = x.alias(dims.map((d) => x.shape[d]), {
    offset: x.offset,
    strides: dims.map((d) => x.strides[d]),
  });
  return track("permute", y, [x], [], (dy) => [permute(dy, dims.map((_, d) => dims.indexOf(d)))]);
}

/** See {@linkcode Tensor.transpose}. */
export function transpose(x: Tensor, a: number, b: number): Tensor {
  const order = x.shape.map((_, i) => i);
  const i = dimension("transpose", a, x.rank);
  const j = dimension("transpose", b, x.rank);
  [order[i], order[j]] = [j, i];
  return permute(x, order);
}

/** See {@linkcode Tensor.narrow}. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const d = dimension("narrow", dim, x.rank);
  if (
    !(Number.isInteger(start) && Number.isInteger(length) && start >= 0 && length >= 0 &&
      start + length <= x.shape[d])
  ) {
    throw new WickError(
      "INDEX_OUT_OF_RANGE",
      `Cannot narrow dimension ${dim} of ${show(x.shape)} to ${length} from ${start}: it holds ${x.shape[d]}`,
    );
  }
  if (d === 0) needFixedLead("narrow", x);
  const y = x.alias(x.shape.with(d, length), { offset: x.offset + start * x.strides[d], strides: x.strides });
  const { shape } = x;
  const places = () => placesAlong(shape, d, start, length);
  return track("narrow", y, [x], [], (dy) => [{ dy, places: places() }]);
}

/** See {@linkcode Tensor.expand}. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  const shift = shape.length - x.rank;
  const fits = shift >= 0 && x.shape.every((n, i) => n === shape[i + shift] || n === 1);
  if (!fits) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot expand ${show(x.shape)} to ${show(shape)}: only dimensions of extent 1 can grow`,
    );
  }
  checkShape(`expand ${show(x.shape)} to`, shape);
  if (shape.length > x.rank || shape[0] !== x.shape[0]) needFixedLead("expand", x);
  const y = x.alias(shape, { offset: x.offset, strides: broadcastStrides(x.shape, x.strides, shape) });
  return track("expand", y, [x], [], (dy) => [sumTo(dy, x.shape)]);
}

/** See {@linkcode Tensor.unsqueeze}. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const d = dimension("unsqueeze", dim, x.rank + 1);
  if (d === 0) needFixedLead("unsqueeze", x);
  const y = x.alias(x.shape.toSpliced(d, 0, 1), { offset: x.offset, strides: x.strides.toSpliced(d, 0, 0) });
  return track("unsqueeze", y, [x], [], (dy) => [squeeze(dy, d)]);
}

/** See {@linkcode Tensor.squeeze}. */
export function squeeze(x: Tensor, dim: number): Tensor {
  const d = dimension("squeeze", dim, x.rank);
  if (x.shape[d] !== 1) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot squeeze dimension ${dim} of ${show(x.shape)}: it must be 1`,
    );
  }
  if (d === 0) needFixedLead("squeeze", x);
  const y = x.alias(x.shape.toSpliced(d, 1), { offset: x.offset, strides: x.strides.toSpliced(d, 1) });
  return track("squeeze", y, [x], [], (dy) => [unsqueeze(dy, d)]);
}

/** Throws where the leading dimension, which an op is about to move or cut, changes between replays. */
export function needFixedLead(op: string, x: Tensor): void {
  if (!x.rows) return;
  throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x}: its leading dimension changes between replays`);
}

const copyRows: Readonly<Record<number, Kernel>> = {
  1: copies.copy_b8,
  2: copies.copy_b16,
  4: copies.copy_b32,
  8: copies.copy_b64,
};

/** Another handle on the same values, which depends on the same. */
export function same(x: Tensor): Tensor {
  const y = x.alias(x.shape, x);
  if (x.variable) y.bind(x.variable);
  return y;
}

/** A contiguous copy. */
export function contiguous(x: Tensor): Tensor {
  const y = result("copy", [x], x.dtype, x.shape, x.rows);
  copyInto(x, y);
  return track("copy", y, [x], [], (dy) => [dy]);
}

/** Copies x into y, element by element; both have one shape and dtype. */
export function copyInto(x: Tensor, y: Tensor): void {
  const walk = collapse(x.shape, [x.strides, y.strides], x.rows !== undefined);
  if (walk) {
    const [d0, ...sizes] = walk.sizes;
    return run(copyRows[itemBytes(x.dtype)], [x, y], [...sizes, ...walk.strides[0], ...walk.strides[1]], [
      x.rows ?? d0,
    ]);
  }
  for (let i = 0; i < x.shape[0]; i++) { // five loops or more: one copy for each entry of the outermost
    using from = part(x, i);
    using to = part(y, i);
    copyInto(from, to);
  }
}

function part(x: Tensor, i: number): Tensor {
  return x.alias(x.shape.slice(1), { offset: x.offset + i * x.strides[0], strides: x.strides.slice(1) });
}
