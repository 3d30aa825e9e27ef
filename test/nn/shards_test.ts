/** Checkpoints in shards, read by the index that lies beside them. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import {
  type BucketLike,
  defaultDevice,
  readSafetensors,
  readTensors,
  scope,
  tensor,
  writeSafetensors,
} from "../../mod.ts";
import { goldenFile, goldenTensors } from "../formats/file_golden.ts";

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value, null, 2));
const NAMES = ["a", "b", "c"];
const FILES = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const INDEX = "model.safetensors.index.json";

/** Three tensors in two shards, with their index; [i, i] is the i-th. */
async function checkpoint(map: Record<string, unknown> = {}): Promise<Map<string, Uint8Array>> {
  using own = scope();
  const [a, b, c] = [1, 2, 3].map((i) => tensor([i, i], { scope: own }));
  return new Map([
    [
      INDEX,
      json({
        metadata: { total_size: 24 },
        weight_map: { a: FILES[0], b: FILES[1], c: FILES[0], ...map },
      }),
    ],
    [FILES[0], await writeSafetensors(new Map([["a", a], ["c", c]]))],
    [FILES[1], await writeSafetensors(new Map([["b", b]]))],
  ]);
}

/** The files as a bucket, which counts what is opened. */
function bucketOf(files: ReadonlyMap<string, Uint8Array>): BucketLike & { opened: string[] } {
  const opened: string[] = [];
  return {
    opened,
    head: (key) => {
      opened.push(key);
      const file = files.get(key);
      return Promise.resolve(file ? { size: file.length } : null);
    },
    get: (key, { range: { offset, length = Infinity } }) =>
      Promise.resolve({ body: new Blob([files.get(key)!.slice(offset, offset + length)]).stream() }),
  };
}

async function check(read: Promise<ReadonlyMap<string, { toArray(): Promise<unknown>; dispose(): void }>>) {
  const tensors = await read;
  deepEqual([...tensors.keys()].sort(), NAMES);
  for (const [i, name] of NAMES.entries()) {
    deepEqual(await tensors.get(name)!.toArray(), [i + 1, i + 1]);
    tensors.get(name)!.dispose();
  }
}

Deno.test("readTensors() reads all shards by their index's path, URL or key", async () => {
  const files = await checkpoint();
  const folder = await Deno.makeTempDir();
  for (const [name, bytes] of files) await Deno.writeFile(`${folder}/${name}`, bytes);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
    const file = files.get(new URL(url).pathname.slice(1));
    return new Response(file as Uint8Array<ArrayBuffer>, { status: file ? 200 : 404 });
  });
  const before = defaultDevice().live();
  try {
    await check(readTensors(`${folder}/${INDEX}`));
    await check(readTensors(new URL(`file://${folder}/${INDEX}`)));
    await check(readTensors(`http://127.0.0.1:${server.addr.port}/${INDEX}`));
    await check(readTensors(bucketOf(files), { key: INDEX }));
    deepEqual(defaultDevice().live(), before);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("shards are of any format, and those of which nothing is asked are not opened", async () => {
  const files = await checkpoint();
  const bucket = bucketOf(files);
  const read = await readTensors(bucket, { key: INDEX, only: (name) => name === "b" });
  deepEqual([[...read.keys()], bucket.opened], [["b"], [INDEX, FILES[1]]]);
  read.get("b")!.dispose();
  const [{ name }] = goldenTensors("state_dict.pth").filter(({ dtype }) => dtype === "F32");
  const pytorch = new Map([
    ["pytorch_model.bin.index.json", json({ weight_map: { [name]: "pytorch_model-1.bin" } })],
    ["pytorch_model-1.bin", goldenFile("state_dict.pth")],
  ]);
  const one = await readTensors(bucketOf(pytorch), { key: "pytorch_model.bin.index.json" });
  deepEqual([...one.keys()], [name]);
  one.get(name)!.dispose();
});

Deno.test("an index that is alone, wrong or hostile is told, and nothing stays", async () => {
  const before = defaultDevice().live();
  const index = (await checkpoint()).get(INDEX)!;
  await rejects(readTensors(index), { code: "INVALID_ARGUMENT", message: /opened by path, URL or key/ });
  await rejects(readSafetensors(index), { code: "UNKNOWN_FORMAT", message: /got the index of a sharded/ });
  const faults: [Record<string, unknown>, string, RegExp][] = [
    [
      { d: FILES[1] },
      "CORRUPT_FILE",
      /00002-of-00002\.safetensors: its index says that it holds tensor "d"$/,
    ],
    [{ d: "absent.safetensors" }, "NOT_FOUND", /absent\.safetensors/],
    ...["../secret.safetensors", "/etc/passwd", "a\\b", "..", "", "https://host/x", "a?b", "x@y"].map((
      file,
    ): [Record<string, unknown>, string, RegExp] => [{ d: file }, "CORRUPT_FILE", /a file beside it, got "/]),
    [{ d: 5 }, "CORRUPT_FILE", /a file beside it, got something else$/],
    [{ d: INDEX }, "UNKNOWN_FORMAT", /got the index of a sharded/],
  ];
  for (const [map, code, message] of faults) {
    const bucket = bucketOf(await checkpoint(map));
    await rejects(readTensors(bucket, { key: INDEX }), { code, message }, JSON.stringify(map));
    equal(bucket.opened.every((key) => [INDEX, ...FILES, "absent.safetensors"].includes(key)), true);
  }
  const cut = bucketOf(new Map([[INDEX, index.subarray(0, 99)]]));
  await rejects(readTensors(cut, { key: INDEX }), {
    code: "CORRUPT_FILE",
    message: /index of its shards.*at character/,
  });
  deepEqual(defaultDevice().live(), before);
});
