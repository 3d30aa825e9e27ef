/**
 * The WebGPU device: buffers of a GPU and the rows of kernels_gpu/. Calls gather in a batch that is submitted when
 * something is read or written; the queue keeps their order, so a storage may be freed and given out anew while calls
 * on it still wait.
 *
 * @module
 */
import { platform } from "../../entry/platform.ts";
import { WickError } from "../../error.ts";
import { type Call, Cell, type Device, type LiveMemory, type Replay, Storage } from "../device.ts";
import { FAULT_BYTES, Faults } from "../faults.ts";
import { checkForm, form, kernelSizes } from "../form.ts";
import type { Kernel } from "../kernel.ts";
import { Batch } from "./batch.ts";
import { GpuMemory, type Slab } from "./memory.ts";
import { type Compiled, Pipelines, ROW_BYTES, slotsOf } from "./pipelines.ts";
import { Readback } from "./readback.ts";
import type { Groups } from "./rows.ts";
import { elementBytes, FIRST_SLOT, FIRST_WORDS, PLAIN_CELL, type Slots } from "./shader.ts";

/** Cells of a device. */
const MOST_CELLS = 16384;

const MOST_GROUPS_KEPT = 4096;

/** Scratch grows by multiples of it. */
const SCRATCH_STEP = 65536;

/** How a {@linkcode WebGpuDevice} is opened. */
export interface WebGpuDeviceOptions {
  /** Which GPU [the runtime's choice for high performance]. */
  adapter?: GPUAdapter;
  /** Submits every call by itself and names the row in what the GPU finds wrong with it (slow) [false]. */
  debug?: boolean;
}

/** What the GPU said. */
interface Failure {
  readonly message: string;
  /** Whether nothing can follow. */
  readonly forever?: boolean;
}

/**
 * Tensors and kernels on a GPU. What the GPU refuses is raised by the next call or read after it is known.
 *
 * @example
 * ```ts ignore
 * import { tensor, WebGpuDevice } from "@wick/wick";
 * using device = await WebGpuDevice.open();
 * using x = tensor([[1, 2], [3, 4]], { device });
 * using y = x.matmul(x.t()).softmax(-1);
 * console.log(await y.toArray());
 * ```
 */
export class WebGpuDevice implements Device {
  /** "webgpu". */
  readonly kind = "webgpu";
  /** The GPU's name. */
  readonly build: string;
  /** Nothing that a row of this device asks for. */
  readonly traits: Readonly<Record<string, number>> = {};
  /** What check rows found and nobody was told yet. */
  readonly faults: Faults;
  readonly #debug: boolean;
  readonly #memory: GpuMemory;
  readonly #batch: Batch;
  readonly #pipelines: Pipelines;
  readonly #readback: Readback;
  readonly #cells: Slab;
  /** Bind groups of eager calls by what they bind: making one costs more than the rest of a call. */
  readonly #groups = new Map<string, GPUBindGroup>();
  #gpu?: GPUDevice;
  /** What the passes of a row share; one serves all rows, and grows to the largest need. */
  #scratch?: Storage;
  #failure?: Failure;
  #checks: Promise<void>[] = [];

