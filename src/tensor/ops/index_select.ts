/**
 * Entries of one dimension by index: taken, and added.
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import type { Kernel } from "../../device/kernel.ts";
import * as indexing from "../../device/kernels/indexing.ts";
import { kernels } from "../../device/kernels/mod.ts";
import { take_rows_bf16, take_rows_f16 } from "../../device/kernels/rows.ts";
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { noGrad, refuseGradient, track } from "../autograd.ts";
import { result, run } from "../dispatch.ts";
import { type Dtype, isHalf, isPlain, type PlainDtype } from "../dtype.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { along, rowByBytes } from "./along.ts";
import { cast, inWide, someHalf } from "./cast.ts";
import { filled } from "./fill.ts";
import { count, indices } from "./indices.ts";
import { contiguous, same } from "./view.ts";

/** See {@linkcode Tensor.indexSelect}. */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  const d = dimension("indexSelect", dim, x.rank);
  needVector("indexSelect", x, index);
  return takeAlong("indexSelect", x, d, index);
}

/** Entries of dimension `d` by indices of any rank, whose dimensions stand in its place. */
export function takeAlong(op: string, x: Tensor, d: number, index: Tensor): Tensor {
  using ids = indices(`${op} dimension ${d} of ${show(x.shape)}`, index, x.shape[d]);
  return select(op, x, d, ids);
}

/** See {@linkcode Tensor.indexAdd}. */
export function indexAdd(x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  const d = dimension("indexAdd", dim, x.rank);
  needVector("indexAdd", x, index);
  if (src.dtype !== x.dtype || show(src.shape) !== show(x.shape.with(d, index.shape[0]))) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot indexAdd ${src} to ${x}: expected ${x.dtype}${show(x.shape.with(d, index.shape[0]))}`,
    );
  }
  using ids = indices(`indexAdd dimension ${d} of ${show(x.shape)}`, index, x.shape[d]);
  return addAt(x, d, ids, src);
}

const tableRows: Partial<Record<string, Kernel>> = { f16: take_rows_f16, bf16: take_rows_bf16 };

/**
 * Rows of x [V, C] (f32, f16, bf16 or a block format) by ids of any shape: [.., C] f32, of f64 f64.
 *
 * The gradient of a table in f16 or bf16 is summed in f32.
 *
 * @throws WickError INDEX_OUT_OF_RANGE where an id is outside 0 .. V - 1
 */
export function takeRows(x: Tensor, ids: Tensor): Tensor {
  return asOp("embedding", () => {
    if (x.rank !== 2) {
      throw new WickError("SHAPE_MISMATCH", `Cannot embedding of ${x}: expected a table [V,C]`);
    }
    if (x.dtype === "f32" || x.dtype === "f64") return takeAlong("embedding", x, 0, ids);
    const kernel = tableRows[x.dtype] ?? kernels.get(`embed_${x.dtype}`);
    if (!kernel) {
      throw new WickError("DTYPE_MISMATCH", `Cannot embedding of ${x}: there is no kernel for it`);
    }
    if (!isHalf(x.dtype)) refuseGradient("take embedding of", [x], "blocks are constants");
    const [V, C] = x.shape;
    using index = indices(`embedding dimension 0 of ${show(x.shape)}`, ids, V);
    const y = result("embedding", [x, index], "f32", [...index.shape, C], index.rows);
    const sizes: Record<string, number> = { V, C, K: C };
    using dense = isPlain(x.dtype) ? x.contiguous() : x.alias(x.shape, x);
    run(kernel, [dense, index, y], Object.keys(kernel.params).map((name) => sizes[name]), [count(index)]);
    const { shape, dtype } = x;
    return track(
      "takeRows",
      y,
      [x],
      [index],
      (dy, [index]) => [summed(dy, dtype, shape, undefined, 0, index)],
    );
  });
}

/** 1 where an id is a class, else 0, as f32: ids [..] in 0 .. classes - 1 to [.., classes]. */
export function oneHot(ids: Tensor, classes: number): Tensor {
  return asOp("oneHot", () => {
    if (!(Number.isInteger(classes) && classes > 0)) {
      throw new WickError(
        "INVALID_ARGUMENT",
        `Cannot take oneHot of ${ids}: classes must be positive, got ${classes}`,
        {
          param: "classes",
        },
      );
    }
    using index = indices(`take oneHot of ${classes} classes of ${show(ids.shape)}`, ids, classes);
    return noGrad(() => {
      const y = filled(index, 0, "f32", [...index.shape, classes], index.rows);
      using ones = filled(index, 1, "f32", index.shape, index.rows);
      const { O } = along(y, y.rank - 1);
      run(indexing.scatter_b32, [index, ones, y], [classes, 1, 1], [O]);
      return y;
    });
  });
}

const selectRows: Readonly<Record<number, Kernel>> = {
  1: indexing.index_select_b8,
  2: indexing.index_select_b16,
  4: indexing.index_select_b32,
  8: indexing.index_select_b64,
};

/** By checked indices. */
function select(op: string, x: Tensor, d: number, index: Tensor): Tensor {
  const row = rowByBytes(op, x, selectRows);
  if (!addRows[x.dtype] && !isHalf(x.dtype)) {
    refuseGradient(op, [x], "its gradient takes f32, f64, f16 or bf16");
  }
  if (index.rows && d > 0) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${op} dimension ${d} of ${x} by ${index}: only a leading dimension may change between replays`,
    );
  }
  using dense = x.contiguous();
  const { shape, rows, dtype } = x;
  const taken = [...shape.slice(0, d), ...index.shape, ...shape.slice(d + 1)];
  const y = result(op, [dense, index], x.dtype, taken, d === 0 ? index.rows : x.rows);
  const { O, N, I } = along(dense, d);
  run(row, [dense, index, y], [N, I], [O, count(index)]);
  return track(op, y, [x], [index], (dy, [index]) => [summed(dy, dtype, shape, rows, d, index)]);
}

