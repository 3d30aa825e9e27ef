/** Tensors from the files that Python's libraries wrote, and into files and back. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import {
  defaultDevice,
  optim,
  readNpy,
  readNpz,
  readPth,
  readSafetensors,
  readTensors,
  type ReadTensorsOptions,
  scope,
  streamSafetensors,
  Tensor,
  tensor,
  WickError,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from "../../mod.ts";
import { writeZip } from "../../src/formats/zip_writer.ts";
import { tensorDtype } from "../../src/nn/tensor_dtypes.ts";
import { goldenFile, goldenTensors, readable } from "../formats/file_golden.ts";

type Read = (input: Uint8Array<ArrayBuffer>, options: ReadTensorsOptions) => Promise<Map<string, Tensor>>;

const readers: Record<string, Read> = {
  ".safetensors": readSafetensors,
  ".npz": readNpz,
  ".pth": readPth,
  ".npy": async (input, options) => new Map([["", await readNpy(input, options)]]),
};

function holds(dtype: Parameters<typeof tensorDtype>[1]): boolean {
  try {
    return tensorDtype("", dtype) !== undefined;
  } catch {
    return false;
  }
}

/** Picks the tensors of a golden file that are f32. */
function isFloat(file: string): (name: string) => boolean {
  const names = new Set(goldenTensors(file).filter((t) => t.dtype === "F32").map((t) => t.name));
  return (name) => names.has(name);
}

/** The bytes of a tensor's elements in order. */
async function bytesOf(t: Tensor): Promise<number[]> {
  const { buffer } = await t.data();
  return [...new Uint8Array(buffer)];
}

for (const [extension, read] of Object.entries(readers)) {
  Deno.test(`tensors of ${extension} files hold what the files say, or say what no tensor holds`, async () => {
    let compared = 0;
    for (const name of readable(extension)) {
      const expected = goldenTensors(name);
      const file = goldenFile(name);
      const unheld = expected.filter((t) => !holds(t.dtype)).map((t) => t.name);
      const before = defaultDevice().live();
      if (unheld.length > 0 && extension === ".npz") {
        const tensors = await read(file, {});
        for (const name of unheld) {
          throws(() => tensors.get(name), { code: "UNSUPPORTED_TENSOR_TYPE", param: name });
        }
        equal(tensors.size, expected.length - unheld.length, name);
        for (const tensor of tensors.values()) tensor.dispose();
      } else if (unheld.length > 0) {
        await rejects(read(file, {}), {
          code: "UNSUPPORTED_TENSOR_TYPE",
          message: /Cannot load tensor ".*got/,
        });
        deepEqual(defaultDevice().live(), before, name);
        if (extension === ".npy") continue;
      }
      using own = scope();
      const tensors = await read(file, { scope: own, only: (name) => !unheld.includes(name) });
      const wanted = expected.filter((t) => !unheld.includes(t.name));
      equal(tensors.size, wanted.length, name);
      for (const { name: key, shape, data, dtype } of wanted) {
        const got = tensors.get(extension === ".npy" ? "" : key)!;
        deepEqual([got.shape, got.dtype], [shape, tensorDtype(key, dtype)], `${name}: ${key}`);
        deepEqual(await bytesOf(got), [...data], `${name}: ${key}`);
        compared++;
      }
    }
    equal(compared > 0, true);
  });
}

