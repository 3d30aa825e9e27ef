/** What readers say of files of other kinds. */
import { equal, match, rejects } from "node:assert/strict";
import { readNpy, readNpz, readPth, readSafetensors, readTensors } from "../../mod.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { fileKind, zipKind } from "../../src/formats/identify.ts";
import { writeZip } from "../../src/formats/zip_writer.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";

const latin = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const tar = new Uint8Array(600);
tar.set(latin("weights/"));
tar.set(latin("ustar\x0000"), 257);

/** What people drop, its first bytes, and what it is. */
const kinds: [string, Uint8Array, RegExp][] = [
  [
    "a sharded checkpoint's index",
    latin('{\n  "metadata": {"total_size": 123},\n  "weight_map": {}}'),
    /index of a sharded/,
  ],
  ["a configuration", latin('{\n  "architectures": ["LlamaForCausalLM"]\n}'), /config\.json/],
  ["JSON", latin('[1, 2, {"a": 3}]'), /JSON text/],
  ["JSON behind a byte order mark", latin('\xef\xbb\xbf{"a": 1}      '), /JSON text/],
  [
    "torch.save before 1.6",
    latin("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M"),
    /PyTorch checkpoint from before 1\.6 \(save it anew/,
  ],
  ["a pickle", latin("\x80\x04\x95\x1c\0\0\0\0\0\0\0}"), /bare pickle/],
  [
    "a Git LFS pointer",
    latin("version https://git-lfs.github.com/spec/v1\noid sha256:00"),
    /Git LFS pointer/,
  ],
  ["a web page", latin("\n<!DOCTYPE html><html>"), /web page/],
  ["an error of a bucket", latin('<?xml version="1.0"?><Error>'), /XML text/],
  ["gzip", latin("\x1f\x8b\x08\0\0\0\0\0\0\x03"), /gzip data \(unpack/],
  ["zstd", latin("\x28\xb5\x2f\xfd\x24\x05\x29\0\0\0"), /zstd data/],
  ["tar", tar, /tar archive/],
  ["GGML", latin("tjgg\x03\0\0\0\0\0\0\0"), /GGML file older/],
  ["ONNX", latin("\x08\x08\x12\x07pytorch\x1a\x05"), /ONNX model/],
  ["TensorFlow Lite", latin("\x1c\0\0\0TFL3\x14\0\x20"), /TensorFlow Lite/],
  ["HDF5", latin("\x89HDF\r\n\x1a\n\0\0\0"), /HDF5/],
  ["a picture", latin("\x89PNG\r\n\x1a\n\0\0"), /PNG/],
  ["GGUF's adapters before GGUF", latin("algg\x01\0\0\0\0\0\0\0"), /GGML adapter older/],
  ["plain text", latin("---\nlicense: mit\n---\n# A model"), /text: "---\\nlicense: mit/],
  ["noise", latin("\x03\x01\x04\x01\x05\x09\x02\x06\x05"), /^"\\u0003/],
];

Deno.test("fileKind() tells what a file is by its first bytes", () => {
  for (const [name, bytes, kind] of kinds) match(fileKind(bytes), kind, name);
  equal(fileKind(new Uint8Array(0)), "an empty file");
});

/** What people zip, by the names in it. */
const zips: [string[], RegExp][] = [
  [["archive/data.pkl", "archive/data/0"], /PyTorch checkpoint \(readPth/],
  [["x.npy"], /npz archive \(readNpz/],
  [["metadata.json", "model.weights.h5"], /Keras/],
  [["[Content_Types].xml", "word/document.xml"], /Office/],
  [["META-INF/MANIFEST.MF", "A.class"], /Java/],
  [["README.md", "model-q4.gguf"], /with "model-q4\.gguf" \(unpack/],
  [["a.txt"], /with "a\.txt" \(unpack/],
];

Deno.test("a zip of something else is told by the names of its files, to every reader of zips", async () => {
  for (const [names, kind] of zips) {
    match(zipKind(names), kind);
    const zip = await writeZip(names.map((name) => ({ name, data: latin(`data of ${name}`) })));
    const refusal = { code: "UNKNOWN_FORMAT", message: new RegExp(`got .*${kind.source}`) };
    if (!names.some((name) => name.endsWith(".npy"))) await rejects(readNpz(zip), refusal);
    if (!names.some((name) => name.endsWith("data.pkl"))) await rejects(readPth(zip), refusal);
    await rejects(openGguf(bytesSource(zip)), { code: "UNKNOWN_FORMAT", message: /got a zip archive/ });
    await rejects(readSafetensors(zip), { code: "UNKNOWN_FORMAT", message: /got a zip archive/ });
  }
});

Deno.test("an empty file is told as one", async () => {
  const empty = new Uint8Array(0);
  for (const read of [readTensors, readSafetensors, readNpy, readNpz, readPth]) {
    await rejects(read(empty), {
      code: "CORRUPT_FILE",
      message: /got 0 to the end of the file, which is empty$/,
    });
  }
  await rejects(openGguf(bytesSource(empty)), { code: "CORRUPT_FILE", message: /which is empty$/ });
  await rejects(readTensors(new Blob([]).stream()), { code: "CORRUPT_FILE", message: /which is empty$/ });
});

Deno.test("readers that are given another kind of file say what it is", async () => {
  for (const [name, bytes, kind] of kinds) {
    const source = kind.source.replace(/^\^/, "");
    const refusal = { code: "UNKNOWN_FORMAT", message: new RegExp(`got .*${source}`, "s") };
    const alone = {
      code: "INVALID_ARGUMENT",
      message: /index of a checkpoint must be opened by path, URL or key/,
    };
    await rejects(readTensors(bytes), name.includes("index") ? alone : refusal, name);
    await rejects(readSafetensors(bytes), refusal, name);
    await rejects(openGguf(bytesSource(bytes)), refusal, name);
    await rejects(readNpy(bytes), refusal, name);
    await rejects(readNpz(bytes), refusal, name);
    await rejects(readPth(bytes), refusal, name);
  }
});
