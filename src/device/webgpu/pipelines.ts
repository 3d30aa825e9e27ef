/**
 * Compiled rows: a pipeline for each row and each way in which its operands share storages.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import type { Call } from "../device.ts";
import type { Kernel } from "../kernel.ts";
import { type GpuRow, gpuRows } from "./rows.ts";
import { FIRST_SLOT, shaderSource, slotCount, type Slots } from "./shader.ts";

/** Bytes of a row's words, and between two rows': what dynamic offsets of every device are multiples of. */
export const ROW_BYTES = 256;

/** A row that can be dispatched. */
export interface Compiled {
  /** How it runs. */
  readonly row: GpuRow;
  /** What runs, a pipeline a pass. */
  readonly pipelines: readonly GPUComputePipeline[];
  /** What its bind group must look like. */
  readonly layout: GPUBindGroupLayout;
}

/** The binding of each operand: those of one storage share one, what is absent or empty has none. */
export function slotsOf(operands: Call["operands"]): Slots {
  const storages: unknown[] = [];
  return operands.map((operand) => {
    if (!operand || operand.storage.bytes === 0) return -1;
    const known = storages.indexOf(operand.storage);
    return known >= 0 ? known : storages.push(operand.storage) - 1;
  });
}

/** Makes pipelines at their first use. */
export class Pipelines {
  private readonly compiled = new Map<string, Compiled>();
  private readonly layouts: { groups: GPUBindGroupLayout; pipeline: GPUPipelineLayout }[] = [];

  /** `build` is the GPU's name, for messages. */
  constructor(private readonly gpu: GPUDevice, private readonly build: string) {}

  /** The pipeline of a row whose operands are bound at `slots`. */
  get(kernel: Kernel, slots: Slots): Compiled {
    const key = `${kernel.name} ${slots}`;
    let known = this.compiled.get(key);
    if (!known) this.compiled.set(key, known = this.compile(kernel, slots));
    return known;
  }

  private compile(kernel: Kernel, slots: Slots): Compiled {
    const row = gpuRows.get(kernel.name);
    if (!row) {
      throw new WickError(
        "UNSUPPORTED_ON_DEVICE",
        `Cannot run ${kernel.name} on WebGPU (${this.build}): there is no WGSL for it`,
      );
    }
    const { groups, pipeline: layout } = this.layout(slotCount(slots) + (row.scratch ? 1 : 0));
    const label = kernel.name;
    const module = this.gpu.createShaderModule({ label, code: shaderSource(kernel, row, slots) });
    const pipelines = row.passes.map(({ entry }) => {
      const compute = { module, entryPoint: entry, constants: row.constants };
      return this.gpu.createComputePipeline({ label, layout, compute });
    });
    return { row, pipelines, layout: groups };
  }

  /** The layout of `count` storages behind the row's words and the cells. */
  private layout(count: number): { groups: GPUBindGroupLayout; pipeline: GPUPipelineLayout } {
    if (this.layouts[count]) return this.layouts[count];
    const visibility = GPUShaderStage.COMPUTE;
    const entries: GPUBindGroupLayoutEntry[] = [
      { binding: 0, visibility, buffer: { type: "uniform", hasDynamicOffset: true } },
      { binding: 1, visibility, buffer: { type: "read-only-storage" } },
      ...Array.from({ length: count }, (_, i): GPUBindGroupLayoutEntry => ({
        binding: FIRST_SLOT + i,
        visibility,
        buffer: { type: "storage" },
      })),
    ];
    const groups = this.gpu.createBindGroupLayout({ entries });
    const pipeline = this.gpu.createPipelineLayout({ bindGroupLayouts: [groups] });
    return this.layouts[count] = { groups, pipeline };
  }
}
