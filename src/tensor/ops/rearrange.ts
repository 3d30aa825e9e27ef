/**
 * Elements in another order or shape.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./join.ts";
import { take, unit } from "./strided.ts";
import { tidy } from "./tidy.ts";
import { contiguous, permute, squeeze } from "./view.ts";

/** See {@linkcode Tensor.flip}. */
export function flip(x: Tensor, dims: readonly number[]): Tensor {
  const turned = new Set(dims.map((d) => dimension("flip", d, x.rank)));
  using backwards = take("flip", x, {
    shape: x.shape,
    start: x.shape.map((n, d) => turned.has(d) ? Math.max(0, n - 1) : 0),
    steps: x.shape.map((_, d) => unit(x.rank, d, turned.has(d) ? -1 : 1)),
  });
  return contiguous(backwards);
}

/** See {@linkcode Tensor.roll}. */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims: number | readonly number[],
): Tensor {
  const [by, over] = [[shifts].flat(), [dims].flat()];
  const at = over.map((d) => dimension("roll", d, x.rank));
  if (by.length !== at.length || !by.every(Number.isSafeInteger)) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot roll by ${show(by)} over dimensions ${show(over)}: each needs one whole number`,
    );
  }
  return tidy([x], (x) => at.reduce((x, d, i) => rolled(x, by[i], d), x));
}

function rolled(x: Tensor, shift: number, d: number): Tensor {
  const n = x.shape[d];
  const first = n === 0 ? 0 : ((-shift % n) + n) % n; // the entry that comes first
  return first === 0 ? x : cat([x.narrow(d, first, n - first), x.narrow(d, 0, first)], d);
}

/** See {@linkcode Tensor.flatten}. */
export function flatten(x: Tensor, start: number, end: number): Tensor {
  if (x.rank === 0) return x.reshape(1);
  const [a, b] = [dimension("flatten", start, x.rank), dimension("flatten", end, x.rank)];
  if (a > b) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot flatten ${show(x.shape)} from dimension ${start} to ${end}: the first must not come later`,
    );
  }
  const length = x.shape.slice(a, b + 1).reduce((m, n) => m * n, 1);
  return x.reshape(...x.shape.toSpliced(a, b - a + 1, length));
}

/** See {@linkcode Tensor.unflatten}. */
export function unflatten(x: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const d = dimension("unflatten", dim, x.rank);
  const known = sizes.filter((n) => n !== -1).reduce((m, n) => m * n, 1);
  const filled = sizes.map((n) => n === -1 ? x.shape[d] / known : n);
  const fits = filled.reduce((m, n) => m * n, 1) === x.shape[d] && sizes.filter((n) => n === -1).length < 2;
  if (fits && filled.every((n) => Number.isInteger(n) && n >= 0)) {
    return x.reshape(...x.shape.toSpliced(d, 1, ...filled));
  }
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot unflatten dimension ${dim} of ${show(x.shape)} into ${show(sizes)}: it holds ${x.shape[d]}`,
  );
}

/** See {@linkcode Tensor.squeeze}. */
export function squeezeAll(x: Tensor): Tensor {
  return tidy([x], (x) => x.shape.reduceRight((y, n, d) => n === 1 ? squeeze(y, d) : y, x));
}

/** See {@linkcode Tensor.movedim}. */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const from = [source].flat().map((d) => dimension("movedim", d, x.rank));
  const to = [destination].flat().map((d) => dimension("movedim", d, x.rank));
  if (from.length !== to.length || new Set(from).size < from.length || new Set(to).size < to.length) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot movedim ${show([source].flat())} to ${show([destination].flat())}: both must name as many ` +
        "dimensions, each once",
    );
  }
  const rest = x.shape.map((_, d) => d).filter((d) => !from.includes(d)).values();
  return permute(x, x.shape.map((_, d) => to.includes(d) ? from[to.indexOf(d)] : rest.next().value!));
}
