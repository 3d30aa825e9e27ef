/**
 * Calls one row on a WebGPU device, at once or as a replay, with operands inside guarded storages.
 *
 * @module
 */
import type { Device, OperandView } from "../../../src/device/device.ts";
import { form } from "../../../src/device/form.ts";
import type { Kernel } from "../../../src/device/kernel.ts";
import type { Case, OperandValue } from "../../reference/reference.ts";

const GUARD = 64;
const FILL = 0xff; // four of these are a NaN, which an output must not keep
const WATCH = 0x3f; // four of these are 0.747: adding to a guard shows, which on a NaN it does not

/**
 * Each operand's contents after the call: at once, or compiled with its numbers in cells. Throws where the row wrote
 * outside its operands.
 */
export async function call(
  device: Device,
  kernel: Kernel,
  test: Case,
  replayed: boolean,
): Promise<OperandValue[]> {
  const views: (OperandView | null)[] = [];
  for (const [i, operand] of test.operands.entries()) {
    const twin = test.shared?.find(([a]) => a === i)?.[1];
    views.push(twin !== undefined ? views[twin] : operand && place(device, operand, kernel, i));
  }
  const owned = new Set(views.map((v) => v?.storage).filter((s) => s !== undefined));
  try {
    if (replayed) replay(device, kernel, test, views);
    else device.run(kernel, views, test.params, test.cells);
    const contents: OperandValue[] = [];
    for (const [i, view] of views.entries()) {
      contents.push(view && await take(device, view, test.operands[i]!, `${kernel.name} ${test.label}`));
    }
    return contents;
  } finally {
    for (const storage of owned) storage.release();
  }
}

function replay(device: Device, kernel: Kernel, test: Case, views: (OperandView | null)[]): void {
  const types = form(kernel).cells;
  const cells = test.cells.map((c, i) => types[i] === "i32" ? device.cell(c) : device.realCell(c));
  using compiled = device.compile([{ kernel, operands: views, params: test.params, cells }]);
  compiled.run();
  for (const cell of cells) cell.dispose();
}

function place(
  device: Device,
  operand: Exclude<OperandValue, null>,
  kernel: Kernel,
  i: number,
): OperandView {
  const bytes = Math.ceil(operand.byteLength / 4) * 4;
  const contents = new Uint8Array(bytes + 2 * GUARD).fill(WATCH);
  if (kernel.operands[i].role === "out") contents.fill(FILL, GUARD, GUARD + operand.byteLength);
  else {
    contents.set(new Uint8Array(operand.buffer, operand.byteOffset, operand.byteLength), GUARD);
  }
  const storage = device.allocate(contents.length);
  device.write(storage, 0, contents);
  return { storage, byteOffset: GUARD };
}

async function take(
  device: Device,
  { storage }: OperandView,
  like: Exclude<OperandValue, null>,
  label: string,
): Promise<OperandValue> {
  const contents = await device.read(storage, 0, storage.bytes);
  const end = GUARD + like.byteLength;
  if (![...contents.subarray(0, GUARD), ...contents.subarray(end)].every((b) => b === WATCH)) {
    throw new Error(`${label}: wrote outside its operands`);
  }
  const type = like.constructor as new (buffer: ArrayBuffer) => Exclude<OperandValue, null>;
  return new type(contents.slice(GUARD, end).buffer as ArrayBuffer);
}
