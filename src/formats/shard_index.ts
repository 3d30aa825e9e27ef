/**
 * The index of a checkpoint in shards, as Hugging Face's libraries write it beside them:
 *
 * ```text
 * {"metadata": {...}, "weight_map": {"model.norm.weight": "model-00002-of-00002.safetensors", ...}}
 * ```
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import type { Source } from "../hub/source.ts";
import { joinBytes } from "./file_bytes.ts";
import { fileKind, TELLING_BYTES } from "./identify.ts";
import { JsonFault, type JsonValue, parseJson } from "./safetensors_json.ts";

/** A longer index is taken for hostile: 100,000 tensors have 10 MB. */
const LONGEST_INDEX = 1 << 26;
const PIECE = 1 << 20;

/** Whether a file that begins so is JSON, which no file of tensors is: a safetensors header has its length in front. */
export function isJson(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head).trimStart(); // without a byte order mark
  return text.startsWith("{") && !head.includes(0);
}

/**
 * The names of the tensors of each shard, by its file name.
 *
 * @throws WickError UNKNOWN_FORMAT where the file is other JSON, CORRUPT_FILE, or what the source throws
 */
export async function readShardIndex(source: Source): Promise<Map<string, Set<string>>> {
  const bytes = await readAll(source);
  const index = parse(source, bytes);
  const map = index instanceof Map ? index.get("weight_map") : undefined;
  if (!(map instanceof Map)) {
    const found = fileKind(bytes.subarray(0, TELLING_BYTES));
    const requirement = `its tensors must lie in a safetensors, npy, npz or PyTorch file, got ${found}`;
    throw new WickError("UNKNOWN_FORMAT", `Cannot read ${source.name}: ${requirement}`);
  }
  const shards = new Map<string, Set<string>>();
  for (const [name, file] of map) {
    const shard = fileOf(source, name, file);
    shards.set(shard, (shards.get(shard) ?? new Set()).add(name));
  }
  return shards;
}

async function readAll(source: Source): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for (let at = 0;;) {
    const piece = new Uint8Array(PIECE);
    const read = await source.readInto(at, piece);
    pieces.push(piece.subarray(0, read));
    if ((at += read) > LONGEST_INDEX) corrupt(source, `may have ${LONGEST_INDEX} bytes, got more`);
    if (read < PIECE) return joinBytes(pieces);
  }
}

function parse(source: Source, bytes: Uint8Array): JsonValue {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (fault) {
    if (fault instanceof JsonFault) corrupt(source, `${fault.message} at character ${fault.at}`);
    corrupt(source, "must be valid UTF-8");
  }
}

/** A shard lies beside its index: its name leads nowhere else. */
function fileOf(source: Source, name: string, file: JsonValue): string {
  if (typeof file === "string" && /^[^/\\:?#@]+$/.test(file) && !/^\.+$/.test(file)) return file;
  const found = typeof file === "string" ? quotedName(file) : "something else";
  corrupt(source, `the shard of ${quotedName(name)} must be the name of a file beside it, got ${found}`);
}

function corrupt(source: Source, requirement: string): never {
  throw new WickError("CORRUPT_FILE", `Cannot read ${source.name}: the index of its shards ${requirement}`);
}
