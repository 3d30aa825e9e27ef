/**
 * Rows that copy between strided tensors, and convert between dtypes.
 *
 * @module
 */
import { inout, input, type Kernel, type OperandDtype, output } from "../kernel.ts";

const SHAPE = "D0,D1,D2,D3";

/** Elements of so many bits, from strides to strides; only addressed elements of y change. */
function copy(name: string, dtype: OperandDtype): Kernel {
  const strides = (of: string) => Object.fromEntries([0, 1, 2, 3].map((d) => [`${of}${d}`, "i32" as const]));
  return {
    name,
    operands: [input("x", dtype, SHAPE), inout("y", dtype, SHAPE)],
    params: { D1: "i32", D2: "i32", D3: "i32", ...strides("x"), ...strides("y") },
    cells: { D0: "i32" },
    tolerance: 0,
  };
}

/** R * C contiguous elements. */
function cast(name: string, from: OperandDtype, to: OperandDtype, tolerance = 0): Kernel {
  return {
    name,
    operands: [input("x", from, "R,C"), output("y", to, "R,C")],
    params: { C: "i32" },
    cells: { R: "i32" },
    tolerance,
  };
}

export const copy_b64: Kernel = copy("copy_b64", "any");
export const copy_b32: Kernel = copy("copy_b32", "any");
export const copy_b16: Kernel = copy("copy_b16", "any");
export const copy_b8: Kernel = copy("copy_b8", "any");
export const cast_f16_f32: Kernel = cast("cast_f16_f32", "f16", "f32");
export const cast_bf16_f32: Kernel = cast("cast_bf16_f32", "bf16", "f32");
export const cast_i32_f32: Kernel = cast("cast_i32_f32", "i32", "f32", 1e-7);
/** Nearest even. */
export const cast_f32_f16: Kernel = cast("cast_f32_f16", "f32", "f16");
/** Nearest even. */
export const cast_f32_bf16: Kernel = cast("cast_f32_bf16", "f32", "bf16");
