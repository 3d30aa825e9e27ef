/**
 * Sorting along a dimension, and the moves by index that its gradients are.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/sort.ts";
import { sort_f64 } from "../../device/kernels/sort_f64.ts";
import { sort_i64 } from "../../device/kernels/sort_wide.ts";
import { WickError } from "../../error.ts";
import { noGrad, track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { isHalf, type PlainDtype } from "../dtype.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { alongLast, fixedDimension } from "./along_last.ts";
import { cast } from "./cast.ts";
import { filled } from "./fill.ts";
import { scatterAddAt } from "./scatter.ts";

/** Elements of a tensor, and where they stand in it along the dimension of the op, as i32. */
export interface Indexed {
  /** The elements. */
  readonly values: Tensor;
  /** Their places. */
  readonly indices: Tensor;
}

const sorts = { f32: rows.sort_f32, f64: sort_f64, i32: rows.sort_i32, u32: rows.sort_u32, i64: sort_i64 };
const selections: Partial<Record<string, Kernel>> = {
  f32: rows.top_k_f32,
  i32: rows.top_k_i32,
  u32: rows.top_k_u32,
};

/** All elements along `dim` in order, equals in that of their indices; NaN is the largest. */
export function sort(x: Tensor, dim: number, descending: boolean): Indexed {
  const d = fixedDimension("sort", x, dim);
  if (isHalf(x.dtype)) return indexedInF32(x, (x) => sort(x, d, descending));
  return ordered("sort", sorts, x, d, x.shape[d], [Number(descending)]);
}

/** The indices of {@linkcode sort}. */
export function argsort(x: Tensor, dim: number, descending: boolean): Tensor {
  const { values, indices } = noGrad(() => sort(x, dim, descending));
  values.dispose();
  return indices;
}

/** From more than this, and than an eighth of all, on, a sort of all takes less than a heap of k. */
const LARGE_HEAP = 64;

/** The k largest (or smallest) in order, as the first k of a sort. */
export function topK(x: Tensor, k: number, dim: number, largest: boolean): Indexed {
  const d = fixedDimension("topK", x, dim);
  const n = x.shape[d];
  if (!(Number.isInteger(k) && k >= 0 && k <= n)) {
    throw new WickError(
      "INDEX_OUT_OF_RANGE",
      `Cannot topK ${show(x.shape)} along dimension ${dim}: k must be in 0..${n}, got ${k}`,
      { param: "k" },
    );
  }
  if (isHalf(x.dtype)) return indexedInF32(x, (x) => topK(x, k, d, largest));
  const isFew = k <= LARGE_HEAP || k <= n / 8;
  if (isFew && selections[x.dtype]) return ordered("topK", selections, x, d, k, [k, Number(largest)]);
  const all = ordered("topK", sorts, x, d, n, [Number(largest)]);
  using values = all.values;
  using indices = all.indices;
  return { values: values.narrow(d, 0, k), indices: indices.narrow(d, 0, k) };
}

function ordered(
  name: string,
  table: Partial<Record<string, Kernel>>,
  x: Tensor,
  d: number,
  k: number,
  params: readonly number[],
): Indexed {
  const row = table[x.dtype];
  if (!row) {
    throw new WickError("DTYPE_MISMATCH", `Cannot ${name} ${x}: it takes ${Object.keys(table).join(" ")}`);
  }
  const n = x.shape[d];
  const [values, indices] = alongLast([x], d, ([dense]) => {
    const shape = dense.shape.with(-1, k);
    const sorted = [x.dtype, "i32" as const].map((dtype) => result(name, [dense], dtype, shape, dense.rows));
    run(row, [dense, ...sorted], [n, ...params], [rowCount(dense)]);
    return sorted;
  });
  return indexed(name, values, indices, x, d);
}

/** Values of x that stand at indices along `d`. */
export function indexed(name: string, values: Tensor, indices: Tensor, x: Tensor, d: number): Indexed {
  const n = x.shape[d];
  track(name, values, [x], [indices], (dy, [indices]) => [place(dy, indices, d, n)]);
  return { values, indices };
}

/** What `op` makes of f16 or bf16 in f32, its values converted back. */
export function indexedInF32(x: Tensor, op: (x: Tensor) => Indexed): Indexed {
  using wide = cast(x, "f32");
  const { values, indices } = op(wide);
  using given = values;
  return { values: cast(given, x.dtype as PlainDtype), indices };
}

/** Zeros with n entries along `d`, to which x is added at its indices. */
function place(x: Tensor, indices: Tensor, d: number, n: number): Tensor {
  if (x.dtype === "f64") {
    using none = filled(x, 0, "f64", x.shape.with(d, n), x.rows);
    using places = indices.contiguous();
    return scatterAddAt(none, d, places, x);
  }
  const y = moved("place", rows.place_f32, x, indices, d, n);
  return track("place", y, [x], [indices], (dy, [indices]) => [pick(dy, indices, d)]);
}

/** x at indices along `d`. */
function pick(x: Tensor, indices: Tensor, d: number): Tensor {
  const n = x.shape[d];
  const y = moved("pick", rows.pick_f32, x, indices, d, indices.shape[d]);
  return track("pick", y, [x], [indices], (dy, [indices]) => [place(dy, indices, d, n)]);
}

function moved(name: string, row: Kernel, x: Tensor, indices: Tensor, d: number, length: number): Tensor {
  const C = row === rows.pick_f32 ? x.shape[d] : length;
  const [y] = alongLast([x, indices], d, ([dense, places]) => {
    const y = result(name, [dense, places], "f32", dense.shape.with(-1, length), dense.rows);
    run(row, [dense, places, y], [C, indices.shape[d]], [rowCount(places)]);
    return [y];
  });
  return y;
}
