import { deepEqual, equal, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import type { WickErrorCode } from "../../src/error.ts";
import { joinBytes } from "../../src/formats/file_bytes.ts";
import { openSafetensors } from "../../src/formats/safetensors.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import type { Source } from "../../src/hub/source.ts";
import { Random, testSeed } from "../random.ts";
import { goldenFile, outcome, refuses, refusesEveryCut, streamOf } from "./file_golden.ts";
import { below, mutate } from "./gguf_fuzz.ts";

const open = async (source: Source) => [...(await openSafetensors(source)).tensors.values()];

/** One tensor of a byte, with changes to its fields as JSON. */
function one(changes: Record<string, string> = {}): string {
  const fields = { dtype: '"U8"', shape: "[1]", data_offsets: "[0,1]", ...changes };
  const members = Object.entries(fields).filter(([, json]) => json !== "");
  return `"one":{${members.map(([key, json]) => `"${key}":${json}`).join(",")}}`;
}

/** What each header is, its JSON, the bytes of data behind it, and what the error must be. */
const headers: [string, string, number, WickErrorCode, RegExp][] = [
  ["no JSON", "{nothing}", 0, "CORRUPT_FILE", /the header.*must have a string in quotes.*character 1/],
  ["a cut JSON", '{"one":{"dtype"', 0, "CORRUPT_FILE", /must have ":" behind a key, got its end/],
  ["bytes behind its JSON", "{}\0", 0, "CORRUPT_FILE", /must end behind its value, got "\\u0000"/],
  ["a comma too many", `{${one()},}`, 1, "CORRUPT_FILE", /must have a string in quotes/],
  ["a control character in a name", '{"a\nb":{}}', 0, "CORRUPT_FILE", /well-formed Unicode/],
  ["half a surrogate pair", '{"\\ud800":{}}', 0, "CORRUPT_FILE", /well-formed Unicode/],
  ["JSON of 100,000 levels", `{"a":${"[".repeat(100_000)}`, 0, "CORRUPT_FILE", /nest at most 16 deep/],
  ["a tensor's name twice", `{${one()},${one()}}`, 1, "CORRUPT_FILE", /each key once, got "one" twice/],
  [
    "a name twice, one escaped",
    `{${one()},${one().replace("one", "\\u006fne")}}`,
    1,
    "CORRUPT_FILE",
    /twice/,
  ],
  ["metadata twice", '{"__metadata__":{},"__metadata__":{}}', 0, "CORRUPT_FILE", /"__metadata__" twice/],
  ["a pair of metadata twice", '{"__metadata__":{"a":"","a":""}}', 0, "CORRUPT_FILE", /"a" twice/],
  ["a field twice", `{"one":{"dtype":"U8","dtype":"U8"}}`, 0, "CORRUPT_FILE", /"dtype" twice/],
  [
    "metadata that is no text",
    '{"__metadata__":{"a":1}}',
    0,
    "CORRUPT_FILE",
    /value of "a" must be text, got 1/,
  ],
  ["metadata that nests", '{"__metadata__":{"a":{}}}', 0, "CORRUPT_FILE", /must be text, got an object/],
  ["metadata that is a list", '{"__metadata__":[]}', 0, "CORRUPT_FILE", /must be an object, got a list/],
  ["metadata that is null", '{"__metadata__":null}', 0, "CORRUPT_FILE", /must be an object, got null/],
  ["a tensor that is a list", '{"one":["U8",[1],[0,1]]}', 1, "CORRUPT_FILE", /"one".*object, got a list/],
  ["no dtype", `{${one({ dtype: "" })}}`, 1, "CORRUPT_FILE", /its dtype must be text, got nothing/],
  ["no shape", `{${one({ shape: "" })}}`, 1, "CORRUPT_FILE", /its shape must be a list.*got nothing/],
  ["no offsets", `{${one({ data_offsets: "" })}}`, 1, "CORRUPT_FILE", /its data_offsets must be.*nothing/],
  ["another dtype", `{${one({ dtype: '"C128"' })}}`, 1, "UNSUPPORTED_TENSOR_TYPE", /one of BOOL.*got "C128"/],
  ["a dtype of toString", `{${one({ dtype: '"toString"' })}}`, 1, "UNSUPPORTED_TENSOR_TYPE", /"toString"/],
  ["a size of 1.0", `{${one({ shape: "[1.0]" })}}`, 1, "CORRUPT_FILE", /shape.*got another number/],
  ["a size of -1", `{${one({ shape: "[-1]" })}}`, 1, "CORRUPT_FILE", /got another number/],
  ["a size of 1e0", `{${one({ shape: "[1e0]" })}}`, 1, "CORRUPT_FILE", /got another number/],
  [
    "a size of 2^64 + 1",
    `{${one({ shape: "[18446744073709551617]" })}}`,
    1,
    "CORRUPT_FILE",
    /another number/,
  ],
  ["a size in text", `{${one({ shape: '["1"]' })}}`, 1, "CORRUPT_FILE", /got text/],
  ["a size of 01", `{${one({ shape: "[01]" })}}`, 1, "CORRUPT_FILE", /must have "," or "\]"/],
  [
    "sizes whose product is 2^64",
    `{${one({ shape: "[4294967296,4294967296]" })}}`,
    1,
    "CORRUPT_FILE",
    /safe/,
  ],
  ["sizes past 2^53, then 0", `{${one({ shape: "[4294967296,4294967296,0]" })}}`, 1, "CORRUPT_FILE", /safe/],
  ["65 dimensions", `{${one({ shape: `[${"1,".repeat(64)}1]` })}}`, 1, "CORRUPT_FILE", /at most 64.*got 65/],
  [
    "too few bytes for its dtype",
    `{${one({ dtype: '"F32"' })}}`,
    1,
    "CORRUPT_FILE",
    /F32 \[1\] needs 4 bytes, got 0 to 1/,
  ],
  [
    "too many bytes for its shape",
    `{${one({ shape: "[]", data_offsets: "[0,2]" })}}`,
    2,
    "CORRUPT_FILE",
    /U8 \[\] needs 1 byte/,
  ],
  ["half a byte", `{${one({ dtype: '"F4"' })}}`, 1, "CORRUPT_FILE", /whole bytes, got 4 bits/],
  [
    "an end before the begin",
    `{${one({ data_offsets: "[1,0]" })}}`,
    1,
    "CORRUPT_FILE",
    /\[begin, end\], got \[1, 0\]/,
  ],
  ["three offsets", `{${one({ data_offsets: "[0,1,1]" })}}`, 1, "CORRUPT_FILE", /got \[0, 1, 1\]/],
  [
    "bytes past the end",
    `{${one({ shape: "[9]", data_offsets: "[0,9]" })}}`,
    8,
    "CORRUPT_FILE",
    /"one".*within the file/,
  ],
  ["an offset past the end", `{${one({ data_offsets: "[9,10]" })}}`, 1, "CORRUPT_FILE", /leaves a hole/],
  ["a hole at the beginning", `{${one({ data_offsets: "[1,2]" })}}`, 2, "CORRUPT_FILE", /leaves a hole/],
  [
    "a hole in the middle",
    `{${one()},${two("[2,3]")}}`,
    3,
    "CORRUPT_FILE",
    /tensor "two".*must begin at byte.*hole/,
  ],
  ["a hole at the end", `{${one()}}`, 2, "CORRUPT_FILE", /must end with the last tensor/],
  ["data and no tensors", "{}", 1, "CORRUPT_FILE", /must end with the last tensor/],
  ["tensors that share bytes", `{${one()},${two("[0,1]")}}`, 1, "CORRUPT_FILE", /overlaps/],
  [
    "tensors that overlap",
    `{${one({ shape: "[3]", data_offsets: "[0,3]" })},${two("[2,3]")}}`,
    3,
    "CORRUPT_FILE",
    /overlaps/,
  ],
  [
    "an empty tensor within another",
    `{${one({ shape: "[2]", data_offsets: "[0,2]" })},${two("[1,1]", "[0]")}}`,
    2,
    "CORRUPT_FILE",
    /overlaps/,
  ],
];

for (const [name, json, data, code, message] of headers) {
  Deno.test(`openSafetensors() refuses ${name}`, async () => {
    const header = new TextEncoder().encode(json);
    await refuses(openSafetensors, file(BigInt(header.length), header, data), code, message);
  });
}

/** What each file is, its bytes, and what the error must be. */
const files: [string, Uint8Array, WickErrorCode, RegExp][] = [
  ["an empty file", new Uint8Array(0), "CORRUPT_FILE", /needs 9 bytes, got 0/],
  [
    "a GGUF file",
    text("GGUF\x03\0\0\0\0\0\0\0"),
    "UNKNOWN_FORMAT",
    /its header's length and "\{", got a GGUF file \(load\(\) opens it\)$/,
  ],
  ["a web page", text("<!DOCTYPE html>"), "UNKNOWN_FORMAT", /got a web page/],
  ["a header of no bytes", file(0n, text("{}")), "CORRUPT_FILE", /2 to 100000000 bytes, got 0/],
  ["a header of one byte", file(1n, text("{}")), "CORRUPT_FILE", /got 1/],
  ["a header of 100 MB and a byte", file(100_000_001n, text("{}")), "CORRUPT_FILE", /got 100000001/],
  [
    "a header of 2^64 - 1 bytes",
    file(2n ** 64n - 1n, text("{}")),
    "CORRUPT_FILE",
    /got 18446744073709551615/,
  ],
  ["a header past the end", file(3n, text("{}")), "CORRUPT_FILE", /needs 2 bytes, got 1/],
  ["a space before the header", file(3n, text(" {}")), "UNKNOWN_FORMAT", /header's length and/],
  [
    "a byte order mark",
    file(5n, joinBytes([new Uint8Array([0xef, 0xbb, 0xbf]), text("{}")])),
    "UNKNOWN_FORMAT",
    /header's length and/,
  ],
  [
    "invalid UTF-8",
    file(6n, new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x7d])),
    "CORRUPT_FILE",
    /valid UTF-8/,
  ],
  [
    "overlong UTF-8",
    file(7n, new Uint8Array([0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x7d])),
    "CORRUPT_FILE",
    /valid UTF-8/,
  ],
];

