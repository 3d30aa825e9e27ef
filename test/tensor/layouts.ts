/**
 * The same numbers in memory in several ways.
 *
 * @module
 */
import { type Device, type Scope, type Tensor, tensor } from "../../mod.ts";

/** Numbers with a shape, in float64. */
export interface Values {
  data: Float64Array;
  shape: readonly number[];
}

/** As it comes, turned around with gaps between elements, cut out of longer rows, one entry again and again. */
export const layouts = ["dense", "transposed", "narrowed", "repeated"] as const;

/** How a tensor lies in memory. */
export type Layout = typeof layouts[number];

/** What a tensor is made of, and where. */
interface Made {
  device?: Device;
  dtype?: "f32" | "f64" | "i32";
}

const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array };

/** A tensor of `values` in a layout: all but the dense are views of memory that holds more. */
export function laidOut(
  { data, shape }: { data: ArrayLike<number>; shape: readonly number[] },
  layout: Layout,
  own: Scope,
  { device, dtype = "f32" }: Made = {},
): Tensor {
  const lie = (numbers: ArrayLike<number>, shape: readonly number[]) =>
    tensor(arrays[dtype].from(numbers), { shape, device, scope: own });
  if (layout === "dense" || data.length === 0 || shape.length === 0) return lie(data, shape);
  if (layout === "repeated") {
    const entry = Array.from(data).slice(0, data.length / shape[0]);
    return lie(entry, shape.with(0, 1)).expand(...shape);
  }
  const gap = dtype === "i32" ? -1 : NaN;
  if (layout === "narrowed") {
    const last = shape[shape.length - 1];
    const wide = new Array(data.length / last * (last + 3)).fill(gap);
    for (let i = 0; i < data.length; i++) wide[Math.floor(i / last) * (last + 3) + 2 + i % last] = data[i];
    return lie(wide, [...shape.slice(0, -1), last + 3]).narrow(-1, 2, last);
  }
  const turned = shape.toReversed();
  const strides = contiguous(turned).toReversed();
  const apart = new Array(2 * data.length).fill(gap);
  for (let i = 0; i < data.length; i++) {
    apart[2 * at(i, shape).reduce((sum, x, d) => sum + x * strides[d], 0) + 1] = data[i];
  }
  const odd = lie(apart, [...turned, 2]).narrow(-1, 1, 1).squeeze(-1);
  return odd.permute(...shape.map((_, d) => shape.length - 1 - d));
}

/** The indices of element `i`. */
export function at(i: number, shape: readonly number[]): number[] {
  return contiguous(shape).map((s, d) => Math.floor(i / s) % shape[d]);
}

function contiguous(shape: readonly number[]): number[] {
  return shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
}
