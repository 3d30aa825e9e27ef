/**
 * What a file is by its first bytes, for the messages of readers that were given another kind.
 *
 * @module
 */
import { quotedName } from "../error.ts";

/** How many first bytes tell all that can be told. */
export const TELLING_BYTES = 512;

/** Kinds that begin with these bytes (Latin-1). */
const magics: readonly (readonly [magic: string, kind: string])[] = [
  ["GGUF", "a GGUF file (load() opens it)"],
  ["\x93NUMPY", "an npy file"],
  ["PK\x03\x04", "a zip archive (npz, or PyTorch's pth)"],
  ["PK\x05\x06", "an empty zip archive"],
  ["lmgg", "a GGML file older than GGUF"],
  ["tjgg", "a GGML file older than GGUF"],
  ["fmgg", "a GGML file older than GGUF"],
  ["algg", "a GGML adapter older than GGUF"],
  [
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
    "a PyTorch checkpoint from before 1.6 (save it anew in PyTorch: torch.save(torch.load(path), path))",
  ],
  ["\x89HDF\r\n\x1a\n", "an HDF5 file (Keras)"],
  ["\x1f\x8b", "gzip data (unpack it first)"],
  ["\xfd7zXZ", "xz data (unpack it first)"],
  ["\x28\xb5\x2f\xfd", "zstd data (unpack it first)"],
  ["BZh", "bzip2 data (unpack it first)"],
  ["7z\xbc\xaf", "a 7z archive (unpack it first)"],
  ["version https://git-lfs", "a Git LFS pointer (fetch the file itself: git lfs pull)"],
  ["%PDF", "a PDF file"],
  ["\x89PNG", "a PNG picture"],
  ["\xff\xd8\xff", "a JPEG picture"],
  ["RIFF", "a RIFF file (WAV or WebP)"],
  ["OggS", "an Ogg file"],
  ["\x7fELF", "an ELF program"],
  ["\0asm", "a WebAssembly module"],
];

/** What the first bytes of a file tell, as "a zip archive" or, where they tell nothing, those bytes in quotes. */
export function fileKind(head: Uint8Array): string {
  if (head.length === 0) return "an empty file";
  const text = Array.from(head.subarray(0, TELLING_BYTES), (byte) => String.fromCharCode(byte)).join("");
  const known = magics.find(([magic]) => text.startsWith(magic));
  if (known) return known[1];
  return structured(text, head) ?? JSON.stringify(text.slice(0, 9));
}

/** Kinds whose mark is not at the very beginning, or that have none. */
function structured(text: string, head: Uint8Array): string | undefined {
  if (text.slice(257, 262) === "ustar") return "a tar archive (unpack it first)";
  if (text.slice(4, 8) === "TFL3") return "a TensorFlow Lite model";
  if (/^.{7}\0\{"/s.test(text)) return "a safetensors file";
  if (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5) {
    return "a bare pickle (of Python's, or of PyTorch before 1.6)";
  }
  // ModelProto: ir_version, then the producer's name or version, or the graph
  if (head[0] === 8 && head[1] < 64 && [0x12, 0x1a, 0x22, 0x3a].includes(head[2])) return "an ONNX model";
  return written(text);
}

/** Kinds of text. */
function written(text: string): string | undefined {
  const start = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<(!doctype|html)/i.test(start)) return "a web page (an address's error, or its preview?)";
  if (start.startsWith("<")) return "XML text (an address's error?)";
  if (!/^[{[]\s*["{[\]}\d-]/.test(start)) {
    return isText(text) ? `text: ${JSON.stringify(text.slice(0, 20))}` : undefined;
  }
  if (/"weight_map"|"total_size"/.test(start)) {
    return "the index of a sharded checkpoint (readTensors() reads its shards by its path, URL or key)";
  }
  if (/"architectures"|"model_type"/.test(start)) return "a model's config.json";
  return "JSON text";
}

/** Whether all is printable ASCII, in lines. */
function isText(text: string): boolean {
  return /^[\t\n\r\x20-\x7e]+$/.test(text);
}

/** What a zip archive is, by the names of its files. */
export function zipKind(names: readonly string[]): string {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/(^|\/)data\.pkl$/)) return "a PyTorch checkpoint (readPth() opens it)";
  if (has(/\.npy$/)) return "an npz archive (readNpz() opens it)";
  if (has(/\.weights\.h5$/)) return "a Keras model";
  if (has(/^\[Content_Types\]\.xml$/)) return "an Office document";
  if (has(/^META-INF\//)) return "a Java archive";
  const kept = names.find((name) => /\.(gguf|safetensors|pth?|bin|onnx)$/i.test(name)) ?? names[0];
  return kept === undefined
    ? "an empty zip archive"
    : `a zip archive with ${quotedName(kept)} (unpack it first)`;
}
