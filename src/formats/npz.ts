/**
 * Opens and writes npz archives: a zip of npy files, stored (`numpy.savez`) or deflated
 * (`numpy.savez_compressed`).
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Source } from "../hub/source.ts";
import { ByteCursor } from "./byte_cursor.ts";
import { type FileDtype, type FileTensor, type NamedTensorData, tensorNamed } from "./file_tensor.ts";
import { npyBytes, readNpyData, writeNpy } from "./npy.ts";
import { type NpyHeader, readNpyHeader } from "./npy_header.ts";
import { openZip, type ZipEntry, type ZipOptions } from "./zip.ts";
import { writeZip, type ZipMethod } from "./zip_writer.ts";

const SUFFIX = ".npy";

/** An array of an npz archive; it is unpacked and checked against its checksum when it is read. */
export class NpzTensor implements FileTensor {
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly #entry: ZipEntry;
  readonly #header: NpyHeader;

  /** Made by {@linkcode openNpz}. */
  constructor(entry: ZipEntry, readonly name: string, header: NpyHeader, readonly bytes: number) {
    this.dtype = header.dtype;
    this.shape = header.shape;
    this.#entry = entry;
    this.#header = header;
  }

  async read(): Promise<Uint8Array<ArrayBuffer>> {
    const opened = this.#entry.open();
    try {
      return await readNpyData(opened, tensorNamed(this.name), this.#header, this.bytes);
    } finally {
      opened.close();
    }
  }
}

/** An npz archive whose headers are read; its arrays' data are not. */
export class Npz implements Disposable {
  /** Made by {@linkcode openNpz}. */
  constructor(
    /** The arrays of numbers by name (without ".npy"), in the order in which they lie. */
    readonly tensors: ReadonlyMap<string, NpzTensor>,
    /** Why the others cannot be read, by name: arrays of text, dates, records and Python objects. */
    readonly refused: ReadonlyMap<string, WickError>,
    /** The archive. */
    readonly source: Source,
  ) {}

  /** Closes the source. */
  close(): void {
    this.source.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Reads the directory of an npz archive and its arrays' headers. `source` must read at any offset (no
 * stream), belongs to the result, and is closed where this throws.
 *
 * @throws WickError UNKNOWN_FORMAT, CORRUPT_FILE, UNSUPPORTED_TENSOR_TYPE, INVALID_ARGUMENT, or what the
 * source throws
 */
export async function openNpz(source: Source, options: Pick<ZipOptions, "mostInflated"> = {}): Promise<Npz> {
  try {
    const tensors = new Map<string, NpzTensor>(), refused = new Map<string, WickError>();
    for (const entry of (await openZip(source, options)).values()) {
      const name = arrayName(entry, source.name);
      try {
        tensors.set(name, await openEntry(entry, name));
      } catch (error) {
        if (!(error instanceof WickError && error.code === "UNSUPPORTED_TENSOR_TYPE")) throw error;
        refused.set(name, error);
      }
    }
    return new Npz(tensors, refused, source);
  } catch (error) {
    source.close();
    throw error;
  }
}

function arrayName(entry: ZipEntry, archive: string): string {
  if (entry.name.endsWith(SUFFIX)) return entry.name.slice(0, -SUFFIX.length);
  const requirement = `an npz archive holds files that end in "${SUFFIX}", got "${entry.name}"`;
  throw new WickError("UNKNOWN_FORMAT", `Cannot read ${archive}: ${requirement}`);
}

async function openEntry(entry: ZipEntry, name: string): Promise<NpzTensor> {
  const opened = entry.open();
  try {
    const cursor = new ByteCursor(opened);
    const header = await readNpyHeader(cursor, tensorNamed(name));
    return new NpzTensor(entry, name, header, npyBytes(cursor, tensorNamed(name), header));
  } finally {
    opened.close();
  }
}

/** Options of {@linkcode writeNpz}. */
export interface NpzOptions {
  /** How arrays are packed; default "stored". */
  method?: ZipMethod;
}

/**
 * An npz archive; the same arrays give the same bytes.
 *
 * @throws WickError UNSUPPORTED_TENSOR_TYPE for dtypes that NumPy has not, SHAPE_MISMATCH, INVALID_ARGUMENT
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { openNpz, writeNpz } from "./npz.ts";
 * import { bytesSource } from "../hub/memory_source.ts";
 * const bias = { name: "bias", dtype: "U8", shape: [3], data: new Uint8Array([1, 2, 3]) } as const;
 * using opened = await openNpz(bytesSource(await writeNpz([bias], { method: "deflate" })));
 * deepEqual([...await opened.tensors.get("bias")!.read()], [1, 2, 3]);
 * ```
 */
export async function writeNpz(
  tensors: Iterable<NamedTensorData>,
  options: NpzOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const files = [...tensors].map((tensor) => ({ name: tensor.name + SUFFIX, data: writeNpy(tensor) }));
  return await writeZip(files, options.method);
}
