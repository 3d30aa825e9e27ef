/**
 * Values of a model file's key-value header, kept as they lie in the file: an array of 150,000 strings
 * stays one block of bytes with offsets, an array of numbers stays a typed array.
 *
 * @module
 */

/** The strings of a metadata array: one arena of UTF-8 bytes and `length + 1` offsets into it. */
export class StringArray {
  private static readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /**
   * Strings over an arena that is shared, not copied.
   *
   * @param bytes the arena; string `i` is `bytes[offsets[i] .. offsets[i + 1])`
   * @param offsets `length + 1` ascending offsets
   */
  constructor(readonly bytes: Uint8Array, readonly offsets: Uint32Array) {}

  /** The number of strings. */
  get length(): number {
    return this.offsets.length - 1;
  }

  /** String `i`, as a view of its UTF-8 bytes. */
  bytesAt(i: number): Uint8Array {
    return this.bytes.subarray(this.offsets[i], this.offsets[i + 1]);
  }

  /** String `i`, decoded. */
  at(i: number): string {
    return StringArray.decoder.decode(this.bytesAt(i));
  }

  /** All strings, decoded. */
  *[Symbol.iterator](): Generator<string> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  /** Packs JavaScript strings. */
  static from(strings: readonly string[]): StringArray {
    const encoder = new TextEncoder();
    const encoded = strings.map((s) => encoder.encode(s));
    const offsets = new Uint32Array(strings.length + 1);
    encoded.forEach((b, i) => offsets[i + 1] = offsets[i] + b.length);
    const bytes = new Uint8Array(offsets[strings.length]);
    encoded.forEach((b, i) => bytes.set(b, offsets[i]));
    return new StringArray(bytes, offsets);
  }
}

/** An array of numbers as it lies in the file. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | BigUint64Array
  | BigInt64Array
  | Float64Array;

/**
 * A metadata value. 64-bit integers are numbers where they are safe integers, else bigints.
 * An array of booleans or of arrays is a plain JavaScript array.
 */
export type MetadataValue = number | bigint | boolean | string | StringArray | NumberArray | MetadataValue[];

/** A header's key-value pairs, in the file's order. */
export type Metadata = ReadonlyMap<string, MetadataValue>;
