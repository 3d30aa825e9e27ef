/**
 * Elements by an index each along one dimension: taken, put and folded. As PyTorch: the index may be smaller than
 * what is taken from or put into; of several that are put in one place the last stays.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/indexing.ts";
import { WickError } from "../../error.ts";
import { noGrad, refuseGradient, track, tracks } from "../autograd.ts";
import { result, run } from "../dispatch.ts";
import { isHalf } from "../dtype.ts";
import { hostTensor } from "../host.ts";
import { dimension, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { along, rowByBytes } from "./along.ts";
import { inWide, someHalf } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { filled } from "./fill.ts";
import { indices } from "./indices.ts";
import { leadingReplaced, overwrite } from "./slice.ts";
import { contiguous, copyInto, same } from "./view.ts";

const gatherRows = { 1: rows.gather_b8, 2: rows.gather_b16, 4: rows.gather_b32, 8: rows.gather_b64 };
const scatterRows = { 1: rows.scatter_b8, 2: rows.scatter_b16, 4: rows.scatter_b32, 8: rows.scatter_b64 };
const addRows: Partial<Record<string, Kernel>> = {
  f32: rows.scatter_add_f32,
  f64: rows.scatter_add_f64,
  i32: rows.scatter_add_i32,
  u32: rows.scatter_add_i32,
  i64: rows.scatter_add_i64,
};

/** See {@linkcode Tensor.gather}. */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  const d = dimension("gather", dim, x.rank);
  checkExtents("gather", x, d, index);
  using ids = checked("gather", x, d, index);
  using part = leading(x, index.shape.with(d, x.shape[d]));
  return gatherAt(part, d, ids);
}

/** See {@linkcode Tensor.scatter}. */
export function scatter(x: Tensor, dim: number, index: Tensor, src: Tensor | number): Tensor {
  return put("scatter", x, dim, index, src, scatterAt);
}

/** See {@linkcode Tensor.scatterAdd}. */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, src: Tensor | number): Tensor {
  return put("scatterAdd", x, dim, index, src, scatterAddAt);
}

/** See {@linkcode Tensor.scatterSet}. */
export function scatterSet(x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  const d = dimension("scatterSet", dim, x.rank);
  checkExtents("scatterSet", x, d, index, src);
  using ids = checked("scatterSet", x, d, index);
  overwrite("scatterSet", x, src, (apart) => {
    using given = leading(apart, index.shape);
    using part = leading(x, index.shape.with(d, x.shape[d]));
    using dense = part.contiguous();
    scatterInto(rowByBytes("scatterSet", x, scatterRows), dense, d, ids, given);
    if (dense.storage !== x.storage) copyInto(dense, part);
  });
  return x;
}

/** What is put: x, index and src have the same extents but in dimension `d`, where x has its own; index is checked. */
export type Put = (x: Tensor, d: number, index: Tensor, src: Tensor) => Tensor;

/** Checks, brings to common extents, and puts. */
export function put(
  op: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor | number,
  at: Put,
): Tensor {
  const d = dimension(op, dim, x.rank);
  checkExtents(op, x, d, index, typeof src === "number" ? undefined : src);
  using ids = checked(op, x, d, index);
  using given = typeof src === "number"
    ? filled(x, src, x.dtype, index.shape, index.rows)
    : leading(src, index.shape);
  const shape = index.shape.with(d, x.shape[d]);
  if (show(shape) === show(x.shape)) return at(x, d, ids, given);
  using part = leading(x, shape);
  using changed = at(part, d, ids, given);
  return leadingReplaced(op, x, changed);
}

/** By checked indices of x's extents but in `d`. */
export function gatherAt(x: Tensor, d: number, index: Tensor): Tensor {
  const row = rowByBytes("gather", x, gatherRows);
  if (!addRows[x.dtype] && !isHalf(x.dtype)) {
    refuseGradient("gather", [x], "its gradient takes f32, f64, f16 or bf16");
  }
  using dense = x.contiguous();
  const y = result("gather", [dense, index], x.dtype, index.shape, index.rows);
  const { O, N, I } = along(dense, d);
  run(row, [dense, index, y], [N, index.shape[d], I], [O]);
  const { shape, rows } = x;
  return track("gather", y, [x], [index], (dy, [index]) => {
    using none = filled(dy, 0, dy.dtype, shape, rows);
    return [scatterAddAt(none, d, index, dy)];
  });
}

/** See {@linkcode Put}. */
export function scatterAddAt(x: Tensor, d: number, index: Tensor, src: Tensor): Tensor {
  if (someHalf([x, src])) return inWide([x, src], (x, src) => scatterAddAt(x, d, index, src));
  const y = folded("scatterAdd", addRows, x, d, index, src);
  return track("scatterAdd", y, [x, src], [index], (dy, [index], needs) => [
    needs[0] ? dy : undefined,
    needs[1] ? gatherAt(dy, d, index) : undefined,
  ]);
}

