/**
 * Files that the Python libraries wrote, with what their tensors hold (test/golden/make/files.py), and what
 * the tests of several formats share.
 *
 * @module
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { WickError, type WickErrorCode } from "../../src/error.ts";
import {
  fileDtypes,
  type FileTensor,
  type NamedTensorData,
  tensorBytes,
} from "../../src/formats/file_tensor.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import type { Source } from "../../src/hub/source.ts";
import { StreamSource } from "../../src/hub/stream_source.ts";
import type { Random } from "../random.ts";
import { repositoryPath } from "../shared.ts";

interface Golden {
  tensors: Record<string, Record<string, { dtype: string; shape: number[]; hex: string }>>;
  refused: Record<string, { code: WickErrorCode; message: string }>;
}

const golden: Golden = JSON.parse(Deno.readTextFileSync(repositoryPath("test/golden/files/expected.json")));

/** The bytes of a golden file. */
export function goldenFile(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(repositoryPath(`test/golden/files/${name}`));
}

/** Names of the golden files of a format that must be read. */
export function readable(extension: string): string[] {
  return Object.keys(golden.tensors).filter((name) => name.endsWith(extension));
}

/** Golden files of a format that must be refused, with code and message. */
export function refusable(extension: string): [string, WickErrorCode, string][] {
  return Object.entries(golden.refused).filter(([name]) => name.endsWith(extension))
    .map(([name, { code, message }]) => [name, code, message]);
}

/** The tensors that a golden file holds, sorted by name. */
export function goldenTensors(file: string): NamedTensorData[] {
  const told = Object.entries(golden.tensors[file]).map(([name, { dtype, shape, hex }]) => {
    return { name, dtype, shape, data: new Uint8Array(Buffer.from(hex, "hex")) } as NamedTensorData;
  });
  return sorted(told);
}

/** That tensors, read whole and in two parts, are the expected ones. */
export async function checkTensors(
  tensors: Iterable<FileTensor>,
  expected: readonly NamedTensorData[],
): Promise<void> {
  const found: NamedTensorData[] = [];
  for (const { name, dtype, shape, bytes, ...rest } of [...tensors].map(described)) {
    const data = await rest.tensor.read();
    equal(data.length, bytes, name);
    deepEqual(await inParts(rest.tensor, data), data, name);
    found.push({ name, dtype, shape: [...shape], data });
  }
  deepEqual(sorted(found), expected);
}

function described(tensor: FileTensor) {
  const { name, dtype, shape, bytes } = tensor;
  return { name, dtype, shape, bytes, tensor };
}

async function inParts(tensor: FileTensor, whole: Uint8Array): Promise<Uint8Array> {
  if (!tensor.readInto) return whole;
  const data = new Uint8Array(whole.length), half = whole.length >> 1;
  await tensor.readInto(half, data.subarray(half));
  await tensor.readInto(0, data.subarray(0, half));
  await rejects(tensor.readInto(half, new Uint8Array(whole.length - half + 1)), { code: "INVALID_ARGUMENT" });
  return data;
}

function sorted(tensors: NamedTensorData[]): NamedTensorData[] {
  return tensors.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Up to ten tensors of random names, dtypes, shapes and bytes. */
export function randomTensors(random: Random, dtypes = fileDtypes): NamedTensorData[] {
  return sorted(Array.from({ length: random.integer(0, 10) }, (_, i) => {
    const dtype = random.pick(dtypes);
    const shape = Array.from({ length: random.integer(0, 4) }, () => random.integer(0, 5));
    if (dtype.startsWith("F4") || dtype.startsWith("F6")) shape.push(8); // whole bytes
    const name = `${random.pick(["a", "layer.", "é", "\u{1f600}", '"\\', "__proto__"])}${i}`;
    return { name, dtype, shape, data: random.bytes(tensorBytes(dtype, shape) as number) };
  }));
}

/** What `open` makes of `bytes`: "read" or an error's code; anything but WickErrors that a file may cause is thrown. */
export async function outcome(
  bytes: Uint8Array,
  open: (source: Source) => Promise<FileTensor[]>,
): Promise<string> {
  let closed = 0;
  const source: Source = { ...bytesSource(bytes, "the file"), close: () => closed++ };
  try {
    for (const tensor of await open(source)) await tensor.read();
    source.close();
    return "read";
  } catch (error) {
    const codes: WickErrorCode[] = ["CORRUPT_FILE", "UNKNOWN_FORMAT", "UNSUPPORTED_TENSOR_TYPE"];
    if (!(error instanceof WickError && codes.includes(error.code))) throw error;
    equal(/^Cannot read .*the file.*: /s.test(error.message), true, error.message);
    return error.code;
  } finally {
    equal(closed <= 1, true, "the source must be closed once at most");
  }
}

/** That every file shorter than `bytes` is refused as corrupt. */
export async function refusesEveryCut(
  bytes: Uint8Array,
  open: (source: Source) => Promise<FileTensor[]>,
): Promise<void> {
  for (let length = 0; length < bytes.length; length++) {
    equal(await outcome(bytes.subarray(0, length), open), "CORRUPT_FILE", `cut to ${length} bytes`);
  }
  equal(await outcome(bytes, open), "read");
}

/** That opening refuses a file with this code and message, and closes it. */
export async function refuses(
  open: (source: Source) => Promise<unknown>,
  bytes: Uint8Array,
  code: WickErrorCode,
  message: RegExp | string,
): Promise<void> {
  let closed = 0;
  await rejects(open({ ...bytesSource(bytes, "the file"), close: () => closed++ }), (error) => {
    if (!(error instanceof WickError)) throw error;
    equal(error.code, code, error.message);
    const matches = typeof message === "string"
      ? error.message.includes(message)
      : message.test(error.message);
    equal(matches, true, error.message);
    return true;
  });
  equal(closed, 1, "the source must be closed");
}

/** A forward-only source in chunks of `chunk` bytes. */
export function streamOf(bytes: Uint8Array, chunk: number, size?: number): Source {
  let offset = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset += chunk));
    },
  });
  return new StreamSource(stream, "the stream", size);
}
