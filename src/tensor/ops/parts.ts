/**
 * Gradients of parts of a tensor. The gradient of a view is 0 but where the view lies: a sum of many such, each as
 * large as the whole, would make the way back through T steps of a sequence cost T^2. So a view hands on its part
 * alone, and the parts of one tensor are put together at once.
 *
 * @module
 */
import { track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { result } from "../dispatch.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { placed, type Places, take } from "./strided.ts";
import { copyInto } from "./view.ts";

/** A gradient that is 0 elsewhere than at some places. */
export interface PartGradient {
  /** What it is there. */
  readonly dy: Tensor;
  /** Where. */
  readonly places: Places;
}

/** The sum of parts of a tensor of `shape`: each is read and written at most twice. */
export function assembled(parts: readonly PartGradient[], shape: readonly number[]): Tensor {
  const dys = parts.map(({ dy }) => dy);
  const y = result("slice's gradient", dys, dys[0].dtype, shape, dys[0].rows);
  const apart = areApart(parts, shape);
  if (!apart || parts.reduce((sum, { places }) => sum + sizeOf(places.shape), 0) < sizeOf(shape)) {
    using everywhere = constant(y.device, 0, y.dtype).expand(...shape);
    copyInto(everywhere, y);
  }
  for (const { dy, places } of parts) {
    using place = placed("slice's gradient", y, places, dy);
    if (apart) copyInto(dy, place);
    else addInto(dy, place);
  }
  return track(
    "slice's gradient",
    y,
    dys,
    [],
    (d, _, needs) => parts.map(({ places }, i) => needs[i] ? take("slice", d, places) : undefined),
  );
}

function addInto(dy: Tensor, place: Tensor): void {
  using given = dy.detach();
  using sum = place.add(given);
  copyInto(sum, place);
}

/** Whether no two parts share an element, as far as one dimension tells: the only one that they do not span. */
function areApart(parts: readonly PartGradient[], shape: readonly number[]): boolean {
  if (parts.length === 1) return true;
  const boxes = parts.filter(({ places }) => sizeOf(places.shape) > 0).map(({ places }) => spans(places));
  const cut = shape.flatMap((n, d) =>
    boxes.some((box) => box[d].first > 0 || box[d].last < n - 1) ? [d] : []
  );
  if (cut.length !== 1) return false;
  const along = boxes.map((box) => box[cut[0]]).sort((a, b) => a.first - b.first);
  return along.every(({ first }, i) => i === 0 || first > along[i - 1].last);
}

/** The first and last index of places along each dimension of the tensor. */
function spans({ shape, start, steps }: Places): { first: number; last: number }[] {
  return start.map((first, d) => {
    const reach = steps.map((step, j) => step[d] * (shape[j] - 1));
    const sum = (side: (n: number) => number) => reach.reduce((a, n) => a + side(n), first);
    return { first: sum((n) => Math.min(n, 0)), last: sum((n) => Math.max(n, 0)) };
  });
}
