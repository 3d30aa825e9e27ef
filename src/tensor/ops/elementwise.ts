/**
 * Elementwise ops with NumPy's broadcasting.
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import type { Kernel } from "../../device/kernel.ts";
import * as casts from "../../device/kernels/copy.ts";
import * as rows from "../../device/kernels/elementwise.ts";
import { swiglu_f32 } from "../../device/kernels/gated.ts";
import { WickError } from "../../error.ts";
import { deviceOf, lead, result, rowCount, run } from "../dispatch.ts";
import { broadcastShapes, broadcastStrides, collapse, show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { contiguous } from "./view.ts";

/** a + b. */
export const add = binaryOrAffine("add", rows.add_f32, (b) => [1, b]);
/** a - b. */
export const sub = binaryOrAffine("sub", rows.sub_f32, (b) => [1, -b]);
/** a * b. */
export const mul = binaryOrAffine("mul", rows.mul_f32, (b) => [b, 0]);
/** a / b. */
export const div = binaryOrAffine("div", rows.div_f32, (b) => [1 / b, 0]);
/** The larger of two. */
export const maximum = (a: Tensor, b: Tensor): Tensor => binary("maximum", rows.maximum_f32, a, b);
/** The smaller of two. */
export const minimum = (a: Tensor, b: Tensor): Tensor => binary("minimum", rows.minimum_f32, a, b);
/** a to the power b. */
export const pow = (a: Tensor, b: Tensor): Tensor => binary("pow", rows.pow_f32, a, b);

const unaryRows = {
  neg: rows.neg_f32,
  abs: rows.abs_f32,
  exp: rows.exp_f32,
  log: rows.log_f32,
  sqrt: rows.sqrt_f32,
  reciprocal: rows.reciprocal_f32,
  sin: rows.sin_f32,
  cos: rows.cos_f32,
  tanh: rows.tanh_f32,
  sigmoid: rows.sigmoid_f32,
  relu: rows.relu_f32,
  silu: rows.silu_f32,
  gelu: rows.gelu_f32,
  gelu_erf: rows.gelu_erf_f32,
} satisfies Record<string, Kernel>;

/** A function of one tensor. */
export function unary(name: keyof typeof unaryRows, x: Tensor, tail: readonly number[] = []): Tensor {
  return walkUnary(name, unaryRows[name], x, tail);
}

/** silu(gate) * up, both [.., F]. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  needF32("swiglu", gate, up);
  if (show(gate.shape) !== show(up.shape) || !gate.isContiguous || !up.isContiguous) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot swiglu ${gate} and ${up}: both must be contiguous and of one shape`,
    );
  }
  const y = result("swiglu", [gate, up], "f32", gate.shape, gate.rows);
  run(swiglu_f32, [gate, up, y], [gate.shape.at(-1)!], [rowCount(gate)]);
  return y;
}

const castRows: Partial<Record<string, Kernel>> = {
  f16: casts.cast_f16_f32,
  bf16: casts.cast_bf16_f32,
  i32: casts.cast_i32_f32,
};

/** The elements as f32. */
export function toF32(x: Tensor): Tensor {
  if (x.dtype === "f32") return x.contiguous();
  const kernel = castRows[x.dtype];
  if (!kernel) throw new WickError("DTYPE_MISMATCH", `Cannot convert ${x} to f32`);
  using dense = x.contiguous();
  const y = result("toF32", [dense], "f32", x.shape, x.rows);
  run(kernel, [dense, y], [x.shape.at(-1) ?? 1], [rowCount(dense)]);
  return y;
}

/** A binary op that also takes a number, as y = x * scale + shift. */
function binaryOrAffine(name: string, kernel: Kernel, affine: (b: number) => [number, number]) {
  return (a: Tensor, b: Tensor | number): Tensor =>
    typeof b === "number" ? walkUnary(name, rows.affine_f32, a, affine(b)) : binary(name, kernel, a, b);
}

function binary(name: string, kernel: Kernel, a: Tensor, b: Tensor): Tensor {
  needF32(name, a, b);
  deviceOf(name, [a, b]);
  const shape = broadcastShapes(name, a.shape, b.shape);
  const dynamic = dynamicRows(name, shape, a, b);
  const strides = [a, b].map((t) => broadcastStrides(t.shape, t.strides, shape));
  const walk = collapse(shape, strides, dynamic !== undefined);
  if (!walk) return withContiguous(a, b, shape, (x, y) => binary(name, kernel, x, y));
  const y = result(name, [a, b], "f32", shape, dynamic);
  const [d0, ...sizes] = walk.sizes;
  run(kernel, [a, b, y], [...sizes, ...walk.strides[0], ...walk.strides[1]], [dynamic ?? d0]);
  return y;
}

function walkUnary(name: string, kernel: Kernel, x: Tensor, tail: readonly number[]): Tensor {
  needF32(name, x);
  const walk = collapse(x.shape, [x.strides], x.rows !== undefined);
  if (!walk) {
    using dense = contiguous(x);
    return walkUnary(name, kernel, dense, tail);
  }
  const y = result(name, [x], "f32", x.shape, x.rows);
  const [d0, ...sizes] = walk.sizes;
  run(kernel, [x, y], [...sizes, ...walk.strides[0], ...tail], [x.rows ?? d0]);
  return y;
}

/** The cell of the result's leading extent: that of the operand that spans it. */
function dynamicRows(name: string, shape: readonly number[], a: Tensor, b: Tensor): Cell | undefined {
  const spans = [a, b].filter((t) => t.rows);
  if (spans.length === 0) return undefined;
  for (const t of [a, b]) {
    const whole = t.shape.length === shape.length && t.shape[0] === shape[0];
    if (t.rows ? !whole : whole && shape[0] !== 1) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot ${name} ${a} and ${b}: a leading dimension that changes between replays must be common to both`,
      );
    }
  }
  if (spans.length === 2 && spans[0].rows !== spans[1].rows) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${name} ${a} and ${b}: their leading dimensions change independently`,
    );
  }
  return lead(spans[0]) as Cell;
}

/** More than four loops: copies of both, spread out, need only one. */
function withContiguous(
  a: Tensor,
  b: Tensor,
  shape: readonly number[],
  op: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  using wideA = a.expand(...shape);
  using wideB = b.expand(...shape);
  using denseA = contiguous(wideA);
  using denseB = contiguous(wideB);
  return op(denseA, denseB);
}

function needF32(name: string, ...tensors: Tensor[]): void {
  for (const t of tensors) {
    if (t.dtype !== "f32") {
      throw new WickError("DTYPE_MISMATCH", `Cannot ${name} ${t}: it takes f32; convert with toF32()`);
    }
  }
}
