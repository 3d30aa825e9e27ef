/**
 * Oracles of the packing rows: src/quant/interleave.ts is the readable twin.
 *
 * @module
 */
import { interleaveParams } from "../../src/device/kernels/repack.ts";
import type { BlockFormat } from "../../src/quant/format.ts";
import { blockFormats, packedBytes, rowBytes } from "../../src/quant/formats.ts";
import { deinterleave, interleave } from "../../src/quant/interleave.ts";
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

function* shapes(
  random: Random,
): Generator<{ format: BlockFormat; rows: number; columns: number; label: string }> {
  for (const format of blockFormats.values()) {
    for (const rows of [0, 1, 7, 8, 9, 17]) {
      const columns = format.block * random.integer(1, 3);
      yield { format, rows, columns, label: `${format.name} ${rows}x${columns}` };
    }
  }
}

/** The format and the row's columns that a case's parameters stand for. */
function given({ params: [bytes, blocks, ...fields] }: Case): { format: BlockFormat; columns: number } {
  const format = [...blockFormats.values()].find((f) =>
    f.bytes === bytes && f.fields.every(({ size }, i) => fields[2 * i] === size)
  )!;
  return { format, columns: blocks * format.block };
}

export const interleave_rows: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const { format, rows, columns, label } of shapes(random)) {
      const from = random.bytes(rows * rowBytes(format, columns));
      const to = new Uint8Array(packedBytes(format, rows, columns));
      yield { label, operands: [from, to], params: interleaveParams(format, columns), cells: [rows] };
    }
  },
  oracle(call: Case): Expected[] {
    const { format, columns } = given(call);
    return [{
      operand: 1,
      values: interleave(format, call.operands[0] as Uint8Array, call.cells[0], columns),
    }];
  },
};

export const deinterleave_rows: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const { format, rows, columns, label } of shapes(random)) {
      const from = random.bytes(packedBytes(format, rows, columns));
      const to = new Uint8Array(rows * rowBytes(format, columns));
      yield { label, operands: [from, to], params: interleaveParams(format, columns), cells: [rows] };
    }
  },
  oracle(call: Case): Expected[] {
    const { format, columns } = given(call);
    return [{
      operand: 1,
      values: deinterleave(format, call.operands[0] as Uint8Array, call.cells[0], columns),
    }];
  },
};
