/** What readers say of files of other kinds. */
import { equal, match, rejects } from "node:assert/strict";
import { readNpy, readNpz, readPth, readSafetensors, readTensors } from "../../mod.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { fileKind } from "../../src/formats/identify.ts";
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
    /PyTorch checkpoint from before 1\.6 \(load it/,
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
  ["noise", latin("\x03\x01\x04\x01\x05\x09\x02\x06\x05"), /^"\\u0003/],
];

Deno.test("fileKind() tells what a file is by its first bytes", () => {
  for (const [name, bytes, kind] of kinds) match(fileKind(bytes), kind, name);
  equal(fileKind(new Uint8Array(0)), "an empty file");
});

Deno.test("readers that are given another kind of file say what it is", async () => {
  for (const [name, bytes, kind] of kinds) {
    const source = kind.source.replace(/^\^/, "");
    const refusal = { code: "UNKNOWN_FORMAT", message: new RegExp(`got .*${source}`, "s") };
    await rejects(readTensors(bytes), refusal, name);
    await rejects(readSafetensors(bytes), refusal, name);
    await rejects(openGguf(bytesSource(bytes)), refusal, name);
    await rejects(readNpy(bytes), refusal, name);
    await rejects(readNpz(bytes), refusal, name);
    await rejects(readPth(bytes), refusal, name);
  }
});
