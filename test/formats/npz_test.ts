import { deepEqual, equal, rejects } from "node:assert/strict";
import type { FileDtype } from "../../src/formats/file_tensor.ts";
import { writeNpy } from "../../src/formats/npy.ts";
import { npyTypes } from "../../src/formats/npy_header.ts";
import { openNpz, writeNpz } from "../../src/formats/npz.ts";
import { writeZip } from "../../src/formats/zip_writer.ts";
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

const open = async (source: Source) => [...(await openNpz(source)).tensors.values()];
const one = { name: "one", dtype: "U8", shape: [3], data: new Uint8Array([1, 2, 3]) } as const;

for (const name of readable(".npz")) {
  Deno.test(`openNpz() reads ${name} of NumPy`, async () => {
    using opened = await openNpz(bytesSource(goldenFile(name)));
    await checkTensors(opened.tensors.values(), goldenTensors(name));
  });
}

for (const [name, code, message] of refusable(".npz")) {
  Deno.test(`openNpz() says why arrays of ${name} of NumPy are none of numbers`, async () => {
    using opened = await openNpz(bytesSource(goldenFile(name)));
    equal(opened.refused.size > 0, true);
    for (const error of opened.refused.values()) {
      equal(error.code, code);
      equal(error.message.includes(message), true, error.message);
    }
  });
}

for (const method of ["stored", "deflate"] as const) {
  Deno.test(`openNpz() reads what writeNpz() wrote: random arrays, ${method}`, async () => {
    const random = new Random(testSeed());
    for (let i = 0; i < 20; i++) {
      const tensors = randomTensors(random, Object.keys(npyTypes) as FileDtype[]);
      const file = await writeNpz(tensors, { method });
      deepEqual(file, await writeNpz(tensors, { method }));
      using opened = await openNpz(bytesSource(file));
      await checkTensors(opened.tensors.values(), tensors);
    }
  });

  Deno.test(`openNpz() refuses an archive cut at every byte, and ends well on broken ones, ${method}`, async () => {
    const tensors = [
      one,
      { name: "two", dtype: "F32", shape: [2, 2], data: new Uint8Array(16).fill(65) } as const,
    ];
    const file = await writeNpz(tensors, { method });
    await refusesEveryCut(file, open);
    const random = below(new Random(testSeed()));
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) seen.add(await outcome(mutate(file, random), open));
    for (const expected of ["read", "CORRUPT_FILE", "UNKNOWN_FORMAT"]) {
      equal(seen.has(expected), true, expected);
    }
  });
}

Deno.test("openNpz() reads an array of megabytes, deflated", async () => {
  const data = new Uint8Array(6_000_000).map((_, i) => i >> 8);
  const file = await writeNpz([{ name: "large", dtype: "I16", shape: [3, 1_000_000], data }], {
    method: "deflate",
  });
  using opened = await openNpz(bytesSource(file));
  deepEqual(await opened.tensors.get("large")!.read(), data);
});

Deno.test("openNpz() refuses other zips, arrays that do not fill their file, bombs and streams", async () => {
  const npy = writeNpy(one);
  const longer = new Uint8Array([...npy, 0]);
  const cases: [Uint8Array, "UNKNOWN_FORMAT" | "CORRUPT_FILE", RegExp][] = [
    [
      goldenFile("views.pth"),
      "UNKNOWN_FORMAT",
      /files that end in "\.npy", got a PyTorch checkpoint \(readPth/,
    ],
    [
      await writeZip([{ name: "a.npy", data: new Uint8Array(99) }]),
      "UNKNOWN_FORMAT",
      /tensor "a".*begins with/,
    ],
    [await writeZip([{ name: "a.npy", data: longer }]), "CORRUPT_FILE", /tensor "a".*needs 3 bytes.*got 4/],
    [
      await writeZip([{ name: "a.npy", data: npy.slice(0, -1) }]),
      "CORRUPT_FILE",
      /tensor "a".*needs 3.*got 2/,
    ],
    [await writeZip([{ name: "a.npy", data: new Uint8Array(0) }]), "CORRUPT_FILE", /needs 8 bytes, got 0/],
    [npy, "UNKNOWN_FORMAT", /begins with "PK/],
  ];
  for (const [bytes, code, message] of cases) await refuses(openNpz, bytes, code, message);
  const zeros = { name: "zeros", dtype: "U8", shape: [1 << 20], data: new Uint8Array(1 << 20) } as const;
  const bomb = bytesSource(await writeNpz([zeros], { method: "deflate" }));
  await rejects(openNpz(bomb, { mostInflated: 1000 }), {
    code: "CORRUPT_FILE",
    message: /at most 1000 bytes/,
  });
  await rejects(openNpz(streamOf(npy, 10)), { code: "INVALID_ARGUMENT" });
});
