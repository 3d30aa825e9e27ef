/**
 * Diagonals: as views, and matrices of them.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { put, take, unit } from "./strided.ts";
import { contiguous } from "./view.ts";

/** See {@linkcode Tensor.diagonal}. */
export function diagonal(x: Tensor, k: number, dim1: number, dim2: number): Tensor {
  const [a, b] = [dimension("diagonal", dim1, x.rank), dimension("diagonal", dim2, x.rank)];
  checkOffset("diagonal", k);
  if (a === b) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot take the diagonal of ${
        show(x.shape)
      }: two different dimensions are needed, got ${dim1} and ${dim2}`,
    );
  }
  const [below, right] = [Math.max(0, -k), Math.max(0, k)];
  const length = Math.max(0, Math.min(x.shape[a] - below, x.shape[b] - right));
  const others = x.shape.map((_, d) => d).filter((d) => d !== a && d !== b);
  return take("diagonal", x, {
    shape: [...others.map((d) => x.shape[d]), length],
    start: x.shape.map((_, d) => d === a ? below : d === b ? right : 0),
    steps: [...others.map((d) => unit(x.rank, d)), unit(x.rank, a).with(b, 1)],
  });
}

/** See {@linkcode Tensor.diag}. */
export function diag(x: Tensor, k: number): Tensor {
  checkOffset("diag", k);
  if (x.rank === 1) {
    const size = x.shape[0] + Math.abs(k);
    const start = [Math.max(0, -k), Math.max(0, k)];
    return put("diag", x, { shape: x.shape, start, steps: [[1, 1]] }, [size, size]);
  }
  if (x.rank !== 2) {
    throw new WickError("SHAPE_MISMATCH", `Cannot diag ${show(x.shape)}: it must be a vector or a matrix`);
  }
  using view = diagonal(x, k, 0, 1);
  return contiguous(view);
}

/** See {@linkcode Tensor.trace}. */
export function trace(x: Tensor): Tensor {
  if (x.rank !== 2) {
    throw new WickError("SHAPE_MISMATCH", `Cannot trace ${show(x.shape)}: it must be a matrix`);
  }
  using view = diagonal(x, 0, 0, 1);
  return view.sum(0);
}

/** Throws where a diagonal's number is not whole. */
export function checkOffset(op: string, k: number): void {
  if (Number.isSafeInteger(k)) return;
  throw new WickError("INVALID_ARGUMENT", `Cannot ${op}: the diagonal's number must be whole, got ${k}`, {
    param: "k",
  });
}
