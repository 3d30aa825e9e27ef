/**
 * Joining tensors, taking them apart, and repeating them.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { track } from "../autograd.ts";
import { result } from "../dispatch.ts";
import { isPlain } from "../dtype.ts";
import { promote } from "../promote.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { tidy } from "./tidy.ts";
import { copyInto, narrow } from "./view.ts";

/**
 * Tensors one after the other along `dim`; their other dimensions must be the same, their dtypes promote.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { cat, tensor } from "@wick/wick";
 * using x = tensor([[1, 2]]);
 * using y = tensor([[3, 4], [5, 6]]);
 * using both = cat([x, y]);
 * deepEqual(await both.toArray(), [[1, 2], [3, 4], [5, 6]]);
 * ```
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return asOp("cat", () => {
    const d = checkJoin("cat", tensors, dim, 0, (t, i) => i === dimension("cat", dim, t.rank));
    const [first] = tensors;
    const dtype = tensors.reduce((d, t) => d === t.dtype ? d : promote(d, t.dtype, "cat"), first.dtype);
    if (isPlain(dtype) && tensors.some((t) => t.dtype !== dtype)) {
      return tidy(tensors, (...all) => cat(all.map((t) => t.to(dtype)), d));
    }
    const lengths = tensors.map((t) => t.shape[d]);
    const y = result("cat", tensors, first.dtype, first.shape.with(d, sum(lengths)), first.rows);
    const starts = startsOf(lengths);
    for (const [i, t] of tensors.entries()) {
      using place = y.narrow(d, starts[i], lengths[i]);
      copyInto(t, place);
    }
    return track(
      "cat",
      y,
      tensors,
      [],
      (dy, _, needs) => lengths.map((n, i) => needs[i] ? narrow(dy, d, starts[i], n) : undefined),
    );
  });
}

/** Tensors of one shape along a new dimension `dim`. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return asOp("stack", () => {
    const d = checkJoin("stack", tensors, dim, 1, () => false);
    return tidy(tensors, (...all) => cat(all.map((t) => t.unsqueeze(d)), d));
  });
}

/** Throws unless tensors can be joined; `free` are the dimensions that may differ. Gives the dimension from the front. */
function checkJoin(
  op: string,
  tensors: readonly Tensor[],
  dim: number,
  more: number,
  free: (t: Tensor, dim: number) => boolean,
): number {
  if (tensors.length === 0) throw new WickError("INVALID_ARGUMENT", `Cannot ${op} nothing: give a tensor`);
  const [first] = tensors;
  const d = dimension(op, dim, first.rank + more);
  for (const t of tensors) {
    const same = t.rank === first.rank && t.shape.every((n, i) => n === first.shape[i] || free(first, i));
    if (!same || t.rows !== first.rows || (t.rows && d === 0)) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot ${op} ${show(first.shape)} and ${
          show(t.shape)
        } along dimension ${dim}: the other dimensions ` +
          "must be the same, and none of these may change between replays",
      );
    }
  }
  return d;
}

/** See {@linkcode Tensor.split}. */
export function split(x: Tensor, sizes: number | readonly number[], dim: number): Tensor[] {
  const d = dimension("split", dim, x.rank);
  const whole = x.shape[d];
  const lengths = typeof sizes === "number" ? evenly(whole, sizes) : sizes;
  if (sum(lengths) !== whole || lengths.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot split dimension ${dim} of ${show(x.shape)} into ${
        show(lengths)
      }: the sizes must add up to ${whole}`,
    );
  }
  const starts = startsOf(lengths);
  return lengths.map((n, i) => narrow(x, d, starts[i], n));
}

/** See {@linkcode Tensor.unbind}. */
export function unbind(x: Tensor, dim: number): Tensor[] {
  const d = dimension("unbind", dim, x.rank);
  return Array.from({ length: x.shape[d] }, (_, i) => {
    using entry = narrow(x, d, i, 1);
    return entry.squeeze(d);
  });
}

/** See {@linkcode Tensor.chunk}. */
export function chunk(x: Tensor, chunks: number, dim: number): Tensor[] {
  const d = dimension("chunk", dim, x.rank);
  if (!(Number.isInteger(chunks) && chunks > 0)) {
    throw new WickError("INVALID_ARGUMENT", `Cannot chunk ${x}: it takes one chunk or more, got ${chunks}`);
  }
  if (x.shape[d] === 0) return split(x, new Array(chunks).fill(0), d); // as many, as in PyTorch
  return split(x, Math.ceil(x.shape[d] / chunks), d);
}

/** `size` again and again, the last may be less; one of 0 where there is nothing. */
function evenly(whole: number, size: number): number[] {
  if (!(Number.isInteger(size) && size > 0)) {
    throw new WickError("INVALID_ARGUMENT", `Cannot split: the size must be 1 or more, got ${size}`);
  }
  const count = Math.max(1, Math.ceil(whole / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, whole - i * size));
}

/** See {@linkcode Tensor.repeat}. */
export function repeat(x: Tensor, times: readonly number[]): Tensor {
  checkTimes("repeat", times);
  const shape = [...new Array(Math.max(0, times.length - x.rank)).fill(1), ...x.shape];
  if (times.length < x.rank) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot repeat ${show(x.shape)} by ${
        show(times)
      }: give a number for each of ${x.rank} dimensions, or more`,
    );
  }
  return tidy([x], (x) => {
    const apart = x.reshape(...shape.flatMap((n) => [1, n]));
    return apart.expand(...shape.flatMap((n, d) => [times[d], n])).reshape(
      ...shape.map((n, d) => n * times[d]),
    );
  });
}

/** See {@linkcode Tensor.repeatInterleave}. */
export function repeatInterleave(x: Tensor, times: number, dim: number): Tensor {
  const d = dimension("repeatInterleave", dim, x.rank);
  checkTimes("repeatInterleave", [times]);
  return tidy([x], (x) =>
    x.unsqueeze(d + 1).expand(...x.shape.toSpliced(d + 1, 0, times))
      .reshape(...x.shape.with(d, x.shape[d] * times)));
}

function checkTimes(op: string, times: readonly number[]): void {
  if (times.every((n) => Number.isInteger(n) && n >= 0)) return;
  throw new WickError("INVALID_ARGUMENT", `Cannot ${op} ${show(times)} times: give whole numbers from 0`);
}

/** Where parts of these lengths begin, one after the other. */
function startsOf(lengths: readonly number[]): number[] {
  let at = 0;
  return lengths.map((n) => (at += n) - n);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
