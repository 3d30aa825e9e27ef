/**
 * Opens and writes npy files: one array each, of NumPy's plain dtypes, in C or Fortran order, little or big
 * endian; what is read is always C order, little endian.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Source } from "../hub/source.ts";
import { HeadSource } from "../hub/head_source.ts";
import { ByteCursor } from "./byte_cursor.ts";
import { contiguousStrides, gather, joinBytes, readBytes, readExactly, swapBytes } from "./file_bytes.ts";
import {
  checkRange,
  checkTensorData,
  elementBytes,
  type FileDtype,
  type FileTensor,
  tensorBytes,
  type TensorData,
} from "./file_tensor.ts";
import { type NpyHeader, npyTypes, readNpyHeader } from "./npy_header.ts";

/** An npy file whose header is read; its data are not. */
export class Npy implements FileTensor, Disposable {
  /** The source's name. */
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly readInto?: (start: number, into: Uint8Array) => Promise<void>;

  /** Made by {@linkcode openNpy}. */
  constructor(readonly source: Source, readonly header: NpyHeader, bytes: number) {
    this.name = source.name;
    this.dtype = header.dtype;
    this.shape = header.shape;
    this.bytes = bytes;
    if (asKept(header)) this.readInto = (start, into) => this.#readInto(start, into);
  }

  read(): Promise<Uint8Array<ArrayBuffer>> {
    return readNpyData(this.source, "the array", this.header, this.bytes);
  }

  /** Closes the source. */
  close(): void {
    this.source.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #readInto(start: number, into: Uint8Array): Promise<void> {
    checkRange(this, start, into.length);
    await readExactly(this.source, "the array", this.header.dataStart + start, into);
  }
}

/**
 * Reads the header of an npy file. `source` belongs to the result, and is closed where this throws.
 *
 * @throws WickError UNKNOWN_FORMAT, CORRUPT_FILE, UNSUPPORTED_TENSOR_TYPE (structured dtypes, objects, text),
 * or what the source throws
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { openNpy, writeNpy } from "./npy.ts";
 * import { bytesSource } from "../hub/memory_source.ts";
 * const file = writeNpy({ dtype: "U8", shape: [3], data: new Uint8Array([1, 2, 3]) });
 * using opened = await openNpy(bytesSource(file));
 * deepEqual([opened.dtype, opened.shape, [...await opened.read()]], ["U8", [3], [1, 2, 3]]);
 * ```
 */
export async function openNpy(source: Source): Promise<Npy> {
  try {
    const cursor = new ByteCursor(source);
    const header = await readNpyHeader(cursor, "the array");
    const bytes = npyBytes(cursor, "the array", header);
    return new Npy(new HeadSource(source, cursor.position, cursor.rest()), header, bytes);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The bytes of an array's data, which must end with their file. */
export function npyBytes(cursor: ByteCursor, what: string, header: NpyHeader): number {
  const { dtype, shape, dataStart } = header;
  const bytes = tensorBytes(dtype, shape);
  if (typeof bytes === "string") cursor.fail(what, bytes);
  const got = (cursor.source.size ?? dataStart + bytes) - dataStart;
  if (bytes === got) return bytes;
  cursor.fail(what, `${dtype} [${shape.join(", ")}] needs ${bytes} bytes to the end of the file, got ${got}`);
}

/** An array's data, brought into C order and little endian. */
export async function readNpyData(
  source: Source,
  what: string,
  header: NpyHeader,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { dtype, shape, bigEndian, fortranOrder, dataStart } = header;
  const data = await readBytes(source, what, dataStart, bytes);
  const width = elementBytes(dtype);
  if (bigEndian) swapBytes(data, dtype === "C64" ? width / 2 : width);
  if (!fortranOrder || bytes === 0) return data;
  return gather(data, shape, contiguousStrides([...shape].reverse()).reverse(), width);
}

/** Whether the bytes lie in the file as they are read. */
function asKept({ dtype, bigEndian, fortranOrder, shape }: NpyHeader): boolean {
  return !(bigEndian && elementBytes(dtype) > 1) && !(fortranOrder && shape.length > 1);
}

/**
 * An npy file of version 1.0, byte for byte as NumPy 2 writes it.
 *
 * @throws WickError UNSUPPORTED_TENSOR_TYPE for dtypes that NumPy has not, SHAPE_MISMATCH, INVALID_ARGUMENT
 */
export function writeNpy(tensor: TensorData): Uint8Array<ArrayBuffer> {
  checkTensorData("the array", tensor);
  return joinBytes([headerOf(tensor), tensor.data]);
}

/** Room that NumPy leaves for the first size to grow in place, in digits. */
const GROWTH_DIGITS = 21;

function headerOf({ dtype, shape }: TensorData): Uint8Array {
  const code = npyTypes[dtype];
  if (code === undefined) {
    const known = Object.keys(npyTypes).join(" ");
    throw new WickError(
      "UNSUPPORTED_TENSOR_TYPE",
      `Cannot write the array: an npy file's dtype must be one of ${known}, got ${dtype}`,
    );
  }
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const descr = `${elementBytes(dtype) === 1 ? "|" : "<"}${code}`;
  const growth = shape.length > 0 ? GROWTH_DIGITS - String(shape[0]).length : 0;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }${" ".repeat(growth)}`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = new TextEncoder().encode("\0".repeat(10) + text.padEnd(length - 11) + "\n");
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(header.buffer).setUint16(8, length - 10, true);
  return header;
}
