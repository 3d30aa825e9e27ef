import { deepEqual, equal, rejects } from "node:assert/strict";
import type { WickErrorCode } from "../../src/error.ts";
import { joinBytes } from "../../src/formats/file_bytes.ts";
import { type FileDtype, fileDtypes } from "../../src/formats/file_tensor.ts";
import { openNpy, writeNpy } from "../../src/formats/npy.ts";
import { npyTypes } from "../../src/formats/npy_header.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import type { Source } from "../../src/hub/source.ts";
import { Random, testSeed } from "../random.ts";
import {
  checkTensors,
  goldenFile,
  goldenTensors,
  outcome,
  randomTensors,
  readable,
  refusable,
  refuses,
  refusesEveryCut,
  streamOf,
} from "./file_golden.ts";
import { below, mutate } from "./gguf_fuzz.ts";

const open = async (source: Source) => [await openNpy(source)];
const names = readable(".npy");

for (const name of names) {
  Deno.test(`openNpy() reads ${name} of NumPy`, async () => {
    using opened = await openNpy(bytesSource(goldenFile(name), ""));
    await checkTensors([opened], goldenTensors(name));
  });
}

for (const name of names.filter((name) => /^little_|_c\./.test(name))) {
  Deno.test(`writeNpy() writes ${name} byte for byte as NumPy`, () => {
    deepEqual(writeNpy(goldenTensors(name)[0]), new Uint8Array(goldenFile(name)));
  });
}

for (const [name, code, message] of refusable(".npy")) {
  Deno.test(`openNpy() refuses ${name} of NumPy`, () => refuses(openNpy, goldenFile(name), code, message));
}

Deno.test("openNpy() reads what writeNpy() wrote: random arrays, also from a stream", async () => {
  const random = new Random(testSeed());
  for (let i = 0; i < 30; i++) {
    for (const tensor of randomTensors(random, Object.keys(npyTypes) as FileDtype[])) {
      const file = writeNpy(tensor);
      equal((file.length - tensor.data.length) % 64, 0, "data begin aligned");
      using opened = await openNpy(bytesSource(file, tensor.name));
      await checkTensors([opened], [tensor]);
      using streamed = await openNpy(streamOf(file, random.integer(1, 100)));
      deepEqual(await streamed.read(), tensor.data);
    }
  }
});

const data = new Uint8Array(24);
const plain = { descr: "'<f4'", fortran_order: "False", shape: "(2, 3)" };

/** What each header is, its text, and what the error must be. */
const headers: [string, string, WickErrorCode, RegExp][] = [
  ["no dict", "[1, 2]", "CORRUPT_FILE", /must be a Python dict.*got something else/],
  ["a cut dict", "{'descr': '<f4'", "CORRUPT_FILE", /must be a Python dict/],
  ["text behind the dict", `${dict(plain)} + 1`, "CORRUPT_FILE", /must be a Python dict/],
  ["a call", dict({ ...plain, shape: "exit()" }), "CORRUPT_FILE", /must be a Python dict/],
  ["a key missing", dict({ ...plain, shape: "" }), "CORRUPT_FILE", /got the keys "descr fortran_order"/],
  ["a key too many", dict({ ...plain, more: "1" }), "CORRUPT_FILE", /descr fortran_order more shape/],
  ["a key twice", dict(plain).replace("{", "{'shape': (6,), "), "CORRUPT_FILE", /each once/],
  ["tuples in tuples ...", dict({ ...plain, shape: "(".repeat(10_000) }), "CORRUPT_FILE", /Python dict/],
  [
    "text of 60,000 characters",
    dict({ ...plain, descr: `'${"x".repeat(60_000)}'` }),
    "UNSUPPORTED_TENSOR_TYPE",
    /"xxx/,
  ],
  ["an order of 0", dict({ ...plain, fortran_order: "0" }), "CORRUPT_FILE", /True or False/],
  ["a size of -1", dict({ ...plain, shape: "(-1,)" }), "CORRUPT_FILE", /whole numbers from 0/],
  ["a size of True", dict({ ...plain, shape: "(True,)" }), "CORRUPT_FILE", /whole numbers from 0/],
  ["a size of 2^64", dict({ ...plain, shape: "(18446744073709551616,)" }), "CORRUPT_FILE", /whole numbers/],
  ["a shape of 6", dict({ ...plain, shape: "6" }), "CORRUPT_FILE", /a tuple/],
  ["sizes past 2^53", dict({ ...plain, shape: "(4294967296, 4294967296)" }), "CORRUPT_FILE", /safe integer/],
  ["65 dimensions", dict({ ...plain, shape: `(${"1, ".repeat(65)})` }), "CORRUPT_FILE", /at most 64/],
  [
    "more data than its file",
    dict({ ...plain, shape: "(7,)" }),
    "CORRUPT_FILE",
    /F32 \[7\] needs 28 bytes.*got 24/,
  ],
  ["less data than its file", dict({ ...plain, shape: "(5,)" }), "CORRUPT_FILE", /needs 20 bytes.*got 24/],
  ["no byte order", dict({ ...plain, descr: "'f4'" }), "UNSUPPORTED_TENSOR_TYPE", /got "f4"/],
  ["the machine's byte order", dict({ ...plain, descr: "'=f4'" }), "UNSUPPORTED_TENSOR_TYPE", /got "=f4"/],
  ["four bytes of no order", dict({ ...plain, descr: "'|f4'" }), "UNSUPPORTED_TENSOR_TYPE", /got "\|f4"/],
  ["raw records", dict({ ...plain, descr: "'|V4'" }), "UNSUPPORTED_TENSOR_TYPE", /structured records/],
  ["an object", dict({ ...plain, descr: "'|O'" }), "UNSUPPORTED_TENSOR_TYPE", /pickled Python objects/],
  ["a subarray", dict({ ...plain, descr: "('<f4', (2,))" }), "UNSUPPORTED_TENSOR_TYPE", /structured dtype/],
];

