/**
 * Models split over files `<name>-00001-of-0000N.gguf`, as llama.cpp's gguf-split writes them: each file has
 * `split.no` and `split.count`, the first one has the metadata.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { parseShardName, shardName } from "../hub/shard_names.ts";
import { tensorNamed } from "./file_tensor.ts";
import type { GgufHeader, TensorInfo } from "./gguf_header.ts";

/** What the first file tells of the others. */
export interface ShardSet {
  /** How many files there are. */
  count: number;
  /** The names of the other files, in order. */
  siblings: string[];
  /** Checks that a file is the one expected at `index`. */
  check(header: GgufHeader, index: number, name: string): void;
}

/** The other shards' names; undefined where the model is one file. */
export function firstShard(header: GgufHeader, name: string): ShardSet | undefined {
  const count = header.metadata.get("split.count") ?? 0;
  if (count === 0 || count === 1) return undefined;
  const parts = parseShardName(name);
  if (typeof count !== "number" || parts?.count !== count) {
    fail(name, `a model of ${count} files must be named <name>-0000i-of-0000n.gguf, n being ${count}`, name);
  }
  if (parts.number !== 1) fail(name, "a sharded model is opened by its first file", `file ${parts.number}`);
  const check = (shard: GgufHeader, index: number, shardName: string) =>
    checkShard(shard, index, count, shardName);
  check(header, 0, name);
  const siblings = Array.from({ length: count - 1 }, (_, i) => shardName({ ...parts, number: i + 2 }));
  return { count, siblings, check };
}

/** All tensors by name; none may occur twice, and their number must be the one that the first file tells. */
export function mergeTensors(
  headers: readonly GgufHeader[],
  names: readonly string[],
): Map<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>();
  for (const tensor of headers.flatMap((header) => header.tensors)) {
    const other = tensors.get(tensor.name);
    if (other) {
      fail(
        names[tensor.shard],
        `${tensorNamed(tensor.name)} must occur once`,
        `it in ${names[other.shard]} too`,
      );
    }
    tensors.set(tensor.name, tensor);
  }
  const told = headers.length > 1 ? headers[0].metadata.get("split.tensors.count") : undefined;
  if (told !== undefined && told !== tensors.size) {
    fail(names[0], `all ${headers.length} files together must have ${told} tensors`, String(tensors.size));
  }
  return tensors;
}

function checkShard({ metadata }: GgufHeader, index: number, count: number, name: string): void {
  const number = metadata.get("split.no");
  if (number !== index) fail(name, `"split.no" must be ${index}`, String(number));
  const total = metadata.get("split.count");
  if (total !== count) fail(name, `"split.count" must be ${count}`, String(total));
}

function fail(name: string, requirement: string, got: string): never {
  throw new WickError("CORRUPT_FILE", `Cannot open ${name}: ${requirement}, got ${got}`);
}
