/**
 * The key-value pairs of a GGUF header (github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 *
 * @module
 */
import { type ByteCursor, compact } from "./byte_cursor.ts";
import { quotedName } from "../error.ts";
import { type Metadata, type MetadataValue, type NumberArray, StringArray } from "./metadata.ts";

/** The ids of value types that are no plain numbers. */
const BOOL = 7, STRING = 8, ARRAY = 9;

/** How a number lies in a file. */
interface NumberType {
  bytes: number;
  get(view: DataView): number | bigint;
  array(buffer: ArrayBuffer): NumberArray;
}

/** The number types by id. */
const numberTypes: ReadonlyMap<number, NumberType> = new Map<number, NumberType>([
  [0, { bytes: 1, get: (v) => v.getUint8(0), array: (b) => new Uint8Array(b) }],
  [1, { bytes: 1, get: (v) => v.getInt8(0), array: (b) => new Int8Array(b) }],
  [2, { bytes: 2, get: (v) => v.getUint16(0, true), array: (b) => new Uint16Array(b) }],
  [3, { bytes: 2, get: (v) => v.getInt16(0, true), array: (b) => new Int16Array(b) }],
  [4, { bytes: 4, get: (v) => v.getUint32(0, true), array: (b) => new Uint32Array(b) }],
  [5, { bytes: 4, get: (v) => v.getInt32(0, true), array: (b) => new Int32Array(b) }],
  [6, { bytes: 4, get: (v) => v.getFloat32(0, true), array: (b) => new Float32Array(b) }],
  [10, { bytes: 8, get: (v) => compact(v.getBigUint64(0, true)), array: (b) => new BigUint64Array(b) }],
  [11, { bytes: 8, get: (v) => compact(v.getBigInt64(0, true)), array: (b) => new BigInt64Array(b) }],
  [12, { bytes: 8, get: (v) => v.getFloat64(0, true), array: (b) => new Float64Array(b) }],
]);

/** Bounds on what one byte of a file can make grow in memory. */
const DEEPEST_ARRAY = 4, MOST_PAIRS = 1 << 16, MOST_LOOSE_VALUES = 1 << 20, LONGEST_NAME = 1 << 16;

/** Text as it is written; a byte order mark stays. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads `count` pairs. */
export async function readMetadata(cursor: ByteCursor, count: number): Promise<Metadata> {
  if (count > MOST_PAIRS) cursor.fail("the metadata", `at most ${MOST_PAIRS} keys, got ${count}`);
  const reader = new ValueReader(cursor);
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < count; i++) {
    const key = await readName(cursor, `key ${i + 1} of ${count}`);
    if (metadata.has(key)) cursor.fail(`key ${quotedName(key)}`, "keys must differ, got this one twice");
    metadata.set(key, await reader.value(quotedName(key)));
  }
  return metadata;
}

/** A string that names something: a key or a tensor. */
export async function readName(cursor: ByteCursor, what: string): Promise<string> {
  const length = await readCount(cursor, what, 1);
  if (length > LONGEST_NAME) cursor.fail(what, `a name has at most ${LONGEST_NAME} bytes, got ${length}`);
  await cursor.need(length, what);
  return decoder.decode(cursor.bytes(length));
}

/** A 64-bit count of things of at least `bytes` bytes each, which the rest of the file must have room for. */
export async function readCount(cursor: ByteCursor, what: string, bytes: number): Promise<number> {
  await cursor.need(8, what);
  const count = cursor.u64();
  if (typeof count === "number" && count * bytes <= cursor.remaining) return count;
  cursor.lacks(what, `${count} times at least ${bytes} bytes`, Number(count) * bytes);
}

/** Reads values, and counts those that become JavaScript objects of their own. */
class ValueReader {
  #loose = 0;

  constructor(readonly cursor: ByteCursor) {}

