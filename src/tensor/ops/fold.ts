/**
 * How reductions run over any dimensions: in as few passes over memory as there are groups of neighbours that go, or
 * in one, with what goes moved to the end.
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import type { Kernel } from "../../device/kernel.ts";
import { WickError } from "../../error.ts";
import { noGrad } from "../autograd.ts";
import { result, run } from "../dispatch.ts";
import type { Dtype } from "../dtype.ts";
import { dimension, show, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The dimensions that a reduction takes away: one, several, or all where it is not given. */
export type Dims = number | readonly number[] | undefined;

/** A reduction, whatever of: over the last dimension, and over the middle of [O, N, I]. */
export interface FoldRows {
  readonly last: Kernel;
  readonly middle?: Kernel;
  /** Rows of the passes after the first, where that gives another dtype than it takes. */
  readonly then?: FoldRows;
}

/** A reduction of x: which dimensions go, and whether they stay with extent 1. */
export interface Reduction {
  readonly name: string;
  readonly x: Tensor;
  /** For each dimension whether it goes. */
  readonly goes: readonly boolean[];
  readonly keepDim: boolean;
}

/** Checks the dimensions of a reduction. */
export function reduction(name: string, x: Tensor, dim: Dims, keepDim: boolean): Reduction {
  const listed = typeof dim === "number" ? [dim] : dim ?? x.shape.map((_, d) => d);
  const goes = x.shape.map(() => false);
  for (const given of listed) {
    const d = dimension(name, given, x.rank);
    if (goes[d]) {
      throw new WickError(
        "INVALID_ARGUMENT",
        `Cannot ${name} ${x} over ${show(listed)}: each dimension may occur once`,
        { param: "dim" },
      );
    }
    goes[d] = true;
  }
  if (x.rows && goes[0]) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${name} ${x} over dimension 0: its extent changes between replays`,
    );
  }
  return { name, x, goes, keepDim };
}

/** The number of elements that make one of the result. */
export function foldedSize({ x, goes }: Reduction): number {
  return sizeOf(x.shape.filter((_, d) => goes[d]));
}

/** The dimensions that go. */
export function dimsOf({ goes }: Reduction): number[] {
  return goes.flatMap((gone, d) => gone ? [d] : []);
}

/** A result of the reduction (or its gradient) as it broadcasts against x. */
export function widened(t: Tensor, { goes, keepDim }: Reduction): Tensor {
  if (keepDim) return t;
  const first = goes.indexOf(false); // broadcasting puts in those before by itself
  if (first < 0) return t;
  return goes.reduce((y, gone, d) => gone && d > first ? y.unsqueeze(d - first) : y, t);
}

/** A group of neighbouring dimensions that go, as the middle of [O, N, I]. */
interface Pass {
  readonly O: number;
  readonly N: number;
  readonly I: number;
}

/** Folds group by group, from the last to the first, by rows that have a middle: for folds of folds that fold all. */
export function foldByPasses(to: Reduction, rows: FoldRows, dtype: Dtype): Tensor {
  const { name, x, goes } = to;
  return noGrad(() => { // the caller tracks the whole
    const order = memoryOrder(x);
    const dense = x.isContiguous ? x : inOrder(x, order);
    const todo = passes(order.map((d) => x.shape[d]), order.map((d) => goes[d]));
    let now = dense;
    todo.forEach(({ O, N, I }, i) => {
      const whole = i === todo.length - 1 && dense === x;
      const y = whole
        ? result(name, [now], dtype, keptShape(to), x.rows)
        : result(name, [now], dtype, [O * I]);
      const { last, middle } = i > 0 && rows.then ? rows.then : rows;
      if (I === 1) run(last, [now, y], [N], [leading(x, O)]);
      else run(middle!, [now, y], [N, I], [leading(x, O)]);
      if (now !== x) now.dispose();
      now = y;
    });
    if (dense === x) return now;
    using folded = now;
    return shaped(folded, to, order);
  });
}

function inOrder(x: Tensor, order: readonly number[]): Tensor {
  using moved = x.permute(...order);
  return moved.contiguous();
}

/** The shape of the result. */
export function keptShape({ x, goes, keepDim }: Reduction): number[] {
  return x.shape.map((n, d) => goes[d] ? 1 : n).filter((_, d) => keepDim || !goes[d]);
}

/** Folds what goes as one row, which costs a copy where it is not the end of x already. */
export function foldTogether(to: Reduction, row: Kernel, dtype: Dtype, tail: readonly number[] = []): Tensor {
  const { name, x, goes } = to;
  return noGrad(() => {
    const order = x.shape.map((_, d) => d).sort((a, b) => Number(goes[a]) - Number(goes[b]));
    using dense = inOrder(x, order);
    const C = foldedSize(to), R = sizeOf(x.shape.filter((_, d) => !goes[d]));
    using folded = result(name, [dense], dtype, [R]);
    run(row, [dense, folded], [C, ...tail], [leading(x, R)]);
    return shaped(folded, to, order);
  });
}

/** Dimensions from the farthest apart in memory to the nearest: what only was permuted is contiguous in that order. */
function memoryOrder(x: Tensor): number[] {
  const order = x.shape.map((_, d) => d);
  if (x.isContiguous) return order;
  const sorted = order.toSorted((a, b) => x.strides[b] - x.strides[a]);
  return x.rows && sorted[0] !== 0 ? order : sorted;
}

/** One pass a group, from the last; where nothing goes, one that folds each element by itself. */
function passes(shape: readonly number[], goes: readonly boolean[]): Pass[] {
  const groups: { size: number; goes: boolean }[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const last = groups.at(-1);
    if (last?.goes === goes[d]) last.size *= size;
    else groups.push({ size, goes: goes[d] });
  });
  const found: Pass[] = [];
  let I = 1;
  for (let g = groups.length - 1; g >= 0; g--) {
    const { size } = groups[g];
    if (groups[g].goes) {
      found.push({ O: sizeOf(groups.slice(0, g).map((before) => before.size)), N: size, I });
    } else I *= size;
  }
  return found.length > 0 ? found : [{ O: sizeOf(shape), N: 1, I: 1 }];
}

/** `count` rows, a multiple of x's leading extent: a cell where that is dynamic. */
export function leading(x: Tensor, count: number): number | Cell {
  return x.rows ? x.rows.times(count / x.shape[0]) : count;
}

/** The elements that are left, contiguous in an order of x's dimensions, in the result's shape. */
function shaped(folded: Tensor, to: Reduction, order: readonly number[]): Tensor {
  const { x, goes, keepDim } = to;
  const strides = new Array<number>(x.rank);
  let stride = 1;
  for (const d of order.toReversed()) {
    strides[d] = stride;
    if (!goes[d]) stride *= x.shape[d];
  }
  const kept = strides.filter((_, d) => keepDim || !goes[d]);
  return folded.alias(keptShape(to), { strides: kept, offset: 0, rows: x.rows });
}
