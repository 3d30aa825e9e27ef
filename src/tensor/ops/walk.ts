/**
 * The walk of an elementwise row over operands that broadcast to one shape.
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import type { Kernel } from "../../device/kernel.ts";
import { WickError } from "../../error.ts";
import { noGrad } from "../autograd.ts";
import { deviceOf, lead, result, run } from "../dispatch.ts";
import type { Dtype } from "../dtype.ts";
import { broadcastShapes, broadcastStrides, collapse } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { contiguous } from "./view.ts";

/** Runs a row element by element; `tail` are its parameters after the sizes and strides. Records no gradient. */
export function walked(
  name: string,
  row: Kernel,
  operands: readonly Tensor[],
  dtype: Dtype,
  tail: readonly number[] = [],
): Tensor {
  deviceOf(name, operands);
  const shape = operands.map((t) => t.shape).reduce((a, b) => broadcastShapes(name, a, b));
  const dynamic = dynamicRows(name, shape, operands);
  const strides = operands.map((t) => broadcastStrides(t.shape, t.strides, shape));
  const walk = collapse(shape, strides, dynamic !== undefined);
  if (!walk) { // more than four loops: copies, spread out, need only one
    return over(
      operands.map((t) => () => spread(t, shape)),
      (dense) => walked(name, row, dense, dtype, tail),
    );
  }
  const apart = operands.map((t, i) => liesApart(t, walk.strides[i]));
  if (apart.includes(true)) {
    const copies = operands.map((t, i) => () => apart[i] ? contiguous(t) : again(t));
    return over(copies, (dense) => walked(name, row, dense, dtype, tail));
  }
  const y = result(name, operands, dtype, shape, dynamic);
  const [d0, ...sizes] = walk.sizes;
  run(row, [...operands, y], [...sizes, ...walk.strides.flat(), ...tail], [dynamic ?? d0]);
  return y;
}

/** What `of` gives of tensors that are made for it alone. */
function over(makers: readonly (() => Tensor)[], of: (made: Tensor[]) => Tensor): Tensor {
  const made = noGrad(() => makers.map((make) => make()));
  const y = of(made);
  for (const t of made) t.dispose();
  return y;
}

function again(x: Tensor): Tensor {
  return x.alias(x.shape, { offset: x.offset, strides: x.strides });
}

/** Elements from which a copy pays. */
const MANY = 4096;

/** Whether the innermost loop finds single elements: rows take vectors, and turn a copy by tiles. */
function liesApart(x: Tensor, [, , , innermost]: readonly number[]): boolean {
  return x.device.kind === "wasm" && x.size >= MANY && innermost !== 0 && innermost !== 1;
}

function spread(x: Tensor, shape: readonly number[]): Tensor {
  using wide = x.expand(...shape);
  return contiguous(wide);
}

/** The cell of the result's leading extent: that of the operands that span it. */
function dynamicRows(name: string, shape: readonly number[], operands: readonly Tensor[]): Cell | undefined {
  const spans = operands.filter((t) => t.rows);
  if (spans.length === 0) return undefined;
  for (const t of operands) {
    const whole = t.shape.length === shape.length && t.shape[0] === shape[0];
    if (t.rows ? !whole : whole && shape[0] !== 1) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot ${name} ${operands.join(" and ")}: ` +
          "a leading dimension that changes between replays must be common to all",
      );
    }
  }
  if (spans.some((t) => t.rows !== spans[0].rows)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${name} ${operands.join(" and ")}: their leading dimensions change independently`,
    );
  }
  return lead(spans[0]) as Cell;
}
