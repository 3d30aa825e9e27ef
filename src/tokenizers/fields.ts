/**
 * Reads a tokenizer's metadata with its checks: kinds, lengths, ranges.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { type Metadata, type MetadataValue, StringArray } from "../formats/metadata.ts";

const PREFIX = "tokenizer.ggml.";

/** Typed access to `tokenizer.ggml.*`. Every method throws CORRUPT_FILE where a value is not what it must be. */
export class TokenizerFields {
  constructor(private readonly metadata: Metadata) {}

  /** A text, or undefined where the key is absent. */
  string(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "string") return value;
    throw this.wrong(name, "a string", value);
  }

  /** A yes or no, or `otherwise` where the key is absent. */
  flag(name: string, otherwise: boolean): boolean {
    const value = this.value(name) ?? otherwise;
    if (typeof value === "boolean") return value;
    throw this.wrong(name, "true or false", value);
  }

  /** A token id, or undefined where the key is absent or names no token: 2^32 - 1 means none in some files. */
  id(name: string, size: number): number | undefined {
    const value = this.value(`${name}_token_id`);
    if (value === undefined) return undefined;
    if (typeof value !== "number" && typeof value !== "bigint" || !Number.isInteger(Number(value))) {
      throw this.wrong(`${name}_token_id`, "an integer", value);
    }
    return value >= 0 && value < size ? Number(value) : undefined;
  }

  /** An array of strings, or undefined where the key is absent. */
  strings(name: string): StringArray | undefined {
    const value = this.value(name);
    if (value === undefined || value instanceof StringArray) return value;
    throw this.wrong(name, "an array of strings", value);
  }

  /** Scores, one a token, or undefined where the key is absent. */
  scores(size: number): Float32Array | undefined {
    const value = this.value("scores");
    if (value === undefined) return undefined;
    if (!(value instanceof Float32Array) || value.length !== size || value.some(Number.isNaN)) {
      throw this.wrong("scores", `an array of ${size} float32 numbers, one a token`, value);
    }
    return value;
  }

  /** Token types, one a token, or undefined where the key is absent. */
  types(size: number): Int32Array | Uint32Array | undefined {
    const value = this.value("token_type");
    if (value === undefined) return undefined;
    if (!(value instanceof Int32Array || value instanceof Uint32Array) || value.length !== size) {
      throw this.wrong("token_type", `an array of ${size} 32-bit integers, one a token`, value);
    }
    return value;
  }

  /** An array of bytes, or undefined where the key is absent. */
  bytes(name: string): Uint8Array | undefined {
    const value = this.value(name);
    if (value === undefined || value instanceof Uint8Array) return value;
    if (value instanceof Int8Array) return new Uint8Array(value.buffer, value.byteOffset, value.length);
    throw this.wrong(name, "an array of bytes", value);
  }

  /** Another key of the header as a text, "" where it is absent or something else. */
  general(key: string): string {
    const value = this.metadata.get(key);
    return typeof value === "string" ? value : "";
  }

  /** The error for a value that is not what it must be. */
  wrong(name: string, expected: string, value: MetadataValue | undefined): WickError {
    return new WickError(
      "CORRUPT_FILE",
      `Cannot read ${PREFIX}${name}: it must be ${expected}, got ${describe(value)}`,
      { param: PREFIX + name },
    );
  }

  private value(name: string): MetadataValue | undefined {
    return this.metadata.get(PREFIX + name);
  }
}

function describe(value: MetadataValue | undefined): string {
  if (value === undefined) return "nothing";
  if (typeof value !== "object") return `${typeof value} ${JSON.stringify(String(value).slice(0, 40))}`;
  if (value instanceof Float32Array && value.some(Number.isNaN)) return "a Float32Array with NaN";
  const kind = Array.isArray(value) ? "array" : value.constructor.name;
  return `${kind} of length ${value.length}`;
}
