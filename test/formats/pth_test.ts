import { deepEqual, equal, rejects } from "node:assert/strict";
import type { WickErrorCode } from "../../src/error.ts";
import { openSafetensors } from "../../src/formats/safetensors.ts";
import { safetensorsChunks } from "../../src/formats/safetensors_writer.ts";
import { joinBytes } from "../../src/formats/file_bytes.ts";
import type { PickleValue } from "../../src/formats/pickle_machine.ts";
import { openPth, PthTensor } from "../../src/formats/pth.ts";
import { writeZip } from "../../src/formats/zip_writer.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import type { Source } from "../../src/hub/source.ts";
import { Random, testSeed } from "../random.ts";
import {
  checkTensors,
  goldenFile,
  goldenTensors,
  outcome,
  readable,
  refusable,
  refuses,
  refusesEveryCut,
  streamOf,
} from "./file_golden.ts";
import { below, mutate } from "./gguf_fuzz.ts";

const open = async (source: Source) => [...(await openPth(source)).tensors.values()];

for (const name of readable(".pth")) {
  Deno.test(`openPth() reads ${name} of PyTorch`, async () => {
    using opened = await openPth(bytesSource(goldenFile(name)));
    const tensors = [...opened.tensors].map(([name, tensor]) => ({
      name,
      dtype: tensor.dtype,
      shape: tensor.shape,
      bytes: tensor.bytes,
      read: () => tensor.read(),
      readInto: tensor.readInto,
    }));
    await checkTensors(tensors, goldenTensors(name));
  });
}

for (const [name, code, message] of refusable(".pth")) {
  Deno.test(`openPth() refuses ${name} of PyTorch`, () => refuses(openPth, goldenFile(name), code, message));
}

for (const protocol of [2, 3, 4, 5]) {
  Deno.test(`openPth() gives the plain values of a nested checkpoint, protocol ${protocol}`, async () => {
    using opened = await openPth(bytesSource(goldenFile(`nested_protocol${protocol}.pth`)));
    const value = opened.value as Map<string, PickleValue>;
    deepEqual(
      ["epoch", "loss", "best", "args", "big", "negative", "size"].map((key) => value.get(key)),
      [3, 0.25, null, ["a", 1, [2.5, true], [], new Map()], 2n ** 70n, -(2 ** 40), [2, 3]],
    );
    const groups = (value.get("optimizer") as Map<string, PickleValue>).get("param_groups");
    deepEqual((groups as Map<string, PickleValue>[])[0].get("betas"), [0.9, 0.999]);
    equal((value.get("ordered") as Map<string, PickleValue>).get("x") instanceof PthTensor, true);
  });
}

Deno.test("openPth() gives one tensor two names where it was saved twice", async () => {
  using opened = await openPth(bytesSource(goldenFile("shared.pth")));
  deepEqual([...opened.tensors.keys()], ["0", "1.again", "1.view"]);
  equal(opened.tensors.get("0"), opened.tensors.get("1.again"));
  equal(opened.tensors.get("0")!.name, "0");
});

Deno.test("PthTensor.read() reads no more of a storage than a view spans", async () => {
  let read = 0;
  const source = bytesSource(goldenFile("views.pth"));
  const watched: Source = {
    ...source,
    readInto(offset, into) {
      read += into.length;
      return source.readInto(offset, into);
    },
  };
  using opened = await openPth(watched);
  const part = opened.tensors.get("part")!;
  read = 0;
  await part.readInto!(4, new Uint8Array(8));
  const located = read;
  await part.read();
  equal(read - located, 16);
  equal(opened.tensors.get("transposed")!.readInto, undefined);
});

Deno.test("a checkpoint becomes a safetensors file, one tensor after the other", async () => {
  using opened = await openPth(bytesSource(goldenFile("state_dict.pth")));
  const file = joinBytes(await Array.fromAsync(safetensorsChunks(opened.tensors.values())));
  using written = await openSafetensors(bytesSource(file));
  await checkTensors(written.tensors.values(), goldenTensors("state_dict.pth"));
});

/** Pickles by hand: the protocol, the opcodes of a value, the end. */
const short = (text: string) => `X${String.fromCharCode(text.length)}\0\0\0${text}`;
const storage = (key = "0", count = 4, type = "FloatStorage") =>
  `(${short("storage")}ctorch\n${type}\n${short(key)}${short("cpu")}K${String.fromCharCode(count)}tQ`;
