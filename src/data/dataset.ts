/**
 * What a loader takes: columns of parallel values, or anything that gives an item by its number.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { PlainArray } from "../tensor/dtype.ts";
import { type NestedValues, Tensor } from "../tensor/tensor.ts";

/**
 * Values of all items: a tensor whose entries along dimension 0 are the items', a typed array of one number for each,
 * or an array of numbers or nested numbers.
 */
export type Column = Tensor | PlainArray | readonly NestedValues[];

/** Columns of one length, listed or by name. */
export type Columns = readonly [Column, ...Column[]] | Readonly<Record<string, Column>>;

/**
 * A value of one item: a number, or numbers of the same count and nesting in every item, since batches put them
 * together along a new first dimension. A typed array keeps its dtype, as in {@linkcode tensor}.
 */
export type Field = NestedValues | PlainArray;

/**
 * Items by number, each an array or an object of its values, computed or fetched when they are wanted.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { DataLoader, type Dataset, scope } from "@wick/wick";
 * const squares: Dataset<{ x: number; y: number }> = { length: 4, get: (i) => ({ x: i, y: i * i }) };
 * for await (const batch of new DataLoader(squares, { batchSize: 4 })) {
 *   using step = scope();
 *   deepEqual(await batch.tensors(step).y.toArray(), [0, 1, 4, 9]);
 * }
 * ```
 */
export interface Dataset<Fields> {
  /** The number of items. */
  readonly length: number;
  /** The item of a number from 0 to length - 1; host values, not tensors. */
  get(index: number): Fields | Promise<Fields>;
}

/** The tensors of a batch, listed or by name as the data's values are. */
export type BatchTensors<Data> = Data extends Dataset<infer Fields>
  ? { -readonly [K in keyof Fields]: Tensor }
  : { -readonly [K in keyof Data]: Tensor };

/** Whether items come by number. */
export function isDataset(data: object): data is Dataset<object> {
  return "get" in data && typeof data.get === "function";
}

/**
 * The number of items.
 *
 * @throws WickError INVALID_ARGUMENT for what is no data, SHAPE_MISMATCH for columns of different lengths
 */
export function lengthOf(data: Dataset<object> | Columns): number {
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data) || data instanceof Tensor) {
    throw noData("columns, listed as [x, y] or named as { x, y }, or { length, get(index) }", data);
  }
  if (isDataset(data)) return atLeastOne(data.length);
  const lengths = Object.entries<unknown>(data).map(([name, column]) =>
    [name, columnLength(name, column)] as const
  );
  if (lengths.length === 0) throw noData("at least one column", data);
  const [[first, length]] = lengths;
  for (const [name, other] of lengths) {
    if (other === length) continue;
    const message =
      `Cannot load batches: columns must be of one length, got ${length} in ${first} and ${other} in ${name}`;
    throw new WickError("SHAPE_MISMATCH", message, { param: name });
  }
  return atLeastOne(length);
}

function columnLength(name: string, column: unknown): number {
  if (column instanceof Tensor && column.rank > 0) return column.shape[0];
  if (Array.isArray(column) || (ArrayBuffer.isView(column) && "length" in column)) {
    return Number(column.length);
  }
  const message = `Cannot load batches: column ${name} must be an array, or a tensor with a dimension, got ${
    column instanceof Tensor ? column : typeof column
  }`;
  throw new WickError("INVALID_ARGUMENT", message, { param: name });
}

function atLeastOne(length: unknown): number {
  if (Number.isSafeInteger(length) && Number(length) > 0 && Number(length) < 2 ** 31) return Number(length);
  const message =
    `Cannot load batches: the number of items must be an integer from 1 to 2^31 - 1, got ${length}`;
  throw new WickError("INVALID_ARGUMENT", message, { param: "length" });
}

function noData(expected: string, data: unknown): WickError {
  const got = data instanceof Tensor
    ? `${data}`
    : data === null
    ? "null"
    : ArrayBuffer.isView(data)
    ? data.constructor.name
    : Array.isArray(data) || typeof data === "object"
    ? "none"
    : typeof data;
  return new WickError("INVALID_ARGUMENT", `Cannot load batches: expected ${expected}, got ${got}`, {
    param: "data",
  });
}
