/**
 * PyTorch's names for what elements are: storage classes and dtypes (torch/storage.py,
 * `_dtype_to_storage_type_map`).
 *
 * @module
 */
import type { FileDtype } from "./file_tensor.ts";

/** By storage class. */
const storages: Readonly<Record<string, FileDtype>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
  ComplexFloatStorage: "C64",
};

/** By dtype, as tensors over an untyped storage name it. */
const dtypes: Readonly<Record<string, FileDtype>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint64: "U64",
  uint32: "U32",
  uint16: "U16",
  uint8: "U8",
  bool: "BOOL",
  complex64: "C64",
  float8_e4m3fn: "F8_E4M3",
  float8_e5m2: "F8_E5M2",
  float8_e4m3fnuz: "F8_E4M3FNUZ",
  float8_e5m2fnuz: "F8_E5M2FNUZ",
  float8_e8m0fnu: "F8_E8M0",
};

/** The storage class whose elements are told by the tensor. */
export const UNTYPED_STORAGE = "torch.storage.UntypedStorage";

/** What a storage class, by its full name, holds. */
export const storageDtypes: ReadonlyMap<string, FileDtype> = new Map(
  Object.entries(storages).map(([name, dtype]) => [`torch.${name}`, dtype]),
);

/** What a dtype, by its full name, is. */
export const torchDtypes: ReadonlyMap<string, FileDtype> = new Map(
  Object.entries(dtypes).map(([name, dtype]) => [`torch.${name}`, dtype]),
);
