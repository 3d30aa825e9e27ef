/**
 * Opens GGUF models, in one file or in shards.
 *
 * @module
 */
import { throwIfAborted, WickError } from "../error.ts";
import { HeadSource } from "../hub/head_source.ts";
import type { Source } from "../hub/source.ts";
import { ByteCursor } from "./byte_cursor.ts";
import { tensorNamed } from "./file_tensor.ts";
import { type GgufHeader, readHeader, type TensorInfo } from "./gguf_header.ts";
import { firstShard, mergeTensors, type ShardSet } from "./gguf_shards.ts";
import type { Metadata } from "./metadata.ts";

export type { TensorInfo } from "./gguf_header.ts";

/** Options of {@linkcode openGguf}. */
export interface GgufOptions {
  /** Opens a file beside the given one by its name; needed for sharded models. */
  siblings?: (name: string) => Promise<Source>;
  /** Ends the reading with ABORTED. */
  signal?: AbortSignal;
}

/** A model file whose header is read; its tensors' data are not. */
export class Gguf implements Disposable {
  /** The number of values in all tensors. */
  readonly parameterCount: number;

  /** Made by {@linkcode openGguf}. */
  constructor(
    /** 2 or 3. */
    readonly version: number,
    /** The pairs of the (first) file. */
    readonly metadata: Metadata,
    /** All tensors by name, in the order of the files. */
    readonly tensors: ReadonlyMap<string, TensorInfo>,
    /** The files, one a shard. */
    readonly sources: readonly Source[],
  ) {
    let count = 0;
    for (const { shape } of tensors.values()) count += shape.reduce((product, size) => product * size);
    this.parameterCount = count;
  }

  /**
   * Fills `into` with the bytes of a tensor from its byte `start` on. Read tensors by shard and ascending
   * offset: a stream goes no other way, and a URL is then one request.
   *
   * @throws WickError CORRUPT_FILE where the file ends before, SOURCE_FAILED where it cannot be read
   */
  async read(tensor: TensorInfo, start: number, into: Uint8Array): Promise<void> {
    const source = this.sources[tensor.shard];
    const read = await source.readInto(tensor.offset + start, into);
    if (read === into.length) return;
    throw new WickError(
      "CORRUPT_FILE",
      `Cannot read ${tensorNamed(tensor.name)} of ${source.name} at byte ${tensor.offset + start}: ` +
        `needs ${into.length} bytes, got ${read} to the end of the file`,
    );
  }

  /** Closes the sources. */
  close(): void {
    for (const source of this.sources) source.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Reads the header of a model, and of all its shards. `source` belongs to the result, and is closed where
 * this throws.
 *
 * @throws WickError UNKNOWN_FORMAT, CORRUPT_FILE, UNSUPPORTED_TENSOR_TYPE, or what the source throws
 */
export async function openGguf(source: Source, options: GgufOptions = {}): Promise<Gguf> {
  const sources: Source[] = [];
  try {
    const first = await openShard(source, sources, options);
    const shards = firstShard(first, source.name);
    const headers = [first, ...await openSiblings(shards, sources, options)];
    const tensors = mergeTensors(headers, sources.map(({ name }) => name));
    return new Gguf(first.version, first.metadata, tensors, sources);
  } catch (error) {
    for (const opened of sources) opened.close();
    throw error;
  }
}

/** Reads one file's header and adds the file to `sources`, with the bytes read beyond the header in front. */
async function openShard(source: Source, sources: Source[], options: GgufOptions): Promise<GgufHeader> {
  const shard = sources.push(source) - 1;
  const cursor = new ByteCursor(source, () => throwIfAborted(options.signal, `read ${source.name}`));
  const header = await readHeader(cursor, shard);
  sources[shard] = new HeadSource(source, cursor.position, cursor.rest());
  return header;
}

async function openSiblings(
  shards: ShardSet | undefined,
  sources: Source[],
  options: GgufOptions,
): Promise<GgufHeader[]> {
  const headers: GgufHeader[] = [];
  for (const name of shards?.siblings ?? []) {
    if (!options.siblings) {
      const requirement = `a model of ${
        shards!.count
      } files must be opened by path, URL or key, got one file`;
      throw new WickError("INVALID_ARGUMENT", `Cannot open ${sources[0].name}: ${requirement}`);
    }
    const header = await openShard(await options.siblings(name), sources, options);
    shards!.check(header, sources.length - 1, sources.at(-1)!.name);
    headers.push(header);
  }
  return headers;
}
