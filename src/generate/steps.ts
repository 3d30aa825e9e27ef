/**
 * The Programs of one session: a prefill chunk of up to a maximum of tokens, and a step of one token, recorded
 * from the same model code over the session's cache.
 *
 * @module
 */
import type { Cell, Device } from "../device/device.ts";
import type { WasmDevice } from "../device/wasm/device.ts";
import type { CausalModel } from "../models/model.ts";
import { KvCache } from "../nn/kv_cache.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { type Arena, type Program, record } from "../tensor/program.ts";
import { Tensor } from "../tensor/tensor.ts";

/** The most tokens of one prefill chunk: enough rows to spread the unpacking of weights over. */
export const MAX_CHUNK = 128;
/** The most tokens whose logits are computed at once. */
export const MAX_LOGIT_ROWS = 16;

/** Runs a model over a cache of its own. */
export class Steps implements Disposable {
  readonly cache: KvCache;
  private readonly ids: Tensor;
  private readonly lastRow: Tensor;
  private readonly position: Cell;
  private readonly count: Cell;
  private prefill?: Program;
  private decode?: Program;
  private scoring?: Program;

  constructor(
    private readonly device: Device,
    private readonly model: CausalModel,
    private readonly arena: Arena,
  ) {
    this.cache = new KvCache(device, model.cache);
    this.position = device.cell(0);
    this.count = device.cell(MAX_CHUNK);
    const integers = (n: number, rows?: Cell) =>
      new Tensor(device.allocate(storageBytes("i32", [n])), "i32", [n], { rows });
    this.ids = integers(MAX_CHUNK, this.count);
    this.lastRow = integers(1);
  }

  /** Kernel calls of one decode step. */
  get callsPerToken(): number {
    return this.decodeProgram().calls;
  }

  /** Records what generation needs, so that no later step allocates. */
  prepare(): void {
    this.prefillProgram();
    this.decodeProgram();
  }

  /**
   * Runs 1 .. MAX_CHUNK tokens at `position` and gives the logits that follow the last of them: a view of
   * device memory, valid until the next step of any session.
   */
  run(ids: readonly number[], position: number): Float32Array {
    this.position.set(position);
    const values = Int32Array.from(ids);
    if (ids.length === 1) {
      const program = this.decodeProgram();
      this.writeIds(values);
      program.run();
      return this.view(program.outputs[0]);
    }
    const program = this.prefillProgram();
    this.count.set(ids.length);
    this.writeIds(values);
    this.lastRow.write(Int32Array.of(ids.length - 1));
    program.run();
    return this.view(program.outputs[0]);
  }

  /** Runs 1 .. MAX_LOGIT_ROWS tokens and gives the logits that follow each of them, row after row. */
  score(ids: readonly number[], position: number): Float32Array {
    const program = this.scoringProgram();
    this.position.set(position);
    this.count.set(ids.length);
    this.writeIds(Int32Array.from(ids));
    program.run();
    return this.view(program.outputs[0]).subarray(0, ids.length * this.model.vocabulary);
  }

  [Symbol.dispose](): void {
    for (const program of [this.prefill, this.decode, this.scoring]) program?.[Symbol.dispose]();
    this.cache[Symbol.dispose]();
    this.ids.dispose();
    this.lastRow.dispose();
    this.position.dispose();
    this.count.dispose();
  }

  private prefillProgram(): Program {
    return this.prefill ??= this.recorded(
      MAX_CHUNK,
      () => this.model.forward(this.ids, this.cache, this.position, this.lastRow),
    );
  }

  private decodeProgram(): Program {
    return this.decode ??= record(this.device, () => {
      const one = new Tensor(this.ids.storage.retain(), "i32", [1]);
      try {
        return this.model.forward(one, this.cache, this.position);
      } finally {
        one.dispose();
      }
    }, this.arena);
  }

  private scoringProgram(): Program {
    return this.scoring ??= this.recorded(MAX_LOGIT_ROWS, () => {
      const some = new Tensor(this.ids.storage.retain(), "i32", [MAX_LOGIT_ROWS], { rows: this.count });
      try {
        return this.model.forward(some, this.cache, this.position);
      } finally {
        some.dispose();
      }
    });
  }

  /** Records with the count at its maximum, which sizes scratch. */
  private recorded(rows: number, forward: () => Tensor): Program {
    this.count.set(rows);
    return record(this.device, forward, this.arena);
  }

  private writeIds(values: Int32Array): void {
    this.device.write(this.ids.storage, 0, new Uint8Array(values.buffer));
  }

  private view(logits: Tensor): Float32Array {
    const bytes = (this.device as WasmDevice).view(logits.storage, logits.byteOffset, 4 * logits.size);
    return new Float32Array(bytes.buffer, bytes.byteOffset, logits.size);
  }
}
