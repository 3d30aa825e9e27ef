/**
 * Rows that resize two axes (one: H = Ho = 1). A scale is input over output extent, or 1 / factor.
 *
 * @module
 */
import { input, type Kernel, output } from "../kernel.ts";

const params = {
  C: "i32",
  H: "i32",
  W: "i32",
  Ho: "i32",
  Wo: "i32",
  scaleH: "f32",
  scaleW: "f32",
} as const;
const aligned = { ...params, alignCorners: "i32" } as const;

function forward(name: string, params: Kernel["params"], tolerance: number): Kernel {
  const operands = [input("x", "f32", "B,C,H,W"), output("y", "f32", "B,C,Ho,Wo")];
  return {
    name,
    operands,
    params,
    cells: { B: "i32" },
    gradient: [name.replace("_f32", "_backward_f32")],
    tolerance,
  };
}

function backward(name: string, params: Kernel["params"]): Kernel {
  const operands = [input("dy", "f32", "B,C,Ho,Wo"), output("dx", "f32", "B,C,H,W")];
  return {
    name,
    operands,
    params,
    cells: { B: "i32" },
    gradient: [name.replace("_backward", "")],
    tolerance: 1e-6,
  };
}

/** The pixel at floor(h scaleH), floor(w scaleW). */
export const upsample_nearest2d_f32: Kernel = forward("upsample_nearest2d_f32", params, 0);
/** The gradient of upsample_nearest2d_f32. */
export const upsample_nearest2d_backward_f32: Kernel = backward("upsample_nearest2d_backward_f32", params);
/** Four pixels weighed by nearness; with alignCorners the scale is (H - 1) / (Ho - 1), or 0 for one pixel. */
export const upsample_bilinear2d_f32: Kernel = forward("upsample_bilinear2d_f32", aligned, 1e-6);
/** The gradient of upsample_bilinear2d_f32. */
export const upsample_bilinear2d_backward_f32: Kernel = backward("upsample_bilinear2d_backward_f32", aligned);