const tuple = (values: number[]) => `(${values.map((value) => `J${le32(value)}`).join("")}t`;
const tensor = (sizes: number[], strides: number[], offset = 0, over = storage()) =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${over}J${le32(offset)}${tuple(sizes)}${tuple(strides)}\x89NtR`;
const sharing = "]q\0" + Array.from({ length: 60 }, (_, i) => `](h${c(i)}h${c(i)}eq${c(i + 1)}`).join("");

/** What the pickle holds, its opcodes, code and message. */
const hostile: [string, string, WickErrorCode, RegExp][] = [
  [
    "a view past its storage",
    tensor([5], [1]),
    "CORRUPT_FILE",
    /storage "archive\/data\/0".*of 4 elements, got 0 to 5/,
  ],
  ["a view with an offset past its storage", tensor([2], [1], 3), "CORRUPT_FILE", /got 3 to 5/],
  ["a negative offset", tensor([1], [1], -1), "CORRUPT_FILE", /offset must be a whole number/],
  ["a negative size", tensor([-1], [1]), "CORRUPT_FILE", /shape must be a tuple of at most 64 whole numbers/],
  ["a negative stride", tensor([2], [-1], 3), "CORRUPT_FILE", /strides must be a tuple of/],
  ["too few strides", tensor([2, 2], [1]), "CORRUPT_FILE", /a stride for each of its 2 sizes, got 1/],
  ["strides past 2^53", tensor([2 ** 31 - 1, 1], [2 ** 31 - 1, 1]), "CORRUPT_FILE", /must lie within/],
  ["sizes past 2^53", tensor([2 ** 31 - 1, 2 ** 31 - 1], [0, 0]), "CORRUPT_FILE", /safe integer/],
  ["a number broadcast to 8 GB", tensor([2 ** 31 - 1], [0]), "CORRUPT_FILE", /may have 268435456 bytes/],
  ["an overlapping view of 1 GB", tensor([2 ** 28, 2], [0, 1]), "CORRUPT_FILE", /may have 268435456 bytes/],
  ["an empty view past its storage", tensor([0], [1], 5), "CORRUPT_FILE", /got 5 to 5/],
  ["a storage without a file", tensor([1], [1], 0, storage("1")), "CORRUPT_FILE", /storage "1".*a file/],
  [
    "a storage elsewhere",
    tensor([1], [1], 0, storage("../data.pkl")),
    "CORRUPT_FILE",
    /a file in the archive/,
  ],
  [
    "a storage longer than its file",
    tensor([1], [1], 0, storage("0", 5)),
    "CORRUPT_FILE",
    /20 bytes, got 16/,
  ],
  [
    "a storage of another dtype",
    tensor([1], [1], 0, storage("0", 4, "HalfStorage")),
    "CORRUPT_FILE",
    /8 bytes, got 16/,
  ],
  [
    "a storage of a dtype",
    tensor([1], [1], 0, storage("0", 4, "float32")),
    "CORRUPT_FILE",
    /must be a storage/,
  ],
  ["a tensor over a number", tensor([1], [1], 0, "K\x01"), "CORRUPT_FILE", /must lie over a storage/],
  ["a tensor of nothing", "ctorch._utils\n_rebuild_tensor_v2\n)R", "CORRUPT_FILE", /must lie over a storage/],
  ["a parameter of nothing", "ctorch._utils\n_rebuild_parameter\n)R", "CORRUPT_FILE", /must hold a tensor/],
  [
    "an ordered dict of numbers",
    "ccollections\nOrderedDict\n](K\x01e\x85R",
    "CORRUPT_FILE",
    /made empty, got 1/,
  ],
  ["a persistent id of another kind", "K\x01Q", "CORRUPT_FILE", /its id must be/],
  ["a list within itself", "]q\0h\0a", "CORRUPT_FILE", /nest 64 deep/],
  ["2^60 lists, shared", `${sharing}${"0".repeat(61)}h${c(60)}`, "CORRUPT_FILE", /4194304 members/],
  [
    "one name for two tensors",
    `}(${short("a.b")}${tensor([1], [1])}${short("a")}}${short("b")}${tensor([1], [1])}su`,
    "CORRUPT_FILE",
    /tensor "a\.b" twice/,
  ],
  [
    "a key of 1001 characters",
    `}X\xe9\x03\0\0${"k".repeat(1001)}]s`,
    "CORRUPT_FILE",
    /may have 1000 characters, got 1001/,
  ],
  [
    "names of 100 MB in all",
    `}X\xe8\x03\0\0${"k".repeat(1000)}](${tensor([1], [1])}q\x01${"h\x01".repeat(99_999)}es`,
    "CORRUPT_FILE",
    /67108864 characters/,
  ],
  ["65 dimensions", tensor(Array(65).fill(1), Array(65).fill(1)), "CORRUPT_FILE", /at most 64/],
  [
    "a shape that is a list",
    tensor([1], [1]).replace(tuple([1]), "](K\x01e"),
    "CORRUPT_FILE",
    /its shape must be a tuple/,
  ],
  ["subprocess.Popen", "csubprocess\nPopen\n)R", "UNKNOWN_FORMAT", /global "subprocess\.Popen"/],
  ["builtins.eval", "cbuiltins\neval\n)R", "UNKNOWN_FORMAT", /global "builtins\.eval"/],
  ["torch.load", "ctorch\nload\n)R", "UNKNOWN_FORMAT", /global "torch\.load"/],
  ["a called storage", "ctorch\nFloatStorage\n)R", "UNKNOWN_FORMAT", /call of torch\.FloatStorage/],
];

for (const [name, value, code, message] of hostile) {
  Deno.test(`openPth() refuses ${name}`, async () => {
    await refuses(openPth, await checkpoint({ "data.pkl": `\x80\x02${value}.` }), code, message);
  });
}

Deno.test("openPth() reads views by hand: broadcast, overlapping, empty, of no dimensions", async () => {
  const cases: [number[], number[], number, number[]][] = [
    [[2, 2], [0, 1], 1, [1, 2, 1, 2]],
    [[3, 2], [1, 1], 0, [0, 1, 1, 2, 2, 3]],
    [[0, 7], [9, 9], 4, []],
    [[], [], 3, [3]],
    [[1, 4, 1], [77, 1, 99], 0, [0, 1, 2, 3]],
    [[2, 2], [1, 2], 0, [0, 2, 1, 3]],
  ];
  for (const [sizes, strides, offset, expected] of cases) {
    const file = await checkpoint({ "data.pkl": `\x80\x02${tensor(sizes, strides, offset)}.` });
    using opened = await openPth(bytesSource(file));
    const read = await opened.tensors.get("")!.read();
    deepEqual([...new Float32Array(read.buffer)], expected);
  }
});

Deno.test("openPth() refuses other archives, orders of bytes and streams", async () => {
  const value = `\x80\x02N.`;
  const cases: [Uint8Array, WickErrorCode, RegExp][] = [
    [goldenFile("savez.npz"), "UNKNOWN_FORMAT", /got an npz archive \(readNpz/],
    [goldenFile("numpy.safetensors"), "UNKNOWN_FORMAT", /begins with "PK/],
    [
      await checkpoint({ "data.pkl": value, byteorder: "middle" }),
      "CORRUPT_FILE",
      /"little" or "big", got "middle"/,
    ],
    [await checkpoint({ "data.pkl": value, byteorder: " ".repeat(99) }), "CORRUPT_FILE", /got ""/],
    [
      await writeZip([{ name: "a/data.pkl", data: latin1(value) }, {
        name: "b/data.pkl",
        data: latin1(value),
      }]),
      "UNKNOWN_FORMAT",
      /with 2 files/,
    ],
  ];
  for (const [bytes, code, message] of cases) {
    await refuses(openPth, bytes, code, message);
  }
  const file = goldenFile("tensor.pth");
  await rejects(openPth(streamOf(file, 99, file.length)), {
    code: "INVALID_ARGUMENT",
    message: /got a stream/,
  });
});

Deno.test("PthTensor.read() refuses a storage whose bytes have changed", async () => {
  const file = goldenFile("tensor.pth");
  const at = file.findIndex((_, i) =>
    i % 64 === 0 && new Float32Array(file.slice(i, i + 12).buffer).join() === "0,1,2"
  );
  file[at] ^= 1;
  using opened = await openPth(bytesSource(file));
  await rejects(opened.tensors.get("")!.read(), {
    code: "CORRUPT_FILE",
    message: /archive\/data\/0.*checksum/,
  });
});

Deno.test("openPth() refuses a file cut at every byte, and ends well on 1000 broken ones", async () => {
  await refusesEveryCut(goldenFile("views.pth"), open);
  const random = below(new Random(testSeed()));
  const files = [
    goldenFile("views.pth"),
    goldenFile("big_endian_deflated.pth"),
    goldenFile("no_checksums.pth"),
  ];
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) seen.add(await outcome(mutate(files[i % 3], random), open));
  for (const expected of ["read", "CORRUPT_FILE", "UNKNOWN_FORMAT"]) {
    equal(seen.has(expected), true, expected);
  }
});

Deno.test("openPth() ends well on 2000 broken pickles in whole archives", async () => {
  const random = below(new Random(testSeed()));
  const good = latin1(
    `\x80\x02}(${short("a")}${tensor([2, 2], [2, 1])}${short("b")}](K\x01${tensor([3], [1], 1)}eu.`,
  );
  const seen = new Set<string>();
  for (let i = 0; i < 2000; i++) {
    const pickle = String.fromCharCode(...mutate(good, random));
    seen.add(await outcome(await checkpoint({ "data.pkl": pickle }), open));
  }
  for (const expected of ["read", "CORRUPT_FILE", "UNKNOWN_FORMAT"]) {
    equal(seen.has(expected), true, expected);
  }
});

/** A checkpoint of these files and a storage "0" of the floats 0 to 3. */
async function checkpoint(files: Record<string, string>): Promise<Uint8Array> {
  const floats = new Uint8Array(new Float32Array([0, 1, 2, 3]).buffer);
  const written = Object.entries(files).map(([name, text]) => ({
    name: `archive/${name}`,
    data: latin1(text),
  }));
  return await writeZip([...written, { name: "archive/data/0", data: floats }]);
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function le32(value: number): string {
  return [0, 8, 16, 24].map((shift) => c((value >> shift) & 255)).join("");
}

function c(code: number): string {
  return String.fromCharCode(code);
}
