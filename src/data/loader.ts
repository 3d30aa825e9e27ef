/**
 * Data in batches, epoch by epoch.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { Batch } from "./batch.ts";
import { type Columns, type Dataset, lengthOf } from "./dataset.ts";
import { gather } from "./gather.ts";
import { type DataLoaderOptions, type LoaderPlan, type LoaderState, planOf } from "./options.ts";
import { ascending, shuffled } from "./shuffle.ts";

/**
 * Gives data in batches, each item once an epoch: columns of tensors and arrays, or a {@linkcode Dataset}. The order
 * of an epoch is a function of the seed and the epoch alone.
 *
 * An iteration runs to the end of the epoch; the next one is another epoch. One that is left early (break, or an error)
 * is gone on with by the next. The loader holds no memory of a device: tensors that it was given stay their owner's.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { DataLoader, scope, tensor } from "@wick/wick";
 *
 * using x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
 * const y = Int32Array.of(0, 1, 1, 0); // classes
 * const loader = new DataLoader({ x, y }, { batchSize: 3, shuffle: true, seed: 1 });
 * const shapes: unknown[] = [];
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   for await (const batch of loader) {
 *     using step = scope(); // owns the batch, and what is computed from it
 *     const { x, y } = batch.tensors(step);
 *     shapes.push([x.shape, y.shape]);
 *   }
 * }
 * deepEqual(shapes, [[[3, 2], [3]], [[1, 2], [1]], [[3, 2], [3]], [[1, 2], [1]]]);
 * deepEqual(loader.state(), { seed: 1, epoch: 2, position: 0, length: 4 });
 * ```
 */
export class DataLoader<Data extends Dataset<object> | Columns> implements AsyncIterable<Batch<Data>> {
  readonly #data: Data;
  readonly #plan: LoaderPlan;
  #epoch: number;
  #position: number;

  /**
   * Takes data as it is: a change of it shows in the batches that follow.
   *
   * @throws WickError INVALID_ARGUMENT for data or options that are none, SHAPE_MISMATCH for columns of different
   * lengths
   */
  constructor(data: Data, options: DataLoaderOptions) {
    this.#data = data;
    this.#plan = planOf(lengthOf(data), options);
    this.#epoch = this.#plan.epoch;
    this.#position = this.#plan.position;
  }

  /** The number of items. */
  get length(): number {
    return this.#plan.length;
  }

  /** Batches of a whole epoch. */
  get batches(): number {
    return Math.ceil(this.#plan.given / this.#plan.batchSize);
  }

  /** The epoch that the next batch is of, from 0 on. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Where it is: a loader made `from` it, with the same data and options, gives the batches that follow. */
  state(): LoaderState {
    return { seed: this.#plan.seed, epoch: this.#epoch, position: this.#position, length: this.length };
  }

  /**
   * The batches up to the end of the epoch. Where one fails, the loader stays before it.
   *
   * @throws WickError SHAPE_MISMATCH, DTYPE_MISMATCH or INVALID_ARGUMENT for items that cannot be put together,
   * INVALID_STATE where two iterations of one loader run at a time; and what a dataset's `get` throws
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch<Data>, void> {
    const { length, seed, shuffle, given, batchSize, device } = this.#plan;
    const epoch = this.#epoch;
    const order = shuffle ? shuffled(length, seed, epoch) : ascending(length);
    let position = this.#position;
    while (position < given) {
      const indices = order.slice(position, Math.min(position + batchSize, given));
      const parts = await gather(this.#data, indices);
      this.#mustBeAt(epoch, position);
      position += indices.length;
      [this.#epoch, this.#position] = position < given ? [epoch, position] : [epoch + 1, 0];
      yield new Batch<Data>(indices, epoch, parts, device);
    }
  }

  #mustBeAt(epoch: number, position: number): void {
    if (this.#epoch === epoch && this.#position === position) return;
    throw new WickError(
      "INVALID_STATE",
      "Cannot load batches: another iteration of this loader has moved it on",
    );
  }
}
