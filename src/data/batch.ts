/**
 * Some items of a loader's data, and how they become tensors.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import type { Scope } from "../tensor/scope.ts";
import { show } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { BatchTensors } from "./dataset.ts";
import type { Parts } from "./gather.ts";
import type { Part } from "./part.ts";

/**
 * Some items of a `DataLoader`'s data. No tensor is made before it is asked for.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { DataLoader, record, scope, zeros } from "@wick/wick";
 *
 * using x = zeros([2]);
 * using program = record(x.device, () => x.mul(10));
 * for await (const batch of new DataLoader({ x: [1, 2, 3, 4] }, { batchSize: 2 })) {
 *   using step = scope();
 *   const eager = batch.tensors(step).x.mul(10);
 *   batch.write({ x });
 *   program.run();
 *   deepEqual(await program.outputs[0].toArray(), await eager.toArray());
 * }
 * ```
 */
export class Batch<Data> {
  readonly #parts: Parts;
  readonly #device: Device | undefined;

  /** @internal Made by a loader. */
  constructor(
    /** The numbers of its items. */
    readonly indices: Int32Array,
    /** The epoch that it is of, from 0 on. */
    readonly epoch: number,
    parts: Parts,
    device: Device | undefined,
  ) {
    this.#parts = parts;
    this.#device = device;
  }

  /** The number of items. */
  get size(): number {
    return this.indices.length;
  }

  /**
   * Its values as tensors [size, ..] of `scope`: they, and what is computed from them, go with it. Entries of a tensor
   * are on its device, all else is on the loader's.
   */
  tensors(scope: Scope): BatchTensors<Data> {
    const { listed, named } = this.#parts;
    const made = named.map(([name, part]) => [name, part.tensor(scope, this.#device)] as const);
    return (listed ? made.map(([, x]) => x) : Object.fromEntries(made)) as BatchTensors<Data>;
  }

  /**
   * Writes its values into tensors [size, ..] that are there already, such as the inputs of a recorded step.
   *
   * @throws WickError INVALID_ARGUMENT where a tensor is missing, SHAPE_MISMATCH where one is of another shape or
   * dtype; nothing is written then
   */
  write(into: Readonly<BatchTensors<Data>>): void {
    const { named } = this.#parts;
    const pairs = named.map(([name, part]) => [part, targetOf(name, part, into)] as const);
    for (const [part, target] of pairs) part.write(target);
  }
}

function targetOf(name: string, part: Part, into: object): Tensor {
  const target: unknown = (into as Record<string, unknown>)[name];
  if (!(target instanceof Tensor)) {
    const message = `Cannot write a batch: expected a tensor for ${name}, got ${typeof target}`;
    throw new WickError("INVALID_ARGUMENT", message, { param: name });
  }
  const wanted = part.dtype + show(part.shape);
  if (target.isContiguous && target.dtype + show(target.shape) === wanted) return target;
  const message = `Cannot write ${name} of a batch into ${target}: expected a contiguous ${wanted}`;
  throw new WickError("SHAPE_MISMATCH", message, { param: name });
}
