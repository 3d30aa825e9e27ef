/**
 * Tensors from files and into files: safetensors, npy, npz and PyTorch's pth.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { type DeviceName, deviceNamed } from "../device/open.ts";
import { throwIfAborted } from "../error.ts";
import type { FileTensor } from "../formats/file_tensor.ts";
import { openNpy, writeNpy as writeArray } from "../formats/npy.ts";
import { openNpz, writeNpz as writeArchive } from "../formats/npz.ts";
import { openPth } from "../formats/pth.ts";
import { openSafetensors } from "../formats/safetensors.ts";
import {
  safetensorsChunks,
  type SafetensorsPairs,
  type StreamedTensor,
  writeSafetensors as writeFile,
} from "../formats/safetensors_writer.ts";
import type { ZipMethod } from "../formats/zip_writer.ts";
import { type Source, type SourceInput, toSource } from "../hub/source.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { refuseWhileRecording } from "../tensor/program.ts";
import type { Scope } from "../tensor/scope.ts";
import { Tensor } from "../tensor/tensor.ts";
import { PartlyRead } from "./partly_read.ts";
import { fileDtype, held, tensorDtype, unheld } from "./tensor_dtypes.ts";

/** The most bytes that wait for their place in the device's memory. */
const WINDOW = 4 << 20;

/** Options of reading tensors. */
export interface ReadTensorsOptions {
  /** Where they go [the default device]. */
  device?: Device | DeviceName;
  /** Who disposes them [nobody: their owner does]. */
  scope?: Scope;
  /** The object's key, where the input is a bucket. */
  key?: string;
  /** Which tensors are read, by name [all]. */
  only?: (name: string) => boolean;
  /** Called with the free pairs of a safetensors header. */
  onMetadata?: (pairs: ReadonlyMap<string, string>) => void;
  /** Ends the reading with ABORTED; nothing stays allocated. */
  signal?: AbortSignal;
}

/**
 * Tensors of a safetensors file by name: a path, an http(s) URL, "hf:owner/repo/file", a stream, a Blob, bytes,
 * anything with `read(offset, length)`, or a bucket with the object's key. They stream into place; the file is
 * never held whole.
 *
 * @throws WickError UNKNOWN_FORMAT, CORRUPT_FILE, UNSUPPORTED_TENSOR_TYPE, OUT_OF_MEMORY, ABORTED, or what the
 * source throws; nothing stays allocated
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { readSafetensors, scope, tensor, writeSafetensors } from "@wick/wick";
 * using own = scope();
 * const weight = tensor([[1, 2], [3, 4]], { scope: own });
 * const file = await writeSafetensors(new Map([["weight", weight]]));
 * const read = await readSafetensors(file, { scope: own });
 * deepEqual(await read.get("weight")!.toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export async function readSafetensors(
  input: SourceInput,
  options: ReadTensorsOptions = {},
): Promise<Map<string, Tensor>> {
  using file = await openSafetensors(await open(input, options), { signal: options.signal });
  options.onMetadata?.(file.metadata);
  return await load(file.tensors, options);
}

/** The array of an npy file. */
export async function readNpy(input: SourceInput, options: ReadTensorsOptions = {}): Promise<Tensor> {
  using file = await openNpy(await open(input, options));
  const read = await load(new Map([["array", file]]), { ...options, only: undefined });
  return read.get("array")!;
}

/**
 * The arrays of an npz archive by name; the input must read at any offset (no stream). Arrays that no tensor holds
 * (text, dates, records, Python objects, complex numbers) are left out; asking for one, by `only` or by the map's
 * `get`, throws UNSUPPORTED_TENSOR_TYPE that names it and its dtype.
 *
 * @throws WickError as {@linkcode readSafetensors}
 */
