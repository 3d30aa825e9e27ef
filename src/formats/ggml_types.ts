/**
 * The tensor types of GGML: their ids in a GGUF file and the size of their blocks (ggml.h, `enum ggml_type`
 * and `type_traits`).
 *
 * @module
 */
import { WickError } from "../error.ts";

/** A tensor type: values lie in blocks of `block` values, `bytes` bytes each, along a row. */
export interface GgmlType {
  /** The id in a file. */
  id: number;
  /** The name that GGML gives it, as "Q4_0". */
  name: string;
  /** The name in Wick, as "q4_0". */
  dtype: string;
  /** Values in a block; a row holds a whole number of blocks. */
  block: number;
  /** Bytes of a block. */
  bytes: number;
}

/** [id, name, values in a block, bytes of a block] of the types that Wick reads. */
const readable: readonly [number, string, number, number][] = [
  [0, "F32", 1, 4],
  [1, "F16", 1, 2],
  [2, "Q4_0", 32, 18],
  [3, "Q4_1", 32, 20],
  [6, "Q5_0", 32, 22],
  [7, "Q5_1", 32, 24],
  [8, "Q8_0", 32, 34],
  [10, "Q2_K", 256, 84],
  [11, "Q3_K", 256, 110],
  [12, "Q4_K", 256, 144],
  [13, "Q5_K", 256, 176],
  [14, "Q6_K", 256, 210],
  [20, "IQ4_NL", 32, 18],
  [30, "BF16", 1, 2],
  [39, "MXFP4", 32, 17],
];

/** Types that are known by name alone; an error can then say which one it met. */
const named: Readonly<Record<number, string>> = {
  4: "Q4_2",
  5: "Q4_3",
  9: "Q8_1",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  21: "IQ3_S",
  22: "IQ2_S",
  23: "IQ4_XS",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  31: "Q4_0_4_4",
  32: "Q4_0_4_8",
  33: "Q4_0_8_8",
  34: "TQ1_0",
  35: "TQ2_0",
  36: "IQ4_NL_4_4",
  37: "IQ4_NL_4_8",
  38: "IQ4_NL_8_8",
  40: "NVFP4",
  41: "Q1_0",
};

/** The types that Wick reads, by id. */
export const ggmlTypes: ReadonlyMap<number, GgmlType> = new Map(
  readable.map(([id, name, block, bytes]) => [id, { id, name, dtype: name.toLowerCase(), block, bytes }]),
);

/** Names of the types that Wick reads, for messages. */
const readableNames = readable.map(([, name]) => name).join(" ");

/**
 * The type with this id. `subject` names the tensor and the file in the error.
 *
 * @throws WickError UNSUPPORTED_TENSOR_TYPE for every other id
 */
export function ggmlType(id: number, subject: string): GgmlType {
  const type = ggmlTypes.get(id);
  if (type) return type;
  const found = named[id] ? `${named[id]}, not supported yet` : `the unknown type ${id}`;
  throw new WickError(
    "UNSUPPORTED_TENSOR_TYPE",
    `Cannot read ${subject}: its type must be one of ${readableNames}, got ${found}`,
    { param: subject },
  );
}

/** The type of this name ("Q4_0" or "q4_0"), or undefined. */
export function ggmlTypeNamed(name: string): GgmlType | undefined {
  const dtype = name.toLowerCase();
  return [...ggmlTypes.values()].find((type) => type.dtype === dtype);
}
