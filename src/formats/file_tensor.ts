/**
 * Tensors as files hold them, whatever the format: plain data, independent of devices.
 *
 * @module
 */
import { quotedName, WickError, type WickErrorCode } from "../error.ts";

/**
 * What the elements of a file's tensor are, by safetensors' names: BOOL is a byte of 0 or 1, BF16 the upper
 * half of an F32, C64 two F32, F4 to F8 the small floats of the OCP formats (FNUZ: without negative zero).
 */
export type FileDtype =
  | "BOOL"
  | "F4"
  | "F6_E2M3"
  | "F6_E3M2"
  | "U8"
  | "I8"
  | "F8_E5M2"
  | "F8_E4M3"
  | "F8_E8M0"
  | "F8_E4M3FNUZ"
  | "F8_E5M2FNUZ"
  | "I16"
  | "U16"
  | "F16"
  | "BF16"
  | "I32"
  | "U32"
  | "F32"
  | "C64"
  | "F64"
  | "I64"
  | "U64";

/** Bits of an element, in the order of safetensors' `Dtype` (alignment ascends). */
const bits: Readonly<Record<FileDtype, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** All dtypes; writers put tensors of later ones first, so that each lies aligned. */
export const fileDtypes: readonly FileDtype[] = Object.keys(bits) as FileDtype[];

/** More dimensions than any framework's tensor has (NumPy: 64). */
export const MOST_DIMENSIONS = 64;

/** A tensor to write. */
export interface TensorData {
  /** What its elements are. */
  readonly dtype: FileDtype;
  /** Its sizes, outermost first; [] for a scalar. */
  readonly shape: readonly number[];
  /** Its elements: contiguous, C order, little endian. */
  readonly data: Uint8Array;
}

/** A tensor to write under a name. */
export interface NamedTensorData extends TensorData {
  /** Its name. */
  readonly name: string;
}

/** A tensor in a file, not read yet. */
export interface FileTensor {
  /** Its name. */
  readonly name: string;
  /** What its elements are. */
  readonly dtype: FileDtype;
  /** Its sizes, outermost first; [] for a scalar. */
  readonly shape: readonly number[];
  /** The number of bytes of its elements. */
  readonly bytes: number;
  /**
   * Its elements: contiguous, C order, little endian, the caller's own.
   *
   * @throws WickError CORRUPT_FILE, or what the source throws
   */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Fills `into` (which may be a view of WASM memory) with the bytes of {@linkcode read} from `start` on,
   * without holding more; absent where the file keeps them in another order or compressed.
   *
   * @throws WickError INVALID_ARGUMENT beyond the tensor, CORRUPT_FILE, or what the source throws
   */
  readInto?(start: number, into: Uint8Array): Promise<void>;
}

/** Whether `name` is a dtype's. */
export function isFileDtype(name: string): name is FileDtype {
  return Object.hasOwn(bits, name);
}

/** Bytes of an element; a fraction for F4 and F6. */
export function elementBytes(dtype: FileDtype): number {
  return bits[dtype] / 8;
}

/**
 * Bytes of a contiguous tensor, or what is wrong with its sizes: each must be a whole number, their product
 * and the bits safe integers, the bytes whole.
 */
export function tensorBytes(dtype: FileDtype, shape: readonly number[]): number | string {
  if (shape.length > MOST_DIMENSIONS) return `at most ${MOST_DIMENSIONS} dimensions, got ${shape.length}`;
  let total = bits[dtype];
  for (const size of shape) {
    total *= size;
    if (!isCount(size) || !isCount(total)) {
      return `sizes must be whole numbers whose product stays a safe integer, got [${shape.join(", ")}]`;
    }
  }
  return total % 8 === 0 ? total / 8 : `elements of ${dtype} must fill whole bytes, got ${total} bits`;
}

/** Whether a value is a whole number from 0 on that is exact. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * That a tensor to write is whole.
 *
 * @throws WickError INVALID_ARGUMENT, SHAPE_MISMATCH or UNSUPPORTED_TENSOR_TYPE
 */
export function checkTensorData(what: string, { dtype, shape, data }: TensorData): void {
  checkTensorLayout(what, dtype, shape, data.length);
}

/** The same for a tensor whose data have `length` bytes. */
export function checkTensorLayout(
  what: string,
  dtype: FileDtype,
  shape: readonly number[],
  length: number,
): void {
  const refuse = (code: WickErrorCode, requirement: string): never => {
    throw new WickError(code, `Cannot write ${what}: ${requirement}`, { param: what });
  };
  if (!isFileDtype(dtype)) refuse("UNSUPPORTED_TENSOR_TYPE", `its dtype must be a file's, got ${dtype}`);
  const bytes = tensorBytes(dtype, shape);
  if (typeof bytes === "string") refuse("INVALID_ARGUMENT", bytes);
  if (bytes !== length) {
    refuse("SHAPE_MISMATCH", `${dtype} [${shape.join(", ")}] needs ${bytes} bytes, got ${length}`);
  }
}

/** "tensor" and its name, for messages. */
export function tensorNamed(name: string): string {
  return `tensor ${quotedName(name)}`;
}

/**
 * That a part of a tensor lies within it.
 *
 * @throws WickError INVALID_ARGUMENT
 */
export function checkRange({ name, bytes }: FileTensor, start: number, length: number): void {
  if (Number.isSafeInteger(start) && start >= 0 && start + length <= bytes) return;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot read ${tensorNamed(name)}: bytes must lie within its ${bytes}, got ${start} to ${start + length}`,
  );
}