for (const [name, bytes, code, message] of files) {
  Deno.test(`openSafetensors() refuses ${name}`, () => refuses(openSafetensors, bytes, code, message));
}

Deno.test("openSafetensors() refuses a file cut at every byte", async () => {
  await refusesEveryCut(goldenFile("torch.safetensors"), open);
});

Deno.test("openSafetensors() takes names that mean something to JavaScript as names", async () => {
  const json = `{${one().replace("one", "__proto__")},${two("[1,2]").replace("two", "constructor")}}`;
  const header = new TextEncoder().encode(json);
  using opened = await openSafetensors(bytesSource(file(BigInt(header.length), header, 2)));
  deepEqual([...opened.tensors.keys()], ["__proto__", "constructor"]);
});

Deno.test("openSafetensors() takes no memory for what a file only announces", async () => {
  let asked = 0;
  const bytes = file(99_999_999n, text("{}"));
  const endless: Source = {
    ...bytesSource(bytes),
    size: 2 ** 40,
    readInto(offset, into) {
      asked = Math.max(asked, into.length);
      return bytesSource(bytes).readInto(offset, into);
    },
  };
  await rejects(openSafetensors(endless), { code: "CORRUPT_FILE" });
  equal(asked <= 1 << 16, true, `asked for ${asked} bytes`);
});

Deno.test("SafetensorsTensor.read() takes no memory for what a stream only announces", async () => {
  const size = 2 ** 45;
  const json = text(`{"a":{"dtype":"U8","shape":[${size}],"data_offsets":[0,${size}]}}`);
  using opened = await openSafetensors(streamOf(file(BigInt(json.length), json, 5), 64));
  await rejects(opened.tensors.get("a")!.read(), {
    code: "CORRUPT_FILE",
    message: /tensor "a" of the stream at byte \d+: needs 1048576 bytes, got 5/,
  });
});

Deno.test("openSafetensors() ends well on 1000 broken files", async () => {
  const random = below(new Random(testSeed()));
  const bytes = goldenFile("numpy.safetensors");
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) seen.add(await outcome(mutate(bytes, random), open));
  for (const expected of ["read", "CORRUPT_FILE", "UNKNOWN_FORMAT"]) {
    equal(seen.has(expected), true, expected);
  }
});

function two(offsets: string, shape = "[1]"): string {
  return one({ data_offsets: offsets, shape }).replace("one", "two");
}

function file(length: bigint, header: Uint8Array, data = 0): Uint8Array<ArrayBuffer> {
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, length, true);
  return joinBytes([prefix, header, new Uint8Array(data)]);
}

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}
