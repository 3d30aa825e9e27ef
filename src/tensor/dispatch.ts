/**
 * The one way from an op to a device: run now, or into the recording under way.
 *
 * @module
 */
import type { Call, Cell, Device } from "../device/device.ts";
import type { Kernel } from "../device/kernel.ts";
import { WickError } from "../error.ts";
import { making } from "./as_op.ts";
import type { Dtype } from "./dtype.ts";
import { storageBytes } from "./dtype.ts";
import { recording } from "./program.ts";
import { youngest } from "./scope.ts";
import { show } from "./shape.ts";
import { Tensor, type TensorLayout } from "./tensor.ts";

/** Runs a kernel on tensors, or records it. */
export function run(
  kernel: Kernel,
  operands: readonly (Tensor | null)[],
  params: readonly number[],
  cells: readonly (number | Cell)[],
): void {
  const device = deviceOf(kernel.name, operands);
  const trace = recording();
  if (!trace) return device.run(kernel, operands, params, cells);
  if (trace.device !== device) {
    throw new WickError(
      "DEVICE_MISMATCH",
      `Cannot record ${kernel.name}: its tensors live on another device`,
    );
  }
  trace.calls.push({ kernel, operands, params, cells } satisfies Call);
}

/** The device that all operands share. */
export function deviceOf(op: string, operands: readonly (Tensor | null)[]): Device {
  let device: Device | undefined;
  for (const operand of operands) {
    if (!operand) continue;
    if (operand.isDisposed) {
      throw new WickError("DISPOSED", `Cannot ${op}: a tensor ${operand} was disposed`);
    }
    device ??= operand.device;
    if (operand.device !== device) throw apart(op, operands, operand);
  }
  return device!;
}

function apart(op: string, operands: readonly (Tensor | null)[], other: Tensor): WickError {
  const first = operands.find((t) => t)!;
  const where = other.device.kind === first.device.kind
    ? `another ${other.device.kind} device`
    : other.device.kind;
  return new WickError(
    "DEVICE_MISMATCH",
    `Cannot ${op} ${first} and ${other.dtype}${
      show(other.shape)
    } on ${where}: both must live on one device; move ` +
      "one with to()",
  );
}

/**
 * A new contiguous tensor for the result of an op on `operands`, in the youngest of their scopes.
 * `rows` is the cell of the leading extent where that is dynamic.
 */
export function result(
  op: string,
  operands: readonly (Tensor | null)[],
  dtype: Dtype,
  shape: readonly number[],
  rows?: Cell,
): Tensor {
  const device = deviceOf(op, operands);
  const scope = operands.reduce((s, t) => youngest(s, t?.scope), undefined as Tensor["scope"]);
  return fresh(device, dtype, shape, { rows, scope });
}

/** A new contiguous tensor of no operands, uninitialised: the result of an op, or of one that is being recorded. */
export function fresh(
  device: Device,
  dtype: Dtype,
  shape: readonly number[],
  layout: TensorLayout,
): Tensor {
  const bytes = storageBytes(dtype, shape);
  return making(new Tensor(recording()?.allocate(bytes) ?? device.allocate(bytes), dtype, shape, layout));
}

/** The leading extent of a tensor: a cell where it is dynamic. */
export function lead(x: Tensor): number | Cell {
  return x.rows ?? x.shape[0] ?? 1;
}

/** The number of rows of the last dimension: a cell where the leading extent is dynamic. */
export function rowCount(x: Tensor): number | Cell {
  const inner = x.shape.slice(1, -1).reduce((a, b) => a * b, 1);
  if (x.rows) return x.rows.times(inner);
  return x.shape.length < 2 ? 1 : x.shape[0] * inner;
}
