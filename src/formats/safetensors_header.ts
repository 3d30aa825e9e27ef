/**
 * The header of a safetensors file.
 *
 * ```text
 * length u64 | JSON of that length, from "{" on, may end in spaces | data
 * {"__metadata__": {"key": "value"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
 * ```
 *
 * Offsets count from the data's beginning; the tensors, without overlap or hole, fill the data to the file's
 * end. The format, and what is refused: https://github.com/huggingface/safetensors (README, "Format"; its
 * `Metadata::validate`). Stricter than the reference: keys that appear twice and a space before "{" are
 * refused, as the text of the format says.
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import type { ByteCursor } from "./byte_cursor.ts";
import { type FileDtype, fileDtypes, isCount, isFileDtype, tensorBytes, tensorNamed } from "./file_tensor.ts";
import { fileKind, TELLING_BYTES } from "./identify.ts";
import { JsonFault, type JsonValue, parseJson } from "./safetensors_json.ts";

/** Where a tensor lies. */
export interface SafetensorsInfo {
  /** Its name. */
  name: string;
  /** What its elements are. */
  dtype: FileDtype;
  /** Its sizes, outermost first. */
  shape: readonly number[];
  /** Its first byte in the file. */
  offset: number;
  /** The number of its bytes. */
  bytes: number;
}

/** What a header says. */
export interface SafetensorsHeader {
  /** The free pairs of "__metadata__". */
  metadata: ReadonlyMap<string, string>;
  /** The tensors by ascending offset. */
  tensors: SafetensorsInfo[];
}

/** The longest header, in bytes, as in the reference implementation. */
export const LONGEST_HEADER = 100_000_000;
/** The key of the free pairs, which no tensor may have as its name. */
export const METADATA_KEY = "__metadata__";

/** Reads a header to its end; `cursor` then stands at the first byte of the data. */
export async function readHeader(cursor: ByteCursor): Promise<SafetensorsHeader> {
  const length = await readLength(cursor);
  await cursor.need(length, "the header");
  const text = decode(cursor, length);
  const dataStart = cursor.position;
  const object = parse(cursor, text);
  const metadata = metadataOf(cursor, object.get(METADATA_KEY));
  object.delete(METADATA_KEY);
  const tensors = [...object].map(([name, value]) => infoOf(cursor, name, value, dataStart));
  tensors.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  checkLayout(cursor, tensors, dataStart);
  return { metadata, tensors };
}

/** The header's length: nothing else tells a safetensors file from another than a "{" behind it. */
async function readLength(cursor: ByteCursor): Promise<number> {
  await cursor.need(9, "the header's length");
  const found = fileKind(cursor.peek(TELLING_BYTES));
  const first = cursor.bytes(9).slice();
  const view = new DataView(first.buffer);
  const length = view.getBigUint64(0, true);
  if (first[8] !== 0x7b) {
    throw new WickError(
      "UNKNOWN_FORMAT",
      `Cannot read ${cursor.source.name}: a safetensors file begins with its header's length and "{", got ${found}`,
    );
  }
  if (length <= LONGEST_HEADER && length >= 2) return Number(length) - 1;
  cursor.fail("the header's length", `2 to ${LONGEST_HEADER} bytes, got ${length}`);
}

/** The header as text; its "{" has been taken. */
function decode(cursor: ByteCursor, length: number): string {
  try {
    return "{" + new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(cursor.bytes(length));
  } catch {
    cursor.fail("the header", "must be valid UTF-8");
  }
}

function parse(cursor: ByteCursor, text: string): Map<string, JsonValue> {
  try {
    return parseJson(text) as Map<string, JsonValue>; // an object, since it begins with "{"
  } catch (fault) {
    if (!(fault instanceof JsonFault)) throw fault;
    cursor.fail("the header", `its JSON ${fault.message} at character ${fault.at}`);
  }
}

function metadataOf(cursor: ByteCursor, value: JsonValue | undefined): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (!(value instanceof Map)) cursor.fail(METADATA_KEY, `must be an object, got ${kindOf(value)}`);
  for (const [key, text] of value) {
    if (typeof text === "string") continue;
    cursor.fail(METADATA_KEY, `the value of ${quotedName(key)} must be text, got ${kindOf(text)}`);
  }
  return value as Map<string, string>;
}

function infoOf(cursor: ByteCursor, name: string, value: JsonValue, dataStart: number): SafetensorsInfo {
  const what = tensorNamed(name);
  if (!(value instanceof Map)) cursor.fail(what, `must be an object, got ${kindOf(value)}`);
  const dtype = dtypeOf(cursor, what, value.get("dtype"));
  const shape = countsOf(cursor, what, "shape", value.get("shape"));
  const offsets = countsOf(cursor, what, "data_offsets", value.get("data_offsets"));
  const [begin, end] = offsets;
  if (offsets.length !== 2 || begin > end) {
    cursor.fail(what, `its data_offsets must be [begin, end], got [${offsets.slice(0, 9).join(", ")}]`);
  }
  const bytes = tensorBytes(dtype, shape);
  if (typeof bytes === "string") cursor.fail(what, bytes);
  if (end - begin !== bytes) {
    cursor.fail(what, `${dtype} [${shape.join(", ")}] needs ${bytes} bytes, got ${begin} to ${end}`);
  }
  return { name, dtype, shape, offset: dataStart + begin, bytes };
}

function dtypeOf(cursor: ByteCursor, what: string, value: JsonValue | undefined): FileDtype {
  if (typeof value !== "string") cursor.fail(what, `its dtype must be text, got ${kindOf(value)}`);
  if (isFileDtype(value)) return value;
  throw new WickError(
    "UNSUPPORTED_TENSOR_TYPE",
    `Cannot read ${what} of ${cursor.source.name}: its dtype must be one of ${fileDtypes.join(" ")}, ` +
      `got ${JSON.stringify(value.slice(0, 32))}`,
    { param: what },
  );
}

function countsOf(cursor: ByteCursor, what: string, field: string, value: JsonValue | undefined): number[] {
  if (Array.isArray(value) && value.every(isCount)) return value as number[];
  const found = Array.isArray(value) ? kindOf(value.find((item) => !isCount(item))) : kindOf(value);
  cursor.fail(what, `its ${field} must be a list of whole numbers from 0 to 2^53 - 1, got ${found}`);
}

function kindOf(value: JsonValue | undefined): string {
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return Number.isNaN(value) ? "another number" : String(value);
  return value === undefined ? "nothing" : String(value);
}

/** Each tensor begins where the one before ends; the last ends with the file. */
function checkLayout(cursor: ByteCursor, tensors: readonly SafetensorsInfo[], dataStart: number): void {
  const { size } = cursor.source;
  let end = dataStart;
  for (const { name, offset, bytes } of tensors) {
    const what = tensorNamed(name);
    if (offset !== end) {
      const fault = offset < end ? "overlaps the tensor before" : "leaves a hole";
      cursor.fail(what, `must begin at byte ${end} of the file, got ${offset}, which ${fault}`);
    }
    end += bytes;
    if (end <= (size ?? Infinity)) continue;
    cursor.fail(what, `its bytes ${offset} to ${end} must lie within the file, got a file of ${size}`);
  }
  if (end === (size ?? end)) return;
  cursor.fail("the data", `must end with the last tensor at byte ${end}, got a file of ${size}`);
}
