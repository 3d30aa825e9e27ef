/**
 * Keys and values of earlier positions.
 *
 * @module
 */
import { checkNumber, checkOptions, type ChecksOf } from "../check_options.ts";
import { allOrNothing } from "../device/all_or_nothing.ts";
import type { Device } from "../device/device.ts";
import { storageBytes, type TrainableDtype } from "../tensor/dtype.ts";
import { appendToCache, type Position } from "../tensor/ops/attention.ts";
import { Tensor } from "../tensor/tensor.ts";

/** The cache of one layer: keys and values [G, S, D], which take what is appended in their dtype. */
export class LayerCache {
  /** Over tensors that the caller owns. */
  constructor(
    /** [G, S, D]. */
    readonly keys: Tensor,
    /** [G, S, D]. */
    readonly values: Tensor,
  ) {}

  /** Writes keys and values [T, G, D] of the positions from `position` on. */
  append(keys: Tensor, values: Tensor, position: Position): void {
    appendToCache(keys, this.keys, position);
    appendToCache(values, this.values, position);
  }
}

/** The shape of a cache. */
export interface CacheShape {
  /** Layers. */
  layers: number;
  /** Key-value heads, G. */
  heads: number;
  /** Elements of a head, D. */
  headSize: number;
  /** Positions, S. */
  length: number;
  /** What is kept as [f32]. f16 and bf16 take half the memory, and are converted at each use. */
  dtype?: TrainableDtype;
}

const extent = { from: 0, whole: true };
const sizes = { layers: extent, heads: extent, headSize: extent, length: extent };
const checks: ChecksOf<CacheShape> = { ...sizes, dtype: ["f32", "f64", "f16", "bf16"] };

/** The caches of all layers, allocated at once. */
export class KvCache implements Disposable {
  /** One for each layer. */
  readonly layers: readonly LayerCache[];
  /** Bytes held. */
  readonly bytes: number;

  /** Room for all layers; what it holds is read only up to what was appended. */
  constructor(device: Device, shape: CacheShape) {
    checkOptions("make a KvCache", shape, checks);
    for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
      checkNumber("make a KvCache", name, shape[name], extent);
    }
    const dims = [shape.heads, shape.length, shape.headSize];
    const { dtype = "f32" } = shape;
    const bytes = storageBytes(dtype, dims);
    this.layers = allOrNothing((part) => {
      const make = () => part(new Tensor(device.allocate(bytes), dtype, dims));
      return Array.from({ length: shape.layers }, () => new LayerCache(make(), make()));
    });
    this.bytes = 2 * shape.layers * bytes;
  }

  /** Gives their memory back. */
  [Symbol.dispose](): void {
    for (const { keys, values } of this.layers) {
      keys.dispose();
      values.dispose();
    }
  }
}
