/**
 * Small model files that tests read and break.
 *
 * @module
 */
import { ggmlTypes } from "../../src/formats/ggml_types.ts";
import { StringArray } from "../../src/formats/metadata.ts";
import {
  ByteWriter,
  writeGguf,
  type WriteOptions,
  type WrittenTensor,
  type WrittenValue,
} from "./gguf_writer.ts";

/** One pair of every value type. */
export const everyType: Record<string, WrittenValue> = {
  "general.architecture": "llama",
  "a.u8": { type: "u8", value: 255 },
  "a.i8": { type: "i8", value: -128 },
  "a.u16": { type: "u16", value: 65535 },
  "a.i16": { type: "i16", value: -32768 },
  "a.u32": { type: "u32", value: 4294967295 },
  "a.i32": { type: "i32", value: -2147483648 },
  "a.f32": { type: "f32", value: 0.5 },
  "a.bool": true,
  "a.text": "wick \u{1f56f}\ufeff",
  "a.small": { type: "u64", value: 42 },
  "a.u64": { type: "u64", value: 2n ** 64n - 1n },
  "a.i64": { type: "i64", value: -(2n ** 63n) },
  "a.f64": { type: "f64", value: Math.PI },
  "list.i8": Int8Array.of(-1, 2),
  "list.f32": Float32Array.of(0.25, -8),
  "list.u64": BigUint64Array.of(1n, 2n ** 60n),
  "list.bool": [true, false, true],
  "list.text": ["", "a", "\ufeffbc", "\u{1f56f}"],
  "list.lists": [Int32Array.of(1), Int32Array.of(), Int32Array.of(2, 3)],
  "list.none": new StringArray(new Uint8Array(0), new Uint32Array(1)),
};

/** A tensor of each type, two rows of 256 values. */
export function everyTensor(): WrittenTensor[] {
  return [...ggmlTypes.values()].map(({ name, block, bytes }, i) => ({
    name: `blk.${i}.weight`,
    shape: [2, 256],
    type: name,
    data: new Uint8Array(512 / block * bytes).fill(i + 1),
  }));
}

/** A file with both. */
export function sampleGguf(options?: WriteOptions): Uint8Array {
  return writeGguf(everyType, everyTensor(), options);
}

/** A file that is written by hand after magic, version and the two counts. */
export function rawGguf(
  tensors: number | bigint,
  pairs: number | bigint,
  write?: (out: ByteWriter) => void,
): Uint8Array {
  const out = new ByteWriter();
  out.bytes(new TextEncoder().encode("GGUF"));
  out.number("u32", 3);
  out.number("u64", tensors);
  out.number("u64", pairs);
  write?.(out);
  return out.finish();
}
