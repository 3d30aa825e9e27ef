/**
 * The values of one column in one batch: host values put together, or entries of a tensor that are yet to be taken.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import { elementsOf, scope as openScope, tensor } from "../tensor/create.ts";
import type { Dtype, PlainArray, PlainDtype } from "../tensor/dtype.ts";
import type { Scope } from "../tensor/scope.ts";
import { type NestedValues, Tensor } from "../tensor/tensor.ts";
import type { Column, Field } from "./dataset.ts";

/** Values [B, ..] of a batch. */
export interface Part {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Them in a scope; what is on no device yet goes to `device`. */
  tensor(scope: Scope, device?: Device): Tensor;
  /** Writes them into a contiguous tensor of their shape and dtype. */
  write(into: Tensor): void;
}

/** The entries of a column by number. */
export function takenOf(name: string, column: Column, indices: Int32Array): Part {
  if (column instanceof Tensor) return new TensorPart(column, indices);
  if (ArrayBuffer.isView(column)) return new HostPart(elementsOf(picked(column, indices)));
  return putTogether(name, Array.from(indices, (i) => column[i]));
}

/**
 * Fields of items along a new first dimension.
 *
 * @throws WickError SHAPE_MISMATCH or DTYPE_MISMATCH, naming the field, for items that differ or are no numbers
 */
export function putTogether(name: string, fields: readonly Field[]): Part {
  try {
    return new HostPart(
      fields.some((field) => ArrayBuffer.isView(field)) ? joined(fields) : elementsOf(plain(fields)),
    );
  } catch (error) {
    if (!(error instanceof WickError)) throw error;
    const message = `Cannot put ${name} of ${fields.length} items together: ${error.message}`;
    throw new WickError(error.code, message, { param: name, cause: error });
  }
}

class HostPart implements Part {
  readonly flat: PlainArray;
  readonly shape: readonly number[];
  readonly dtype: PlainDtype;

  constructor({ flat, shape, dtype }: { flat: PlainArray; shape: readonly number[]; dtype: PlainDtype }) {
    this.flat = flat;
    this.shape = shape;
    this.dtype = dtype;
  }

  tensor(scope: Scope, device?: Device): Tensor {
    const { flat, shape, dtype } = this;
    return tensor(flat, { shape, dtype, device, scope });
  }

  write(into: Tensor): void {
    into.write(this.flat);
  }
}

class TensorPart implements Part {
  readonly shape: readonly number[];
  readonly dtype: Dtype;

  constructor(readonly whole: Tensor, readonly indices: Int32Array) {
    this.shape = whole.shape.with(0, indices.length);
    this.dtype = whole.dtype;
  }

  tensor(scope: Scope): Tensor {
    const index = tensor(this.indices, { device: this.whole.device, scope });
    return scope.borrow(this.whole).indexSelect(0, index);
  }

  write(into: Tensor): void {
    using own = openScope();
    into.sliceSet(this.tensor(own).detach());
  }
}

function picked(column: PlainArray, indices: Int32Array): PlainArray {
  const Elements = column.constructor as new (length: number) => PlainArray;
  const out = new Elements(indices.length);
  indices.forEach((from, to) => out[to] = column[from]);
  return out;
}

/** Typed arrays of one class and length, one after the other. */
function joined(fields: readonly Field[]): ReturnType<typeof elementsOf> {
  const [first] = fields;
  if (!ArrayBuffer.isView(first)) throw mixed();
  const Elements = first.constructor as new (length: number) => PlainArray;
  const flat = new Elements(fields.length * first.length);
  for (const [i, field] of fields.entries()) {
    if (!(field instanceof Elements)) throw mixed();
    if (field.length !== first.length) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `typed arrays must be of one length, got ${first.length} and ${field.length}`,
      );
    }
    flat.set(field as never, i * first.length);
  }
  return elementsOf(flat, { shape: [fields.length, first.length] });
}

function plain(fields: readonly Field[]): NestedValues[] {
  if (!fields.some((field) => (field as unknown) instanceof Tensor)) return fields as NestedValues[];
  throw new WickError(
    "DTYPE_MISMATCH",
    "items hold host values, got a tensor; give whole tensors as columns",
  );
}

function mixed(): WickError {
  return new WickError("DTYPE_MISMATCH", "all must be typed arrays of one class, or none");
}
