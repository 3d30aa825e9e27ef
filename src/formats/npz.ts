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
import { zipKind } from "./identify.ts";
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
    /** Why the others cannot be read, by name: arrays of text, dates, records, Python objects, and files of other kinds. */
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
    const entries = [...(await openZip(source, options)).values()].filter(({ name }) => !name.endsWith("/"));
    if (entries.length > 0 && !entries.some(isArray)) throw noArrays(source, entries);
    const tensors = new Map<string, NpzTensor>(), refused = new Map<string, WickError>();
    for (const entry of entries) {
      if (isArray(entry)) await openEntry(entry, tensors, refused);
      else refused.set(entry.name, noArrays(source, [entry]));
    }
    return new Npz(tensors, refused, source);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Whether a file is an array's; beside them a Mac's archiver puts files of the same names in a folder of its own. */
function isArray({ name }: ZipEntry): boolean {
  return name.endsWith(SUFFIX) && !name.startsWith("__MACOSX/");
}

function noArrays(source: Source, entries: readonly ZipEntry[]): WickError {
  const found = zipKind(entries.map(({ name }) => name));
  const requirement = `an npz archive holds files that end in "${SUFFIX}", got ${found}`;
  return new WickError("UNKNOWN_FORMAT", `Cannot read ${source.name}: ${requirement}`);
}

/** Adds an array to those that can be read, or why it can't. */
async function openEntry(
  entry: ZipEntry,
  tensors: Map<string, NpzTensor>,
  refused: Map<string, WickError>,
): Promise<void> {
  const name = entry.name.slice(0, -SUFFIX.length);
  const opened = entry.open();
  try {
    const cursor = new ByteCursor(opened);
    const header = await readNpyHeader(cursor, tensorNamed(name));
    tensors.set(name, new NpzTensor(entry, name, header, npyBytes(cursor, tensorNamed(name), header)));
  } catch (error) {
    if (!(error instanceof WickError && error.code === "UNSUPPORTED_TENSOR_TYPE")) throw error;
    refused.set(name, error);
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
