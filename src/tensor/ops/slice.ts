/**
 * Regions of a tensor: as views, replaced in a copy, and overwritten in place.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { noGrad, refuseGradient, track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { deviceOf } from "../dispatch.ts";
import { dimension, show } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { sumTo } from "./elementwise.ts";
import { filled } from "./fill.ts";
import { takeAlong } from "./index_select.ts";
import { type Places, unit } from "./strided.ts";
import { contiguous, copyInto } from "./view.ts";

/** From the first up to (not including) the second, in steps; negative ones count from the end, null is open. */
export type SliceRange =
  | readonly [start: number | null, end: number | null]
  | readonly [start: number | null, end: number | null, step: number];

/** What a region has of a dimension: one entry (the dimension goes), all of it, or a range. */
export type SliceItem = number | null | ":" | SliceRange;

/** As {@linkcode SliceItem}; or the entries at indices (i32), whose dimensions stand in the dimension's place. */
export type IndexItem = SliceItem | Tensor;

/** `length` entries from `start` on, `step` apart; a single one drops its dimension. */
interface Span {
  readonly start: number;
  readonly length: number;
  readonly step: number;
  readonly drops?: boolean;
}

/** A span for each dimension. */
type Region = readonly Span[];

/** See {@linkcode Tensor.i}. */
export function get(x: Tensor, items: readonly IndexItem[]): Tensor {
  const region = regionOf("index", x, items.map((item) => item instanceof Tensor ? null : item));
  let y = view(x, region);
  let d = region.filter((span) => !span.drops).length;
  for (let i = region.length - 1; i >= 0; i--) {
    const item = items[i];
    if (!region[i].drops) d--;
    if (!(item instanceof Tensor)) continue;
    using before = y;
    y = takeAlong("index", before, d, indexNotMask(item));
  }
  return y;
}

/** See {@linkcode Tensor.sliceAssign}. */
export function sliceAssign(x: Tensor, items: readonly SliceItem[], src: Tensor | number): Tensor {
  const region = regionOf("sliceAssign", x, items);
  if (typeof src !== "number") return assign("sliceAssign", x, region, src);
  using value = filled(x, src, x.dtype, []);
  return assign("sliceAssign", x, region, value);
}

/** See {@linkcode Tensor.sliceScatter}. */
export function sliceScatter(x: Tensor, src: Tensor, dim: number, start: number): Tensor {
  return assign("sliceScatter", x, regionOfSource("sliceScatter", x, src, dim, start), src);
}

/** See {@linkcode Tensor.sliceSet}. */
export function sliceSet(x: Tensor, src: Tensor, dim: number, start: number): Tensor {
  const region = regionOfSource("sliceSet", x, src, dim, start);
  overwrite("sliceSet", x, src, (apart) => {
    using part = view(x, region);
    copyInto(apart, part);
  });
  return x;
}

/** x with src at the beginning of each dimension. */
export function leadingReplaced(op: string, x: Tensor, src: Tensor): Tensor {
  return assign(op, x, src.shape.map((length) => ({ start: 0, length, step: 1 })), src);
}

/** Writes into x by `write`, which is handed src, apart from x's memory; a tape that saved x refuses from then on. */
export function overwrite(op: string, x: Tensor, src: Tensor, write: (apart: Tensor) => void): void {
  deviceOf(op, [x, src]);
  refuseGradient(`${op} into`, [x, src], "it writes in place");
  if (x.shape.some((n, d) => n > 1 && x.strides[d] === 0)) {
    throw new WickError("INVALID_STATE", `Cannot ${op} into ${x}: it is expanded, so elements share memory`);
  }
  noGrad(() => {
    using apart = src.storage === x.storage ? contiguous(src) : src.alias(src.shape, src);
    write(apart);
  });
  x.storage.version++;
}

