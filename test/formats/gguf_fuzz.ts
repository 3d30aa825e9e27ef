/**
 * Breaks valid GGUF headers at random and checks that reading them ends well: a model whose tensors lie
 * within the file, or one WickError; every byte read at most once.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { WickError } from "../../src/error.ts";
import { type Gguf, openGguf } from "../../src/formats/gguf.ts";
import { StringArray } from "../../src/formats/metadata.ts";
import type { Source } from "../../src/hub/source.ts";
import type { Random } from "../random.ts";

/** Codes that a broken file may end in. */
const allowed = ["CORRUPT_FILE", "UNKNOWN_FORMAT", "UNSUPPORTED_TENSOR_TYPE", "INVALID_ARGUMENT"];

/** Numbers at which arithmetic goes wrong. */
const edges = [
  0n,
  1n,
  7n,
  8n,
  0x7fn,
  0xffn,
  1n << 16n,
  (1n << 31n) - 1n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
]
  .concat([(1n << 53n) - 1n, 1n << 53n, 1n << 60n, 1n << 61n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n]);

/** Random integers from 0 to `below - 1`. */
export type Below = (below: number) => number;

/** Such integers from a generator whose seed is known. */
export function below(random: Random): Below {
  return (end) => random.integer(0, Math.max(0, end - 1));
}

/** A broken copy: one to four changes. */
export function mutate(bytes: Uint8Array, random: Below): Uint8Array {
  let broken: Uint8Array = bytes.slice();
  for (let i = random(4); i >= 0; i--) broken = mutations[random(mutations.length)](broken, random);
  return broken;
}

const mutations: ((bytes: Uint8Array, random: Below) => Uint8Array)[] = [
  (bytes, random) => change(bytes, (b) => b[place(b, random)] ^= 1 << random(8)),
  (bytes, random) => change(bytes, (b) => b[place(b, random)] = Number(edges[random(6)])),
  (bytes, random) => writeEdge(bytes, random, 4, place(bytes, random)),
  (bytes, random) => writeEdge(bytes, random, 8, place(bytes, random)),
  (bytes, random) => writeEdge(bytes, random, 8, 8 + 8 * random(2)), // the two counts
  (bytes, random) => bytes.slice(0, random(bytes.length + 1)),
  (bytes, random) => { // removes a piece
    const at = place(bytes, random);
    return joined(bytes.subarray(0, at), bytes.subarray(at + random(64)));
  },
  (bytes, random) => { // puts a piece in a second time, elsewhere
    const [at, from] = [place(bytes, random), place(bytes, random)];
    return joined(bytes.subarray(0, at), bytes.subarray(from, from + random(256)), bytes.subarray(at));
  },
  (bytes, random) => change(bytes, (b) => b.copyWithin(place(b, random), place(b, random), place(b, random))),
];

/** Anywhere, but every other time within the first 512 bytes. */
function place(bytes: Uint8Array, random: Below): number {
  return random(random(2) ? bytes.length : Math.min(512, bytes.length));
}

function change(bytes: Uint8Array, edit: (bytes: Uint8Array) => void): Uint8Array {
  if (bytes.length > 0) edit(bytes);
  return bytes;
}

function writeEdge(bytes: Uint8Array, random: Below, width: number, at: number): Uint8Array {
  const edge = edges[random(edges.length)];
  for (let i = 0; i < width && at + i < bytes.length; i++) {
    bytes[at + i] = Number((edge >> BigInt(8 * i)) & 0xffn);
  }
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) all.set(part, (end += part.length) - part.length);
  return all;
}

/** Reads a broken file and gives "read" or the error's code; anything else is thrown. */
export async function outcome(bytes: Uint8Array, sized: boolean): Promise<string> {
  const source = new WatchedSource(bytes, sized);
  try {
    using gguf = await openGguf(source);
    checkModel(gguf, bytes.length, sized);
    return "read";
  } catch (error) {
    if (error instanceof WickError && allowed.includes(error.code)) return error.code;
    throw error;
  } finally {
    equal(source.closed, true, "the source must be closed");
  }
}

/** Bytes that may be read once and in order. */
class WatchedSource implements Source {
  readonly name = "the broken file";
  readonly sequential = true;
  readonly size?: number;
  closed = false;
  #position = 0;

  constructor(readonly bytes: Uint8Array, sized: boolean) {
    if (sized) this.size = bytes.length;
  }

  readInto(offset: number, into: Uint8Array): number {
    equal(offset, this.#position, "a header is read in order");
    equal(
      into.length > 0 && into.length <= Math.max(1 << 16, this.#position),
      true,
      `asked ${into.length} bytes`,
    );
    const piece = this.bytes.subarray(offset, offset + into.length);
    into.set(piece);
    this.#position += piece.length;
    return piece.length;
  }

  close(): void {
    this.closed = true;
  }
}

function checkModel(gguf: Gguf, size: number, sized: boolean): void {
  for (const { shape, type, offset, bytes } of gguf.tensors.values()) {
    equal(shape.reduce((product, n) => product * n) / type.block * type.bytes, bytes);
    equal(Number.isSafeInteger(offset + bytes) && (!sized || offset + bytes <= size), true);
  }
  for (const value of gguf.metadata.values()) {
    if (value instanceof StringArray) equal(value.offsets[value.length], value.bytes.length);
  }
}
