/**
 * What a PyTorch checkpoint's pickle may name: ordered dicts, sizes, dtypes, storages, and the functions that
 * put a tensor over a storage (torch/_utils.py). Nothing of it runs code of the file.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { elementBytes, type FileDtype, isCount, MOST_DIMENSIONS } from "./file_tensor.ts";
import { PickleGlobal, type PickleValue, type PickleWorld } from "./pickle_machine.ts";
import { PthStorage, PthTensor, viewBytes } from "./pth_tensor.ts";
import { storageDtypes, torchDtypes, UNTYPED_STORAGE } from "./pth_types.ts";
import type { ZipEntry } from "./zip.ts";

/** The files of a checkpoint. */
export interface PthFiles {
  /** The pickle's name for messages. */
  subject: string;
  /** The file of a storage by its key. */
  storage(key: string): ZipEntry | undefined;
  /** Whether values lie big endian. */
  swapped: boolean;
}

/** What the pickle of a checkpoint with these files may reach. */
export function pthWorld(files: PthFiles): PickleWorld {
  const { subject } = files;
  const globals = new Map<string, PickleGlobal>();
  const allow = (name: string, call?: PickleGlobal["call"]) =>
    globals.set(name, new PickleGlobal(name, call));
  for (const name of [...storageDtypes.keys(), ...torchDtypes.keys(), UNTYPED_STORAGE]) allow(name);
  allow("collections.OrderedDict", (args) => orderedDict(subject, args));
  allow("torch.Size", ([sizes]) => countsOf(subject, "a torch.Size", "sizes", sizes));
  allow("torch._utils._rebuild_tensor_v2", (args) => tensorOf(subject, args, args[6]));
  allow(
    "torch._utils._rebuild_tensor_v3",
    (args) => tensorOf(subject, args, args[7], dtypeOf(subject, args[6])),
  );
  allow("torch._utils._rebuild_parameter", ([data]) => parameterOf(subject, data));
  return {
    subject,
    global: (name) => globals.get(name),
    persistent: (id) => storageOf(files, id),
  };
}

/** Python 3 makes it empty and sets its items then. */
function orderedDict(subject: string, args: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  if (args.length === 0) return new Map();
  fail(subject, "an OrderedDict", `must be made empty, got ${args.length} arguments`);
}

/** ("storage", class, key, location, number of elements). */
function storageOf(files: PthFiles, id: PickleValue): PthStorage {
  const { subject } = files;
  const [kind, type, key, , count] = Array.isArray(id) ? id as PickleValue[] : [];
  if (kind !== "storage" || !(type instanceof PickleGlobal) || typeof key !== "string" || !isCount(count)) {
    fail(subject, "a storage", 'its id must be ("storage", class, key, location, elements)');
  }
  const what = `storage "${key.slice(0, 100)}"`;
  const dtype = storageDtypes.get(type.name);
  if (!dtype && type.name !== UNTYPED_STORAGE) {
    fail(subject, what, `its class must be a storage, got ${type.name}`);
  }
  const entry = files.storage(key) ?? fail(subject, what, "must have a file in the archive, got none");
  const bytes = count * (dtype ? elementBytes(dtype) : 1);
  if (entry.size !== bytes) fail(subject, what, `its file must have ${bytes} bytes, got ${entry.size}`);
  return new PthStorage(entry, dtype, files.swapped);
}

/** (storage, offset, sizes, strides, requires grad, hooks ...) and flags such as a pending conjugation. */
function tensorOf(
  subject: string,
  [storage, offset, sizes, steps]: readonly PickleValue[],
  flags: PickleValue | undefined,
  given?: FileDtype,
): PthTensor {
  if (!(storage instanceof PthStorage)) fail(subject, "a tensor", "must lie over a storage");
  const what = `a tensor over storage "${storage.entry.name}"`;
  const dtype = given ?? storage.dtype ?? fail(subject, what, "must have a dtype, got an untyped storage");
  if (flags instanceof Map && flags.size > 0) {
    fail(subject, what, "must not be conjugated or negated lazily", "UNSUPPORTED_TENSOR_TYPE");
  }
  if (!isCount(offset)) fail(subject, what, "its offset must be a whole number from 0 on");
  const view = {
    dtype,
    offset,
    shape: countsOf(subject, what, "shape", sizes),
    strides: countsOf(subject, what, "strides", steps),
  };
  const layout = viewBytes(view, storage.entry.size);
  if (typeof layout === "string") fail(subject, what, layout);
  return new PthTensor(storage, view, layout.bytes, layout.span);
}

function parameterOf(subject: string, data: PickleValue | undefined): PthTensor {
  if (data instanceof PthTensor) return data;
  fail(subject, "a parameter", "must hold a tensor");
}

function dtypeOf(subject: string, value: PickleValue | undefined): FileDtype {
  const dtype = value instanceof PickleGlobal ? torchDtypes.get(value.name) : undefined;
  return dtype ?? fail(subject, "a tensor", "its dtype must be one of torch's");
}

function countsOf(
  subject: string,
  what: string,
  field: string,
  value: PickleValue | undefined,
): readonly number[] {
  const few = Array.isArray(value) && value.length <= MOST_DIMENSIONS;
  if (few && Object.isFrozen(value) && value.every(isCount)) return value;
  fail(subject, what, `its ${field} must be a tuple of at most ${MOST_DIMENSIONS} whole numbers from 0 on`);
}

function fail(
  subject: string,
  what: string,
  requirement: string,
  code: "CORRUPT_FILE" | "UNSUPPORTED_TENSOR_TYPE" = "CORRUPT_FILE",
): never {
  throw new WickError(code, `Cannot read ${what} of ${subject}: ${requirement}`);
}
