/**
 * Writes the words of a row into linear memory: operand addresses, scratch, parameters, cell addresses, then
 * the values of the cells that are plain numbers (assembly/common/args.ts reads them).
 *
 * @module
 */
import { type Call, Cell } from "../device.ts";
import { checkForm, form, kernelSizes } from "../form.ts";
import type { Kernel } from "../kernel.ts";

/** Words that a row takes, with room for the values of its cells. */
export function allWords(kernel: Kernel): number {
  const { params, cells } = form(kernel);
  return kernel.operands.length + (kernel.scratch ? 2 : 0) + params.length + 2 * cells.length;
}

/** Bytes of the blocks that a Program's rows take. */
export interface ReplayBytes {
  /** Pairs of words that run_program walks: a kernel, and where its row lies. */
  readonly pairs: number;
  /** The words of all rows. */
  readonly words: number;
  /** What one row at a time computes with: none where none does. */
  readonly scratch: number;
}

/** What calls take once they are compiled: one account for the device that holds them and the one that plans. */
export function replayBytes(calls: readonly Call[]): ReplayBytes {
  let words = 0, scratch = 0;
  for (const { kernel, params, cells } of calls) {
    words += allWords(kernel);
    if (kernel.scratch) scratch = Math.max(scratch, kernel.scratch(kernelSizes(kernel, params, cells)));
  }
  return { pairs: 8 * calls.length, words: 4 * words, scratch };
}

/** Writes words into one buffer of a linear memory. */
export class RowWriter {
  private readonly u32: Uint32Array;
  private readonly f32: Float32Array;

  constructor(buffer: ArrayBufferLike) {
    this.u32 = new Uint32Array(buffer);
    this.f32 = new Float32Array(buffer);
  }

  /** Stores an integer (as its low 32 bits) at a byte address. */
  setInteger(address: number, value: number): void {
    this.u32[address >>> 2] = value;
  }

  /** Stores a real number at a byte address. */
  setReal(address: number, value: number): void {
    this.f32[address >>> 2] = value;
  }

  /** The integer (unsigned) at a byte address. */
  integer(address: number): number {
    return this.u32[address >>> 2];
  }

  /** Writes a row at a byte address. */
  write(
    row: number,
    kernel: Kernel,
    operands: Call["operands"],
    params: Call["params"],
    cells: Call["cells"],
    scratch: number,
  ): void {
    const { params: types, cells: cellTypes } = form(kernel);
    checkForm(kernel, operands, params, cells);
    let at = row >>> 2;
    for (const o of operands) this.u32[at++] = o ? o.storage.address + o.byteOffset : 0;
    if (kernel.scratch) {
      this.u32[at++] = scratch;
      this.u32[at++] = 0; // bytes per part: one part
    }
    for (let i = 0; i < types.length; i++) this.setNumber(at++, types[i], params[i]);
    let value = at + cells.length;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      if (cell instanceof Cell) this.u32[at++] = cell.storage.address;
      else {
        this.setNumber(value, cellTypes[i], cell);
        this.u32[at++] = value++ << 2;
      }
    }
  }

  /** Lists the byte ranges that the debug build's next kernel may touch, as pairs (first, end). */
  setDebugRanges(address: number, ranges: readonly number[]): void {
    this.u32[address >>> 2] = ranges.length / 2;
    this.u32.set(ranges, (address >>> 2) + 1);
  }

  private setNumber(word: number, type: "i32" | "f32", value: number): void {
    if (type === "i32") this.u32[word] = value;
    else this.f32[word] = value;
  }
}
