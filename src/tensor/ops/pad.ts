/**
 * Padding.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { result } from "../dispatch.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./join.ts";
import { tidy } from "./tidy.ts";
import { copyInto } from "./view.ts";

/** Entries to add before and after a dimension; negative ones are taken away. */
type Pair = readonly [number, number];

/** See {@linkcode Tensor.pad}. */
export function pad(x: Tensor, pads: readonly number[], value: number | "edge"): Tensor {
  const pairs = pairsOf(x, pads);
  return tidy([x], (x) => {
    const cut = cropped(x, pairs);
    const added = pairs.map(([a, b]): Pair => [Math.max(0, a), Math.max(0, b)]);
    return value === "edge" ? edged(cut, added) : surrounded(cut, added, value);
  });
}

/** By dimension, from the first. */
function pairsOf(x: Tensor, pads: readonly number[]): Pair[] {
  const pairs = x.shape.map((_, d): Pair => {
    const at = 2 * (x.rank - 1 - d);
    return [pads[at] ?? 0, pads[at + 1] ?? 0];
  });
  const whole = pads.length % 2 === 0 && pads.length <= 2 * x.rank && pads.every(Number.isSafeInteger);
  const fits = pairs.every(([a, b], d) => x.shape[d] + Math.min(a, 0) + Math.min(b, 0) >= 0);
  const lead = x.rows !== undefined && (pairs[0][0] !== 0 || pairs[0][1] !== 0);
  if (whole && fits && !lead) return pairs;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot pad ${x} by ${
      show(pads)
    }: give pairs of whole numbers, the last dimension's first, that take away no ` +
      "more than there is, and leave a dimension alone that changes between replays",
  );
}

function cropped(x: Tensor, pairs: readonly Pair[]): Tensor {
  return pairs.reduce((x, [before, after], d) => {
    const [start, end] = [Math.max(0, -before), Math.max(0, -after)];
    return start + end === 0 ? x : x.narrow(d, start, x.shape[d] - start - end);
  }, x);
}

/** x amid `value`. */
function surrounded(x: Tensor, pairs: readonly Pair[], value: number): Tensor {
  const shape = x.shape.map((n, d) => pairs[d][0] + n + pairs[d][1]);
  const y = result("pad", [x], x.dtype, shape, x.rows);
  using everywhere = constant(x.device, value, x.dtype).expand(...shape);
  copyInto(everywhere, y);
  using middle = inner(y, x.shape, pairs);
  copyInto(x, middle);
  return track("pad", y, [x], [], (dy) => [cropped(dy, pairs.map(([a, b]): Pair => [-a, -b]))]);
}

/** Where x lies in what surrounds it; on a recorded op's fresh result, which nothing tracks yet. */
function inner(y: Tensor, shape: readonly number[], pairs: readonly Pair[]): Tensor {
  const offset = pairs.reduce((sum, [before], d) => sum + before * y.strides[d], y.offset);
  return y.alias(shape, { offset, strides: y.strides });
}

/** x with its first and last entries again and again around it. */
function edged(x: Tensor, pairs: readonly Pair[]): Tensor {
  return pairs.reduce((x, [before, after], d) => {
    if (before + after === 0) return x;
    if (x.shape[d] === 0) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot pad ${show(x.shape)} by its edge: dimension ${d} is empty`,
      );
    }
    const again = (at: number, times: number) =>
      times === 0 ? [] : [x.narrow(d, at, 1).expand(...x.shape.with(d, times))];
    return cat([...again(0, before), x, ...again(x.shape[d] - 1, after)], d);
  }, x);
}