/** Zeros of `shape` with dy added at checked indices: the gradient of what was taken, in its dtype; halves by f32. */
function summed(
  dy: Tensor,
  dtype: Dtype,
  shape: readonly number[],
  rows: Cell | undefined,
  d: number,
  index: Tensor,
): Tensor {
  using wide = isHalf(dy.dtype) ? cast(dy, "f32") : same(dy);
  using none = filled(wide, 0, wide.dtype, shape, rows);
  using sum = addAt(none, d, index, wide);
  return isHalf(dtype) ? cast(sum, dtype as PlainDtype) : same(sum);
}

const addRows: Partial<Record<string, Kernel>> = {
  f32: indexing.index_add_f32,
  f64: indexing.index_add_f64,
  i32: indexing.index_add_i32,
  u32: indexing.index_add_i32,
  i64: indexing.index_add_i64,
};

/** x plus src at checked indices of any rank, duplicates in ascending order. */
function addAt(x: Tensor, d: number, index: Tensor, src: Tensor): Tensor {
  if (someHalf([x, src])) return inWide([x, src], (x, src) => addAt(x, d, index, src));
  const row = addRows[x.dtype];
  if (!row) {
    const taken = Object.keys(addRows).join(" ");
    throw new WickError("DTYPE_MISMATCH", `Cannot indexAdd to ${x}: it takes ${taken}`);
  }
  using dense = src.contiguous();
  const y = noGrad(() => contiguous(x));
  const { O, N, I } = along(y, d);
  run(row, [index, dense, y], [N, I], [O, count(index)]);
  return track("indexAdd", y, [x, src], [index], (dy, [index], needs) => [
    needs[0] ? dy : undefined,
    needs[1] ? select("indexAdd's gradient", dy, d, index) : undefined,
  ]);
}

function needVector(op: string, x: Tensor, index: Tensor): void {
  if (index.rank === 1) return;
  throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x} by ${index}: the index must have one dimension`);
}
