/**
 * Writes safetensors files, byte for byte as the reference implementation does: tensors by falling alignment,
 * then by name; the header padded with spaces, so that data begin at a multiple of 8.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { joinBytes } from "./file_bytes.ts";
import {
  checkTensorData,
  checkTensorLayout,
  type FileDtype,
  fileDtypes,
  isFileDtype,
  type NamedTensorData,
  tensorBytes,
  tensorNamed,
} from "./file_tensor.ts";
import { LONGEST_HEADER, METADATA_KEY } from "./safetensors_header.ts";

/** A tensor whose data are asked for when their turn comes; every FileTensor is one. */
export interface StreamedTensor {
  /** Its name. */
  readonly name: string;
  /** What its elements are. */
  readonly dtype: FileDtype;
  /** Its sizes, outermost first. */
  readonly shape: readonly number[];
  /** Its elements: contiguous, C order, little endian. */
  read(): Promise<Uint8Array> | Uint8Array;
}

/** Free pairs of text for the header. */
export type SafetensorsPairs = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

/**
 * A safetensors file.
 *
 * @throws WickError INVALID_ARGUMENT, SHAPE_MISMATCH or UNSUPPORTED_TENSOR_TYPE
 */
export function writeSafetensors(
  tensors: Iterable<NamedTensorData>,
  metadata: SafetensorsPairs = {},
): Uint8Array {
  const sorted = inFileOrder(tensors);
  for (const tensor of sorted) checkTensorData(tensorNamed(tensor.name), tensor);
  return joinBytes([headerOf(sorted, metadata), ...sorted.map(({ data }) => data)]);
}

/**
 * The same in pieces, header first; one tensor's data are held at a time.
 *
 * @throws WickError INVALID_ARGUMENT, SHAPE_MISMATCH, UNSUPPORTED_TENSOR_TYPE, or what `read` throws
 */
export async function* safetensorsChunks(
  tensors: Iterable<StreamedTensor>,
  metadata: SafetensorsPairs = {},
): AsyncGenerator<Uint8Array> {
  const sorted = inFileOrder(tensors);
  yield headerOf(sorted, metadata);
  for (const tensor of sorted) {
    const data = await tensor.read();
    checkTensorLayout(tensorNamed(tensor.name), tensor.dtype, tensor.shape, data.length);
    if (data.length > 0) yield data;
  }
}

type Described = Pick<StreamedTensor, "name" | "dtype" | "shape">;

function inFileOrder<T extends Described>(tensors: Iterable<T>): T[] {
  const rank = new Map(fileDtypes.map((dtype, i) => [dtype, i]));
  const encoder = new TextEncoder();
  const keyed = [...tensors].map((tensor) => ({ tensor, name: encoder.encode(tensor.name) }));
  keyed.sort((a, b) => rank.get(b.tensor.dtype)! - rank.get(a.tensor.dtype)! || compareBytes(a.name, b.name));
  return keyed.map(({ tensor }) => tensor);
}

/** The order of UTF-8 bytes, which is Rust's order of strings; JavaScript's differs beyond U+FFFF. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

function headerOf(tensors: readonly Described[], metadata: SafetensorsPairs): Uint8Array {
  const members: string[] = [];
  const pairs = metadata instanceof Map ? [...metadata as Map<string, string>] : Object.entries(metadata);
  if (pairs.length > 0) members.push(`"${METADATA_KEY}":{${pairs.map(pairOf).join(",")}}`);
  const names = new Set([METADATA_KEY]);
  let begin = 0;
  for (const { name, dtype, shape } of tensors) {
    const what = tensorNamed(name);
    if (names.has(name)) refuse(what, `names must differ from each other and from "${METADATA_KEY}"`);
    names.add(name);
    const end = begin + bytesOf(what, dtype, shape);
    members.push(`${quote(what, name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
    begin = end;
  }
  return padded(members);
}

function bytesOf(what: string, dtype: FileDtype, shape: readonly number[]): number {
  const bytes = isFileDtype(dtype) ? tensorBytes(dtype, shape) : `its dtype must be a file's, got ${dtype}`;
  if (typeof bytes === "string") refuse(what, bytes);
  return bytes;
}

function padded(members: readonly string[]): Uint8Array {
  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > LONGEST_HEADER) {
    refuse("a safetensors file", `its header may have ${LONGEST_HEADER} bytes, got ${length}`);
  }
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

function pairOf([key, value]: readonly [string, unknown]): string {
  const what = `the pair ${JSON.stringify(key)} of ${METADATA_KEY}`;
  if (typeof value !== "string") refuse(what, `its value must be text, got ${typeof value}`);
  return `${quote(what, key)}:${quote(what, value)}`;
}

function quote(what: string, text: string): string {
  if (!text.isWellFormed()) refuse(what, "text must be well-formed Unicode, got half a surrogate pair");
  return JSON.stringify(text);
}

function refuse(what: string, requirement: string): never {
  throw new WickError("INVALID_ARGUMENT", `Cannot write ${what}: ${requirement}`, { param: what });
}
