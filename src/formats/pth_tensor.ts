/**
 * A tensor of a PyTorch checkpoint: a strided view of a storage, which is one file of the archive.
 *
 * @module
 */
import { contiguousStrides, gather, swapBytes } from "./file_bytes.ts";
import { checkRange, elementBytes, type FileDtype, type FileTensor, tensorBytes } from "./file_tensor.ts";
import { PickleObject } from "./pickle_machine.ts";
import type { ZipEntry } from "./zip.ts";

/** A storage: bytes that tensors may share. */
export class PthStorage extends PickleObject {
  /** `dtype` is undefined for an untyped storage; `swapped` says that values lie big endian. */
  constructor(readonly entry: ZipEntry, readonly dtype: FileDtype | undefined, readonly swapped: boolean) {
    super();
  }
}

/** Where a tensor's elements lie in its storage, in elements. */
export interface PthView {
  /** What its elements are. */
  dtype: FileDtype;
  /** Its sizes, outermost first. */
  shape: readonly number[];
  /** Steps between neighbours along each dimension. */
  strides: readonly number[];
  /** Its first element. */
  offset: number;
}

/** A broadcast view (stride 0) holds its elements once; read, it may have this many bytes. */
const MOST_EXPANDED = 1 << 28;

/** A tensor whose data are not read yet. */
export class PthTensor extends PickleObject implements FileTensor {
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  /** Steps between neighbours along each dimension in the storage, in elements. */
  readonly strides: readonly number[];
  readonly bytes: number;
  readonly readInto?: (start: number, into: Uint8Array) => Promise<void>;
  /** Its first path through the checkpoint's containers: "model.layer.0.weight"; "" until it is known. */
  name = "";
  readonly #start: number;
  readonly #span: number;

  /** A view that {@linkcode viewBytes} found to lie within its storage. */
  constructor(readonly storage: PthStorage, view: PthView, bytes: number, span: number) {
    super();
    const { dtype, shape, strides, offset } = view;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.bytes = bytes;
    this.#start = offset * elementBytes(dtype);
    this.#span = span * elementBytes(dtype);
    if (storage.entry.stored && !storage.swapped && isContiguous(shape, strides)) {
      this.readInto = (start, into) => this.#readInto(start, into);
    }
  }

  /** A tensor that is its whole storage is checked against the archive's checksum, a part of one is not. */
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    const { dtype, shape, strides, storage } = this;
    if (this.bytes === 0) return new Uint8Array(0);
    const data = await this.#readSpan();
    const width = elementBytes(dtype);
    if (storage.swapped) swapBytes(data, dtype === "C64" ? width / 2 : width);
    return isContiguous(shape, strides) ? data : gather(data, shape, strides, width);
  }

  /** The storage from the first element to the last. */
  async #readSpan(): Promise<Uint8Array<ArrayBuffer>> {
    const { entry } = this.storage;
    if (entry.stored && this.#span < entry.size) {
      const data = new Uint8Array(this.#span);
      await entry.readInto(this.#start, data);
      return data;
    }
    const whole = await entry.read();
    return this.#span === whole.length ? whole : whole.slice(this.#start, this.#start + this.#span);
  }

  async #readInto(start: number, into: Uint8Array): Promise<void> {
    checkRange(this, start, into.length);
    await this.storage.entry.readInto(this.#start + start, into);
  }
}

/** The bytes of a view and the elements that it spans in its storage, or what is wrong with it. */
export function viewBytes(view: PthView, storageBytes: number): { bytes: number; span: number } | string {
  const { dtype, shape, strides, offset } = view;
  const bytes = tensorBytes(dtype, shape);
  if (typeof bytes === "string") return bytes;
  if (shape.length !== strides.length) {
    return `needs a stride for each of its ${shape.length} sizes, got ${strides.length}`;
  }
  const span = bytes === 0 ? 0 : 1 + shape.reduce((last, size, d) => last + (size - 1) * strides[d], 0);
  const end = offset + span, most = Math.floor(storageBytes / elementBytes(dtype));
  if (end > most || !Number.isSafeInteger(end)) {
    return `must lie within its storage of ${most} elements, got ${offset} to ${end}`;
  }
  if (bytes > storageBytes && bytes > MOST_EXPANDED) {
    return `a broadcast view may have ${MOST_EXPANDED} bytes, got ${bytes} of a storage of ${storageBytes}`;
  }
  return { bytes, span };
}

/** Strides of dimensions of size 1 mean nothing. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  const contiguous = contiguousStrides(shape);
  return shape.every((size, d) => size === 1 || strides[d] === contiguous[d]);
}
