import { deepEqual, equal, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import { type Gguf, openGguf } from "../../src/formats/gguf.ts";
import { type MetadataValue, StringArray } from "../../src/formats/metadata.ts";
import { type Source, toSource } from "../../src/hub/source.ts";
import { modelPath, modelTest, sharedPath, sharedTest } from "../shared.ts";
import { everyTensor, everyType, sampleGguf } from "./gguf_samples.ts";
import { writeGguf } from "./gguf_writer.ts";

const tokenizers = ["bert-bge", "falcon", "gpt-2", "llama-spm", "phi-3"];

for (const version of [2, 3]) {
  Deno.test(`openGguf() reads every value type of version ${version}`, async () => {
    using gguf = await openGguf(await toSource(sampleGguf({ version })));
    equal(gguf.version, version);
    const values = Object.fromEntries([...gguf.metadata].map(([key, value]) => [key, plain(value)]));
    deepEqual(values, {
      ...everyType,
      "list.i8": [-1, 2],
      "list.f32": [0.25, -8],
      "list.u64": [1n, 2n ** 60n],
      "list.lists": [[1], [], [2, 3]],
      "a.u8": 255,
      "a.i8": -128,
      "a.u16": 65535,
      "a.i16": -32768,
      "a.u32": 4294967295,
      "a.i32": -2147483648,
      "a.f32": 0.5,
      "a.small": 42,
      "a.u64": 2n ** 64n - 1n,
      "a.i64": -(2n ** 63n),
      "a.f64": Math.PI,
      "list.none": [],
    });
    equal(gguf.metadata.get("list.text") instanceof StringArray, true);
  });
}

for (const alignment of [1, 8, 32, 4096]) {
  Deno.test(`openGguf() finds a tensor of every type, aligned to ${alignment}`, async () => {
    const written = everyTensor();
    const source = await toSource(sampleGguf({ alignment }));
    using gguf = await openGguf(source);
    equal(gguf.parameterCount, written.length * 512);
    deepEqual([...gguf.tensors.keys()], written.map(({ name }) => name));
    for (const { name, shape, type, data } of written) {
      const tensor = gguf.tensors.get(name)!;
      deepEqual([tensor.shape, tensor.type.name, tensor.bytes, tensor.offset % alignment], [
        shape,
        type,
        data.length,
        0,
      ]);
      const read = new Uint8Array(data.length);
      await gguf.read(tensor, 0, read);
      deepEqual(read, data);
    }
  });
}

Deno.test("openGguf() goes on from the header in a stream, whatever its chunks", async () => {
  const file = writeGguf(everyType, [
    { name: "small", shape: [3], type: "f32", data: new Uint8Array(12).fill(7) },
    { name: "large", shape: [1 << 16], type: "f32", data: new Uint8Array(1 << 18).map((_, i) => i * 31) },
  ]);
  for (const chunk of [1000, 65536, file.length]) {
    using gguf = await openGguf(await toSource(streamOf(file, chunk)));
    for (const name of ["small", "large"]) {
      const tensor = gguf.tensors.get(name)!;
      const read = new Uint8Array(tensor.bytes);
      const half = tensor.bytes / 2;
      await gguf.read(tensor, 0, read.subarray(0, half));
      await gguf.read(tensor, half, read.subarray(half));
      deepEqual(read, file.slice(tensor.offset, tensor.offset + tensor.bytes));
    }
  }
});

Deno.test("openGguf() reads a header of many windows: 100,000 strings", async () => {
  const tokens = Array.from({ length: 100_000 }, (_, i) => `token ${i}`);
  const file = writeGguf({
    "general.architecture": "llama",
    tokens,
    scores: new Float32Array(100_000).fill(2),
  });
  for (const input of [file, streamOf(file, 777_777)]) {
    using gguf = await openGguf(await toSource(input));
    const read = gguf.metadata.get("tokens") as StringArray;
    equal(read.length, 100_000);
    equal(read.at(99_999), "token 99999");
    deepEqual([...read], tokens);
    equal((gguf.metadata.get("scores") as Float32Array).length, 100_000);
  }
});

Deno.test("openGguf() closes its source when it fails, and stops at an abort", async () => {
  let closed = 0;
  const source = await toSource(sampleGguf());
  const counting: Source = { ...source, close: () => closed++ };
  await rejects(openGguf({ ...counting, size: 900 }), { code: "CORRUPT_FILE" });
  await rejects(openGguf(counting, { signal: AbortSignal.abort() }), { code: "ABORTED" });
  equal(closed, 2);
});

Deno.test("Gguf.read() says when a tensor is cut short in a stream", async () => {
  const file = sampleGguf();
  const gguf = await openGguf(await toSource(streamOf(file.slice(0, file.length - 40), 5000)));
  const last = [...gguf.tensors.values()].at(-1)!;
  await rejects(gguf.read(last, 0, new Uint8Array(last.bytes)), { code: "CORRUPT_FILE" });
});

Deno.test("openGguf() reads a tensor that lies 5 GiB into its file", async () => {
  const far = 5 * 2 ** 30;
  const data = new Uint8Array(128).fill(9);
  const head = writeGguf({}, [{
    name: "far",
    shape: [32],
    type: "f32",
    data: new Uint8Array(0),
    offset: far,
  }]);
  const path = await Deno.makeTempFile();
  try {
    using file = await Deno.open(path, { write: true }); // sparse: takes no room on the disk
    await file.write(head);
    await file.seek(head.length + far, Deno.SeekMode.Start);
    await file.write(data);
    using gguf = await openGguf(await toSource(path));
    const read = new Uint8Array(128);
    await gguf.read(gguf.tensors.get("far")!, 0, read);
    deepEqual(read, data);
  } finally {
    await Deno.remove(path);
  }
});

for (const name of tokenizers) {
  sharedTest(
    `openGguf() reads the vocabulary file ${name}`,
    [`golden/tokenizers/${name}.gguf`],
    async ([path]) => {
      using gguf = await openGguf(await toSource(path));
      const tokens = gguf.metadata.get("tokenizer.ggml.tokens") as StringArray;
      equal(tokens instanceof StringArray && tokens.length > 30_000, true);
      equal((gguf.metadata.get("tokenizer.ggml.token_type") as Int32Array).length, tokens.length);
    },
  );
}

sharedTest(
  "openGguf() agrees with the recorded header of stories260K",
  ["models/stories260K.gguf", "golden/generation/stories260k-f32.json"],
  ([path, golden]) => agrees(path, golden),
);
sharedTest(
  "openGguf() agrees with the recorded header of wick-stories",
  ["models/wick-stories.gguf", "golden/generation/wick-stories-q4_0.json"],
  ([path, golden]) => agrees(path, golden),
);
modelTest(
  "openGguf() agrees with the recorded header of SmolLM2-135M",
  ["SmolLM2-135M-Instruct.Q4_1.gguf"],
  async () => {
    const golden = sharedPath("golden/generation/smollm2-135m-instruct-q4_1.json");
    if (golden) await agrees(modelPath("SmolLM2-135M-Instruct.Q4_1.gguf")!, golden);
  },
);

interface GoldenValue {
  value?: unknown;
  length?: number;
  first?: unknown[];
}

interface GoldenTensor {
  name: string;
  shape: number[];
  type: string;
  offset: number;
  nbytes: number;
}

async function agrees(path: string, golden: string): Promise<void> {
  const { metadata, tensors } = JSON.parse(await Deno.readTextFile(golden)) as {
    metadata: Record<string, GoldenValue>;
    tensors: GoldenTensor[];
  };
  using gguf = await openGguf(await toSource(path));
  checkTensors(gguf, tensors);
  for (const [key, expected] of Object.entries(metadata)) {
    if (key.startsWith("GGUF.")) continue;
    const found = plain(gguf.metadata.get(key)!);
    if (!Array.isArray(found)) equal(found, expected.value, key);
    else {deepEqual(
        [found.length, found.slice(0, expected.first!.length)],
        [expected.length, expected.first],
        key,
      );}
  }
  equal(gguf.metadata.size, metadata["GGUF.kv_count"].value);
}

function checkTensors(gguf: Gguf, tensors: GoldenTensor[]): void {
  const found = [...gguf.tensors.values()].map(({ name, shape, type, offset, bytes }) => ({
    name,
    shape: [...shape].reverse(),
    type: type.name,
    offset,
    nbytes: bytes,
  }));
  deepEqual(found, tensors);
}

/** Arrays as plain JavaScript arrays. */
function plain(value: MetadataValue): MetadataValue | unknown[] {
  if (value instanceof StringArray || ArrayBuffer.isView(value)) return [...value as Iterable<unknown>];
  return Array.isArray(value) ? value.map(plain) : value;
}

function streamOf(bytes: Uint8Array, chunk: number): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset += chunk));
    },
  });
}
