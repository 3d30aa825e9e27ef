/**
 * What an oracle is. For each row of the kernel table, the file of its family's stem here exports a
 * {@linkcode Reference} under the row's name: plain float64 TypeScript that can be read before the kernel,
 * and the cases that the conformance test runs on every build and device.
 *
 * @module
 */
import type { Random } from "../random.ts";

/** What an operand holds; null where an optional one is absent. i64 passes as {@linkcode longs}. */
export type OperandValue =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Uint32Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | null;

/** Elements of i64, among operands whose elements are numbers: their oracles know them. */
export function longs(values: BigInt64Array): Exclude<OperandValue, null> {
  return values as unknown as Float64Array;
}

/** One call of a kernel. */
export interface Case {
  /** Shown where the case fails. */
  readonly label: string;
  /** In the table's order; outputs are there with their size (their contents are overwritten with NaN bytes). */
  readonly operands: OperandValue[];
  /** In the table's order. */
  readonly params: readonly number[];
  readonly cells: readonly number[];
  /** Pairs of operands that share one buffer in this case, by index: [output, input]. */
  readonly shared?: readonly (readonly [number, number])[];
}

/** What an output must hold. */
export interface Expected {
  /** The operand's index. */
  readonly operand: number;
  /** One value an element; an element that the kernel must leave alone is undefined. */
  readonly values: ArrayLike<number | bigint | undefined>;
  /**
   * What the row's tolerance is relative to, one value an element; where it is left out, 1 + |value|.
   * A matmul gives the sum of absolute terms.
   */
  readonly scale?: ArrayLike<number>;
}

/** The oracle of a row. */
export interface Reference {
  /** Cases with sizes 0, 1, tile - 1, tile, tile + 1 and strange ones; values drawn from `random`. */
  cases(random: Random): Iterable<Case>;
  /** The expected outputs, in float64. Must not change the operands. */
  oracle(call: Case): Expected[];
}
