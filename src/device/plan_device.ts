/**
 * A device without memory: it counts what a model would take, so that the plan of a model can be told before a
 * byte of weights is fetched.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { type Call, Cell, type Device, type LiveMemory, type Replay, Storage } from "./device.ts";
import { FAULT_BYTES, Faults } from "./faults.ts";

/** Counts allocations; kernels do not run on it. */
export class PlanDevice implements Device {
  readonly kind = "wasm";
  readonly build = "plan";
  readonly traits: Readonly<Record<string, number>> = { dot: 0 };
  readonly faults: Faults = new Faults(new Storage(this, FAULT_BYTES, 0, false));
  private bytes = 0;
  private storages = 0;

  allocate(bytes: number): Storage {
    this.bytes += bytes;
    this.storages++;
    return new Storage(this, bytes, 0);
  }

  free(storage: Storage): void {
    this.bytes -= storage.bytes;
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
    // as the WASM device: pairs of words, then each row's words
    const words = calls.reduce(
      (sum, { kernel, operands, params, cells }) =>
        sum + 2 + operands.length + params.length + 2 * cells.length + (kernel.scratch ? 2 : 0),
      0,
    );
    const rows = this.allocate(4 * words);
    return { run: refuse, [Symbol.dispose]: () => rows.release() };
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
