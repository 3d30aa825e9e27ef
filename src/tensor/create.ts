/**
 * Making tensors from JavaScript values.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { type DeviceName, deviceNamed } from "../device/open.ts";
import { WickError } from "../error.ts";
import { checkPlain, holds, itemBytes, type PlainArray, type PlainDtype, storageBytes } from "./dtype.ts";
import { encode, type Scalar } from "./encode.ts";
import { refuseWhileRecording } from "./program.ts";
import { Scope } from "./scope.ts";
import { checkShape, show, sizeOf } from "./shape.ts";
import { type NestedValues, Tensor } from "./tensor.ts";

/** Options of {@linkcode tensor}. */
export interface TensorOptions {
  /** [f32, or that of the typed array, of bigints (i64) or of truth values (bool)] */
  dtype?: PlainDtype;
  /** [that of the nesting; needed for a typed array of rank other than 1] */
  shape?: readonly number[];
  /** [the default device] */
  device?: Device | DeviceName;
  /** Who disposes it [nobody: its owner does]. */
  scope?: Scope;
}

/**
 * A tensor of nested numbers (bigints, truth values), or of a typed array: Float64Array f64, Float32Array f32,
 * BigInt64Array i64, Int32Array i32, Uint32Array u32, Int16Array i16, Uint8Array u8; f16, bf16 and f8e4m3 as their bit patterns in a
 * Uint16Array or Uint8Array, bool as bytes.
 *
 * Numbers become floats by rounding; integers drop a fraction, as PyTorch's, and refuse a number that they do not hold
 * (NaN, infinities, what lies outside their range). Of truth all is true that is not 0.
 *
 * @throws WickError SHAPE_MISMATCH for ragged nesting or a shape that does not hold the values, DTYPE_MISMATCH for a
 * typed array of another dtype, for values that are no numbers, and for numbers that a dtype's integers do not hold
 *
 * @example
 * ```ts
 * import { deepEqual, throws } from "node:assert/strict";
 * import { tensor } from "@wick/wick";
 * deepEqual(await tensor([1.5, -1.5], { dtype: "i32" }).toArray(), [1, -1]);
 * throws(() => tensor([300], { dtype: "u8" }), { message: /300 as u8: it holds 0 to 255/ });
 * deepEqual(await tensor([300]).to("u8").toArray(), [44]); // a conversion keeps the low bits
 * ```
 */
export function tensor(values: NestedValues | PlainArray, options: TensorOptions = {}): Tensor {
  refuseWhileRecording("make a tensor");
  const device = deviceNamed(options.device);
  const { flat, shape, dtype } = elementsOf(values, options);
  const made = new Tensor(device.allocate(storageBytes(dtype, shape)), dtype, shape, {
    scope: options.scope,
  });
  return made.write(flat);
}

/** Values as the elements of a tensor that {@linkcode tensor} would make of them; it says what it refuses. */
export function elementsOf(
  values: NestedValues | PlainArray,
  options: Pick<TensorOptions, "dtype" | "shape"> = {},
): { flat: PlainArray; shape: readonly number[]; dtype: PlainDtype } {
  if (options.shape) checkShape("make a tensor of", options.shape);
  if (options.dtype) checkPlain("make a tensor of", options.dtype);
  const { flat, shape, dtype } = ArrayBuffer.isView(values)
    ? { flat: values, shape: options.shape ?? [values.length], dtype: options.dtype ?? dtypeOf(values) }
    : flatten(values, options);
  if (sizeOf(shape) * itemBytes(dtype) !== flat.byteLength) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot make ${dtype}${show(shape)} of ${flat.byteLength} bytes: it holds ${sizeOf(shape)} elements`,
    );
  }
  if (!holds(flat, dtype)) {
    throw new WickError(
      "DTYPE_MISMATCH",
      `Cannot make ${dtype}${show(shape)} of a ${flat.constructor.name}: its elements are others`,
    );
  }
  return { flat, shape, dtype };
}

/** Opens a scope: it owns what is made in it, and what is computed from that. */
export function scope(): Scope {
  return new Scope();
}

function dtypeOf(values: PlainArray): PlainDtype {
  if (values instanceof Uint16Array) {
    throw new WickError("DTYPE_MISMATCH", "Cannot tell f16 from bf16 by a Uint16Array: give the dtype");
  }
  const dtype = (["f32", "i32", "u8", "f64", "i64", "u32", "i16"] as const).find((d) => holds(values, d));
  if (dtype) return dtype;
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot make a tensor of ${values.constructor.name}: expected one of a dtype`,
  );
}

function flatten(
  values: NestedValues,
  options: TensorOptions,
): { flat: PlainArray; shape: readonly number[]; dtype: PlainDtype } {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  const scalars: Scalar[] = [];
  collect(values, shape, 0, scalars);
  const dtype = options.dtype ?? common(scalars);
  return { flat: encode(scalars, dtype), shape: options.shape ?? shape, dtype };
}

/** bool for truth values, i64 where there is a bigint, else f32. */
function common(scalars: readonly Scalar[]): PlainDtype {
  const kinds = new Set(
    scalars.map((v) => typeof v).filter((kind) => /^(number|bigint|boolean)$/.test(kind)),
  );
  if (kinds.size > 1) {
    throw new WickError(
      "DTYPE_MISMATCH",
      "Cannot make a tensor of mixed numbers, bigints and truth values: give the dtype",
    );
  }
  return kinds.has("bigint") ? "i64" : kinds.has("boolean") ? "bool" : "f32";
}

function collect(values: NestedValues, shape: readonly number[], depth: number, into: Scalar[]): void {
  if (Array.isArray(values) && values.length === shape[depth]) {
    for (const value of values) collect(value, shape, depth + 1, into);
  } else if (depth === shape.length && !Array.isArray(values)) into.push(values);
  else {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot make a tensor of ragged arrays: expected ${show(shape)}`,
    );
  }
}
