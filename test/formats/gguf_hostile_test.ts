import { equal, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import { WickError, type WickErrorCode } from "../../src/error.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { type SourceInput, toSource } from "../../src/hub/source.ts";
import { rawGguf, sampleGguf } from "./gguf_samples.ts";
import { ByteWriter, writeGguf, type WrittenTensor } from "./gguf_writer.ts";

const huge = 2n ** 63n + 5n;
const data = new Uint8Array(64);
const one: WrittenTensor = { name: "one", shape: [16], type: "f32", data };

/** What each file is, how it is made, and what its error must be. */
const cases: [string, Uint8Array, WickErrorCode, RegExp][] = [
  ["an empty file", new Uint8Array(0), "CORRUPT_FILE", /needs 4 bytes, got 0/],
  ["half a magic", text("GG"), "CORRUPT_FILE", /needs 4 bytes, got 2/],
  ["a web page", text("<!DOCTYPE html><html>"), "UNKNOWN_FORMAT", /begins with "GGUF", got a web page/],
  ["a Git LFS pointer", text("version https://git-lfs"), "UNKNOWN_FORMAT", /Git LFS pointer/],
  ["a zip archive", text("PK\x03\x04....."), "UNKNOWN_FORMAT", /zip/],
  ["version 1", sampleGguf({ version: 1 }), "UNKNOWN_FORMAT", /version 2 or 3.*got version 1/],
  ["version 4", sampleGguf({ version: 4 }), "UNKNOWN_FORMAT", /got version 4/],
  ["a big-endian file", sampleGguf({ version: 3 << 24 }), "UNKNOWN_FORMAT", /big-endian file of version 3/],
  ["2^63 tensors", rawGguf(huge, 0), "CORRUPT_FILE", /tensor count/],
  ["more tensors than fit", rawGguf(2 ** 40, 0), "CORRUPT_FILE", /1099511627776 times at least 32 bytes/],
  ["2^63 pairs", rawGguf(0, huge), "CORRUPT_FILE", /metadata count/],
  ["more pairs than fit", rawGguf(0, 2 ** 31), "CORRUPT_FILE", /2147483648 times at least 13 bytes/],
  ["a key of 2^63 bytes", pair((out) => out.number("u64", huge)), "CORRUPT_FILE", /key 1 of 1/],
  ["a key longer than the file", pair((out) => out.number("u64", 5000)), "CORRUPT_FILE", /5000 times/],
  [
    "a string of 2^63 bytes",
    value(8, (out) => out.number("u64", huge)),
    "CORRUPT_FILE",
    /"key".*9223372036854775813/,
  ],
  ["a value type 13", value(13, () => {}), "CORRUPT_FILE", /value type is 0 to 12, got 13/],
  ["a boolean of 2", value(7, (out) => out.number("u8", 2)), "CORRUPT_FILE", /boolean is 0 or 1, got 2/],
  ["an array of 2^60 numbers", array(12, 2n ** 60n), "CORRUPT_FILE", /1152921504606846976 times/],
  ["an array of 2^61 strings", array(8, 2n ** 61n), "CORRUPT_FILE", /2305843009213693952 times/],
  ["an array whose bytes overflow 2^64", array(10, 2n ** 61n + 1n), "CORRUPT_FILE", /times at least 8 bytes/],
  ["an array of an unknown type", array(77, 1), "CORRUPT_FILE", /value type is 0 to 12, got 77/],
  [
    "a string of 2^63 bytes in an array",
    array(8, 1, (out) => out.number("u64", huge)),
    "CORRUPT_FILE",
    /string 0/,
  ],
  ["arrays in arrays in arrays ...", value(9, nested(40)), "CORRUPT_FILE", /nest at most 4 deep/],
  [
    "2^21 nested empty arrays",
    array(9, 2 ** 21, (out) => out.bytes(new Uint8Array(2 ** 21 * 12))),
    "CORRUPT_FILE",
    /1048576 booleans and nested/,
  ],
  [
    "2^21 booleans",
    array(7, 2 ** 21, (out) => out.bytes(new Uint8Array(2 ** 21))),
    "CORRUPT_FILE",
    /1048576 booleans/,
  ],
  [
    "a key that would clear the terminal",
    pair((out) => {
      out.string("\x1b[2J\u202e\x9b" + "x".repeat(5000));
      out.number("u32", 13);
    }),
    "CORRUPT_FILE",
    /^Cannot read "\\u001b\[2J\ufffd\ufffdx{94}\.\.\." of .*, got 13$/,
  ],
  ["a key twice", rawGguf(0, 2, twoKeys), "CORRUPT_FILE", /key "key".*got this one twice/],
  ["alignment 0", aligned(0), "CORRUPT_FILE", /power of two from 1 to 1048576, got 0/],
  ["alignment 24", aligned(24), "CORRUPT_FILE", /got 24/],
  ["alignment 2^31", aligned(2 ** 31), "CORRUPT_FILE", /got 2147483648/],
  ["alignment as text", writeGguf({ "general.alignment": "32" }), "CORRUPT_FILE", /general.alignment/],
  ["alignment as an array", writeGguf({ "general.alignment": [32] }), "CORRUPT_FILE", /got an array/],
  ["a tensor without dimensions", tensor({ shape: [] }), "CORRUPT_FILE", /1 to 4 dimensions, got 0/],
  ["a tensor of five dimensions", tensor({ shape: [1, 1, 1, 1, 16] }), "CORRUPT_FILE", /got 5/],
  ["2^32 - 1 dimensions", rawGguf(1, 0, dimensions), "CORRUPT_FILE", /got 4294967295/],
  ["a size of 0", tensor({ shape: [0, 16] }), "CORRUPT_FILE", /positive/],
  [
    "sizes whose product is 2^64",
    tensor({ shape: [2 ** 32, 2 ** 32] }),
    "CORRUPT_FILE",
    /4294967296 x 4294967296/,
  ],
  ["a product just past 2^53", tensor({ shape: [2 ** 27, 2 ** 26] }), "CORRUPT_FILE", /safe integer/],
  ["half a block", tensor({ shape: [2, 16], type: "q4_0" }), "CORRUPT_FILE", /multiple of 32 values, got 16/],
  ["an offset of 2^63", tensor({ offset: huge }), "CORRUPT_FILE", /offset must be/],
  ["an offset past the end", tensor({ offset: 4096 }), "CORRUPT_FILE", /within the file/],
  [
    "an offset off the alignment",
    tensor({ offset: 8 }),
    "CORRUPT_FILE",
    /multiple of the alignment 32, got 8/,
  ],
  ["bytes past the end", tensor({ shape: [2 ** 20] }), "CORRUPT_FILE", /within the file/],
  ["two tensors of one name", writeGguf({}, [one, one]), "CORRUPT_FILE", /tensor "one".*twice/],
  [
    "overlapping tensors",
    writeGguf({}, [one, { ...one, name: "two", offset: 32 }]),
    "CORRUPT_FILE",
    /must begin behind "one"/,
  ],
  [
    "an IQ2_XS tensor",
    tensor({ type: 17 }),
    "UNSUPPORTED_TENSOR_TYPE",
    /tensor "one".*IQ2_XS, not supported yet/,
  ],
  ["an F64 tensor", tensor({ type: 28 }), "UNSUPPORTED_TENSOR_TYPE", /F64, not supported yet/],
  ["a tensor of type 4711", tensor({ type: 4711 }), "UNSUPPORTED_TENSOR_TYPE", /unknown type 4711/],
];

for (const [name, file, code, message] of cases) {
  Deno.test(`openGguf() refuses ${name}`, async () => {
    await refuses(file, code, message);
    if (message.source === "within the file") return; // a stream's end is not known yet: Gguf.read() tells
    await rejects(openGguf(await toSource(new Blob([file.slice()]).stream())), (error) => {
      return error instanceof WickError && ["CORRUPT_FILE", code].includes(error.code);
    });
  });
}

Deno.test("openGguf() refuses a file cut at every byte of its header and data", async () => {
  const file = sampleGguf();
  for (let length = 0; length < file.length; length += length < 2500 ? 1 : 97) {
    await refuses(file.subarray(0, length), "CORRUPT_FILE", /got/);
  }
  using whole = await openGguf(await toSource(file));
  equal(whole.tensors.size > 0, true);
});

Deno.test("openGguf() takes no memory for what a stream only announces", async () => {
  const before = Deno.memoryUsage();
  for (
    const file of [
      array(8, 2 ** 24),
      array(12, 2 ** 24),
      array(9, 2 ** 19),
      value(8, (o) => o.number("u64", 2 ** 27)),
    ]
  ) {
    await rejects(openGguf(await toSource(new Blob([file.slice()]).stream())), { code: "CORRUPT_FILE" });
  }
  const grown = Deno.memoryUsage().external - before.external + Deno.memoryUsage().heapTotal -
    before.heapTotal;
  equal(grown < 64 << 20, true, `grew by ${grown} bytes`);
});

Deno.test("openGguf() ends the header of an endless stream", async () => {
  let sent = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(sent++ === 0 ? rawGguf(0, 60_000) : megabyte(sent)),
  });
  await rejects(openGguf(await toSource(stream)), {
    code: "CORRUPT_FILE",
    message: /header must end within/,
  });
});

