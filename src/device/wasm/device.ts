/**
 * The WASM device: one linear memory and one instance of the kernels.
 *
 * The memory:
 *
 *   0 .. 64 KiB     AssemblyScript's read-only data; 512 .. 1024 the debug build's ranges
 *   64 .. 68 KiB    the row of the eager call under way; in the last 64 bytes what check rows found
 *   68 KiB ..       the heap: storages, rows of Programs, cells
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { allOrNothing } from "../all_or_nothing.ts";
import {
  type Call,
  Cell,
  type Device,
  HOW_TO_FREE,
  type LiveMemory,
  type Replay,
  Storage,
} from "../device.ts";
import { FAULT_BYTES, Faults } from "../faults.ts";
import { kernelSizes } from "../form.ts";
import { dotOf } from "../../quant/dot.ts";
import type { Kernel } from "../kernel.ts";
import { bestBuild, buildModule, type BuildName } from "./builds.ts";
import { Heap } from "./heap.ts";
import { allWords, replayBytes, RowWriter } from "./row.ts";

const PAGE = 65536;
const EAGER_ROW = PAGE;
const HEAP_BASE = EAGER_ROW + 4096;
const FAULT = HEAP_BASE - 64;
const MAX_PAGES = 65536;
/** Memory grows by at least this: growing copies nothing, but detaches every view. */
const GROWTH_PAGES = 16;
const DEBUG_RANGES = 512;

type KernelFunction = (args: number, part: number, parts: number) => void;
type RunProgram = (rows: number, count: number, part: number, parts: number) => void;

/** How a {@linkcode WasmDevice} is opened. */
export interface WasmDeviceOptions {
  /** Which kernel build [the fastest that the runtime accepts]. */
  build?: BuildName;
  /** The most pages of 64 KiB that the memory may grow to [65536]. */
  maximumPages?: number;
  /** Instantiates other kernels than the two builds: the debug build in tests. */
  instantiate?: { name: string; exports: (memory: WebAssembly.Memory) => WebAssembly.Exports };
}

/**
 * Tensors and kernels in one WebAssembly memory. Memory never shrinks while the device lives; disposing the
 * device drops it as a whole.
 */
export class WasmDevice implements Device {
  /** "wasm". */
  readonly kind = "wasm";
  /** The kernel build in use. */
  readonly build: string;
  /** What kernels ask about the machine. */
  readonly traits: Readonly<Record<string, number>>;
  /** What check rows found and nobody was told yet. */
  readonly faults: Faults = new Faults(new Storage(this, FAULT_BYTES, FAULT, false));
  readonly #heap: Heap;
  readonly #maximumPages: number;
  readonly #tableIndices = new Map<string, number>();
  #scratch?: Storage;
  /** The memory and what reaches it; gone after dispose, so that nothing keeps the memory alive. */
  #opened?: { memory: WebAssembly.Memory; exports: WebAssembly.Exports };
  #views?: { buffer: ArrayBufferLike; bytes: Uint8Array<ArrayBuffer>; words: RowWriter };

