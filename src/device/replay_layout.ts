/**
 * What calls compiled for replaying hold in a linear memory. The device allocates by it, and the plan counts by it.
 *
 * @module
 */
import type { Call } from "./device.ts";
import { form, kernelSizes } from "./form.ts";
import type { Kernel } from "./kernel.ts";

/** The bytes of each block that a replay allocates; scratch is 0 where no row needs any. */
export interface ReplayLayout {
  /** A pair of words a call: the kernel's index, and where its words lie. */
  readonly rows: number;
  /** The words of all rows. */
  readonly words: number;
  /** What the rows share, one after the other. */
  readonly scratch: number;
}

/** Words that a row takes, with room for the values of its cells. */
export function allWords(kernel: Kernel): number {
  const { params, cells } = form(kernel);
  return kernel.operands.length + (kernel.scratch ? 2 : 0) + params.length + 2 * cells.length;
}

/** The layout of calls, whose cells hold their maximum. */
export function replayLayout(calls: readonly Call[]): ReplayLayout {
  let words = 0, scratch = 0;
  for (const { kernel, params, cells } of calls) {
    words += allWords(kernel);
    if (kernel.scratch) scratch = Math.max(scratch, kernel.scratch(kernelSizes(kernel, params, cells)));
  }
  return { rows: 8 * calls.length, words: 4 * words, scratch };
}
