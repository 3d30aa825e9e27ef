import { deepEqual, equal, rejects } from "node:assert/strict";
import { crc32 as platformCrc32 } from "node:zlib";
import { WickError, type WickErrorCode } from "../../src/error.ts";
import { joinBytes } from "../../src/formats/file_bytes.ts";
import { openZip, type ZipOptions } from "../../src/formats/zip.ts";
import { crc32 } from "../../src/formats/zip_crc32.ts";
import { writeZip, type ZipFile, type ZipMethod } from "../../src/formats/zip_writer.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import type { Source } from "../../src/hub/source.ts";
import { Random, testSeed } from "../random.ts";
import { streamOf } from "./file_golden.ts";
import { below, mutate } from "./gguf_fuzz.ts";

const methods: ZipMethod[] = ["stored", "deflate"];

Deno.test("crc32() is the platform's, whole and in parts", () => {
  const random = new Random(testSeed());
  equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  for (let length = 0; length < 40; length++) {
    const bytes = random.bytes(length), cut = random.integer(0, length);
    equal(crc32(bytes), platformCrc32(bytes));
    equal(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut))), platformCrc32(bytes));
  }
});

for (const method of methods) {
  Deno.test(`openZip() reads what writeZip() wrote: random files, ${method}`, async () => {
    const random = new Random(testSeed());
    for (let i = 0; i < 20; i++) {
      const files = randomFiles(random);
      const archive = await openZip(bytesSource(await writeZip(files, method)));
      deepEqual([...archive.keys()], files.map(({ name }) => name));
      for (const { name, data } of files) {
        const entry = archive.get(name)!;
        deepEqual([await entry.read(), entry.size], [data, data.length]);
        equal(entry.stored, method === "stored");
      }
    }
  });
}

Deno.test("ZipEntry.read() reads a deflated file of 10 MB, bit by bit and at once", async () => {
  const data = new Uint8Array(10_000_000).map((_, i) => i >> 10);
  const bytes = await writeZip([{ name: "large", data }], "deflate");
  equal(bytes.length < 100_000, true);
  const entry = (await openZip(bytesSource(bytes))).get("large")!;
  deepEqual(await entry.read(), data);
  const opened = entry.open(), part = new Uint8Array(1000);
  await opened.readInto(5_000_000, part);
  deepEqual(part, data.slice(5_000_000, 5_001_000));
  opened.close();
});

Deno.test("ZipEntry.readInto() reads a part of a stored file", async () => {
  const data = new Uint8Array([1, 2, 3, 4, 5]);
  const bytes = await writeZip([{ name: "a", data }, { name: "b", data: data.slice().reverse() }]);
  const into = new Uint8Array(2);
  await (await openZip(bytesSource(bytes))).get("b")!.readInto(1, into);
  deepEqual(into, new Uint8Array([4, 3]));
});

Deno.test("openZip() reads zip64 records and ends", async () => {
  const bytes = zip64(await writeZip([{ name: "wide", data: new Uint8Array([1, 2, 3]) }]));
  const archive = await openZip(bytesSource(bytes));
  deepEqual(await archive.get("wide")!.read(), new Uint8Array([1, 2, 3]));
  for (let length = 0; length < bytes.length; length++) {
    equal(await outcome(bytes.subarray(0, length)), "CORRUPT_FILE", `cut to ${length} bytes`);
  }
});

Deno.test("openZip() reads an archive with a comment", async () => {
  const bytes = joinBytes([
    await writeZip([{ name: "a", data: new Uint8Array(3) }]),
    new Uint8Array(70).fill(0x50),
  ]);
  bytes[bytes.length - 72] = 70;
  equal((await openZip(bytesSource(bytes))).size, 1);
});

/** A file of two entries; `at` finds fields: local header 1, local header 2, records 1 and 2, end. */
const good = await writeZip([{ name: "one", data: new Uint8Array(9).fill(1) }, {
  name: "two",
  data: new Uint8Array(9),
}]);
const [local1, local2, record1, record2, end] = [0, 42, 84, 133, 182];