  /** Opens a memory and instantiates the kernels. */
  constructor(options: WasmDeviceOptions = {}) {
    this.#maximumPages = Math.min(options.maximumPages ?? MAX_PAGES, MAX_PAGES);
    const memory = new WebAssembly.Memory({ initial: 2, maximum: this.#maximumPages });
    if (options.instantiate) {
      this.build = options.instantiate.name;
      this.#opened = { memory, exports: options.instantiate.exports(memory) };
    } else {
      const build = options.build ?? bestBuild();
      this.build = build;
      const instance = new WebAssembly.Instance(buildModule(build), { env: { memory } });
      this.#opened = { memory, exports: instance.exports };
    }
    this.#heap = new Heap(HEAP_BASE, memory.buffer.byteLength, (bytes) => this.#grow(bytes));
    const probe = this.#exports.probe_dot as (() => number) | undefined;
    this.traits = { dot: dotOf(probe?.() ?? 0) };
  }

  /** All of the memory. Valid until the next allocation: growing detaches it. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#freshViews().bytes;
  }

  /** Allocates bytes, uninitialised. */
  allocate(bytes: number): Storage {
    return new Storage(this, bytes, this.allocateAddress(bytes));
  }

  /** Gives a storage back. */
  free(storage: Storage): void {
    if (this.#opened) this.#heap.release(storage.address);
  }

  /** Writes bytes into a storage. */
  write(storage: Storage, offset: number, data: Uint8Array): void {
    this.bytes.set(data, storage.address + offset);
  }

  /** Lets `receive` write straight into linear memory. */
  async fill(
    storage: Storage,
    offset: number,
    bytes: number,
    receive: (into: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const into = this.view(storage, offset, bytes);
    await receive(into);
    if (into.length === bytes) return;
    throw new WickError(
      "INVALID_STATE",
      "Cannot fill a storage: the device's memory grew while bytes were arriving",
    );
  }

  /** Copies bytes out of a storage. */
  read(storage: Storage, offset: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(this.view(storage, offset, bytes).slice());
  }

  /** A view of a storage, valid until the next allocation. */
  view(storage: Storage, offset: number, bytes: number): Uint8Array<ArrayBuffer> {
    const from = storage.address + offset;
    return this.bytes.subarray(from, from + bytes);
  }

  /** Throws what check rows found since it was asked last. */
  raise(): void {
    if (this.words.integer(FAULT) === 0) return;
    const found = this.view(this.faults.storage, 0, FAULT_BYTES);
    const error = this.faults.error(found.slice());
    found.fill(0);
    throw error;
  }

  /** A cell of its own memory. */
  cell(value: number): Cell {
    const storage = this.allocate(4);
    return new Cell(storage, (v) => this.words.setInteger(storage.address, v), value);
  }

  /** A cell of a real number. */
  realCell(value: number): Cell {
    const storage = this.allocate(4);
    return new Cell(storage, (v) => this.words.setReal(storage.address, v), value);
  }

  /** Runs one kernel now. */
  run(kernel: Kernel, operands: Call["operands"], params: Call["params"], cells: Call["cells"]): void {
    const scratch = this.#scratchFor(kernel, params, cells);
    this.words.write(EAGER_ROW, kernel, operands, params, cells, scratch?.address ?? 0);
    if (this.build === "debug") this.setDebugRanges(operands, scratch);
    this.kernel(kernel.name)(EAGER_ROW, 0, 1);
  }

  /** Compiles calls to rows in linear memory. */
  compile(calls: readonly Call[]): Replay {
    return new WasmReplay(this, calls);
  }

  /** What is allocated. */
  live(): LiveMemory {
    return { bytes: this.#heap.bytes, storages: this.#heap.count };
  }

  /** Bytes of linear memory, used or not. */
  get memoryBytes(): number {
    return this.#opened?.memory.buffer.byteLength ?? 0;
  }

  /** Whether it was disposed. */
  get isDisposed(): boolean {
    return this.#opened === undefined;
  }

  /** Drops the memory. Nothing on the device can be used after it. */
  [Symbol.dispose](): void {
    this.#scratch?.release();
    this.#scratch = undefined;
    this.#opened = undefined;
    this.#views = undefined;
  }

  // What Replay needs of its device.

  /** @internal */
  get words(): RowWriter {
    return this.#freshViews().words;
  }

  /** @internal The index of a kernel in the function table, where run_program finds it. */
  tableIndex(name: string): number {
    const known = this.#tableIndices.get(name);
    if (known !== undefined) return known;
    const table = this.#exports.table as WebAssembly.Table;
    const index = table.grow(1);
    table.set(index, this.kernel(name));
    this.#tableIndices.set(name, index);
    return index;
  }

  /** @internal */
  kernel(name: string): KernelFunction {
    const kernel = this.#exports[name] as KernelFunction | undefined;
    if (kernel) return kernel;
    throw new WickError("UNSUPPORTED_ON_DEVICE", `The ${this.build} build has no kernel ${name}`);
  }

  /** @internal */
  get runProgram(): RunProgram {
    return this.#exports.run_program as RunProgram;
  }

  /** @internal */
  allocateAddress(bytes: number): number {
    void this.#open; // throws after dispose
    const address = this.#heap.allocate(bytes);
    if (address >= 0) return address;
    throw new WickError(
      "OUT_OF_MEMORY",
      `Cannot allocate ${bytes} bytes: ${this.#heap.bytes} are held in ${this.#heap.count} storages, the memory has ` +
        `${this.memoryBytes} and may not pass ${this.#maximumPages * PAGE}; ${HOW_TO_FREE}`,
    );
  }

  /** @internal */
  setDebugRanges(operands: Call["operands"], scratch?: Storage): void {
    const ranges: number[] = [];
    for (const o of operands) if (o) ranges.push(o.storage.address, o.storage.address + o.storage.bytes);
    if (scratch) ranges.push(scratch.address, scratch.address + scratch.bytes);
    this.words.setDebugRanges(DEBUG_RANGES, ranges);
  }

  get #open(): { memory: WebAssembly.Memory; exports: WebAssembly.Exports } {
    if (this.#opened) return this.#opened;
    throw new WickError("DISPOSED", "Cannot use a device after its dispose");
  }

  get #exports(): WebAssembly.Exports {
    return this.#open.exports;
  }

  #freshViews(): { bytes: Uint8Array<ArrayBuffer>; words: RowWriter } {
    const buffer = this.#open.memory.buffer as ArrayBuffer;
    if (this.#views?.buffer !== buffer) {
      this.#views = { buffer, bytes: new Uint8Array(buffer), words: new RowWriter(buffer) };
    }
    return this.#views;
  }

  #grow(bytes: number): number {
    const now = this.#open.memory.buffer.byteLength / PAGE;
    const need = Math.ceil(bytes / PAGE);
    const pages = Math.min(Math.max(need, GROWTH_PAGES), this.#maximumPages - now);
    if (pages < need) return 0;
    try {
      this.#open.memory.grow(pages);
    } catch {
      return 0;
    }
    return pages * PAGE;
  }

  /** One scratch serves all eager calls, and grows to the largest need. */
  #scratchFor(kernel: Kernel, params: Call["params"], cells: Call["cells"]): Storage | undefined {
    if (!kernel.scratch) return undefined;
    const bytes = kernel.scratch(kernelSizes(kernel, params, cells));
    if (!this.#scratch || this.#scratch.bytes < bytes) {
      this.#scratch?.release();
      this.#scratch = undefined;
      this.#scratch = this.allocate(bytes);
    }
    return this.#scratch;
  }
}

/** Calls as rows in linear memory, walked by one export. */
class WasmReplay implements Replay {
  private readonly rows: Storage;
  private readonly args: Storage;
  readonly #scratch?: Storage;
  /** The calls, which the debug build alone goes by again. */
  private readonly calls: readonly Call[];
  private readonly count: number;
  private disposed = false;

  constructor(private readonly device: WasmDevice, calls: readonly Call[]) {
    this.count = calls.length;
    this.calls = device.build === "debug" ? calls : [];
    const { pairs, words, scratch } = replayBytes(calls);
    [this.rows, this.args, this.#scratch] = allOrNothing((part) =>
      [pairs, words, ...(scratch > 0 ? [scratch] : [])].map((n) => part(device.allocate(n)))
    );
    this.writeRows(calls);
  }

  run(first = 0, end = this.count): void {
    if (this.disposed) throw new WickError("DISPOSED", "Cannot replay a Program after its dispose");
    if (this.device.build === "debug") return this.runOneByOne(first, end);
    this.device.runProgram(this.rows.address + 8 * first, end - first, 0, 1);
  }

  [Symbol.dispose](): void {
    if (this.disposed) return;
    this.disposed = true;
    this.rows.release();
    this.args.release();
    this.#scratch?.release();
  }

  private writeRows(calls: readonly Call[]): void {
    const { device } = this;
    const indices = calls.map((c) => device.tableIndex(c.kernel.name));
    const writer = device.words;
    let at = this.args.address;
    calls.forEach(({ kernel, operands, params, cells }, i) => {
      writer.setInteger(this.rows.address + 8 * i, indices[i]);
      writer.setInteger(this.rows.address + 8 * i + 4, at);
      writer.write(at, kernel, operands, params, cells, this.#scratch?.address ?? 0);
      at += 4 * allWords(kernel);
    });
  }

  /** The debug build checks each access against the running row's operands, which the host lists. */
  private runOneByOne(first: number, end: number): void {
    let at = this.args.address;
    this.calls.forEach(({ kernel, operands }, i) => {
      if (i >= first && i < end) {
        this.device.setDebugRanges(operands, this.#scratch);
        this.device.kernel(kernel.name)(at, 0, 1);
      }
      at += 4 * allWords(kernel);
    });
  }
}
