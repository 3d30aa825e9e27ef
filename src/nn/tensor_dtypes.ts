/**
 * What a file's elements are as a tensor's, and the other way round.
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import type { FileDtype } from "../formats/file_tensor.ts";
import { type Dtype, isPlain, type PlainDtype } from "../tensor/dtype.ts";

/** Names of the tensors' dtypes; those that tensors lack (yet) are refused. */
const names: Readonly<Partial<Record<FileDtype, string>>> = {
  F64: "f64",
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
  F8_E4M3: "f8e4m3",
  I64: "i64",
  I32: "i32",
  U32: "u32",
  I16: "i16",
  U8: "u8",
  BOOL: "bool",
};

const fileNames = new Map(Object.entries(names).map(([file, name]) => [name, file as FileDtype]));

/** @throws WickError UNSUPPORTED_TENSOR_TYPE for what no tensor holds */
export function tensorDtype(name: string, dtype: FileDtype): PlainDtype {
  const found = held(dtype);
  if (found) return found;
  throw unheld(name, dtype);
}

/** The dtype of a tensor that holds such elements, if there is one. */
export function held(dtype: FileDtype): PlainDtype | undefined {
  const found = names[dtype] as Dtype | undefined;
  return found && isPlain(found) ? found : undefined;
}

/** UNSUPPORTED_TENSOR_TYPE for what no tensor holds. */
export function unheld(name: string, dtype: FileDtype): WickError {
  const known = Object.entries(names).filter(([, n]) => isPlain(n as Dtype)).map(([file]) => file);
  return new WickError(
    "UNSUPPORTED_TENSOR_TYPE",
    `Cannot load tensor ${quotedName(name)}: its dtype must be one of ${known.join(" ")}, got ${dtype}`,
    { param: name },
  );
}

/** @throws WickError UNSUPPORTED_TENSOR_TYPE for blocks */
export function fileDtype(name: string, dtype: Dtype): FileDtype {
  const found = fileNames.get(dtype);
  if (found) return found;
  throw new WickError(
    "UNSUPPORTED_TENSOR_TYPE",
    `Cannot write tensor ${quotedName(name)}: it must hold elements one by one, got ${dtype}`,
    { param: name },
  );
}
