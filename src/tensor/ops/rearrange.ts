/**
 * Elements in another order or shape.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { track } from "../autograd.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./join.ts";
import { along, put, take, unit } from "./strided.ts";
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

/** See {@linkcode Tensor.unfold}. */
export function unfold(x: Tensor, dim: number, size: number, step: number): Tensor {
  const d = dimension("unfold", dim, x.rank);
  if (!(Number.isInteger(size) && Number.isInteger(step) && size >= 0 && size <= x.shape[d] && step > 0)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot unfold dimension ${dim} of ${
        show(x.shape)
      } into windows of ${size} by steps of ${step}: windows ` +
        `must hold 0..${x.shape[d]} entries, steps 1 or more`,
    );
  }
  const count = Math.floor((x.shape[d] - size) / step) + 1;
  const distance = x.strides[d];
  const y = x.rows && d === 0 ? refuseLead(x) : x.alias([...x.shape.with(d, count), size], {
    offset: x.offset,
    strides: [...x.strides.with(d, distance * step), distance],
  });
  return track("unfold", y, [x], [], (dy) => [fold(dy, x.shape, d, size, step)]);
}

function refuseLead(x: Tensor): never {
  throw new WickError("SHAPE_MISMATCH", `Cannot unfold ${x}: its leading dimension changes between replays`);
}

/** The sum of windows where they came from. Windows overlap, but not the entries of one stretch of `step`. */
function fold(dy: Tensor, shape: readonly number[], d: number, size: number, step: number): Tensor {
  const count = dy.shape[d];
  const rank = shape.length;
  const parts: Tensor[] = [];
  for (let from = 0; from === 0 || from < size; from += step) {
    const length = Math.min(step, size - from);
    const places = along(shape, d, from, count, step);
    parts.push(put(
      "unfold's gradient",
      dy.narrow(-1, from, length),
      { ...places, shape: [...places.shape, length], steps: [...places.steps, unit(rank, d)] },
      shape,
    ));
  }
  return parts.reduce((a, b) => a.add(b));
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

/** See {@linkcode Tensor.pixelShuffle}. */
export function pixelShuffle(x: Tensor, r: number): Tensor {
  checkPixels("pixelShuffle", x, r, x.rank >= 3 && x.shape.at(-3)! % (r * r) === 0);
  const lead = x.shape.slice(0, -3);
  const [c, h, w] = [x.shape.at(-3)! / (r * r), ...x.shape.slice(-2)];
  const n = lead.length;
  return tidy([x], (x) =>
    x.reshape(...lead, c, r, r, h, w)
      .permute(...lead.map((_, d) => d), n, n + 3, n + 1, n + 4, n + 2)
      .reshape(...lead, c, h * r, w * r));
}

/** See {@linkcode Tensor.pixelUnshuffle}. */
export function pixelUnshuffle(x: Tensor, r: number): Tensor {
  checkPixels("pixelUnshuffle", x, r, x.rank >= 3 && x.shape.at(-2)! % r === 0 && x.shape.at(-1)! % r === 0);
  const lead = x.shape.slice(0, -3);
  const [c, h, w] = [x.shape.at(-3)!, x.shape.at(-2)! / r, x.shape.at(-1)! / r];
  const n = lead.length;
  return tidy([x], (x) =>
    x.reshape(...lead, c, h, r, w, r)
      .permute(...lead.map((_, d) => d), n, n + 2, n + 4, n + 1, n + 3)
      .reshape(...lead, c * r * r, h, w));
}

function checkPixels(op: string, x: Tensor, r: number, fits: boolean): void {
  if (fits && Number.isInteger(r) && r > 0) return;
  const wanted = op === "pixelShuffle" ? `[.., C ${r}^2, H, W]` : `[.., C, H ${r}, W ${r}]`;
  throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${show(x.shape)} by ${r}: it must be ${wanted}`);
}
