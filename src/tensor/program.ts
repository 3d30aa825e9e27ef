/**
 * Programs: ops recorded once, their scratch planned by liveness, replayed without allocating.
 *
 * @module
 */
import { type Call, type Dependent, type Device, type Replay, Storage } from "../device/device.ts";
import { type DeviceName, deviceNamed } from "../device/open.ts";
import { WickError } from "../error.ts";
import type { Tensor } from "./tensor.ts";

/** Where results of recorded ops live: one block that Programs of a device may share, since replays never overlap. */
export class Arena implements Disposable {
  private blocks: Storage[] = [];
  private readonly device: Device;

  /** An arena that holds nothing yet. */
  constructor(device: Device | DeviceName) {
    this.device = deviceNamed(device);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.blocks.reduce((sum, b) => sum + b.bytes, 0);
  }

  /** A block of at least `bytes`. What is there is used again; a larger need adds a block. */
  reserve(bytes: number): Storage {
    const fits = this.blocks.find((b) => b.bytes >= bytes);
    if (fits) return fits;
    const block = this.device.allocate(bytes);
    this.blocks.push(block);
    return block;
  }

  /** Gives the blocks back; no Program over them may run again. */
  [Symbol.dispose](): void {
    for (const block of this.blocks) block.release();
    this.blocks = [];
  }
}

/** Takes the calls of ops while `record` runs. */
export class Recorder {
  /** What was called, in order. */
  readonly calls: Call[] = [];
  /** Results, in the order of their making. */
  readonly planned: Storage[] = [];
  /** What every replay does before the call of that number. */
  readonly renewals: { readonly call: number; readonly renew: () => void }[] = [];
  private readonly kept: (() => void)[] = [];
  private readonly held = new Set<Storage>();

  /** A recording of ops on one device. */
  constructor(
    /** Where the recorded ops will run. */
    readonly device: Device,
  ) {}

  /** A place for a result, without an address yet. */
  allocate(bytes: number): Storage {
    const storage = new Storage(this.device, bytes, -1, false);
    this.planned.push(storage);
    return storage;
  }

  /** Every replay calls `renew` before the calls that are recorded from here on: random draws take new numbers. */
  beforeReplay(renew: () => void): void {
    this.renewals.push({ call: this.calls.length, renew });
  }

  /** Something was made for the recording alone: `drop` gives it back when the Program goes. */
  keep(drop: () => void): void {
    this.kept.push(drop);
  }

  /** What a device may forget stays for as long as the Program does. */
  hold(storage: Storage): void {
    if (this.held.has(storage)) return;
    this.held.add(storage.retain());
    this.keep(() => storage.release());
  }

  /** Lets go of the calls and their tensors, once they are compiled: they are thousands of objects. */
  forget(): void {
    this.calls.length = 0;
    this.planned.length = 0;
  }

  /** Gives back what was made for the recording alone. */
  [Symbol.dispose](): void {
    for (const drop of this.kept.splice(0)) drop();
  }
}

let recorder: Recorder | undefined;

/** The recording under way, if there is one. */
export function recording(): Recorder | undefined {
  return recorder;
}

/** Throws where a value is read or made inside `record`. */
export function refuseWhileRecording(action: string): void {
  if (recorder) {
    throw new WickError("INVALID_STATE", `Cannot ${action} inside record: ops have no data there yet`);
  }
}

/** Recorded ops, ready to run again and again. */
export class Program implements Disposable, Dependent {
  private readonly captured = new Set<Storage>();
  /** What calls write that someone outside may hold: captured tensors and outputs. */
  private readonly written: readonly { readonly call: number; readonly storage: Storage }[];
  private readonly replay: Replay;
  /** Outputs that lie in the arena. */
  private readonly results: readonly Storage[];
  private readonly ownArena?: Arena;
  private invalid?: string;

  /** @internal use {@linkcode record} */
  constructor(
    readonly device: Device,
    private readonly trace: Recorder,
    /** What the recorded function returned; their contents hold from one replay to the next of the same arena. */
    readonly outputs: readonly Tensor[],
    arena?: Arena,
  ) {
    if (!arena) arena = this.ownArena = new Arena(device);
    const plan = planScratch(trace, new Set(outputs.map((t) => t.storage)));
    const base = plan.bytes > 0 ? arena.reserve(plan.bytes).address : 0;
    for (const [storage, offset] of plan.offsets) storage.address = base + offset;
    this.results = outputs.map((t) => t.storage).filter((storage) => plan.offsets.has(storage));
    for (const { operands } of trace.calls) {
      for (const operand of operands) {
        if (operand && !plan.offsets.has(operand.storage)) this.captured.add(operand.storage);
      }
    }
    for (const storage of this.captured) storage.watch(this);
    const seen = new Set([...this.captured, ...outputs.map((t) => t.storage)]);
    this.written = trace.calls.flatMap(({ kernel, operands }, call) =>
      operands.flatMap((operand, i) =>
        operand && kernel.operands[i].role !== "in" && seen.has(operand.storage)
          ? [{ call, storage: operand.storage }]
          : []
      )
    );
    this.replay = this.#compiled(trace.calls);
    this.calls = trace.calls.length;
    this.scratchBytes = plan.bytes;
    trace.forget();
  }

  /** The number of kernel calls of one replay. */
  readonly calls: number;
  /** Bytes that results take in the arena. */
  readonly scratchBytes: number;

