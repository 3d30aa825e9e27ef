/**
 * The Programs of one session: a chunk of up to a maximum of tokens and a step of one token, recorded from the
 * same model code over the session's cache.
 *
 * @module
 */
import { allOrNothing } from "../device/all_or_nothing.ts";
import type { Cell, Device } from "../device/device.ts";
import type { WasmDevice } from "../device/wasm/device.ts";
import { platform } from "../entry/platform.ts";
import { throwIfAborted } from "../error.ts";
import type { CausalModel } from "../models/model.ts";
import { OneRow } from "../nn/attention.ts";
import { KvCache } from "../nn/kv_cache.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { Arena, type Program, record } from "../tensor/program.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Lock } from "./lock.ts";

/** The most tokens of one chunk: enough rows to spread the unpacking of weights over. */
export const MAX_CHUNK = 128;
/** The most tokens whose logits are computed at once. */
export const MAX_LOGIT_ROWS = 16;
/** How long the calls of a chunk run before other work gets its turn, in ms; and at most how many. */
const SLICE_MS = 25;
const SLICE_CALLS = 64;

/**
 * Where a model's Programs keep their results. Steps of one token and chunks have places of their own, so that
 * other sessions may step while a chunk rests between its slices; there is one chunk under way at a time.
 */
export class Workspace implements Disposable {
  readonly steps: Arena;
  readonly chunks: Arena;
  readonly chunkLock: Lock = new Lock();

  constructor(readonly device: Device) {
    this.steps = new Arena(device);
    this.chunks = new Arena(device);
  }

  [Symbol.dispose](): void {
    this.steps[Symbol.dispose]();
    this.chunks[Symbol.dispose]();
  }
}

/** Runs a model over a cache of its own. */
export class Steps implements Disposable {
  readonly cache: KvCache;
  private readonly device: Device;
  private readonly ids: Tensor;
  private readonly lastRow: Tensor;
  private readonly position: Cell;
  private readonly lastPosition: Cell;
  private readonly count: Cell;
  private chunkProgram?: Program;
  private stepProgram?: Program;
  private scoreProgram?: Program;
  /** Calls that should take SLICE_MS, as the last slices went. */
  private sliceCalls = SLICE_CALLS / 4;

  constructor(private readonly model: CausalModel, private readonly workspace: Workspace) {
    const device = this.device = workspace.device;
    [this.cache, this.position, this.lastPosition, this.count, this.ids, this.lastRow] = allOrNothing(
      (part) => {
        const integers = (n: number, rows?: Cell) =>
          part(new Tensor(device.allocate(storageBytes("i32", [n])), "i32", [n], { rows }));
        const cache = part(new KvCache(device, model.cache));
        const cells = [0, MAX_CHUNK - 1, MAX_CHUNK].map((value) => part(device.cell(value)));
        return [cache, ...cells as [Cell, Cell, Cell], integers(MAX_CHUNK, cells[2]), integers(1)];
      },
    );
  }

  /** Records what generation needs, so that no later step allocates. */
  prepare(): void {
    this.forChunk();
    this.forStep();
  }

  /**
   * Runs one token at `position` and gives the logits that follow it: a view of device memory, valid until the
   * next step of any session.
   */
  step(id: number, position: number): Float32Array {
    const program = this.forStep();
    this.position.set(position);
    this.writeIds([id]);
    program.run();
    return this.view(program.outputs[0]);
  }

  /**
   * Runs 1 .. MAX_CHUNK tokens from `position` on and gives a copy of the logits that follow the last of them.
   * The event loop gets a turn every SLICE_MS or so; an abort ends it there.
   */
  chunk(ids: readonly number[], position: number, signal?: AbortSignal): Promise<Float32Array> {
    return this.workspace.chunkLock.run(async () => {
      const program = this.forChunk();
      this.begin(ids, position);
      this.lastRow.write(Int32Array.of(ids.length - 1));
      this.lastPosition.set(position + ids.length - 1);
      await this.runInSlices(program, signal);
      return this.view(program.outputs[0]).slice();
    });
  }

  /** Runs 1 .. MAX_LOGIT_ROWS tokens and hands the logits that follow each of them, row after row, to `read`. */
  score<T>(
    ids: readonly number[],
    position: number,
    read: (logits: Float32Array) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.workspace.chunkLock.run(async () => {
      const program = this.forScore();
      this.begin(ids, position);
      await this.runInSlices(program, signal);
      return read(this.view(program.outputs[0]).subarray(0, ids.length * this.model.vocabulary));
    });
  }

  [Symbol.dispose](): void {
    for (const program of [this.chunkProgram, this.stepProgram, this.scoreProgram]) {
      program?.[Symbol.dispose]();
    }
    this.cache[Symbol.dispose]();
    this.ids.dispose();
    this.lastRow.dispose();
    this.position.dispose();
    this.lastPosition.dispose();
    this.count.dispose();
  }

  private async runInSlices(program: Program, signal?: AbortSignal): Promise<void> {
    for (let at = 0; at < program.calls;) {
      throwIfAborted(signal, "generate");
      const end = Math.min(program.calls, at + this.sliceCalls);
      const start = performance.now();
      program.runCalls(at, end);
      this.tuneSlice(end - at, performance.now() - start);
      at = end;
      if (at < program.calls) await platform().yield();
    }
  }

  /** A clock that stands still (deployed Workers) leaves the slice as it is. */
  private tuneSlice(calls: number, ms: number): void {
    if (ms <= 0) return;
    const fit = Math.floor(calls * SLICE_MS / ms);
    this.sliceCalls = Math.min(SLICE_CALLS, Math.max(1, fit));
  }

  private forChunk(): Program {
    return this.chunkProgram ??= this.recorded(
      MAX_CHUNK,
      this.workspace.chunks,
      new OneRow(this.lastRow, this.lastPosition),
    );
  }

  private forScore(): Program {
    return this.scoreProgram ??= this.recorded(MAX_LOGIT_ROWS, this.workspace.chunks);
  }

  private forStep(): Program {
    return this.stepProgram ??= this.recorded(1, this.workspace.steps);
  }

  /** Records a pass over the first `count` ids, which is a cell where there are several. */
  private recorded(count: number, arena: Arena, only?: OneRow): Program {
    this.count.set(count); // its maximum sizes scratch
    return record(this.device, () => {
      using ids = new Tensor(
        this.ids.storage.retain(),
        "i32",
        [count],
        count > 1 ? { rows: this.count } : {},
      );
      return this.model.forward(ids, this.cache, this.position, only);
    }, arena);
  }

  private begin(ids: readonly number[], position: number): void {
    this.position.set(position);
    this.count.set(ids.length);
    this.writeIds(ids);
  }

  private writeIds(ids: readonly number[]): void {
    this.device.write(this.ids.storage, 0, new Uint8Array(Int32Array.from(ids).buffer));
  }

  private view(logits: Tensor): Float32Array {
    const bytes = (this.device as WasmDevice).view(logits.storage, logits.byteOffset, 4 * logits.size);
    return new Float32Array(bytes.buffer, bytes.byteOffset, logits.size);
  }
}
