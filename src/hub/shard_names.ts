/**
 * The file names of sharded models: `<name>-00001-of-0000N.gguf`.
 *
 * @module
 */

/** A shard's name, taken apart. */
export interface ShardName {
  /** What stands before the numbers, without folders. */
  base: string;
  /** Which file this is, from 1. */
  number: number;
  /** How many there are. */
  count: number;
}

/** Takes a name (or path) apart; undefined where it is not a shard's. */
export function parseShardName(name: string): ShardName | undefined {
  const [, base, number, count] = /([^/\\]*)-(\d{5})-of-(\d{5})\.gguf$/i.exec(name) ?? [];
  return base === undefined ? undefined : { base, number: Number(number), count: Number(count) };
}

/** The name of shard `number`. */
export function shardName({ base, number, count }: ShardName): string {
  return `${base}-${pad(number)}-of-${pad(count)}.gguf`;
}

function pad(number: number): string {
  return String(number).padStart(5, "0");
}
