/**
 * Commands that wait to be submitted: dispatches gather in one compute pass until something is read or written, or
 * there are enough of them to keep the GPU busy.
 *
 * @module
 */
import type { Groups } from "./rows.ts";
import { ROW_BYTES } from "./pipelines.ts";

/** Dispatches of one submit. A dispatch takes 3 us and more, so the GPU works on one batch while the next fills. */
const MOST_CALLS = 256;

/** A dispatch whose row's words lie in `group` at `offset`. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly offset: number;
  readonly groups: Groups;
}

/** The commands of a device that are not submitted yet. */
export class Batch {
  /** The words of eager calls, a slice each; written when the batch is submitted. */
  readonly words: GPUBuffer;
  private readonly staged = new ArrayBuffer(MOST_CALLS * ROW_BYTES);
  private encoder?: GPUCommandEncoder;
  private pass?: GPUComputePassEncoder;
  private current?: GPUComputePipeline;
  private calls = 0;
  private slices = 0;

  /** An empty batch. */
  constructor(private readonly gpu: GPUDevice) {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.words = gpu.createBuffer({ label: "rows of eager calls", size: this.staged.byteLength, usage });
  }

  /** A slice of `words` for the next dispatches, which go into one batch: its offset, and where its contents go. */
  slice(dispatches: number): { offset: number; words: Uint32Array; reals: Float32Array } {
    if (this.slices === MOST_CALLS || this.calls + dispatches > MOST_CALLS) this.submit();
    const offset = ROW_BYTES * this.slices++;
    return {
      offset,
      words: new Uint32Array(this.staged, offset, ROW_BYTES / 4),
      reals: new Float32Array(this.staged, offset, ROW_BYTES / 4),
    };
  }

  /** Adds a dispatch. */
  add({ pipeline, group, offset, groups }: Dispatch): void {
    this.encoder ??= this.gpu.createCommandEncoder();
    this.pass ??= this.encoder.beginComputePass();
    if (this.current !== pipeline) this.pass.setPipeline(this.current = pipeline);
    this.pass.setBindGroup(0, group, [offset]);
    this.pass.dispatchWorkgroups(...groups);
    if (++this.calls >= MOST_CALLS) this.submit();
  }

  /** Submits what waits, and then what `more` encodes. */
  submit(more?: (encoder: GPUCommandEncoder) => void): void {
    this.pass?.end();
    if (more) more(this.encoder ??= this.gpu.createCommandEncoder());
    if (this.slices > 0) this.gpu.queue.writeBuffer(this.words, 0, this.staged, 0, ROW_BYTES * this.slices);
    if (this.encoder) this.gpu.queue.submit([this.encoder.finish()]);
    this.encoder = this.pass = this.current = undefined;
    this.calls = this.slices = 0;
  }
}
