import { deepEqual, equal, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import { siblingsOf, toSource } from "../../src/hub/source.ts";
import { writeGguf, type WrittenValue } from "./gguf_writer.ts";

const shardName = (i: number, count = 3) =>
  `model-${String(i + 1).padStart(5, "0")}-of-${String(count).padStart(5, "0")}.gguf`;

/** Three files with one tensor each; `change` alters the split keys of a file. */
function shards(
  change: (index: number, keys: Record<string, WrittenValue>) => void = () => {},
): Map<string, Uint8Array> {
  return new Map([0, 1, 2].map((i) => {
    const keys: Record<string, WrittenValue> = {
      ...(i === 0 ? { "general.architecture": "llama" } : {}),
      "split.no": { type: "u16", value: i },
      "split.count": { type: "u16", value: 3 },
      "split.tensors.count": { type: "i32", value: 3 },
    };
    const name = keys.name ?? `tensor.${i}`;
    change(i, keys);
    const data = new Uint8Array(128).fill(i + 1);
    return [
      shardName(i),
      writeGguf(keys, [{ name: String(keys.name ?? name), shape: [32], type: "f32", data }]),
    ];
  }));
}

function open(files: Map<string, Uint8Array>, first = shardName(0)) {
  const siblings = (name: string) =>
    toSource(files.get(name) ?? `missing/${name}`).then((s) => ({ ...s, name }));
  return openGguf(bytesSource(files.get(first)!, first), { siblings });
}

Deno.test("openGguf() merges the tensors of three shards", async () => {
  using gguf = await open(shards());
  deepEqual([...gguf.tensors.values()].map(({ name, shard }) => [name, shard]), [
    ["tensor.0", 0],
    ["tensor.1", 1],
    ["tensor.2", 2],
  ]);
  equal(gguf.sources.length, 3);
  equal(gguf.parameterCount, 96);
  const read = new Uint8Array(128);
  await gguf.read(gguf.tensors.get("tensor.2")!, 0, read);
  deepEqual(read, new Uint8Array(128).fill(3));
});

Deno.test("openGguf() opens shards beside a path and a file URL", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of shards()) await Deno.writeFile(`${folder}/${name}`, bytes);
    for (const first of [`${folder}/${shardName(0)}`, new URL(`file://${folder}/${shardName(0)}`)]) {
      using gguf = await openGguf(await toSource(first), { siblings: siblingsOf(first) });
      equal(gguf.tensors.size, 3);
    }
    await Deno.remove(`${folder}/${shardName(2)}`);
    const first = `${folder}/${shardName(0)}`;
    const siblings = siblingsOf(first);
    await rejects(openGguf(await toSource(first), { siblings }), {
      code: "NOT_FOUND",
      message: /00003-of-00003/,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openGguf() says which shard does not fit", async () => {
  const no = (i: number, no: number) => shards((index, keys) => index === i && (keys["split.no"] = no));
  const corrupt = (message: RegExp) => ({ code: "CORRUPT_FILE", message });
  await rejects(open(no(1, 2)), corrupt(/00002-of-00003.gguf: "split.no" must be 1, got 2/));
  await rejects(open(no(0, 1)), corrupt(/00001-of-00003.gguf: "split.no" must be 0, got 1/));
  await rejects(open(shards(), shardName(1)), corrupt(/opened by its first file, got file 2/));
  const count = shards((i, keys) => i === 2 && (keys["split.count"] = 4));
  await rejects(open(count), corrupt(/00003-of-00003.gguf: "split.count" must be 3, got 4/));
  const alone = shards((i, keys) => i === 1 && delete keys["split.no"]);
  await rejects(open(alone), corrupt(/"split.no" must be 1, got undefined/));
  const total = shards((i, keys) => i === 0 && (keys["split.tensors.count"] = 9));
  await rejects(open(total), corrupt(/all 3 files together must have 9 tensors, got 3/));
  const twice = shards((i, keys) => i === 2 && (keys.name = "tensor.0"));
  await rejects(
    open(twice),
    corrupt(/00003-of-00003.gguf: tensor "tensor.0" must occur once.*00001-of-00003/),
  );
});

Deno.test("openGguf() wants the name and the siblings of a sharded model", async () => {
  const first = shards().get(shardName(0))!;
  await rejects(openGguf(bytesSource(first)), {
    code: "CORRUPT_FILE",
    message: /n being 3, got the given bytes/,
  });
  await rejects(openGguf(bytesSource(first, shardName(0))), { code: "INVALID_ARGUMENT", message: /3 files/ });
});

Deno.test("openGguf() tells a hostile second shard by its name", async () => {
  const files = shards();
  files.set(shardName(1), files.get(shardName(1))!.slice(0, 100));
  await rejects(open(files), { code: "CORRUPT_FILE", message: /model-00002-of-00003.gguf/ });
});
