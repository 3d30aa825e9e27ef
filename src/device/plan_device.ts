/**
 * A device without memory: it counts what a model would take, so that the plan of a model can be told before a
 * byte of weights is fetched.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { type Call, Cell, type Device, type LiveMemory, type Replay, Storage } from "./device.ts";
import { FAULT_BYTES, Faults } from "./faults.ts";
import { blockBytes } from "./wasm/heap.ts";
import { replayBytes } from "./wasm/row.ts";

/** Counts allocations as the WASM device makes them; kernels do not run on it. */
export class PlanDevice implements Device {
  readonly kind = "wasm";
  readonly build = "plan";
  readonly traits: Readonly<Record<string, number>> = { dot: 0 };
  readonly faults: Faults = new Faults(new Storage(this, FAULT_BYTES, 0, false));
  private bytes = 0;
  private storages = 0;

  allocate(bytes: number): Storage {
    this.bytes += blockBytes(bytes);
    this.storages++;
    return new Storage(this, bytes, 0);
  }

  free(storage: Storage): void {
    this.bytes -= blockBytes(storage.bytes);
    this.storages--;
  }

  write(): void {}

  raise(): void {}

  cell(value: number): Cell {
    return new Cell(this.allocate(4), () => {}, value);
  }

  realCell(value: number): Cell {
    return this.cell(value);
  }

  compile(calls: readonly Call[]): Replay {
    const { pairs, words, scratch } = replayBytes(calls);
    const parts = [pairs, words, ...(scratch > 0 ? [scratch] : [])].map((n) => this.allocate(n));
    return { run: refuse, [Symbol.dispose]: () => parts.forEach((part) => part.release()) };
  }

  live(): LiveMemory {
    return { bytes: this.bytes, storages: this.storages };
  }

  run(): void {
    refuse();
  }

  fill(): Promise<void> {
    return refuse();
  }

  read(): Promise<Uint8Array> {
    return refuse();
  }

  [Symbol.dispose](): void {}
}

function refuse(): never {
  throw new WickError("INVALID_STATE", "Nothing runs on a device that only plans");
}
