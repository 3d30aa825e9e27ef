/**
 * Writes small GGUF files for tests.
 *
 * @module
 */
import { ggmlTypeNamed } from "../../src/formats/ggml_types.ts";
import type { NumberArray, StringArray } from "../../src/formats/metadata.ts";

/** The names of GGUF's value types; a name's index is its id in the file. */
const valueTypes = "u8 i8 u16 i16 u32 i32 f32 bool string array u64 i64 f64".split(" ");

/** A number with its type in the file. */
export interface TypedNumber {
  type: "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "f32" | "u64" | "i64" | "f64";
  value: number | bigint;
}

/** A value to write. A bare number becomes u32, i32 where negative, f32 where not whole. */
export type WrittenValue =
  | number
  | string
  | boolean
  | TypedNumber
  | StringArray
  | NumberArray
  | readonly string[]
  | readonly boolean[]
  | readonly WrittenValue[];

/** A tensor to write. */
export interface WrittenTensor {
  name: string;
  /** Sizes, outermost first. */
  shape: readonly number[];
  /** A type's name ("q4_0") or id. */
  type: string | number;
  data: Uint8Array;
  /** The offset to claim instead of the true one. */
  offset?: number | bigint;
}

/** Options of {@linkcode writeGguf}. */
export interface WriteOptions {
  version?: number;
  /** Of the data, in bytes; written to the metadata where given. */
  alignment?: number;
}

/** A GGUF file. */
export function writeGguf(
  metadata: Readonly<Record<string, WrittenValue>>,
  tensors: readonly WrittenTensor[] = [],
  options: WriteOptions = {},
): Uint8Array {
  const alignment = options.alignment ?? 32;
  const pairs = Object.entries(
    options.alignment ? { ...metadata, "general.alignment": alignment } : metadata,
  );
  const out = new ByteWriter();
  out.bytes(new TextEncoder().encode("GGUF"));
  out.number("u32", options.version ?? 3);
  out.number("u64", tensors.length);
  out.number("u64", pairs.length);
  for (const [key, value] of pairs) {
    out.string(key);
    writeValue(out, value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    writeInfo(out, tensor, offset);
    offset = align(offset + tensor.data.length, alignment);
  }
  for (const { data } of tensors) {
    out.pad(alignment);
    out.bytes(data);
  }
  out.pad(alignment);
  return out.finish();
}

/** Little-endian bytes, appended. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** Appends bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length - bytes.length);
  }

  /** Appends a number. */
  number(type: string, value: number | bigint): void {
    const width = type === "u8" || type === "i8" ? 1 : Number(type.slice(1)) / 8;
    this.#grow(width);
    const view = new DataView(this.#bytes.buffer, this.#length - width);
    if (type === "f32") view.setFloat32(0, Number(value), true);
    else if (type === "f64") view.setFloat64(0, Number(value), true);
    else if (width === 8) view.setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true);
    else if (width === 4) view.setInt32(0, Number(value), true);
    else if (width === 2) view.setInt16(0, Number(value), true);
    else view.setInt8(0, Number(value));
  }

  /** Appends a string with its length. */
  string(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.number("u64", bytes.length);
    this.bytes(bytes);
  }

  /** Appends zeros up to a multiple of `alignment`. */
  pad(alignment: number): void {
    this.bytes(new Uint8Array(align(this.#length, alignment) - this.#length));
  }

  /** A copy of all that was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(by: number): void {
    this.#length += by;
    if (this.#length <= this.#bytes.length) return;
    const larger = new Uint8Array(this.#length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

function writeInfo(out: ByteWriter, tensor: WrittenTensor, offset: number): void {
  out.string(tensor.name);
  out.number("u32", tensor.shape.length);
  for (const size of [...tensor.shape].reverse()) out.number("u64", size);
  out.number("u32", typeof tensor.type === "number" ? tensor.type : ggmlTypeNamed(tensor.type)!.id);
  out.number("u64", tensor.offset ?? offset);
}

function writeValue(out: ByteWriter, value: WrittenValue): void {
  out.number("u32", valueTypes.indexOf(typeOf(value)));
  if (typeOf(value) === "array") writeArray(out, value as Parameters<typeof writeArray>[1]);
  else writeScalar(out, value as Scalar);
}

type Scalar = number | string | boolean | TypedNumber;

function writeScalar(out: ByteWriter, value: Scalar): void {
  if (typeof value === "string") out.string(value);
  else if (typeof value === "boolean") out.number("u8", Number(value));
  else out.number(typeOf(value), typeof value === "number" ? value : value.value);
}

function writeArray(out: ByteWriter, values: StringArray | NumberArray | readonly WrittenValue[]): void {
  const items: WrittenValue[] = ArrayBuffer.isView(values)
    ? Array.from(values as Iterable<number | bigint>, (value) => ({ type: elementType(values), value }))
    : [...values as Iterable<WrittenValue>];
  const type = ArrayBuffer.isView(values) ? elementType(values) : items.length ? typeOf(items[0]) : "string";
  out.number("u32", valueTypes.indexOf(type));
  out.number("u64", items.length);
  for (const item of items) {
    if (type === "array") writeArray(out, item as readonly WrittenValue[]);
    else writeScalar(out, item as Scalar);
  }
}

function typeOf(value: WrittenValue): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? value < 0 ? "i32" : "u32" : "f32";
  return "type" in value ? value.type : "array";
}

/** "Uint8Array" is "u8", "BigInt64Array" is "i64". */
function elementType(array: NumberArray): TypedNumber["type"] {
  const [, kind, bits] = /(Uint|Int|Float)(\d+)/.exec(array.constructor.name)!;
  return kind[0].toLowerCase() + bits as TypedNumber["type"];
}

function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