  async value(what: string): Promise<MetadataValue> {
    const type = await this.#type(what);
    if (type === ARRAY) return await this.#array(what, 1);
    if (type === STRING) return await this.#string(what);
    if (type === BOOL) return await this.#bool(what);
    const number = this.#numberType(type, what);
    await this.cursor.need(number.bytes, what);
    const { buffer, byteOffset } = this.cursor.bytes(number.bytes);
    return number.get(new DataView(buffer, byteOffset));
  }

  async #type(what: string): Promise<number> {
    await this.cursor.need(4, what);
    return this.cursor.u32();
  }

  #numberType(type: number, what: string): NumberType {
    const known = numberTypes.get(type);
    return known ?? this.cursor.fail(what, `a value type is 0 to 12, got ${type}`);
  }

  async #string(what: string): Promise<string> {
    const length = await readCount(this.cursor, what, 1);
    await this.cursor.need(length, what);
    return decoder.decode(this.cursor.bytes(length));
  }

  async #bool(what: string): Promise<boolean> {
    await this.cursor.need(1, what);
    const byte = this.cursor.bytes(1)[0];
    if (byte > 1) this.cursor.fail(what, `a boolean is 0 or 1, got ${byte}`);
    return byte === 1;
  }

  async #array(what: string, depth: number): Promise<MetadataValue> {
    if (depth > DEEPEST_ARRAY) this.cursor.fail(what, `arrays nest at most ${DEEPEST_ARRAY} deep, got more`);
    const type = await this.#type(what);
    if (type === STRING) return await readStrings(this.cursor, what);
    if (type === BOOL) return await this.#loosely(what, 1, () => this.#bool(what));
    if (type === ARRAY) return await this.#loosely(what, 12, () => this.#array(what, depth + 1));
    const number = this.#numberType(type, what);
    const count = await readCount(this.cursor, what, number.bytes);
    await this.cursor.need(count * number.bytes, what);
    return number.array(this.cursor.bytes(count * number.bytes).slice().buffer as ArrayBuffer);
  }

  /** A plain JavaScript array of `count` values of at least `bytes` bytes. */
  async #loosely(what: string, bytes: number, read: () => Promise<MetadataValue>): Promise<MetadataValue[]> {
    const count = await readCount(this.cursor, what, bytes);
    this.#loose += count;
    if (this.#loose > MOST_LOOSE_VALUES) {
      this.cursor.fail(what, `at most ${MOST_LOOSE_VALUES} booleans and nested arrays, got ${this.#loose}`);
    }
    const values: MetadataValue[] = [];
    for (let i = 0; i < count; i++) values.push(await read());
    return values;
  }
}

/** An array of strings: lengths and bytes, interleaved in the file, go into one arena and its offsets. */
async function readStrings(cursor: ByteCursor, what: string): Promise<StringArray> {
  const count = await readCount(cursor, what, 8);
  let offsets = new Uint32Array(1025);
  let arena = new Uint8Array(1 << 14);
  let end = 0;
  for (let i = 0; i < count; i++) {
    if (cursor.arrived < 8) await cursor.need(8, what);
    const length = cursor.u64();
    if (typeof length === "bigint" || length > cursor.remaining) {
      cursor.fail(
        what,
        `string ${i} needs ${length} bytes, got ${cursor.remaining} to the end`,
      );
    }
    if (cursor.arrived < length) await cursor.need(length, what);
    if (i + 2 > offsets.length) offsets = new Uint32Array(resized(offsets, offsets.byteLength * 2));
    if (end + length > arena.length) arena = new Uint8Array(resized(arena, (end + length) * 2));
    cursor.copy(length, arena, end);
    offsets[i + 1] = end += length;
  }
  return new StringArray(
    new Uint8Array(resized(arena, end)),
    new Uint32Array(resized(offsets, 4 * (count + 1))),
  );
}

/** The buffer of an array in another size. The old one is given back at once, not at the next collection. */
function resized(array: Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, bytes: number): ArrayBuffer {
  return array.buffer.transfer(bytes);
}