  private constructor(gpu: GPUDevice, build: string, options: WebGpuDeviceOptions) {
    this.build = build;
    this.#gpu = gpu;
    this.#debug = options.debug ?? false;
    this.#batch = new Batch(gpu);
    this.#memory = new GpuMemory(gpu, () => {
      this.#groups.clear();
      this.#batch.submit();
    });
    this.#pipelines = new Pipelines(gpu, build);
    this.#readback = new Readback(gpu, platform().mapsAtOnce ?? false);
    this.#cells = this.#memory.reserve(4 * MOST_CELLS, 4);
    this.faults = new Faults(
      new Storage(this, FAULT_BYTES, this.#memory.reserve(FAULT_BYTES, 4).base, false),
    );
    gpu.lost.then(({ message }) =>
      this.#fail({ message: `Cannot use a GPU that went away: ${message}`, forever: true })
    );
    gpu.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      const { message } = (event as GPUUncapturedErrorEvent).error;
      this.#fail({ message: `Cannot run on ${build}: ${message}` });
    });
  }

  /**
   * Opens a GPU.
   *
   * @throws WickError UNSUPPORTED_ON_DEVICE where the runtime has no WebGPU, or no adapter
   */
  static async open(options: WebGpuDeviceOptions = {}): Promise<WebGpuDevice> {
    const adapter = options.adapter ?? await requestAdapter();
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize };
    const gpu = await adapter.requestDevice({ requiredLimits }).catch((cause) => {
      throw new WickError("UNSUPPORTED_ON_DEVICE", `Cannot open a WebGPU device: ${cause.message}`, {
        cause,
      });
    });
    const { description, device, vendor } = adapter.info;
    return new WebGpuDevice(gpu, description || device || vendor || "GPU", options);
  }

  /** Allocates bytes, uninitialised. */
  allocate(bytes: number): Storage {
    void this.#open;
    return new Storage(this, bytes, this.#memory.allocate(bytes));
  }

  /** Gives a storage back. */
  free(storage: Storage): void {
    if (this.#gpu) this.#memory.release(storage.address);
  }

  /** Writes bytes into a storage; offset a multiple of 4, bytes too, but at its end. */
  write(storage: Storage, offset: number, data: Uint8Array): void {
    const gpu = this.#open;
    const whole = Math.ceil(data.length / 4) * 4;
    if (offset % 4 !== 0 || (whole !== data.length && offset + data.length !== storage.bytes)) {
      throw new WickError(
        "UNSUPPORTED_ON_DEVICE",
        `Cannot write ${data.length} bytes at ${offset} of ${storage.bytes} on WebGPU: both must be multiples of 4`,
      );
    }
    if (whole === 0) return;
    this.#batch.submit();
    const padded = whole === data.length ? data : pad(data, whole);
    const { buffer, offset: at } = this.#memory.at(storage.address);
    gpu.queue.writeBuffer(buffer, at + offset, padded as Uint8Array<ArrayBuffer>);
  }

  /** Lets `receive` write into memory of the host, and copies from there. */
  async fill(
    storage: Storage,
    offset: number,
    bytes: number,
    receive: (into: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const into = new Uint8Array(bytes);
    await receive(into);
    this.write(storage, offset, into);
  }

  /** Nothing yet: the GPU answers later, so `read` throws what check rows found. */
  raise(): void {}

  /**
   * Copies bytes out of a storage, after all that was called before.
   *
   * @throws WickError what check rows found since the last read
   */
  async read(storage: Storage, offset: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    void this.#open;
    if (bytes === 0) return new Uint8Array();
    const place = this.#memory.at(storage.address);
    const from = Math.floor((place.offset + offset) / 4) * 4;
    const skip = place.offset + offset - from;
    const whole = Math.ceil((skip + bytes) / 4) * 4;
    const faults = this.faults.watched ? this.#memory.at(this.faults.storage.address) : undefined;
    const contents = await this.#readback.read(whole + (faults ? FAULT_BYTES : 0), (staging) => {
      this.#batch.submit((encoder) => {
        encoder.copyBufferToBuffer(place.buffer, from, staging, 0, whole);
        if (faults) encoder.copyBufferToBuffer(faults.buffer, faults.offset, staging, whole, FAULT_BYTES);
      });
    }).catch((cause) => {
      void this.#open; // throws what is known
      throw new WickError("DEVICE_LOST", `Cannot read from ${this.build}`, { cause });
    });
    await this.#settle();
    if (faults) this.#throwFault(contents.slice(whole));
    return skip === 0 && contents.length === bytes ? contents : contents.slice(skip, skip + bytes);
  }

  /** A cell of an integer. */
  cell(value: number): Cell {
    return this.#cell(value, (v) => Int32Array.of(v));
  }

  /** A cell of a real number. */
  realCell(value: number): Cell {
    return this.#cell(value, (v) => Float32Array.of(v));
  }

  /** Runs one kernel: it waits in a batch. */
  run(kernel: Kernel, operands: Call["operands"], params: Call["params"], cells: Call["cells"]): void {
    checkForm(kernel, operands, params, cells);
    this.checked(kernel.name, () => {
      const slots = slotsOf(operands);
      const compiled = this.#pipelines.get(kernel, slots);
      const passes = this.groups(compiled, kernel, params, cells);
      if (passes.every((groups) => groups.includes(0))) return;
      const scratch = this.scratch(compiled, kernel, params, cells); // may submit, so before the slice
      const { offset, words, reals } = this.#batch.slice(passes.length);
      this.writeRow(words, reals, kernel, compiled, operands, params, cells);
      const group = this.#bound(kernel, compiled, operands, slots, scratch);
      passes.forEach((groups, i) => {
        if (!groups.includes(0)) this.#batch.add({ pipeline: compiled.pipelines[i], group, offset, groups });
      });
    });
  }

  /** Compiles calls: pipelines, bind groups and words are made once. */
  compile(calls: readonly Call[]): Replay {
    return new WebGpuReplay(this, this.#open, this.#batch, this.#pipelines, calls);
  }

  /** What is allocated, but for the device's own. */
  live(): LiveMemory {
    const { bytes, storages } = this.#memory.live();
    return this.#scratch
      ? { bytes: bytes - this.#scratch.bytes, storages: storages - 1 }
      : { bytes, storages };
  }

  /** Whether the GPU went away: nothing on it can be used any more. */
  get isLost(): boolean {
    return this.#failure?.forever ?? false;
  }

  /** Whether it was disposed. */
  get isDisposed(): boolean {
    return this.#gpu === undefined;
  }

  /** Drops the GPU's memory. Nothing on the device can be used after it. */
  [Symbol.dispose](): void {
    if (!this.#gpu) return;
    this.#batch.submit();
    this.#groups.clear();
    this.#gpu.destroy();
    this.#gpu = undefined;
  }

  // What Replay needs of its device.

  /** @internal Does `work` for a row; when debugging, submits it by itself, and keeps what the GPU finds wrong. */
  checked<T>(name: string, work: () => T): T {
    const gpu = this.#open;
    if (!this.#debug) return work();
    gpu.pushErrorScope("validation");
    try {
      return work();
    } finally {
      this.#batch.submit();
      this.#checks.push(
        gpu.popErrorScope().then((error) => {
          if (error) this.#fail({ message: `Cannot run ${name} on ${this.build}: ${error.message}` });
        }),
      );
    }
  }

  /** @internal Workgroups of each pass of a call; a cell counts with its value now. */
  groups({ row }: Compiled, kernel: Kernel, params: Call["params"], cells: Call["cells"]): readonly Groups[] {
    const sizes = kernelSizes(kernel, params, cells);
    const most = this.#open.limits.maxComputeWorkgroupsPerDimension;
    const passes = row.passes.map((pass) => pass.groups(sizes));
    const groups = passes.find((groups) => Math.max(...groups) > most);
    if (!groups) return passes;
    throw new WickError(
      "UNSUPPORTED_ON_DEVICE",
      `Cannot run ${kernel.name} on WebGPU: it takes ${
        groups.join(" x ")
      } workgroups, a dimension has ${most}`,
    );
  }

  /** @internal What the passes of a call share, where they share anything; whoever keeps it holds it. */
  scratch(
    { row }: Compiled,
    kernel: Kernel,
    params: Call["params"],
    cells: Call["cells"],
  ): Storage | undefined {
    if (!row.scratch) return undefined;
    const bytes = row.scratch(kernelSizes(kernel, params, cells));
    if (this.#scratch && this.#scratch.bytes >= bytes) return this.#scratch;
    this.#scratch?.release();
    this.#scratch = undefined;
    return this.#scratch = this.allocate(SCRATCH_STEP * Math.ceil(Math.max(bytes, 1) / SCRATCH_STEP));
  }

  /** @internal Binds each storage of a call as a whole, beside `words` and the cells. */
  bind(
    kernel: Kernel,
    { layout }: Compiled,
    operands: Call["operands"],
    slots: Slots,
    words: GPUBuffer,
    scratch: Storage | undefined,
  ): GPUBindGroup {
    const gpu = this.#open;
    const entries: GPUBindGroupEntry[] = [
      { binding: 0, resource: { buffer: words, size: ROW_BYTES } },
      { binding: 1, resource: { buffer: this.#cells.buffer } },
    ];
    const most = gpu.limits.maxStorageBufferBindingSize;
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] !== entries.length - FIRST_SLOT) continue;
      const { bytes, address } = operands[i]!.storage;
      const size = Math.ceil(bytes / 4) * 4;
      if (size > most) {
        throw new WickError(
          "UNSUPPORTED_ON_DEVICE",
          `Cannot bind ${
            kernel.operands[i].name
          } of ${kernel.name}: this GPU binds ${most} bytes, got ${bytes}`,
        );
      }
      entries.push({ binding: entries.length, resource: { ...this.#memory.at(address), size } });
    }
    if (scratch) {
      const resource = { ...this.#memory.at(scratch.address), size: scratch.bytes };
      entries.push({ binding: entries.length, resource });
    }
    return gpu.createBindGroup({ label: kernel.name, layout, entries });
  }

  /** @internal Writes a call's words in the order of shader.ts's header. */
  writeRow(
    words: Uint32Array,
    reals: Float32Array,
    kernel: Kernel,
    { row }: Compiled,
    operands: Call["operands"],
    params: Call["params"],
    cells: Call["cells"],
  ): void {
    const types = form(kernel);
    let at = 0;
    const put = (type: "i32" | "f32", value: number) => {
      if (type === "f32") reals[at++] = value;
      else words[at++] = value;
    };
    for (const word of FIRST_WORDS) words[at++] = word;
    operands.forEach((o, i) => words[at++] = o ? o.byteOffset / elementBytes(kernel.operands[i], row) : 0);
    params.forEach((value, i) => put(types.params[i], value));
    cells.forEach((cell, i) => {
      const plain = typeof cell === "number";
      words[at++] = plain ? PLAIN_CELL : (cell.storage.address - this.#cells.base) / 4;
      put(types.cells[i], plain ? cell : 0);
    });
  }

  /** The bind group of an eager call; steps of training meet the same places again and again. */
  #bound(
    kernel: Kernel,
    compiled: Compiled,
    operands: Call["operands"],
    slots: Slots,
    scratch: Storage | undefined,
  ): GPUBindGroup {
    let key = scratch ? `scratch ${scratch.address} ${scratch.bytes},` : "";
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] >= 0) key += `${slots[i]} ${operands[i]!.storage.address} ${operands[i]!.storage.bytes},`;
    }
    const known = this.#groups.get(key);
    if (known) return known;
    if (this.#groups.size === MOST_GROUPS_KEPT) this.#groups.clear();
    const group = this.bind(kernel, compiled, operands, slots, this.#batch.words, scratch);
    this.#groups.set(key, group);
    return group;
  }

  #cell(value: number, word: (value: number) => Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): Cell {
    const gpu = this.#open;
    const address = this.#cells.heap.allocate(4);
    if (address < 0) {
      throw new WickError(
        "OUT_OF_MEMORY",
        `Cannot make a cell: ${MOST_CELLS} are in use, and there are no more`,
      );
    }
    const store = (v: number) => {
      this.#batch.submit(); // calls before it see the old value
      gpu.queue.writeBuffer(this.#cells.buffer, address - this.#cells.base, word(v));
    };
    return new Cell(new Storage(this, 4, address), store, value);
  }

  async #settle(): Promise<void> {
    if (this.#checks.length > 0) await Promise.all(this.#checks.splice(0));
    void this.#open; // throws what was found
  }

  #throwFault(found: Uint8Array<ArrayBuffer>): void {
    const error = this.faults.error(found);
    if (!error) return;
    this.write(this.faults.storage, 0, new Uint8Array(FAULT_BYTES));
    throw error;
  }

  #fail(failure: Failure): void {
    if (this.#gpu && !this.#failure?.forever) this.#failure = failure;
  }

  get #open(): GPUDevice {
    if (this.#failure) {
      const { message, forever } = this.#failure;
      if (!forever) this.#failure = undefined; // told once
      throw new WickError("DEVICE_LOST", message);
    }
    if (this.#gpu) return this.#gpu;
    throw new WickError("DISPOSED", "Cannot use a device after its dispose");
  }
}

/** A call of a Program. */
interface Step {
  readonly name: string;
  readonly pipelines: readonly GPUComputePipeline[];
  readonly group: GPUBindGroup;
  /** Workgroups of each pass, by what its cells hold now. */
  readonly groups: () => readonly Groups[];
}

/** Calls with pipelines, bind groups and words made once, encoded into the device's batch. */
class WebGpuReplay implements Replay {
  readonly #words: GPUBuffer;
  readonly #compiled: readonly Step[];
  readonly #scratch = new Set<Storage>();
  #disposed = false;

  constructor(
    private readonly device: WebGpuDevice,
    gpu: GPUDevice,
    private readonly batch: Batch,
    private readonly pipelines: Pipelines,
    calls: readonly Call[],
  ) {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const staged = new ArrayBuffer(ROW_BYTES * Math.max(1, calls.length));
    this.#words = gpu.createBuffer({ label: "rows of a Program", size: staged.byteLength, usage });
    this.#compiled = this.#compileAll(calls, staged);
    gpu.queue.writeBuffer(this.#words, 0, staged);
  }

  run(first = 0, end = this.#compiled.length): void {
    if (this.#disposed) throw new WickError("DISPOSED", "Cannot replay a Program after its dispose");
    for (let i = first; i < end; i++) {
      const { name, pipelines, group, groups } = this.#compiled[i];
      groups().forEach((now, pass) => {
        if (now.includes(0)) return;
        const dispatch = { pipeline: pipelines[pass], group, offset: ROW_BYTES * i, groups: now };
        this.device.checked(name, () => this.batch.add(dispatch));
      });
    }
  }

  /** Where the device has no kernel or no memory for one, none is held. */
  #compileAll(calls: readonly Call[], staged: ArrayBuffer): Step[] {
    try {
      return calls.map((call, i) =>
        this.device.checked(call.kernel.name, () => this.#compile(call, i, staged))
      );
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  #compile({ kernel, operands, params, cells }: Call, i: number, staged: ArrayBuffer): Step {
    checkForm(kernel, operands, params, cells);
    const slots = slotsOf(operands);
    const compiled = this.pipelines.get(kernel, slots);
    const at: [ArrayBuffer, number, number] = [staged, ROW_BYTES * i, ROW_BYTES / 4];
    this.device.writeRow(
      new Uint32Array(...at),
      new Float32Array(...at),
      kernel,
      compiled,
      operands,
      params,
      cells,
    );
    const now = () => this.device.groups(compiled, kernel, params, cells);
    const scratch = this.device.scratch(compiled, kernel, params, cells);
    if (scratch && !this.#scratch.has(scratch)) this.#scratch.add(scratch.retain());
    const fixed = cells.every((c) => typeof c === "number") ? now() : undefined;
    return {
      name: kernel.name,
      pipelines: compiled.pipelines,
      group: this.device.bind(kernel, compiled, operands, slots, this.#words, scratch),
      groups: fixed ? () => fixed : now,
    };
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.batch.submit();
    this.#words.destroy();
    for (const scratch of this.#scratch) scratch.release();
  }
}

function pad(data: Uint8Array, bytes: number): Uint8Array {
  const padded = new Uint8Array(bytes);
  padded.set(data);
  return padded;
}

async function requestAdapter(): Promise<GPUAdapter> {
  const { gpu } = (globalThis.navigator ?? {}) as { gpu?: GPU };
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (adapter) return adapter;
  throw new WickError(
    "UNSUPPORTED_ON_DEVICE",
    `Cannot open a WebGPU device: this runtime has no ${gpu ? "adapter (GPU and driver)" : "navigator.gpu"}`,
  );
}