/** A copy of x with src, which broadcasts, in place of a region. */
function assign(op: string, x: Tensor, region: Region, src: Tensor): Tensor {
  if (src.dtype !== x.dtype) {
    throw new WickError("DTYPE_MISMATCH", `Cannot ${op} ${src} into ${x}: both must have one dtype`);
  }
  deviceOf(op, [x, src]);
  const y = noGrad(() => {
    using wide = broadcast(op, src, keptExtents(region));
    const y = contiguous(x);
    using part = view(y, region);
    copyInto(wide, part);
    return y;
  });
  const { shape } = src;
  return track(op, y, [x, src], [], (dy, _, needs) => [
    needs[0] ? assign(op, dy, region, constant(dy.device, 0, dy.dtype)) : undefined,
    needs[1] ? sumTo(view(dy, region), shape) : undefined,
  ]);
}

/** A region as a view; its gradient is 0 elsewhere. */
function view(x: Tensor, region: Region): Tensor {
  const offset = region.reduce((at, { start }, d) => at + start * x.strides[d], x.offset);
  const strides = region.map(({ step }, d) => step * x.strides[d]).filter((_, d) => !region[d].drops);
  const y = x.alias(keptExtents(region), { offset, strides });
  return track("slice", y, [x], [], (dy) => [{ dy, places: placesOf(region) }]);
}

function placesOf(region: Region): Places {
  return {
    shape: keptExtents(region),
    start: region.map(({ start }) => start),
    steps: region.flatMap(({ step, drops }, d) => drops ? [] : [unit(region.length, d, step)]),
  };
}

function keptExtents(region: Region): number[] {
  return region.filter((span) => !span.drops).map((span) => span.length);
}

function broadcast(op: string, src: Tensor, shape: readonly number[]): Tensor {
  try {
    return src.expand(...shape);
  } catch {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${op} ${show(src.shape)}: it must broadcast to the region ${show(shape)}`,
    );
  }
}

function regionOf(op: string, x: Tensor, items: readonly SliceItem[]): Region {
  if (items.length > x.rank) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${op} ${show(x.shape)}: it has ${x.rank} dimensions, got ${items.length} items`,
    );
  }
  const region = x.shape.map((extent, d) => spanOf(op, x.shape, d, items[d] ?? null, extent));
  if (!x.rows || (region[0].length === x.shape[0] && !region[0].drops)) return region;
  throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x}: its leading dimension changes between replays`);
}

function spanOf(op: string, shape: readonly number[], d: number, item: SliceItem, extent: number): Span {
  const outside = (wanted: string): never => {
    throw new WickError(
      "INDEX_OUT_OF_RANGE",
      `Cannot ${op} dimension ${d} of ${show(shape)}: it holds ${extent}, got ${wanted}`,
    );
  };
  if (item === null || item === ":") return { start: 0, length: extent, step: 1 };
  const fromStart = (v: number) =>
    Number.isInteger(v) && v >= -extent && v <= extent ? v < 0 ? v + extent : v : -1;
  if (typeof item === "number") {
    const start = fromStart(item);
    return start >= 0 && start < extent ? { start, length: 1, step: 1, drops: true } : outside(`${item}`);
  }
  const [start, end] = [fromStart(item[0] ?? 0), fromStart(item[1] ?? extent)];
  const step = item[2] ?? 1;
  const legal = start >= 0 && end >= start && Number.isInteger(step) && step > 0;
  return legal ? { start, length: Math.ceil((end - start) / step), step } : outside(`the range [${item}]`);
}

/** From `start` on along `dim`, as long as src, which must have x's other extents. */
function regionOfSource(op: string, x: Tensor, src: Tensor, dim: number, start: number): Region {
  const d = dimension(op, dim, x.rank);
  const wanted = src.rank === x.rank ? x.shape.with(d, src.shape[d]) : x.shape;
  if (src.dtype !== x.dtype || show(src.shape) !== show(wanted)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${op} ${src} into dimension ${dim} of ${x}: dtype and other extents must match`,
    );
  }
  const first = start < 0 ? start + x.shape[d] : start;
  return regionOf(op, x, x.shape.map((_, i) => i === d ? [first, first + src.shape[d]] : null));
}

function indexNotMask(index: Tensor): Tensor {
  if (index.dtype !== "bool" && index.dtype !== "u8") return index;
  throw new WickError("DTYPE_MISMATCH", `Cannot index by the mask ${index}: maskedSelect takes it`);
}
