/**
 * Rows that convert between dtypes: y is contiguous [D0, D1, D2, D3], x is read through four strides in elements. The
 * conversions of f16, bf16 and i32 that a GPU has too are in copy.ts. A pair without a row goes by way of others
 * (src/tensor/ops/cast.ts).
 *
 * @module
 */
import { type Kernel, NO_GRADIENT, type OperandDtype, type RowGradient } from "../kernel.ts";
import { unary } from "./elementwise.ts";

function cast(from: OperandDtype, to: OperandDtype, tolerance = 0): Kernel {
  return { ...unary(`cast_${from}_${to}`, tolerance, {}, from, to), gradient: castBack(from, to) };
}

/** Between floats the conversion back. */
export function castBack(from: OperandDtype, to: OperandDtype): RowGradient {
  return from.includes("f") && to.includes("f") ? [`cast_${to}_${from}`] : NO_GRADIENT.whole;
}

export const cast_f32_f64: Kernel = cast("f32", "f64");
/** Toward zero; NaN gives 0, values out of range the nearest end. */
export const cast_f32_i64: Kernel = cast("f32", "i64");
/** As cast_f32_i64. */
export const cast_f32_i32: Kernel = cast("f32", "i32");
/** The low byte of the i64. */
export const cast_f32_u8: Kernel = cast("f32", "u8");
/** 1 for all but 0; also for NaN. */
export const cast_f32_bool: Kernel = cast("f32", "bool");
/** Nearest even; values past 448 give 448. */
export const cast_f32_f8e4m3: Kernel = cast("f32", "f8e4m3");
export const cast_f64_f32: Kernel = cast("f64", "f32");
/** As cast_f32_i64. */
export const cast_f64_i64: Kernel = cast("f64", "i64");
/** As cast_f32_i64. */
export const cast_f64_i32: Kernel = cast("f64", "i32");
export const cast_f64_bool: Kernel = cast("f64", "bool");
export const cast_i64_f64: Kernel = cast("i64", "f64");
export const cast_i64_f32: Kernel = cast("i64", "f32");
/** The low 32 bits. */
export const cast_i64_i32: Kernel = cast("i64", "i32");
export const cast_i64_bool: Kernel = cast("i64", "bool");
export const cast_i32_f64: Kernel = cast("i32", "f64");
export const cast_i32_i64: Kernel = cast("i32", "i64");
/** The low 16 bits. */
export const cast_i32_i16: Kernel = cast("i32", "i16");
/** The low 8 bits. */
export const cast_i32_u8: Kernel = cast("i32", "u8");
export const cast_i32_bool: Kernel = cast("i32", "bool");
/** To 16 and 8 bits, i32 and bool, u32 goes by i32's rows. */
export const cast_u32_f64: Kernel = cast("u32", "f64");
export const cast_u32_f32: Kernel = cast("u32", "f32");
export const cast_u32_i64: Kernel = cast("u32", "i64");
/** As cast_f32_i64. */
export const cast_f32_u32: Kernel = cast("f32", "u32");
/** As cast_f32_i64. */
export const cast_f64_u32: Kernel = cast("f64", "u32");
export const cast_i16_i32: Kernel = cast("i16", "i32");
/** Also of bool. */
export const cast_u8_i32: Kernel = cast("u8", "i32");
/** Also of bool. */
export const cast_u8_f32: Kernel = cast("u8", "f32");
export const cast_f8e4m3_f32: Kernel = cast("f8e4m3", "f32");