/** A pair with an array of 2^20 numbers. */
function megabyte(id: number): Uint8Array {
  const out = new ByteWriter();
  out.string(`key ${id}`);
  for (const word of [9, 0, 1 << 20, 0]) out.number("u32", word);
  out.bytes(new Uint8Array(1 << 20));
  return out.finish();
}

async function refuses(input: SourceInput, code: WickErrorCode, message: RegExp): Promise<void> {
  await rejects(openGguf(await toSource(input)), (error) => {
    if (!(error instanceof WickError)) throw error;
    equal(error.code, code, error.message);
    equal(message.test(error.message), true, error.message);
    return true;
  });
}

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

/** One pair whose bytes `write` gives, and room behind it. */
function pair(write: (out: ByteWriter) => void): Uint8Array {
  return rawGguf(0, 1, (out) => {
    write(out);
    out.bytes(data);
  });
}

function value(type: number, write: (out: ByteWriter) => void): Uint8Array {
  return pair((out) => {
    out.string("key");
    out.number("u32", type);
    write(out);
  });
}

function array(
  type: number,
  count: number | bigint,
  write: (out: ByteWriter) => void = () => {},
): Uint8Array {
  return value(9, (out) => {
    out.number("u32", type);
    out.number("u64", count);
    write(out);
  });
}

/** Arrays of one array each, `depth` deep. */
function nested(depth: number): (out: ByteWriter) => void {
  return (out) => {
    for (let i = 0; i < depth; i++) {
      out.number("u32", 9);
      out.number("u64", 1);
    }
  };
}

function twoKeys(out: ByteWriter): void {
  for (let i = 0; i < 2; i++) {
    out.string("key");
    out.number("u32", 4);
    out.number("u32", i);
  }
}

function aligned(alignment: number): Uint8Array {
  return writeGguf({ "general.alignment": { type: "u32", value: alignment } }, [one]);
}

function tensor(changes: Partial<WrittenTensor>): Uint8Array {
  return writeGguf({}, [{ ...one, ...changes }]);
}

function dimensions(out: ByteWriter): void {
  out.string("one");
  out.number("u32", 2 ** 32 - 1);
  out.bytes(data);
}
