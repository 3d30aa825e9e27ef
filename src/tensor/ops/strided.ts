/**
 * Views that take elements at even distances, and their inverse, which puts elements there: diagonals, windows,
 * reversals, and what they share with narrow.
 *
 * @module
 */
import { track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { result } from "../dispatch.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { copyInto, needFixedLead } from "./view.ts";

/**
 * Places in a tensor: element j of `shape` lies at the coordinates `start` plus, for each d, j[d] times
 * `steps[d]`. All lie within the tensor, none twice.
 */
export interface Places {
  /** The shape of what lies there. */
  readonly shape: readonly number[];
  /** For each dimension of the tensor, where the first element lies. */
  readonly start: readonly number[];
  /** For each dimension of `shape`, how far a step goes along each dimension of the tensor. */
  readonly steps: readonly (readonly number[])[];
}

/** The places of a part of a tensor: `length` entries of dimension `dim` from `start` on, by `step`. */
export function placesAlong(
  shape: readonly number[],
  dim: number,
  start: number,
  length: number,
  step = 1,
): Places {
  return {
    shape: shape.with(dim, length),
    start: shape.map((_, d) => d === dim ? start : 0),
    steps: shape.map((_, d) => unit(shape.length, d, d === dim ? step : 1)),
  };
}

/** `size` along dimension `dim`, nothing along others. */
export function unit(rank: number, dim: number, size = 1): number[] {
  return new Array(rank).fill(0).with(dim, size);
}

/** A view of the elements of x at `places`. */
export function take(op: string, x: Tensor, places: Places): Tensor {
  const y = placed(op, x, places, x);
  return track(op, y, [x], [], (dy) => [{ dy, places }]);
}

/** Zeros of `shape`, but for x at `places`. */
export function put(op: string, x: Tensor, places: Places, shape: readonly number[]): Tensor {
  const y = result(op, [x], x.dtype, shape, x.rows);
  using everywhere = constant(x.device, 0, x.dtype).expand(...shape);
  copyInto(everywhere, y);
  using target = placed(op, y, places, x);
  copyInto(x, target);
  return track(op, y, [x], [], (dy) => [take(`${op}'s gradient`, dy, places)]);
}

/** The places of a tensor as a view of it, which records no gradient; `part` is what lies there. */
export function placed(op: string, whole: Tensor, { shape, start, steps }: Places, part: Tensor): Tensor {
  if (!keepsLead(whole.shape, { shape, start, steps })) needFixedLead(op, part);
  const distance = (step: readonly number[]) => step.reduce((sum, n, d) => sum + n * whole.strides[d], 0);
  return whole.alias(shape, {
    offset: whole.offset + (sizeOf(shape) === 0 ? 0 : distance(start)),
    strides: steps.map(distance),
  });
}

/** Whether dimension 0 of both is the same, whole. */
function keepsLead(whole: readonly number[], { shape, start, steps }: Places): boolean {
  return shape[0] === whole[0] && start[0] === 0 &&
    steps.every((step, d) => step.every((n, e) => d !== 0 && e !== 0 || n === (d === e ? 1 : 0)));
}