/** What is broken, the bytes put there, code and message. */
const broken: [string, number, number[], WickErrorCode, RegExp][] = [
  ["a magic that is another's", local1, [0x50, 0x4b, 7, 8], "UNKNOWN_FORMAT", /begins with "PK/],
  ["no end record", end, [0], "CORRUPT_FILE", /must have an end record/],
  ["several parts", end + 4, [1], "CORRUPT_FILE", /in one part/],
  ["3 files where 2 are", end + 8, [3, 0, 3, 0], "CORRUPT_FILE", /got 3 files in 98 bytes/],
  ["1 file where 2 are", end + 8, [1, 0, 1, 0], "CORRUPT_FILE", /holds more than its files/],
  ["65,535 files", end + 8, [255, 255, 255, 255], "CORRUPT_FILE", /got 65535 files in 98 bytes/],
  ["a directory elsewhere", end + 16, [83], "CORRUPT_FILE", /must end here.*at 83/],
  ["a directory past the end", end + 12, [0xff, 0xff, 0xff, 0x7f], "CORRUPT_FILE", /2147483647 bytes/],
  ["a record of another mark", record1, [0], "CORRUPT_FILE", /file 1 of 2.*another mark/],
  ["an encrypted file", record1 + 8, [1], "UNKNOWN_FORMAT", /"one".*encrypted/],
  ["another method", record2 + 10, [12], "UNKNOWN_FORMAT", /"two".*got method 12/],
  ["a name past the directory", record2 + 28, [4], "CORRUPT_FILE", /cut short/],
  ["a name that is no UTF-8", record1 + 46, [0xff], "CORRUPT_FILE", /valid UTF-8/],
  ["a name twice", record2 + 46, [0x6f, 0x6e, 0x65], "CORRUPT_FILE", /file "one".*twice/],
  ["stored bytes that grow", record1 + 24, [10], "CORRUPT_FILE", /"one".*got 10 of 9/],
  [
    "deflated bytes that grow 1033-fold",
    record1 + 10,
    [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 4],
    "CORRUPT_FILE",
    /1032 times.*got 1033 of 1/,
  ],
  ["files that overlap", record2 + 42, [41], "CORRUPT_FILE", /"one".*must end before what follows at 41/],
  ["two names for one file", record2 + 42, [0], "CORRUPT_FILE", /must end before what follows at 0/],
  ["a file over the directory", record2 + 20, [10, 0, 0, 0, 10], "CORRUPT_FILE", /"two".*follows at 84/],
  ["a file past the end", record2 + 42, [0, 0, 0, 0x7f], "CORRUPT_FILE", /"two"/],
];

for (const [name, at, bytes, code, message] of broken) {
  Deno.test(`openZip() refuses ${name}`, () =>
    fails(openZip(bytesSource(changed(at, bytes))), code, message));
}

/** The same for what only reading a file shows. */
const brokenFiles: [string, number, number[], RegExp][] = [
  ["a local header of another mark", local2, [0], /"two".*header and 9 bytes must lie before byte 84/],
  ["a local header of another name", local2 + 30, [0x6f], /the directory's name and method/],
  ["a local header of another method", local2 + 8, [8], /the directory's name and method/],
  ["a local header longer than its room", local2 + 28, [1], /must lie before byte 84/],
  ["a byte changed", local2 + 34, [7], /checksum must be 0x[0-9a-f]{8}, got/],
  ["a checksum of 0", record2 + 16, [0, 0, 0, 0], /checksum must be 0x00000000, got/],
];

for (const [name, at, bytes, message] of brokenFiles) {
  Deno.test(`ZipEntry.read() refuses ${name}`, async () => {
    const archive = await openZip(bytesSource(changed(at, bytes)));
    await fails(archive.get("two")!.read(), "CORRUPT_FILE", message);
    deepEqual(await archive.get("one")!.read(), new Uint8Array(9).fill(1));
  });
}

Deno.test("ZipEntry.read() takes a checksum of 0 as none where told so", async () => {
  const source = bytesSource(changed(record2 + 16, [0, 0, 0, 0]));
  const archive = await openZip(source, { checksums: "zero means none" });
  deepEqual(await archive.get("two")!.read(), new Uint8Array(9));
  const other = bytesSource(changed(record2 + 16, [1, 0, 0, 0]));
  await fails(
    (await openZip(other, { checksums: "zero means none" })).get("two")!.read(),
    "CORRUPT_FILE",
    /checksum/,
  );
});

Deno.test("ZipEntry.read() refuses deflated data that are broken, cut, too long or too short", async () => {
  const data = new Uint8Array(5000).map((_, i) => i * i);
  const bytes = await writeZip([{ name: "a", data }], "deflate");
  const record = bytes.length - 22 - 47, packed = new DataView(bytes.buffer).getUint32(record + 20, true);
  const told = (size: number) => [size & 255, size >> 8, 0, 0];
  const cases: [string, [number, number[]][], RegExp][] = [
    ["block type 3", [[31, [7]]], /must be deflated data/],
    ["cut", [[record + 20, told(packed >> 1)]], /must be deflated data|needs 5000 bytes, got [0-9]+/],
    ["a byte behind", [[record + 20, told(packed)], [31, [3, 0]]], /deflated data|needs 5000 bytes, got 0/],
    ["longer than told", [[record + 24, told(4999)]], /needs 4999 bytes, got more/],
    ["shorter than told", [[record + 24, told(5001)]], /needs 5001 bytes, got 5000/],
  ];
  for (const [what, changes, message] of cases) {
    const copy = bytes.slice();
    for (const [at, put] of changes) copy.set(put, at);
    await fails((await openZip(bytesSource(copy))).get("a")!.read(), "CORRUPT_FILE", message, what);
  }
});

Deno.test("ZipEntry.read() refuses a bomb before it unpacks anything, and stops one that lies", async () => {
  const bytes = await writeZip([{ name: "bomb", data: new Uint8Array(50 << 20) }], "deflate");
  const options: ZipOptions = { mostInflated: 1 << 20 };
  let read = 0;
  const bomb = (await openZip(watched(bytes, (length) => read += length), options)).get("bomb")!;
  read = 0;
  await fails(
    bomb.read(),
    "CORRUPT_FILE",
    /at most 1048576 bytes, got 52428800/,
  );
  equal(read, 0, `read ${read} bytes`);
  const record = bytes.length - 22 - 50;
  bytes.set([0, 0, 1, 0], record + 24); // claims 64 KiB
  await fails(
    (await openZip(bytesSource(bytes), options)).get("bomb")!.read(),
    "CORRUPT_FILE",
    /needs 65536 bytes, got more/,
  );
});

Deno.test("ZipEntry.read() passes on what the source throws", async () => {
  for (const method of methods) {
    const bytes = await writeZip(
      [{ name: "a", data: new Uint8Array(300_000).map((_, i) => i * i >> 3) }],
      method,
    );
    let reads = 0;
    const source = watched(bytes, () => {
      if (++reads > 6) throw new WickError("SOURCE_FAILED", "it broke");
    });
    const entry = (await openZip(source)).get("a")!;
    reads = 5;
    await fails(entry.read(), "SOURCE_FAILED", /it broke/);
  }
});

Deno.test("openZip() refuses a stream", async () => {
  await fails(
    openZip(streamOf(good, 10, good.length)),
    "INVALID_ARGUMENT",
    /reads at any offset, got a stream/,
  );
  await fails(openZip({ ...bytesSource(good), size: undefined }), "INVALID_ARGUMENT", /known size/);
});

Deno.test("openZip() ends well on 2000 broken archives, and on one cut at every byte", async () => {
  const random = below(new Random(testSeed()));
  const files = [{ name: "one", data: new Uint8Array(99).map((_, i) => i) }, {
    name: "two",
    data: new Uint8Array(9),
  }];
  const archives = [
    await writeZip(files),
    await writeZip(files, "deflate"),
    zip64(await writeZip([files[1]])),
  ];
  const seen = new Set<string>();
  for (let i = 0; i < 2000; i++) seen.add(await outcome(mutate(archives[i % 3], random)));
  deepEqual([...seen].sort(), ["CORRUPT_FILE", "UNKNOWN_FORMAT", "read"]);
  for (const bytes of archives) {
    for (let length = 0; length < bytes.length; length++) {
      equal(await outcome(bytes.subarray(0, length)), "CORRUPT_FILE", `cut to ${length} bytes`);
    }
  }
});

Deno.test("writeZip() refuses a name twice", async () => {
  const file = { name: "a", data: new Uint8Array(0) };
  await fails(writeZip([file, file]), "INVALID_ARGUMENT", /file "a": names must differ/);
});

function randomFiles(random: Random): ZipFile[] {
  return Array.from({ length: random.integer(0, 6) }, (_, i) => {
    const data = random.bytes(random.integer(0, 300));
    return {
      name: random.pick(["a", "é/", "folder/"]) + i,
      data: random.integer(0, 1) ? data : data.fill(0),
    };
  });
}

function changed(at: number, put: number[]): Uint8Array {
  const bytes = good.slice();
  bytes.set(put, at);
  return bytes;
}

function watched(bytes: Uint8Array, see: (length: number) => void): Source {
  const source = bytesSource(bytes);
  return {
    ...source,
    readInto(offset, into) {
      see(into.length);
      return source.readInto(offset, into);
    },
  };
}

async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    for (const entry of (await openZip(bytesSource(bytes))).values()) await entry.read();
    return "read";
  } catch (error) {
    if (error instanceof WickError && ["CORRUPT_FILE", "UNKNOWN_FORMAT"].includes(error.code)) {
      return error.code;
    }
    throw error;
  }
}

async function fails(
  promise: Promise<unknown>,
  code: WickErrorCode,
  message: RegExp,
  what?: string,
): Promise<void> {
  await rejects(promise, (error) => {
    if (!(error instanceof WickError)) throw error;
    equal(error.code, code, error.message);
    equal(message.test(error.message), true, `${what ?? ""} ${error.message}`);
    return true;
  });
}

/** An archive of one file, its sizes, place and end told by zip64 fields. */
function zip64(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22, start = view.getUint32(end + 16, true);
  const record = bytes.slice(start, end), fields = new Uint8Array(28);
  const extra = new DataView(fields.buffer), told = new DataView(record.buffer);
  extra.setUint32(0, 1 | 24 << 16, true);
  [24, 20, 42].forEach((from, i) => {
    extra.setBigUint64(4 + 8 * i, BigInt(told.getUint32(from, true)), true);
    told.setUint32(from, 0xffffffff, true);
  });
  told.setUint16(30, fields.length, true);
  const end64 = new DataView(new ArrayBuffer(76));
  end64.setUint32(0, 0x06064b50, true);
  end64.setBigUint64(4, 44n, true);
  [1, 1, record.length + fields.length, start].forEach((value, i) =>
    end64.setBigUint64(24 + 8 * i, BigInt(value), true)
  );
  end64.setUint32(56, 0x07064b50, true);
  end64.setBigUint64(64, BigInt(start + record.length + fields.length), true);
  end64.setUint32(72, 1, true);
  const last = bytes.slice(end);
  last.fill(0xff, 8, 20);
  return joinBytes([bytes.subarray(0, start), record, fields, new Uint8Array(end64.buffer), last]);
}
