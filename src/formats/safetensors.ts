/**
 * Opens safetensors files: the header is read and checked at once, tensors one by one.
 *
 * @module
 */
import { HeadSource } from "../hub/head_source.ts";
import { throwIfAborted } from "../error.ts";
import type { Source } from "../hub/source.ts";
import { ByteCursor } from "./byte_cursor.ts";
import { readBytes, readExactly } from "./file_bytes.ts";
import { checkRange, type FileDtype, type FileTensor, tensorNamed } from "./file_tensor.ts";
import { readHeader, type SafetensorsInfo } from "./safetensors_header.ts";

/** Options of {@linkcode openSafetensors}. */
export interface SafetensorsOptions {
  /** Ends the reading of the header with ABORTED. */
  signal?: AbortSignal;
}

/** A tensor of a safetensors file. */
export class SafetensorsTensor implements FileTensor {
  readonly name: string;
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Its first byte in the file. */
  readonly offset: number;
  readonly #source: Source;

  /** Made by {@linkcode openSafetensors}. */
  constructor(source: Source, { name, dtype, shape, bytes, offset }: SafetensorsInfo) {
    this.#source = source;
    this.name = name;
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
    this.offset = offset;
  }

  read(): Promise<Uint8Array<ArrayBuffer>> {
    return readBytes(this.#source, tensorNamed(this.name), this.offset, this.bytes);
  }

  async readInto(start: number, into: Uint8Array): Promise<void> {
    checkRange(this, start, into.length);
    await readExactly(this.#source, tensorNamed(this.name), this.offset + start, into);
  }
}

/** A safetensors file whose header is read; its tensors' data are not. */
export class Safetensors implements Disposable {
  /** Made by {@linkcode openSafetensors}. */
  constructor(
    /** The free pairs of the header. */
    readonly metadata: ReadonlyMap<string, string>,
    /** All tensors by name, by ascending offset. */
    readonly tensors: ReadonlyMap<string, SafetensorsTensor>,
    /** The file. */
    readonly source: Source,
  ) {}

  /**
   * Fills `into` with the bytes of a tensor from its byte `start` on. Read by ascending offset: a stream goes
   * no other way, and a URL is then one request.
   *
   * @throws WickError CORRUPT_FILE where the file ends before, SOURCE_FAILED where it cannot be read
   */
  async read(tensor: SafetensorsTensor, start: number, into: Uint8Array): Promise<void> {
    await tensor.readInto(start, into);
  }

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
 * Reads the header of a safetensors file. `source` belongs to the result, and is closed where this throws.
 *
 * @throws WickError UNKNOWN_FORMAT, CORRUPT_FILE, UNSUPPORTED_TENSOR_TYPE, or what the source throws
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { openSafetensors } from "./safetensors.ts";
 * import { writeSafetensors } from "./safetensors_writer.ts";
 * import { bytesSource } from "../hub/memory_source.ts";
 * const file = writeSafetensors([{ name: "bias", dtype: "U8", shape: [3], data: new Uint8Array([1, 2, 3]) }]);
 * using opened = await openSafetensors(bytesSource(file));
 * deepEqual([...await opened.tensors.get("bias")!.read()], [1, 2, 3]);
 * ```
 */
export async function openSafetensors(
  source: Source,
  options: SafetensorsOptions = {},
): Promise<Safetensors> {
  try {
    const cursor = new ByteCursor(source, () => throwIfAborted(options.signal, `read ${source.name}`));
    const { metadata, tensors } = await readHeader(cursor);
    const rest = new HeadSource(source, cursor.position, cursor.rest());
    const opened = tensors.map((info) => [info.name, new SafetensorsTensor(rest, info)] as const);
    return new Safetensors(metadata, new Map(opened), rest);
  } catch (error) {
    source.close();
    throw error;
  }
}
