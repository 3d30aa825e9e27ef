/**
 * Windows over a dimension.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { track } from "../autograd.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { placesAlong, put, unit } from "./strided.ts";
import { needFixedLead } from "./view.ts";

/** See {@linkcode Tensor.unfold}. */
export function unfold(x: Tensor, dim: number, size: number, step: number): Tensor {
  const d = dimension("unfold", dim, x.rank);
  if (!(Number.isInteger(size) && Number.isInteger(step) && size >= 0 && size <= x.shape[d] && step > 0)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot unfold dimension ${dim} of ${show(x.shape)} into windows of ${size} by steps of ${step}: ` +
        `windows must hold 0..${x.shape[d]} entries, steps 1 or more`,
    );
  }
  if (d === 0) needFixedLead("unfold", x);
  const count = Math.floor((x.shape[d] - size) / step) + 1;
  const distance = x.strides[d];
  const y = x.alias([...x.shape.with(d, count), size], {
    offset: x.offset,
    strides: [...x.strides.with(d, distance * step), distance],
  });
  return track("unfold", y, [x], [], (dy) => [fold(dy, x.shape, d, size, step)]);
}

/** The sum of windows where they came from. Windows overlap, but not the entries of one stretch of `step`. */
function fold(dy: Tensor, shape: readonly number[], d: number, size: number, step: number): Tensor {
  const count = dy.shape[d];
  const rank = shape.length;
  const parts: Tensor[] = [];
  for (let from = 0; from === 0 || from < size; from += step) {
    const length = Math.min(step, size - from);
    const places = placesAlong(shape, d, from, count, step);
    parts.push(put(
      "unfold's gradient",
      dy.narrow(-1, from, length),
      { ...places, shape: [...places.shape, length], steps: [...places.steps, unit(rank, d)] },
      shape,
    ));
  }
  return parts.reduce((a, b) => a.add(b));
}
