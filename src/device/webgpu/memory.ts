/**
 * The memory of a WebGPU device: a few large buffers (slabs), each divided by a heap.
 *
 * An address is `slab number * 2^34 + byte offset in the slab`, so that storages are placed by adding to an address, as
 * in linear memory: a Program's arena needs nothing of its own. Storages begin at multiples of 256, where every
 * WebGPU device can bind.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { HOW_TO_FREE, type LiveMemory } from "../device.ts";
import { Heap } from "../wasm/heap.ts";

/** Addresses of one slab: 16 GiB, more than any buffer has. */
const SPACE = 2 ** 34;
/** Creating a buffer costs tens of microseconds and clears it: small storages share one. */
const SLAB_BYTES = 2 ** 24;
const ALIGNMENT = 256;
const PAGE = 65536;

/** A buffer, and what divides it. */
export interface Slab {
  /** The buffer. */
  readonly buffer: GPUBuffer;
  /** The address of its first byte. */
  readonly base: number;
  /** Hands out addresses in it. */
  readonly heap: Heap;
  /** Whether it goes when it is empty and another one is empty too. */
  readonly goes: boolean;
}

/** A place in a buffer. */
export interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/** Hands out addresses in buffers that it makes as they are needed. */
export class GpuMemory {
  private readonly slabs: (Slab | undefined)[] = [];

  /** `beforeDestroy` submits what still uses a buffer. */
  constructor(private readonly gpu: GPUDevice, private readonly beforeDestroy: () => void) {}

  /** The address of `bytes`, uninitialised. */
  allocate(bytes: number): number {
    for (const slab of this.slabs) {
      const address = slab?.goes ? slab.heap.allocate(bytes) : -1;
      if (address >= 0) return address;
    }
    const most = Math.min(this.gpu.limits.maxBufferSize, SPACE);
    const need = Math.ceil(Math.max(bytes, 1) / PAGE) * PAGE;
    if (need <= most) return this.add(Math.max(need, Math.min(SLAB_BYTES, most))).heap.allocate(bytes);
    throw new WickError(
      "OUT_OF_MEMORY",
      `Cannot allocate ${bytes} bytes: ${this.live().bytes} are held in ${this.live().storages} storages, and a buffer ` +
        `of this GPU may not pass ${most}; ${HOW_TO_FREE}`,
    );
  }

  /** A slab of its own for pieces of another alignment, which stays. */
  reserve(bytes: number, alignment: number): Slab {
    return this.add(bytes, alignment, false);
  }

  /** Gives an address back. */
  release(address: number): void {
    const number = Math.floor(address / SPACE);
    const slab = this.slabs[number]!;
    slab.heap.release(address);
    if (slab.heap.count > 0 || !slab.goes) return;
    if (!this.slabs.some((s) => s?.goes && s !== slab && s.heap.count === 0)) return;
    this.beforeDestroy();
    slab.buffer.destroy();
    this.slabs[number] = undefined;
  }

  /** Where an address lies. */
  at(address: number): Place {
    return { buffer: this.slabs[Math.floor(address / SPACE)]!.buffer, offset: address % SPACE };
  }

  /** What is handed out. */
  live(): LiveMemory {
    let [bytes, storages] = [0, 0];
    for (const slab of this.slabs) {
      bytes += slab?.heap.bytes ?? 0;
      storages += slab?.heap.count ?? 0;
    }
    return { bytes, storages };
  }

  private add(bytes: number, alignment = ALIGNMENT, goes = true): Slab {
    const hole = this.slabs.findIndex((s) => s === undefined);
    const number = hole < 0 ? this.slabs.length : hole;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.gpu.createBuffer({ label: `slab ${number}`, size: bytes, usage });
    const base = number * SPACE;
    return this.slabs[number] = {
      buffer,
      base,
      heap: new Heap(base, base + bytes, () => 0, alignment),
      goes,
    };
  }
}
