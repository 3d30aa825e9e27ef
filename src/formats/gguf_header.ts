/**
 * The header of one GGUF file, versions 2 and 3, little endian.
 *
 * ```text
 * "GGUF"  version u32  tensors u64  pairs u64 | pairs: key type value ... |
 * tensors: name dimensions u32 sizes u64[dimensions] type u32 offset u64 ... | padding | data
 * ```
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import type { ByteCursor } from "./byte_cursor.ts";
import { type GgmlType, ggmlType } from "./ggml_types.ts";
import { tensorNamed } from "./file_tensor.ts";
import { fileKind, TELLING_BYTES } from "./identify.ts";
import { readCount, readMetadata, readName } from "./gguf_metadata.ts";
import type { Metadata } from "./metadata.ts";

/** Where a tensor lies. */
export interface TensorInfo {
  /** Its name. */
  name: string;
  /** Sizes, outermost first (the reverse of the file's order): [rows, columns]. */
  shape: readonly number[];
  /** How its values are stored. */
  type: GgmlType;
  /** The first byte in its file. */
  offset: number;
  /** The number of bytes. */
  bytes: number;
  /** The index of its file, from 0. */
  shard: number;
}

/** What one file's header says. */
export interface GgufHeader {
  /** 2 or 3. */
  version: number;
  /** The pairs. */
  metadata: Metadata;
  /** The tensors, in the order in which they are written. */
  tensors: TensorInfo[];
  /** Where the tensors' data begin. */
  dataStart: number;
}

/** The least bytes of a pair (name, type, value) and of a tensor (name, dimensions, a size, type, offset). */
const LEAST_PAIR = 8 + 4 + 1, LEAST_TENSOR = 8 + 4 + 8 + 4 + 8;
const MOST_TENSORS = 1 << 18, MOST_DIMENSIONS = 4, LARGEST_ALIGNMENT = 1 << 20;

/** Reads a header to its end; `cursor` then stands at the first byte behind it. */
export async function readHeader(cursor: ByteCursor, shard: number): Promise<GgufHeader> {
  const version = await readVersion(cursor);
  const tensorCount = await readCount(cursor, "the tensor count", LEAST_TENSOR);
  if (tensorCount > MOST_TENSORS) {
    cursor.fail("the tensor count", `at most ${MOST_TENSORS}, got ${tensorCount}`);
  }
  const pairCount = await readCount(cursor, "the metadata count", LEAST_PAIR);
  const metadata = await readMetadata(cursor, pairCount);
  const alignment = alignmentOf(cursor, metadata);
  const tensors: TensorInfo[] = [];
  for (let i = 0; i < tensorCount; i++) {
    tensors.push(await readTensor(cursor, `tensor ${i + 1} of ${tensorCount}`, shard, alignment));
  }
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  for (const tensor of tensors) tensor.offset += dataStart;
  checkLayout(cursor, tensors);
  return { version, metadata, tensors, dataStart };
}

async function readVersion(cursor: ByteCursor): Promise<number> {
  await cursor.need(4, "the magic");
  const kind = fileKind(cursor.peek(TELLING_BYTES));
  const magic = String.fromCharCode(...cursor.bytes(4));
  const { name } = cursor.source;
  if (magic !== "GGUF") {
    throw new WickError(
      "UNKNOWN_FORMAT",
      `Cannot read ${name}: a GGUF file begins with "GGUF", got ${kind}`,
    );
  }
  await cursor.need(4, "the version");
  const version = cursor.u32();
  if (version === 2 || version === 3) return version;
  const bigEndian = version > 0 && (version & 0xffffff) === 0;
  const found = bigEndian ? `a big-endian file of version ${version >>> 24}` : `version ${version}`;
  throw new WickError(
    "UNKNOWN_FORMAT",
    `Cannot read ${name}: it must be GGUF version 2 or 3, little endian, got ${found}`,
  );
}

function alignmentOf(cursor: ByteCursor, metadata: Metadata): number {
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment === "number" && alignment >= 1 && alignment <= LARGEST_ALIGNMENT) {
    if (Number.isInteger(Math.log2(alignment))) return alignment;
  }
  const found = typeof alignment === "object" ? "an array" : alignment;
  cursor.fail('"general.alignment"', `a power of two from 1 to ${LARGEST_ALIGNMENT}, got ${found}`);
}

async function readTensor(
  cursor: ByteCursor,
  which: string,
  shard: number,
  alignment: number,
): Promise<TensorInfo> {
  const name = await readName(cursor, which);
  const what = tensorNamed(name);
  await cursor.need(4, what);
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
    cursor.fail(what, `1 to ${MOST_DIMENSIONS} dimensions, got ${dimensions}`);
  }
  await cursor.need(8 * dimensions + 4 + 8, what);
  const sizes = Array.from({ length: dimensions }, () => cursor.u64());
  const type = ggmlType(cursor.u32(), `${what} of ${cursor.source.name}`);
  const bytes = bytesOf(cursor, what, sizes, type);
  const offset = cursor.u64();
  if (typeof offset === "bigint" || offset % alignment !== 0 || !Number.isSafeInteger(offset + bytes)) {
    cursor.fail(what, `its offset must be a safe multiple of the alignment ${alignment}, got ${offset}`);
  }
  return { name, shape: (sizes as number[]).reverse(), type, offset, bytes, shard };
}

/** The bytes of a tensor; every size and product must stay a safe integer, rows must be whole blocks. */
function bytesOf(cursor: ByteCursor, what: string, sizes: (number | bigint)[], type: GgmlType): number {
  const blocks = Number(sizes[0]) / type.block;
  const bytes = sizes.slice(1).reduce<number>((product, size) => product * Number(size), blocks * type.bytes);
  if (sizes.every((size) => size > 0) && Number.isSafeInteger(bytes * type.block)) {
    if (Number.isInteger(blocks)) return bytes;
    cursor.fail(what, `rows of ${type.name} must be a multiple of ${type.block} values, got ${sizes[0]}`);
  }
  cursor.fail(what, `sizes must be positive and their product a safe integer, got ${sizes.join(" x ")}`);
}

/** Names differ, data lie within the file and do not overlap. */
function checkLayout(cursor: ByteCursor, tensors: readonly TensorInfo[]): void {
  const end = cursor.source.size ?? Infinity;
  const names = new Set<string>();
  let before: TensorInfo | undefined;
  for (const tensor of [...tensors].sort((a, b) => a.offset - b.offset)) {
    const { name, offset, bytes } = tensor;
    const what = tensorNamed(name);
    if (names.has(name)) cursor.fail(what, "names must differ, got this one twice");
    names.add(name);
    if (offset + bytes > end) {
      cursor.fail(
        what,
        `its bytes ${offset} to ${offset + bytes} must lie within the file, got a file of ${end}`,
      );
    }
    if (before && before.offset + before.bytes > offset) {
      cursor.fail(
        what,
        `must begin behind ${quotedName(before.name)}, which ends at ${
          before.offset + before.bytes
        }, got ${offset}`,
      );
    }
    before = tensor;
  }
}
