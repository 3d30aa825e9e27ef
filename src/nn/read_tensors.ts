/**
 * Tensors of a file whose format its first bytes tell, and of all files of a checkpoint in shards.
 *
 * @module
 */
import { closingOnFailure, WickError } from "../error.ts";
import { tensorNamed } from "../formats/file_tensor.ts";
import { TELLING_BYTES } from "../formats/identify.ts";
import { isJson, readShardIndex } from "../formats/shard_index.ts";
import { openZip } from "../formats/zip.ts";
import { HeadSource } from "../hub/head_source.ts";
import { siblingsOf, type Source, type SourceInput, toSource } from "../hub/source.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { readNpy, readNpz, readPth, readSafetensors, type ReadTensorsOptions } from "./tensor_files.ts";

/**
 * Tensors of a file in any of these formats, told apart by its first bytes; the array of an npy file is "array". Of a
 * checkpoint in shards the index is given ("model.safetensors.index.json") by its path, URL or key; the files that it
 * names lie beside it.
 *
 * @throws WickError as {@linkcode readSafetensors}, which reads what is none of the others
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { readTensors, scope, tensor, writeNpz, writeSafetensors } from "@wick/wick";
 * using own = scope();
 * const state = new Map([["bias", tensor([1, 2], { scope: own })]]);
 * for (const file of [await writeNpz(state), await writeSafetensors(state)]) {
 *   const read = await readTensors(file, { scope: own });
 *   deepEqual(await read.get("bias")!.toArray(), [1, 2]);
 * }
 * ```
 */
export async function readTensors(
  input: SourceInput,
  options: ReadTensorsOptions = {},
): Promise<Map<string, Tensor>> {
  const { head, source } = await begin(await toSource(input, options.key, { signal: options.signal }));
  if (!isJson(head)) return await readFile(head, source, options);
  const shards = await closingOnFailure(source, () => readShardIndex(source));
  source.close();
  const sibling = siblingsOf(input, options.key, { signal: options.signal });
  if (sibling) return await readShards(shards, sibling, options);
  const requirement =
    "the index of a checkpoint must be opened by path, URL or key, so that its shards are found";
  throw new WickError("INVALID_ARGUMENT", `Cannot read ${source.name}: ${requirement}, got it alone`);
}

/** A source and its first bytes, which it still gives. */
async function begin(source: Source): Promise<{ head: Uint8Array; source: Source }> {
  const head = new Uint8Array(TELLING_BYTES);
  const length = await closingOnFailure(source, async () => await source.readInto(0, head));
  const begun = head.subarray(0, length);
  return { head: begun, source: new HeadSource(source, 0, begun) };
}

/** The tensors of all shards that are asked for, or none. */
async function readShards(
  shards: ReadonlyMap<string, ReadonlySet<string>>,
  sibling: (name: string) => Promise<Source>,
  options: ReadTensorsOptions,
): Promise<Map<string, Tensor>> {
  const all = new Map<string, Tensor>();
  try {
    for (const [file, names] of shards) {
      const wanted = [...names].filter((name) => options.only?.(name) ?? true);
      if (wanted.length === 0) continue;
      const { head, source } = await begin(await sibling(file));
      const chosen = new Set(wanted);
      const read = await readFile(head, source, { ...options, only: (name) => chosen.has(name) });
      for (const [name, tensor] of read) all.set(name, tensor);
      const missing = wanted.find((name) => !read.has(name));
      if (missing === undefined) continue;
      const message = `Cannot read ${source.name}: its index says that it holds ${tensorNamed(missing)}`;
      throw new WickError("CORRUPT_FILE", message);
    }
    return all;
  } catch (error) {
    for (const tensor of all.values()) tensor.dispose();
    throw error;
  }
}

/** Reads one file, whose reader closes it. */
async function readFile(
  head: Uint8Array,
  source: Source,
  options: ReadTensorsOptions,
): Promise<Map<string, Tensor>> {
  const read = await closingOnFailure(source, () => readerOf(head, source));
  return await read(source, options);
}

type Reader = (input: Source, options: ReadTensorsOptions) => Promise<Map<string, Tensor>>;

async function readerOf([first, second]: Uint8Array, source: Source): Promise<Reader> {
  if (first === 0x93) return async (input, options) => new Map([["array", await readNpy(input, options)]]);
  if (first !== 0x50 || second !== 0x4b) return readSafetensors; // no zip's "PK"
  const names = [...(await openZip(source)).keys()];
  return names.some((name) => name.endsWith("/data.pkl")) ? readPth : readNpz;
}