  /** Where there is no memory for its rows, the Program holds nothing either. */
  #compiled(calls: readonly Call[]): Replay {
    try {
      return this.device.compile([...calls]);
    } catch (error) {
      this.#letGo();
      throw error;
    }
  }

  /** Runs everything again on what inputs and cells hold now. */
  run(): void {
    this.runCalls(0, this.calls);
  }

  /**
   * Runs the calls from `first` up to (not including) `end`: a replay in pieces, between which inputs, cells
   * and the arena must stay as they are.
   *
   * @throws WickError INDEX_OUT_OF_RANGE where an index lay outside (on a GPU the next read throws it)
   */
  runCalls(first: number, end: number): void {
    if (this.invalid) throw new WickError("DISPOSED", `Cannot replay this Program: ${this.invalid}`);
    for (const { call, renew } of this.trace.renewals) if (call >= first && call < end) renew();
    for (const { call, storage } of this.written) if (call >= first && call < end) storage.version++;
    this.replay.run(first, end);
    this.device.raise();
  }

  /** Called where something that it captured goes: no replay is possible from then on. */
  invalidate(reason: string): void {
    this.invalid ??= reason;
  }

  /** Gives its rows (and an arena of its own) back. */
  [Symbol.dispose](): void {
    this.invalid ??= "it was disposed";
    this.replay[Symbol.dispose]();
    this.trace[Symbol.dispose]();
    this.#letGo();
  }

  /** Of what it captured, and of an arena of its own. */
  #letGo(): void {
    for (const storage of this.captured) storage.unwatch(this);
    this.captured.clear();
    if (!this.ownArena) return;
    for (const storage of this.results) storage.abandon("the Program whose result it is was disposed");
    this.ownArena[Symbol.dispose]();
  }
}

/**
 * Records the ops that `fn` calls, without running them, and compiles them. Tensors from outside are captured
 * by address: write into them, or set cells, between replays.
 *
 * @param on where they will run
 * @param arena where results live [an arena of the Program's own]
 */
export function record(
  on: Device | DeviceName,
  fn: () => Tensor | readonly Tensor[],
  arena?: Arena,
): Program {
  refuseWhileRecording("record");
  const device = deviceNamed(on);
  const trace = recorder = new Recorder(device);
  try {
    const outputs = fn();
    recorder = undefined;
    if (outputs instanceof Promise) {
      throw new WickError(
        "INVALID_STATE",
        "Cannot record a function that returns a promise: recording is synchronous",
      );
    }
    return new Program(device, trace, tensorsOf(outputs), arena);
  } catch (error) {
    trace[Symbol.dispose]();
    throw error;
  } finally {
    recorder = undefined;
  }
}

function tensorsOf(outputs: Tensor | readonly Tensor[]): readonly Tensor[] {
  const all = Array.isArray(outputs) ? outputs : [outputs];
  const wrong = all.findIndex((y) => !(y?.storage instanceof Storage));
  if (wrong < 0) return all;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot record a function that returns ${all[wrong]}: expected tensors`,
  );
}

/** What every device can bind at: 64 would do on WASM, WebGPU asks for 256. */
const SCRATCH_ALIGNMENT = 256;

/**
 * Gives every planned storage an offset such that two that live at once never overlap. A storage lives from
 * its first call to its last, outputs to the end. Largest first, each at the lowest offset that is free.
 */
export function planScratch(
  trace: Recorder,
  outputs: ReadonlySet<Storage>,
): { bytes: number; offsets: Map<Storage, number> } {
  const lives = new Map(trace.planned.map((s) => [s, { first: -1, last: -1 }]));
  trace.calls.forEach(({ operands }, step) => {
    for (const operand of operands) {
      const life = operand && lives.get(operand.storage);
      if (!life) continue;
      if (life.first < 0) life.first = step;
      life.last = step;
    }
  });
  for (const storage of outputs) {
    const life = lives.get(storage);
    if (life) life.last = trace.calls.length;
  }
  const offsets = new Map<Storage, number>();
  const placed: Place[] = [];
  let total = 0;
  const used = [...lives].filter(([, life]) => life.first >= 0);
  for (const [storage, life] of used.sort(([a], [b]) => b.bytes - a.bytes)) {
    const size = Math.ceil(storage.bytes / SCRATCH_ALIGNMENT) * SCRATCH_ALIGNMENT;
    const start = place(life, size, placed);
    offsets.set(storage, start);
    total = Math.max(total, start + size);
  }
  return { bytes: total, offsets };
}

/** When a storage is in use, from call to call, and where it lies. */
interface Place {
  first: number;
  last: number;
  start: number;
  end: number;
}

/**
 * Takes the lowest place that is free all through a life, and gives where it starts. By index: an iterator makes an
 * object a turn, and the turns are the square of the calls.
 *
 * @param placed those that have a place, ascending by it; the new one joins them
 */
function place(life: { first: number; last: number }, size: number, placed: Place[]): number {
  let start = 0, i = 0;
  for (; i < placed.length; i++) {
    const other = placed[i];
    if (other.last < life.first || other.first > life.last) continue;
    if (start + size <= other.start) break;
    start = Math.max(start, other.end);
  }
  while (i > 0 && placed[i - 1].start > start) i--;
  placed.splice(i, 0, { first: life.first, last: life.last, start, end: start + size });
  return start;
}