export async function readNpz(
  input: SourceInput,
  options: ReadTensorsOptions = {},
): Promise<Map<string, Tensor>> {
  using file = await openNpz(await open(input, options));
  const refused = new Map(file.refused), readable = new Map<string, FileTensor>();
  for (const [name, tensor] of file.tensors) {
    if (held(tensor.dtype)) readable.set(name, tensor);
    else refused.set(name, unheld(name, tensor.dtype));
  }
  for (const [name, error] of refused) if (options.only?.(name)) throw error;
  if (readable.size === 0 && !options.only) { for (const error of refused.values()) throw error; }
  return new PartlyRead(await load(readable, options), refused);
}

/**
 * The tensors of a PyTorch checkpoint by their path ("model.layer.0.weight"); no code is run. The input must read
 * at any offset (no stream).
 */
export async function readPth(
  input: SourceInput,
  options: ReadTensorsOptions = {},
): Promise<Map<string, Tensor>> {
  using file = await openPth(await open(input, options));
  return await load(file.tensors, options);
}

/** A safetensors file. */
export async function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: SafetensorsPairs = {},
): Promise<Uint8Array> {
  return writeFile(await Promise.all(streamed(tensors).map(whole)), metadata);
}

/** The same as a stream that holds one tensor at a time; they must stay until it ends. */
export function streamSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: SafetensorsPairs = {},
): ReadableStream<Uint8Array> {
  return ReadableStream.from(safetensorsChunks(streamed(tensors), metadata));
}

/** An npy file, byte for byte as NumPy writes it. */
export async function writeNpy(x: Tensor): Promise<Uint8Array> {
  const [only] = streamed(new Map([["array", x]]));
  return writeArray(await whole(only));
}

/** An npz archive; the same arrays give the same bytes. */
export async function writeNpz(
  tensors: ReadonlyMap<string, Tensor>,
  options: { method?: ZipMethod } = {},
): Promise<Uint8Array> {
  return await writeArchive(await Promise.all(streamed(tensors).map(whole)), options);
}

function open(input: SourceInput, { key, signal }: ReadTensorsOptions): Promise<Source> {
  return toSource(input, key, { signal });
}

async function load(
  files: ReadonlyMap<string, FileTensor>,
  { device: on, scope, only, signal }: ReadTensorsOptions,
): Promise<Map<string, Tensor>> {
  refuseWhileRecording("read tensors");
  const device = deviceNamed(on);
  const chosen = [...files].filter(([name]) => only?.(name) ?? true);
  const dtypes = chosen.map(([name, { dtype }]) => tensorDtype(name, dtype));
  const made = new Map<string, Tensor>();
  try {
    for (const [i, [name, file]] of chosen.entries()) {
      throwIfAborted(signal, "read tensors");
      const storage = device.allocate(storageBytes(dtypes[i], file.shape));
      const tensor = new Tensor(storage, dtypes[i], file.shape, { scope });
      made.set(name, tensor);
      await fill(tensor, file, signal);
    }
    return made;
  } catch (error) {
    for (const tensor of made.values()) tensor.dispose();
    throw error;
  }
}

/** Piece by piece where the file allows; whatever else grows the device's memory meanwhile. */
async function fill({ device, storage }: Tensor, file: FileTensor, signal?: AbortSignal): Promise<void> {
  if (file.dtype === "BOOL") return device.write(storage, 0, (await file.read()).map((byte) => byte && 1));
  if (!file.readInto) return device.write(storage, 0, await file.read());
  const window = new Uint8Array(Math.min(WINDOW, file.bytes));
  for (let start = 0; start < file.bytes; start += WINDOW) {
    throwIfAborted(signal, "read tensors");
    const piece = window.subarray(0, Math.min(WINDOW, file.bytes - start));
    await file.readInto(start, piece);
    device.write(storage, start, piece);
  }
}

function streamed(tensors: ReadonlyMap<string, Tensor>): StreamedTensor[] {
  return [...tensors].map(([name, tensor]) => ({
    name,
    dtype: fileDtype(name, tensor.dtype),
    shape: tensor.shape,
    read: async () => {
      const { buffer, byteOffset, byteLength } = await tensor.data();
      return new Uint8Array(buffer, byteOffset, byteLength);
    },
  }));
}

async function whole(tensor: StreamedTensor) {
  return { name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, data: await tensor.read() };
}
