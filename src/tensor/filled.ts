/**
 * Tensors of one value, and of values that a formula gives.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { type DeviceName, deviceNamed } from "../device/open.ts";
import { WickError } from "../error.ts";
import { asOp } from "./as_op.ts";
import { deviceOf } from "./dispatch.ts";
import { checkPlain, isPlain, type PlainDtype, storageBytes } from "./dtype.ts";
import { hostTensor, unwritten } from "./host.ts";
import { put } from "./ops/strided.ts";
import { triangle } from "./ops/triangle.ts";
import { contiguous } from "./ops/view.ts";
import type { Scope } from "./scope.ts";
import { checkShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Options of what makes tensors. */
export interface MakeOptions {
  /** [f32] */
  dtype?: PlainDtype;
  /** [the default device] */
  device?: Device | DeviceName;
  /** Who disposes it [nobody: its owner does]. */
  scope?: Scope;
}

/** A tensor of `shape` that holds `value` everywhere. */
export function full(shape: readonly number[], value: number, options: MakeOptions = {}): Tensor {
  checkShape("full", shape);
  if (options.dtype) checkPlain("make a tensor of", options.dtype);
  using one = hostTensor(
    deviceNamed(options.device),
    options.dtype ?? "f32",
    [],
    [value],
    options.scope,
  );
  using wide = one.expand(...shape);
  return contiguous(wide);
}

/** Zeros. */
export function zeros(shape: readonly number[], options: MakeOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** Ones. */
export function ones(shape: readonly number[], options: MakeOptions = {}): Tensor {
  return full(shape, 1, options);
}

/**
 * A tensor that nothing is written into: its elements are whatever the memory held (zeros on a GPU). Write it before you
 * read it.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { empty } from "@wick/wick";
 * using x = empty([2, 2]);
 * deepEqual(await x.write(Float32Array.of(1, 2, 3, 4)).toArray(), [[1, 2], [3, 4]]);
 * ```
 *
 * @throws WickError SHAPE_MISMATCH for an extent that is no whole number from 0
 */
export function empty(shape: readonly number[], options: MakeOptions = {}): Tensor {
  checkShape("empty", shape);
  const { device, dtype = "f32", scope } = options;
  return unwritten(deviceNamed(device), dtype, shape, scope);
}

/** {@linkcode empty} in the shape of x, with its dtype, device and scope. */
export function emptyLike(x: Tensor, options: MakeOptions = {}): Tensor {
  return asOp("emptyLike", () => empty(x.shape, { ...optionsOf(x), ...options }));
}

/** `value` in the shape of x, with its dtype, device and scope. */
export function fullLike(x: Tensor, value: number, options: MakeOptions = {}): Tensor {
  return asOp("fullLike", () => full(x.shape, value, { ...optionsOf(x), ...options }));
}

/** What makes a tensor as x is. */
function optionsOf(x: Tensor): MakeOptions {
  const { dtype, device, scope } = x;
  deviceOf("make a tensor like another", [x]); // throws where it was disposed
  if (isPlain(dtype)) return { dtype, device, scope };
  throw new WickError("DTYPE_MISMATCH", `Cannot make a tensor like ${x}: its elements come in blocks`);
}

/** Zeros in the shape of x, with its dtype, device and scope. */
export function zerosLike(x: Tensor, options: MakeOptions = {}): Tensor {
  return asOp("zerosLike", () => fullLike(x, 0, options));
}

/** Ones in the shape of x, with its dtype, device and scope. */
export function onesLike(x: Tensor, options: MakeOptions = {}): Tensor {
  return asOp("onesLike", () => fullLike(x, 1, options));
}

/**
 * start, start + step ... up to (not including) `end`, each computed in float64 and rounded once.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { arange } from "@wick/wick";
 * using x = arange(1, 2, 0.25);
 * deepEqual(await x.toArray(), [1, 1.25, 1.5, 1.75]);
 * ```
 */
export function arange(start: number, end: number, step = 1, options: MakeOptions = {}): Tensor {
  const count = Math.max(0, Math.ceil((end - start) / step));
  if (step === 0 || !Number.isSafeInteger(count)) {
    throw new WickError("INVALID_ARGUMENT", `Cannot count from ${start} to ${end} by ${step}: it has no end`);
  }
  return line("arange", count, (i) => start + i * step, options);
}

/** `count` values from `start` to `end`, both included, at equal distances. */
export function linspace(start: number, end: number, count: number, options: MakeOptions = {}): Tensor {
  const gap = (end - start) / (count - 1);
  return line("linspace", count, (i) => i > 0 && i === count - 1 ? end : start + (i && i * gap), options);
}

/** Ones on the main diagonal, zeros elsewhere; square unless `columns` is given. */
export function eye(rows: number, columns: number = rows, options: MakeOptions = {}): Tensor {
  checkShape("eye", [rows, columns]);
  using diagonal = ones([Math.min(rows, columns)], options);
  return put("eye", diagonal, { start: [0, 0], steps: [[1, 1]], shape: diagonal.shape }, [rows, columns]);
}

/** Ones on and below diagonal `k` (above the main one where positive), zeros elsewhere: f32. */
export function tri(
  rows: number,
  columns: number = rows,
  k = 0,
  options: Omit<MakeOptions, "dtype"> = {},
): Tensor {
  using all = ones([rows, columns], options);
  return triangle("tril", all, k);
}

/**
 * The coordinates of a grid over vectors: for each vector a view in the shape of the grid. "ij" keeps the order
 * of dimensions, "xy" swaps the first two, as plots do.
 */
export function meshgrid(vectors: readonly Tensor[], indexing: "ij" | "xy" = "ij"): Tensor[] {
  return asOp("meshgrid", () => {
    const wrong = vectors.find((v) => v.rank !== 1);
    if (wrong) throw new WickError("SHAPE_MISMATCH", `Cannot meshgrid ${wrong}: it must be a vector`);
    const place = (i: number) => indexing === "xy" && vectors.length > 1 && i < 2 ? 1 - i : i;
    const shape = vectors.map((_, i) => vectors[place(i)].shape[0]);
    return vectors.map((v, i) => {
      using lying = v.reshape(...shape.map((_, d) => d === place(i) ? -1 : 1));
      return lying.expand(...shape);
    });
  });
}

/** A vector of what `at` gives. */
function line(name: string, count: number, at: (i: number) => number, options: MakeOptions): Tensor {
  checkShape(name, [count]);
  const { device, dtype = "f32", scope } = options;
  checkPlain("make a tensor of", dtype);
  const on = deviceNamed(device);
  on.allocate(storageBytes(dtype, [count])).release(); // before the host's array: throws where there is no room
  return hostTensor(on, dtype, [count], Array.from({ length: count }, (_, i) => at(i)), scope);
}