Deno.test("a file's format is told by its first bytes, and it is closed whatever comes", async () => {
  using own = scope();
  for (const name of ["numpy.safetensors", "savez_compressed.npz", "state_dict.pth", "little_f4.npy"]) {
    const file = goldenFile(name);
    const wanted = await readers[name.slice(name.lastIndexOf("."))](file, {
      scope: own,
      only: isFloat(name),
    });
    let closed = 0;
    const source = {
      name,
      size: file.length,
      sequential: false,
      readInto: (offset: number, into: Uint8Array) => {
        const piece = file.subarray(offset, offset + into.length);
        into.set(piece);
        return piece.length;
      },
      close: () => void closed++,
    };
    const got = await readTensors(source, {
      scope: own,
      only: name.endsWith(".npy") ? undefined : isFloat(name),
    });
    deepEqual([got.size, closed > 0], [wanted.size, true], name);
    equal(got.size > 0, true, name);
    for (const [i, tensor] of [...got.values()].entries()) {
      deepEqual(await bytesOf(tensor), await bytesOf([...wanted.values()][i]));
    }
  }
  for (const bytes of [[], [0x93], [0x50, 0x4b], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    await rejects(readTensors(Uint8Array.from(bytes)), WickError);
  }
  const streamed = new Blob([goldenFile("numpy.safetensors")]).stream();
  equal((await readTensors(streamed, { scope: own, only: isFloat("numpy.safetensors") })).size > 0, true);
});

Deno.test("what is written is read again: views, empty tensors, every plain dtype", async () => {
  using own = scope();
  const x = tensor([[1, 2, 3], [4, 5, 6]], { scope: own });
  const tensors = new Map([
    ["turned", x.t()],
    ["part", x.narrow(1, 1, 2)],
    ["none", tensor(new Float32Array(0), { shape: [0, 3], scope: own })],
    ["one", tensor(7, { scope: own })],
    ["whole", tensor(Int32Array.of(1, -2), { scope: own })],
    ["natural", tensor(Uint32Array.of(1, 2 ** 32 - 1), { scope: own })],
    ["bytes", tensor(Uint8Array.of(1, 255, 0), { scope: own })],
    ["half", tensor(Uint16Array.of(0x3c00, 0x7c00), { dtype: "f16", scope: own })],
    ["brain", tensor(Uint16Array.of(0x3f80, 0x7f80), { dtype: "bf16", scope: own })],
  ]);
  const pairs = new Map([["by", "a test"]]);
  const file = await writeSafetensors(tensors, pairs);
  deepEqual(new Uint8Array(await new Response(streamSafetensors(tensors, pairs)).arrayBuffer()), file);
  const numpy = new Map([...tensors].filter(([name]) => name !== "brain"));
  const archive = await writeNpz(numpy, { method: "deflate" });
  let metadata: ReadonlyMap<string, string> | undefined;
  const streamed = () => new Blob([file as Uint8Array<ArrayBuffer>]).stream();
  const ways: [Map<string, Tensor>, Map<string, Tensor>][] = [
    [tensors, await readSafetensors(file, { scope: own, onMetadata: (m) => metadata = m })],
    [tensors, await readSafetensors(streamed(), { scope: own })],
    [numpy, await readNpz(archive, { scope: own })],
  ];
  for (const [name, t] of numpy) {
    ways.push([new Map([[name, t]]), new Map([[name, await readNpy(await writeNpy(t), { scope: own })]])]);
  }
  deepEqual([...metadata!], [...pairs]);
  for (const [wanted, got] of ways) {
    equal(got.size, wanted.size);
    for (const [name, t] of wanted) {
      const read = got.get(name)!;
      deepEqual([read.shape, read.dtype], [[...t.shape], t.dtype], name);
      deepEqual(await bytesOf(read), await bytesOf(t), name);
    }
  }
});

Deno.test("blocks are not written, an abort and a broken file leave nothing", async () => {
  const device = defaultDevice();
  const storage = device.allocate(8 * 18);
  using blocks = new Tensor(storage, "q4_0", [1, 32]);
  await rejects(writeSafetensors(new Map([["w", blocks]])), { code: "UNSUPPORTED_TENSOR_TYPE" });
  using own = scope();
  const two = [1, 2].map((v) => [`w${v}`, tensor([v, v], { scope: own })] as const);
  const file = await writeSafetensors(new Map(two));
  const before = device.live();
  const abort = new AbortController();
  const only = (name: string) => (name === "w2" && abort.abort(), true);
  await rejects(readSafetensors(file, { only, signal: abort.signal }), { code: "ABORTED" });
  await rejects(readSafetensors(file.subarray(0, file.length - 1)), { code: "CORRUPT_FILE" });
  deepEqual(device.live(), before);
});

Deno.test("training goes on from a file", async () => {
  using own = scope();
  const train = async (stop?: number) => {
    let w = tensor([1, -2, 3], { scope: own }).requiresGrad();
    let optimizer = new optim.Adam([w], { learningRate: 0.1 });
    for (let i = 0; i < 8; i++) {
      if (i === stop) {
        const { steps, tensors } = optimizer.stateDict();
        const file = await writeSafetensors(new Map([...tensors, ["w", w]]), { steps: `${steps}` });
        optimizer[Symbol.dispose]();
        let at = 0;
        const read = await readSafetensors(file, {
          scope: own,
          onMetadata: (m) => at = Number(m.get("steps")),
        });
        w = read.get("w")!.requiresGrad();
        read.delete("w");
        optimizer = new optim.Adam([w], { learningRate: 0.1 });
        await optimizer.loadStateDict({ steps: at, tensors: read });
      }
      optimizer.step(w.mul(w).sum(0).backward());
    }
    optimizer[Symbol.dispose]();
    return await w.toArray();
  };
  deepEqual(await train(3), await train());
});

Deno.test("readNpz() reads the numbers beside an array of text, which is refused by name when it is asked for", async () => {
  using x = tensor([1, 2]);
  const [numbers, text] = [await writeNpy(x), goldenFile("text.npy")];
  const file = await writeZip([{ name: "labels.npy", data: text }, { name: "x.npy", data: numbers }]);
  for (const read of [readNpz, readTensors]) {
    const tensors = await read(file);
    deepEqual([...tensors.keys()], ["x"]);
    deepEqual(await tensors.get("x")!.toArray(), [1, 2]);
    tensors.get("x")!.dispose();
    const refusal = { code: "UNSUPPORTED_TENSOR_TYPE", message: /tensor "labels".*"<U\d+" \(text\)/ };
    await rejects(read(file, { only: (name) => name === "labels" }), refusal);
    throws(() => tensors.get("labels"), refusal);
    deepEqual([tensors.get("nobody"), tensors.has("labels")], [undefined, false]);
  }
});
