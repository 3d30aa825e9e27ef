/**
 * Rows of the copy and cast family.
 *
 * @module
 */
import { inout, input, type Kernel, type OperandDtype, output } from "../kernel.ts";

const strides = {
  x0: "i32",
  x1: "i32",
  x2: "i32",
  x3: "i32",
  y0: "i32",
  y1: "i32",
  y2: "i32",
  y3: "i32",
} as const;

function copy(name: string, dtype: OperandDtype): Kernel {
  return {
    name,
    operands: [input("x", dtype, "D0,D1,D2,D3"), inout("y", dtype, "D0,D1,D2,D3")],
    params: { D1: "i32", D2: "i32", D3: "i32", ...strides },
    cells: { D0: "i32" },
    tolerance: 0,
  };
}

function cast(name: string, from: OperandDtype, to: OperandDtype): Kernel {
  return {
    name,
    operands: [input("x", from, "R,C"), output("y", to, "R,C")],
    params: { C: "i32" },
    cells: { R: "i32" },
    tolerance: 0,
  };
}

/**
 * y[i, j, k, l] = x[i, j, k, l] with strides in elements (x: 0 repeats; either: negative runs back); only the
 * addressed elements of y change. x and y don't overlap. Also for i32.
 */
export const copy_b32: Kernel = copy("copy_b32", "f32");

/** copy_b32 for elements of 2 bytes. */
export const copy_b16: Kernel = copy("copy_b16", "f16");

/** copy_b32 for bytes. */
export const copy_b8: Kernel = copy("copy_b8", "u8");

/** The values of f16, exactly. */
export const cast_f16_f32: Kernel = cast("cast_f16_f32", "f16", "f32");

/** The values of bf16, exactly. */
export const cast_bf16_f32: Kernel = cast("cast_bf16_f32", "bf16", "f32");

/** The nearest f32 of each integer. */
export const cast_i32_f32: Kernel = cast("cast_i32_f32", "i32", "f32");

/** The nearest f16, ties to even; too large becomes infinite. */
export const cast_f32_f16: Kernel = cast("cast_f32_f16", "f32", "f16");

/** The nearest bf16, ties to even. */
export const cast_f32_bf16: Kernel = cast("cast_f32_bf16", "f32", "bf16");
