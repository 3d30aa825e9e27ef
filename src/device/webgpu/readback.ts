/**
 * Copies out of GPU memory through staging buffers that are kept.
 *
 * Awaiting `mapAsync` costs 11 ms in Deno, for a GPU that answers in 0.1 ms. There it has waited for the GPU by the
 * time it returns, so that the mapped range can be taken at once; but only of a buffer that was mapped before: of a
 * new one, asking for the range ends the process. A staging buffer's first use is therefore always awaited.
 *
 * @module
 */

/** Larger ones are not kept: the copy itself takes longer than the wait. */
const LARGEST_KEPT = 2 ** 22;
const MOST_KEPT = 16;
const SMALLEST = 4096;

/** Reads buffers. */
export class Readback {
  private readonly kept: GPUBuffer[] = [];

  /** `atOnce`: whether mapAsync has waited for the GPU by the time it returns. */
  constructor(private readonly gpu: GPUDevice, private readonly atOnce: boolean) {}

  /** The bytes that `copy` brings into the staging buffer that it is handed; `copy` submits. */
  async read(bytes: number, copy: (staging: GPUBuffer) => void): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.kept.findIndex((b) => b.size >= bytes);
    const staging = known >= 0 ? this.kept.splice(known, 1)[0] : this.make(bytes);
    copy(staging);
    const mapped = staging.mapAsync(GPUMapMode.READ, 0, bytes);
    if (this.atOnce && known >= 0) mapped.catch(() => {}); // unmapped before it resolves
    else await mapped;
    const contents = new Uint8Array(staging.getMappedRange(0, bytes).slice(0));
    staging.unmap();
    if (staging.size <= LARGEST_KEPT && this.kept.length < MOST_KEPT) this.kept.push(staging);
    else staging.destroy();
    return contents;
  }

  private make(bytes: number): GPUBuffer {
    const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(bytes)));
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.gpu.createBuffer({ label: "staging", size: bytes > LARGEST_KEPT ? bytes : size, usage });
  }
}