/** See {@linkcode Put}. */
export function scatterAt(x: Tensor, d: number, index: Tensor, src: Tensor): Tensor {
  if (isHalf(x.dtype) && tracks([x, src])) {
    return inWide([x, src], (x, src) => scatterAt(x, d, index, src));
  }
  if (x.dtype !== "f32" && x.dtype !== "f64") {
    refuseGradient("scatter", [x, src], "its gradient takes f32, f64, f16 or bf16");
  }
  const y = noGrad(() => contiguous(x));
  scatterInto(rowByBytes("scatter", x, scatterRows), y, d, index, src);
  return track("scatter", y, [x, src], [index], (dy, [index]) => scatterBackward(dy, d, index));
}

/** The gradients of what was put into and of what was put: both are linear in dy. */
function scatterBackward(dy: Tensor, d: number, index: Tensor): [Tensor, Tensor] {
  if (dy.dtype === "f64") return wideScatterBackward(dy, d, index);
  const dx = noGrad(() => contiguous(dy));
  const dsrc = result("scatter's gradient", [dy, index], "f32", index.shape, index.rows);
  const { O, N, I } = along(dx, d);
  run(rows.scatter_b32_backward, [index, dx, dsrc], [N, index.shape[d], I], [O]);
  const { shape, rows: leadingCell } = dy;
  track("scatter's gradient", dx, [dy], [index], (g, [index]) => [scatterBackward(g, d, index)[0]]);
  track("scatter's gradient", dsrc, [dy], [index], (g, [index]) => {
    using none = filled(g, 0, "f32", shape, leadingCell);
    return [scatterAt(none, d, index, g)];
  });
  return [dx, dsrc];
}

/** The same of ops: numbers of what is put, put in its place, say which was the last. */
function wideScatterBackward(dy: Tensor, d: number, index: Tensor): [Tensor, Tensor] {
  using numbers = hostTensor(dy.device, "i32", index.shape, Array(index.size).keys());
  using none = filled(dy, -1, "i32", dy.shape, dy.rows);
  using last = scatterAt(none, d, index, numbers);
  using there = gatherAt(last, d, index);
  const stays = compare("eq", there, numbers);
  return [where(compare("lt", last, 0), dy, 0), where(stays, gatherAt(dy, d, index), 0)];
}

/** A copy of x into which src was folded; records no gradient. */
export function folded(
  op: string,
  byDtype: Partial<Record<string, Kernel>>,
  x: Tensor,
  d: number,
  index: Tensor,
  src: Tensor,
): Tensor {
  const row = byDtype[x.dtype];
  if (!row) {
    const taken = Object.keys(byDtype).join(" or ");
    throw new WickError("DTYPE_MISMATCH", `Cannot ${op} into ${x}: it takes ${taken}`);
  }
  const y = noGrad(() => contiguous(x));
  scatterInto(row, y, d, index, src);
  return y;
}

function scatterInto(row: Kernel, y: Tensor, d: number, index: Tensor, src: Tensor): void {
  using dense = noGrad(() => src.contiguous());
  const { O, N, I } = along(y, d);
  run(row, [index, dense, y], [N, index.shape[d], I], [O]);
}

function checked(op: string, x: Tensor, d: number, index: Tensor): Tensor {
  return indices(`${op} dimension ${d} of ${show(x.shape)}`, index, x.shape[d]);
}

/** The first entries of each dimension, as many as `shape` has; a handle of its own. */
function leading(x: Tensor, shape: readonly number[]): Tensor {
  let y = same(x);
  shape.forEach((n, d) => {
    if (n === x.shape[d]) return;
    using before = y;
    y = before.narrow(d, 0, n);
  });
  return y;
}

function checkExtents(op: string, x: Tensor, d: number, index: Tensor, src?: Tensor): void {
  const operands = [x, index, ...(src ? [src] : [])].join(", ");
  const fits = index.rank === x.rank && index.shape.every((n, i) => i === d || n <= x.shape[i]) &&
    (!src || src.rank === x.rank && index.shape.every((n, i) => n <= src.shape[i]));
  if (!fits) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${op} ${operands} along dimension ${d}: the index must have as many dimensions and, but for that ` +
        `dimension of ${show(x.shape)}, no larger extents`,
    );
  }
  if (src && src.dtype !== x.dtype) {
    throw new WickError("DTYPE_MISMATCH", `Cannot ${op} ${src} into ${x}: both must have one dtype`);
  }
  const dynamic = [x, index, ...(src ? [src] : [])].map((t) => t.rows);
  if (dynamic.every((cell) => cell === dynamic[0]) && !(dynamic[0] && d === 0)) return;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot ${op} ${operands} along dimension ${d}: a leading dimension that changes between replays must be ` +
      "common to all, and another one than that",
  );
}
