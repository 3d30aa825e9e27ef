import { deepEqual, equal, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import { fileDtypes } from "../../src/formats/file_tensor.ts";
import { openSafetensors, type Safetensors } from "../../src/formats/safetensors.ts";
import { safetensorsChunks, writeSafetensors } from "../../src/formats/safetensors_writer.ts";
import { joinBytes } from "../../src/formats/file_bytes.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import { toSource } from "../../src/hub/source.ts";
import { Random, testSeed } from "../random.ts";
import { checkTensors, goldenFile, goldenTensors, randomTensors, readable, streamOf } from "./file_golden.ts";

for (const name of readable(".safetensors")) {
  Deno.test(`openSafetensors() reads ${name} of the Python library`, async () => {
    using opened = await openSafetensors(bytesSource(goldenFile(name)));
    await checkTensors(opened.tensors.values(), goldenTensors(name));
  });

  Deno.test(`writeSafetensors() writes ${name} byte for byte as the Python library`, async () => {
    const file = goldenFile(name);
    using opened = await openSafetensors(bytesSource(file));
    deepEqual(writeSafetensors(goldenTensors(name), opened.metadata), new Uint8Array(file));
    deepEqual(
      await joined(safetensorsChunks(opened.tensors.values(), opened.metadata)),
      new Uint8Array(file),
    );
  });
}

Deno.test("openSafetensors() gives the free pairs and the place of each tensor", async () => {
  const file = goldenFile("numpy.safetensors");
  using opened = await openSafetensors(bytesSource(file));
  deepEqual([...opened.metadata], [["format", 'np "é"']]);
  let end = 8 + new DataView(file.buffer).getUint32(0, true);
  for (const { offset, bytes } of opened.tensors.values()) equal(offset, (end += bytes) - bytes);
  equal(end, file.length);
});

Deno.test("openSafetensors() reads what writeSafetensors() wrote: random tensors", async () => {
  const random = new Random(testSeed());
  for (let i = 0; i < 100; i++) {
    const tensors = randomTensors(random);
    const file = writeSafetensors(tensors, { i: String(i) });
    equal((8 + new DataView(file.buffer).getUint32(0, true)) % 8, 0, "data begin aligned");
    using opened = await openSafetensors(bytesSource(file));
    await checkTensors(opened.tensors.values(), tensors);
    deepEqual([...opened.metadata], [["i", String(i)]]);
  }
});

Deno.test("openSafetensors() reads a stream of any chunks, of known and unknown size", async () => {
  const name = "torch.safetensors", file = goldenFile(name);
  for (const size of [undefined, file.length]) {
    for (const chunk of [1, 7, 4096]) {
      using opened = await openSafetensors(streamOf(file, chunk, size));
      const data = await readAll(opened);
      for (const tensor of goldenTensors(name)) deepEqual(data.get(tensor.name), tensor.data);
    }
  }
});

Deno.test("openSafetensors() reads nothing but the header until it is asked", async () => {
  const far = 5 * 2 ** 30;
  const json = `{"far":{"dtype":"U8","shape":[8],"data_offsets":[${far},${far + 8}]},` +
    `"near":{"dtype":"U8","shape":[${far}],"data_offsets":[0,${far}]}}`;
  const head = headed(json);
  const path = await Deno.makeTempFile();
  try {
    using file = await Deno.open(path, { write: true }); // sparse: takes no room on the disk
    await file.write(head);
    await file.seek(head.length + far, Deno.SeekMode.Start);
    await file.write(new Uint8Array(8).fill(9));
    using opened = await openSafetensors(await toSource(path));
    deepEqual([...opened.tensors.keys()], ["near", "far"]);
    deepEqual(await opened.tensors.get("far")!.read(), new Uint8Array(8).fill(9));
    const into = new Uint8Array(3);
    await opened.read(opened.tensors.get("far")!, 5, into);
    deepEqual(into, new Uint8Array([9, 9, 9]));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("openSafetensors() reads data that begin off any alignment", async () => {
  const json = '{"byte":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},' +
    '"float":{"dtype":"F32","shape":[1],"data_offsets":[1,5],"unknown":[1.5,null,{}]}} ';
  for (const padding of ["", " ", " \n\t "]) {
    using opened = await openSafetensors(bytesSource(headed(json + padding, [7, 1, 2, 3, 4])));
    deepEqual(await opened.tensors.get("float")!.read(), new Uint8Array([1, 2, 3, 4]));
  }
});

Deno.test("openSafetensors() reads a header of megabytes, long text among it", async () => {
  const text = '"\\\n'.repeat(1 << 20);
  const tensors = Array.from({ length: 20_000 }, (_, i) => {
    return { name: `layer.${i}`, dtype: "U8", shape: [1], data: new Uint8Array([i]) } as const;
  });
  const file = writeSafetensors(tensors, new Map([["text", text]]));
  using opened = await openSafetensors(bytesSource(file));
  equal(opened.metadata.get("text"), text);
  equal(opened.tensors.size, 20_000);
  deepEqual(await opened.tensors.get("layer.777")!.read(), new Uint8Array([777 & 255]));
});

Deno.test("openSafetensors() closes its source when it fails, and stops at an abort", async () => {
  let closed = 0;
  const source = { ...bytesSource(goldenFile("numpy.safetensors")), close: () => closed++ };
  await rejects(openSafetensors(source, { signal: AbortSignal.abort() }), { code: "ABORTED" });
  equal(closed, 1);
  (await openSafetensors(source)).close();
  equal(closed, 2);
});

Deno.test("writeSafetensors() refuses what no reader would take", async () => {
  const one = { name: "one", dtype: "F32", shape: [1], data: new Uint8Array(4) } as const;
  const cases: [() => unknown, string, RegExp][] = [
    [
      () => writeSafetensors([{ ...one, shape: [2] }]),
      "SHAPE_MISMATCH",
      /"one": F32 \[2\] needs 8 bytes, got 4/,
    ],
    [() => writeSafetensors([{ ...one, shape: [-1] }]), "INVALID_ARGUMENT", /whole numbers.*\[-1\]/],
    [() => writeSafetensors([{ ...one, shape: [2 ** 40, 2 ** 40] }]), "INVALID_ARGUMENT", /safe integer/],
    [() => writeSafetensors([one, one]), "INVALID_ARGUMENT", /names must differ/],
    [() => writeSafetensors([{ ...one, name: "__metadata__" }]), "INVALID_ARGUMENT", /names must differ/],
    [() => writeSafetensors([{ ...one, name: "\ud800" }]), "INVALID_ARGUMENT", /surrogate/],
    [
      () => writeSafetensors([one], { key: 1 as never }),
      "INVALID_ARGUMENT",
      /"key".*must be text, got number/,
    ],
    [() => writeSafetensors([{ ...one, dtype: "F16x" as never }]), "UNSUPPORTED_TENSOR_TYPE", /got F16x/],
    [
      () => writeSafetensors([{ ...one, dtype: "F4", shape: [3] }]),
      "INVALID_ARGUMENT",
      /whole bytes, got 12 bits/,
    ],
  ];
  for (const [write, code, message] of cases) {
    await rejects(async () => await write(), { code, message });
  }
  const short = { ...one, read: () => new Uint8Array(3) };
  await rejects(joined(safetensorsChunks([short])), { code: "SHAPE_MISMATCH", message: /"one"/ });
});

Deno.test("every dtype is in a golden file, but those that torch and NumPy lack", () => {
  const held = new Set(
    readable(".safetensors").flatMap((name) => goldenTensors(name)).map(({ dtype }) => dtype),
  );
  deepEqual(fileDtypes.filter((dtype) => !held.has(dtype)), ["F4", "F6_E2M3", "F6_E3M2"]);
});

async function readAll(opened: Safetensors): Promise<Map<string, Uint8Array>> {
  const data = new Map<string, Uint8Array>();
  for (const tensor of opened.tensors.values()) data.set(tensor.name, await tensor.read());
  return data;
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return joinBytes(await Array.fromAsync(chunks));
}

function headed(json: string, data: number[] = []): Uint8Array {
  const header = new TextEncoder().encode(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, header.length, true);
  return joinBytes([length, header, new Uint8Array(data)]);
}