for (const [name, header, code, message] of headers) {
  Deno.test(`openNpy() refuses ${name}`, () => refuses(openNpy, file(header), code, message));
}

const files: [string, Uint8Array, WickErrorCode, RegExp][] = [
  ["an empty file", new Uint8Array(0), "CORRUPT_FILE", /magic.*needs 8 bytes, got 0/],
  [
    "a web page",
    new TextEncoder().encode("<!DOCTYPE html>"),
    "UNKNOWN_FORMAT",
    /begins with.*got a web page/,
  ],
  ["version 0.1", file("{}", [0, 1]), "UNKNOWN_FORMAT", /got 0\.1/],
  ["version 4.0", file("{}", [4, 0]), "UNKNOWN_FORMAT", /got 4\.0/],
  ["version 1.1", file("{}", [1, 1]), "UNKNOWN_FORMAT", /got 1\.1/],
  [
    "a header of 2^32 - 1 bytes",
    new Uint8Array([...magic([2, 0]), 255, 255, 255, 255, 123]),
    "CORRUPT_FILE",
    /got 4294967295/,
  ],
  [
    "a header past the end",
    new Uint8Array([...magic([1, 0]), 9, 0, 123]),
    "CORRUPT_FILE",
    /needs 9 bytes, got 1/,
  ],
  ["invalid UTF-8", new Uint8Array([...magic([3, 0]), 2, 0, 0, 0, 255, 255]), "CORRUPT_FILE", /UTF-8/],
];

for (const [name, bytes, code, message] of files) {
  Deno.test(`openNpy() refuses ${name}`, () => refuses(openNpy, bytes, code, message));
}

Deno.test("openNpy() refuses a file cut at every byte", async () => {
  for (const name of ["version1.npy", "version3.npy"]) await refusesEveryCut(goldenFile(name), open);
});

Deno.test("openNpy() ends well on 1000 broken files", async () => {
  const random = below(new Random(testSeed()));
  const bytes = goldenFile("version2.npy");
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) seen.add(await outcome(mutate(bytes, random), open));
  for (const expected of ["read", "CORRUPT_FILE", "UNKNOWN_FORMAT"]) {
    equal(seen.has(expected), true, expected);
  }
});

Deno.test("writeNpy() refuses dtypes that NumPy lacks, and shapes without their bytes", async () => {
  for (const dtype of fileDtypes.filter((dtype) => !(dtype in npyTypes))) {
    await rejects(async () => await writeNpy({ dtype, shape: [8], data: data.subarray(0, bytesOf(dtype)) }), {
      code: "UNSUPPORTED_TENSOR_TYPE",
      message: new RegExp(`got ${dtype}$`),
    });
  }
  await rejects(async () => await writeNpy({ dtype: "F32", shape: [5], data }), { code: "SHAPE_MISMATCH" });
});

function bytesOf(dtype: FileDtype): number {
  if (dtype === "BF16") return 16;
  return dtype.startsWith("F4") ? 4 : dtype.startsWith("F6") ? 6 : 8;
}

function dict(fields: Record<string, string>): string {
  const members = Object.entries(fields).filter(([, value]) => value !== "");
  return `{${members.map(([key, value]) => `'${key}': ${value}`).join(", ")}, }\n`;
}

function magic(version: number[]): number[] {
  return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...version];
}

/** A file of this header and 24 bytes of data. */
function file(header: string, version = [1, 0]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array([text.length & 255, text.length >> 8]);
  return joinBytes([new Uint8Array(magic(version)), length, text, data]);
}
