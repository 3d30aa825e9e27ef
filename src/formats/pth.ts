/**
 * Opens PyTorch checkpoints, as `torch.save` has written them since 1.6.
 *
 * ```text
 * zip, stored: archive/data.pkl       the containers, with each tensor as (storage, offset, shape, strides)
 *              archive/data/0, 1 ...  the storages
 *              archive/byteorder      "little" or "big" (absent: little)
 * ```
 *
 * torch/serialization.py, caffe2/serialize/inline_container.h. No code is run: see pickle.ts.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Source } from "../hub/source.ts";
import { readBytes } from "./file_bytes.ts";
import { tensorNamed } from "./file_tensor.ts";
import { fileKind, TELLING_BYTES, zipKind } from "./identify.ts";
import { readPickle } from "./pickle.ts";
import type { PickleValue } from "./pickle_machine.ts";
import { PthTensor } from "./pth_tensor.ts";
import { pthWorld } from "./pth_world.ts";
import { openZip, type ZipEntry } from "./zip.ts";

export { PthTensor } from "./pth_tensor.ts";

/** A longer pickle is taken for hostile: one of 10,000 tensors has 2 MB. */
const LONGEST_PICKLE = 1 << 26;
/** Bounds of the containers' paths. */
const DEEPEST = 64, MOST_MEMBERS = 1 << 22, LONGEST_KEY = 1000, MOST_CHARACTERS = 1 << 26;

/** A checkpoint whose containers are read; its tensors' data are not. */
export class Pth implements Disposable {
  /** Made by {@linkcode openPth}. */
  constructor(
    /** What was saved: dicts as maps, lists and tuples as arrays, tensors as {@linkcode PthTensor}. */
    readonly value: PickleValue,
    /**
     * All tensors by their path, keys and indices with dots between ("model.layer.0.weight"; "" where the
     * value is a tensor itself). A container or tensor met again elsewhere has its first path and the others.
     */
    readonly tensors: ReadonlyMap<string, PthTensor>,
    /** The archive. */
    readonly source: Source,
  ) {}

  /** Closes the source. */
  close(): void {
    this.source.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Reads a checkpoint's containers. `source` must read at any offset (no stream), belongs to the result, and is
 * closed where this throws.
 *
 * @throws WickError UNKNOWN_FORMAT (older formats, TorchScript, anything but tensors and plain containers: the
 * message names it), CORRUPT_FILE, UNSUPPORTED_TENSOR_TYPE, INVALID_ARGUMENT, or what the source throws
 */
export async function openPth(source: Source): Promise<Pth> {
  try {
    await refuseLegacy(source);
    const entries = await openZip(source, { checksums: "zero means none" });
    const prefix = prefixOf(source, entries);
    const pickle = entries.get(`${prefix}data.pkl`)!;
    if (pickle.size > LONGEST_PICKLE) {
      corrupt(source, `its data.pkl may have ${LONGEST_PICKLE} bytes, got ${pickle.size}`);
    }
    const world = pthWorld({
      subject: `data.pkl of ${source.name}`,
      storage: (key) => entries.get(`${prefix}data/${key}`),
      swapped: await isBigEndian(source, entries.get(`${prefix}byteorder`)),
    });
    const value = readPickle(await pickle.read(), world);
    return new Pth(value, namedTensors(source, value), source);
  } catch (error) {
    source.close();
    throw error;
  }
}

async function refuseLegacy(source: Source): Promise<void> {
  if (source.sequential || (source.size ?? 0) < 2) return; // openZip says what is wrong
  const head = await readBytes(source, "the first bytes", 0, Math.min(TELLING_BYTES, source.size ?? 0));
  if (head[0] === 0x80 && head[1] <= 5) unknown(source, `got ${fileKind(head)}`);
}

function prefixOf(source: Source, entries: ReadonlyMap<string, ZipEntry>): string {
  const found = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (found.length === 0) unknown(source, `got ${zipKind([...entries.keys()])}`);
  if (found.length > 1) unknown(source, `got a zip with ${found.length} files "*/data.pkl"`);
  const prefix = found[0].slice(0, -"data.pkl".length);
  if (entries.has(`${prefix}constants.pkl`)) unknown(source, "got a TorchScript archive, which holds code");
  return prefix;
}

async function isBigEndian(source: Source, entry: ZipEntry | undefined): Promise<boolean> {
  if (!entry) return false;
  const order = entry.size < 16 ? new TextDecoder().decode(await entry.read()) : "";
  if (order === "little" || order === "big") return order === "big";
  corrupt(source, `its byteorder must be "little" or "big", got ${JSON.stringify(order)}`);
}

/** All tensors under their paths. */
function namedTensors(source: Source, value: PickleValue): Map<string, PthTensor> {
  const namer = new Namer(source);
  namer.visit(value, []);
  return namer.tensors;
}

/** Walks containers, which may be shared, even with themselves: so that members and names are bounded. */
class Namer {
  readonly tensors = new Map<string, PthTensor>();
  #members = 0;
  #characters = 0;

  constructor(readonly source: Source) {}

  visit(value: PickleValue, path: readonly string[]): void {
    if (++this.#members > MOST_MEMBERS || path.length > DEEPEST) {
      corrupt(this.source, `its containers may nest ${DEEPEST} deep and have ${MOST_MEMBERS} members in all`);
    }
    if (value instanceof PthTensor) return this.#add(path.join("."), value);
    for (const [key, member] of membersOf(value)) {
      if (typeof member === "object" && member !== null) this.visit(member, [...path, this.#name(key)]);
      else this.#members++;
    }
  }

  #add(name: string, tensor: PthTensor): void {
    if (this.tensors.has(name)) corrupt(this.source, `names must differ, got ${tensorNamed(name)} twice`);
    if ((this.#characters += name.length) > MOST_CHARACTERS) {
      corrupt(this.source, `the names of its tensors may have ${MOST_CHARACTERS} characters in all`);
    }
    tensor.name ||= name;
    this.tensors.set(name, tensor);
  }

  #name(key: PickleValue): string {
    const name = String(key);
    if (name.length <= LONGEST_KEY) return name;
    corrupt(this.source, `a key above a tensor may have ${LONGEST_KEY} characters, got ${name.length}`);
  }
}

/** Under a tuple or a tensor as a dict's key nothing has a path: such tensors are found in `value` alone. */
function* membersOf(value: PickleValue): Iterable<[PickleValue, PickleValue]> {
  if (Array.isArray(value)) yield* value.entries();
  if (!(value instanceof Map)) return;
  for (const [key, member] of value) {
    if (typeof key !== "object" || key === null) yield [key, member];
  }
}

function unknown(source: Source, found: string): never {
  const requirement = "it must be a zip that torch.save has written since 1.6";
  throw new WickError("UNKNOWN_FORMAT", `Cannot read ${source.name}: ${requirement}, ${found}`);
}

function corrupt(source: Source, requirement: string): never {
  throw new WickError("CORRUPT_FILE", `Cannot read ${source.name}: ${requirement}`);
}
