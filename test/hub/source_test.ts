import { deepEqual, equal, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import { WickError } from "../../src/error.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { HeadSource } from "../../src/hub/head_source.ts";
import { siblingLocation, siblingsOf, type SourceInput, toSource } from "../../src/hub/source.ts";
import { sampleGguf } from "../formats/gguf_samples.ts";
import { noise } from "./file_server.ts";

const bytes = noise(100_000);

/** Every kind of input over the same bytes, with its key. */
function inputs(path: string): [string, SourceInput, string?][] {
  const bucket = {
    head: (key: string) => Promise.resolve(key === "model" ? { size: bytes.length } : null),
    get: (key: string, { range: { offset, length } }: { range: { offset: number; length?: number } }) =>
      Promise.resolve(
        key === "model"
          ? {
            body: new Blob([bytes.slice(offset, length === undefined ? undefined : offset + length)])
              .stream(),
          }
          : null,
      ),
  };
  const reader = {
    read: (offset: number, length: number) =>
      Promise.resolve(bytes.slice(offset, offset + Math.min(length, 999))),
  };
  return [
    ["path", path],
    ["file URL", new URL(`file://${path}`)],
    ["bytes", bytes],
    ["ArrayBuffer", bytes.slice().buffer],
    ["Blob", new Blob([bytes.slice()])],
    ["reader", reader],
    ["bucket", bucket, "model"],
  ];
}

Deno.test("toSource() reads any piece of a path, URL, bytes, Blob, reader and bucket", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    for (const [kind, input, key] of inputs(path)) {
      const source = await toSource(input, key);
      for (
        const [offset, length] of [[0, 10], [5000, 70_000], [3, 4], [99_990, 100], [100_000, 5], [200_000, 5]]
      ) {
        const into = new Uint8Array(length);
        const read = await source.readInto(offset, into);
        deepEqual(
          into.subarray(0, read),
          bytes.subarray(offset, offset + length),
          `${kind} ${offset} ${length}`,
        );
      }
      equal(source.sequential, false);
      source.readAhead?.();
      const whole = new Uint8Array(bytes.length);
      for (let at = 0; at < whole.length; at += 30_000) {
        await source.readInto(at, whole.subarray(at, at + 30_000));
      }
      deepEqual(whole, bytes, kind);
      source.close();
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("toSource() reads a stream forward only", async () => {
  const source = await toSource(new Blob([bytes.slice()]).stream());
  const into = new Uint8Array(1000);
  equal(source.sequential, true);
  equal(await source.readInto(500, into), 1000);
  deepEqual(into, bytes.slice(500, 1500));
  await rejects(async () => await source.readInto(1000, into), {
    code: "SOURCE_FAILED",
    message: /only goes forward/,
  });
  equal(await source.readInto(99_900, into), 100);
  equal(await source.readInto(100_000, into), 0);
  source.close();
});

Deno.test("toSource() tells a stream that breaks", async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("gone")),
  });
  const source = await toSource(stream);
  await rejects(async () => await source.readInto(0, new Uint8Array(1)), { code: "SOURCE_FAILED" });
});

Deno.test("toSource() refuses what is missing or no source", async () => {
  await rejects(toSource("no/such/file.gguf"), { code: "NOT_FOUND", message: /no\/such\/file.gguf/ });
  await rejects(toSource(await Deno.realPath(".")), { code: "INVALID_ARGUMENT" });
  await rejects(toSource("hf:owner/file.gguf"), { code: "INVALID_ARGUMENT" });
  await rejects(toSource("hf:owner/repo/../../x.gguf"), { code: "INVALID_ARGUMENT" });
  await rejects(toSource("ftp://host/x.gguf"), {
    code: "INVALID_ARGUMENT",
    message: /http\(s\).*, got ftp$/,
  });
  const fire = { read: () => Promise.reject(new Error("disk on fire")), name: "the disk" };
  const burning = await toSource(fire);
  await rejects(async () => await burning.readInto(7, new Uint8Array(3)), {
    code: "SOURCE_FAILED",
    message: /the disk at byte 7: .*disk on fire/,
  });
  const stream = new Blob(["x"]).stream();
  stream.getReader();
  await rejects(toSource(stream), { code: "INVALID_ARGUMENT", message: /got one with a reader/ });
  const bucket = { head: () => Promise.resolve(null), get: () => Promise.resolve(null) };
  await rejects(toSource(bucket), { code: "INVALID_ARGUMENT", message: /key/ });
  await rejects(toSource(bucket, "model"), { code: "NOT_FOUND" });
  for (const input of [null, 5, {}] as unknown as SourceInput[]) {
    await rejects(
      toSource(input),
      (error) => error instanceof WickError && error.code === "INVALID_ARGUMENT",
    );
  }
});

Deno.test("a bucket is read by few requests: the header's windows, then one for all tensors", async () => {
  const file = sampleGguf({ alignment: 1 << 18 });
  const ranges: [number, number?][] = [];
  const bucket = {
    head: () => Promise.resolve({ size: file.length }),
    get: (_: string, { range: { offset, length } }: { range: { offset: number; length?: number } }) => {
      ranges.push([offset, length]);
      const end = length === undefined ? file.length : offset + length;
      return Promise.resolve({ body: new Blob([file.slice(offset, end)]).stream() });
    },
  };
  using gguf = await openGguf(await toSource(bucket, "model"));
  for (const tensor of gguf.tensors.values()) await gguf.read(tensor, 0, new Uint8Array(tensor.bytes));
  deepEqual(ranges, [[0, 65536], [1 << 18, undefined]]);
});

Deno.test("HeadSource gives what lies in front, behind and across its bytes", async () => {
  const head = new HeadSource(await toSource(bytes), 1000, bytes.slice(1000, 2000));
  for (const [offset, length] of [[0, 100], [1000, 1000], [1500, 1000], [2500, 10], [500, 1000]]) {
    const into = new Uint8Array(length);
    equal(await head.readInto(offset, into), length);
    deepEqual(into, bytes.slice(offset, offset + length));
  }
});

Deno.test("siblingLocation() replaces the last part of a path, URL and hub reference", () => {
  equal(siblingLocation("a/b/c.gguf", "d.gguf"), "a/b/d.gguf");
  equal(siblingLocation("c.gguf", "d.gguf"), "d.gguf");
  equal(siblingLocation("a\\b\\c.gguf", "d.gguf"), "a\\b\\d.gguf");
  equal(siblingLocation("https://x.y/a/c.gguf?k=1", "d.gguf"), "https://x.y/a/d.gguf?k=1");
  equal(siblingLocation("hf:o/r/a/c.gguf@v1", "d.gguf"), "hf:o/r/a/d.gguf@v1");
  equal(siblingsOf(bytes), undefined);
});
