/**
 * What a device is: memory that it hands out, kernels that it runs at once or as a Program, and reading back.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Faults } from "./faults.ts";
import type { Kernel } from "./kernel.ts";

/** A piece of a device's memory that a kernel reads or writes. Tensors are operands. */
export interface OperandView {
  /** The memory. */
  readonly storage: Storage;
  /** Where it begins in its storage, in bytes. */
  readonly byteOffset: number;
}

/** One kernel call. */
export interface Call {
  /** The row. */
  readonly kernel: Kernel;
  /** In the row's order; null where an optional operand is absent. */
  readonly operands: readonly (OperandView | null)[];
  /** In the row's order. */
  readonly params: readonly number[];
  /** In the row's order: a number, or a cell that later replays read anew. */
  readonly cells: readonly (number | Cell)[];
}

/** Calls compiled for replaying. */
export interface Replay extends Disposable {
  /** Runs the calls from `first` on up to (not including) `end`, in order [all of them]. */
  run(first?: number, end?: number): void;
}

/** What to do where memory ends: a loop that disposes nothing holds all that it ever made. */
export const HOW_TO_FREE =
  "dispose() what is not needed any more, or make it in a scope(): what is computed from a scope's data goes with it";

/** Live memory of a device. */
export interface LiveMemory {
  /** Bytes in storages that are not freed. */
  readonly bytes: number;
  /** The number of those storages. */
  readonly storages: number;
}

/** A device: one memory, one set of compiled kernels. */
export interface Device extends Disposable {
  /** What kind of memory and kernels it has. */
  readonly kind: "wasm" | "webgpu";
  /** The kernel build: "simd", "relaxed", "threads" or "debug" on WASM. */
  readonly build: string;
  /** Numbers that kernels ask about the machine, by parameter name (see the rows that have them). */
  readonly traits: Readonly<Record<string, number>>;
  /** What check rows found and nobody was told yet. */
  readonly faults: Faults;
  /**
   * Throws what check rows found, where the host reaches the memory at once; other devices throw it at the next
   * `read`.
   */
  raise(): void;
  /** Allocates `bytes` (uninitialised); throws OUT_OF_MEMORY with the need and what is held. */
  allocate(bytes: number): Storage;
  /** Gives a storage back; called by the storage itself. */
  free(storage: Storage): void;
  /** Writes `data` into a storage from byte `offset` on. */
  write(storage: Storage, offset: number, data: Uint8Array): void;
  /**
   * Lets `receive` write the bytes from `offset` on, straight into the device's memory where the host can
   * reach it.
   */
  fill(
    storage: Storage,
    offset: number,
    bytes: number,
    receive: (into: Uint8Array) => Promise<void>,
  ): Promise<void>;
  /** Copies bytes out of a storage. */
  read(storage: Storage, offset: number, bytes: number): Promise<Uint8Array>;
  /** A cell of an integer, of its own memory. */
  cell(value: number): Cell;
  /** A cell of a real number. */
  realCell(value: number): Cell;
  /** Runs one kernel now. */
  run(kernel: Kernel, operands: Call["operands"], params: Call["params"], cells: Call["cells"]): void;
  /** Compiles calls; storages must have their addresses. */
  compile(calls: readonly Call[]): Replay;
  /** What is allocated. */
  live(): LiveMemory;
}

/** Something that leans on a storage and must know when it goes. */
export interface Dependent {
  /** It cannot go on; `reason` says why. */
  invalidate(reason: string): void;
}

/**
 * A counted piece of device memory. Handles (tensors, views) hold it; when the last lets go, Programs that
 * captured it become invalid and its memory returns to the device.
 */
export class Storage implements Disposable {
  /** Grows with every write from outside: a gradient whose saved values were overwritten is refused. */
  version = 0;
  private holders = 1;
  private dependents?: Set<Dependent>;

  /**
   * @param device where it lies
   * @param bytes its size
   * @param address the device's own address of it; -1 while a Program is being recorded
   * @param owned whether its memory goes back to the device with the last handle: not so for a place in a
   * Program's scratch
   */
  /** One handle holds it. */
  constructor(
    /** Where it lies. */
    readonly device: Device,
    /** Its size in bytes. */
    readonly bytes: number,
    /** The device's own address of it. */
    public address: number,
    private readonly owned = true,
  ) {}

  /** Whether it has been given back. */
  get freed(): boolean {
    return this.holders === 0;
  }

  /** Another handle holds it. */
  retain(): this {
    if (this.freed) {
      throw new WickError("DISPOSED", "Cannot use a storage after its last tensor was disposed");
    }
    this.holders++;
    return this;
  }

  /** A handle lets go. */
  release(): void {
    if (this.freed || --this.holders > 0) return;
    for (const dependent of this.dependents ?? []) dependent.invalidate("a tensor that it uses was disposed");
    this.dependents = undefined;
    if (this.owned) this.device.free(this);
  }

  /** A handle lets go. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** What it lies in goes, whoever holds it. */
  abandon(reason: string): void {
    if (this.freed) return;
    this.holders = 0;
    for (const dependent of this.dependents ?? []) dependent.invalidate(reason);
    this.dependents = undefined;
  }

  /** `dependent` is told when the last handle lets go. */
  watch(dependent: Dependent): void {
    (this.dependents ??= new Set()).add(dependent);
  }

  /** `dependent` no longer wants to know. */
  unwatch(dependent: Dependent): void {
    this.dependents?.delete(dependent);
  }
}

/** A number in device memory that may change between replays. */
export class Cell implements Disposable {
  private readonly derived: { cell: Cell; factor: number }[] = [];
  private current: number;

  /**
   * @param storage four bytes
   * @param store writes an i32 into them
   * @param value the first value
   */
  /** A cell that holds `value`. */
  constructor(
    /** Its four bytes. */
    readonly storage: Storage,
    private readonly store: (value: number) => void,
    value: number,
  ) {
    this.current = value;
    store(value);
  }

  /** The value. */
  get value(): number {
    return this.current;
  }

  /** Changes it, and what is derived from it. */
  set(value: number): void {
    if (value === this.current) return;
    this.current = value;
    this.store(value);
    for (const { cell, factor } of this.derived) cell.set(value * factor);
  }

  /** A cell that always holds `factor` times this one. */
  times(factor: number): Cell {
    if (factor === 1) return this;
    const known = this.derived.find((d) => d.factor === factor);
    if (known) return known.cell;
    const cell = this.storage.device.cell(this.current * factor);
    this.derived.push({ cell, factor });
    return cell;
  }

  /** Gives its memory back. */
  dispose(): void {
    for (const { cell } of this.derived) cell.dispose();
    this.storage.release();
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
