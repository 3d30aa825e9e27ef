/**
 * Conversions between dtypes.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/cast.ts";
import * as dense from "../../device/kernels/copy.ts";
import { WickError } from "../../error.ts";
import { making } from "../as_op.ts";
import { noGrad, track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { checkPlain, type Dtype, isFloat, isHalf, isPlain, type PlainDtype } from "../dtype.ts";
import { promote } from "../promote.ts";
import { Tensor } from "../tensor.ts";
import { contiguous, same } from "./view.ts";
import { walked } from "./walk.ts";

/** Conversions of one row. bool reads as u8: its bytes are 0 and 1; u32 as i32, and i32 as u32, where low bits do. */
const walks: Partial<Record<PlainDtype, Partial<Record<PlainDtype, Kernel>>>> = {
  f32: {
    f64: rows.cast_f32_f64,
    i64: rows.cast_f32_i64,
    i32: rows.cast_f32_i32,
    u32: rows.cast_f32_u32,
    u8: rows.cast_f32_u8,
    bool: rows.cast_f32_bool,
    f8e4m3: rows.cast_f32_f8e4m3,
  },
  f64: {
    f32: rows.cast_f64_f32,
    i64: rows.cast_f64_i64,
    i32: rows.cast_f64_i32,
    u32: rows.cast_f64_u32,
    bool: rows.cast_f64_bool,
  },
  i64: {
    f64: rows.cast_i64_f64,
    f32: rows.cast_i64_f32,
    i32: rows.cast_i64_i32,
    u32: rows.cast_i64_i32,
    bool: rows.cast_i64_bool,
  },
  i32: {
    f64: rows.cast_i32_f64,
    i64: rows.cast_i32_i64,
    i16: rows.cast_i32_i16,
    u8: rows.cast_i32_u8,
    bool: rows.cast_i32_bool,
  },
  u32: {
    f64: rows.cast_u32_f64,
    f32: rows.cast_u32_f32,
    i64: rows.cast_u32_i64,
    i16: rows.cast_i32_i16,
    u8: rows.cast_i32_u8,
    bool: rows.cast_i32_bool,
  },
  i16: { i32: rows.cast_i16_i32, u32: rows.cast_i16_i32 },
  u8: { i32: rows.cast_u8_i32, u32: rows.cast_u8_i32, f32: rows.cast_u8_f32 },
  bool: { i32: rows.cast_u8_i32, u32: rows.cast_u8_i32, f32: rows.cast_u8_f32 },
  f8e4m3: { f32: rows.cast_f8e4m3_f32 },
};

/** Those whose rows want contiguous elements. */
const contiguousWalks: typeof walks = {
  f16: { f32: dense.cast_f16_f32 },
  bf16: { f32: dense.cast_bf16_f32 },
  i32: { f32: dense.cast_i32_f32 },
  f32: { f16: dense.cast_f32_f16, bf16: dense.cast_f32_bf16 },
};

/**
 * The elements as another dtype; a handle on the same where it is that already. Its gradient is converted back;
 * integers and bools have none.
 */
export function cast(x: Tensor, dtype: PlainDtype): Tensor {
  const from = x.dtype;
  if (from === dtype) return same(x);
  checkPlain(`convert ${x} to`, dtype);
  if (!isPlain(from)) {
    throw new WickError("DTYPE_MISMATCH", `Cannot convert ${x} to ${dtype}: dequantize it first`);
  }
  const y = noGrad(() => {
    const next = isDirect(from, dtype) ? dtype : hub(from, dtype);
    const step = convert(x, from, next);
    if (next === dtype) return step;
    using between = step;
    return cast(between, dtype);
  });
  return isFloat(dtype) ? track(`to ${dtype}`, y, [x], [], (dy) => [cast(dy, from)]) : y;
}

/** A gradient as the dtype of what it is one of. */
export function castLike(gradient: Tensor, { dtype }: { readonly dtype: Dtype }): Tensor {
  return gradient.dtype === dtype ? gradient : cast(gradient, dtype as PlainDtype);
}

/** An op in f32, its result in x's dtype: for f16 and bf16. */
export function throughF32(x: Tensor, op: (x: Tensor) => Tensor): Tensor {
  using converted = cast(x, "f32");
  using y = op(converted);
  return cast(y, x.dtype as PlainDtype);
}

/** Whether some are f16 or bf16: ops that have no rows for these go by {@linkcode inWide}. */
export function someHalf(tensors: readonly (Tensor | null)[]): boolean {
  return tensors.some((t) => t && isHalf(t.dtype));
}

/** An op of several tensors in f32, or in f64 where one is that; its result in what they promote to. */
export function inWide<Inputs extends (Tensor | null)[]>(
  inputs: [...Inputs],
  op: (...inputs: Inputs) => Tensor,
): Tensor {
  const dtype = inputs.filter((t) => t !== null).map((t) => t.dtype).reduce((a, b) =>
    promote(a, b, "convert")
  );
  const wide = inputs.map((t) => t && cast(t, dtype === "f64" ? dtype : "f32"));
  using y = op(...wide as unknown as Inputs);
  for (const t of wide) t?.dispose();
  return cast(y, dtype as PlainDtype);
}

function isDirect(from: PlainDtype, to: PlainDtype): boolean {
  return walks[from]?.[to] !== undefined || contiguousWalks[from]?.[to] !== undefined ||
    sameBits[from] === to;
}

/** Pairs whose elements have the same bits: a copy converts them. */
const sameBits: Partial<Record<PlainDtype, PlainDtype>> = { bool: "u8", i32: "u32", u32: "i32" };

/** What comes between a pair without a row: every value of interest passes through it unharmed. */
function hub(from: PlainDtype, to: PlainDtype): PlainDtype {
  switch (from) {
    case "f16":
    case "bf16":
    case "f8e4m3":
      return "f32";
    case "f64":
      return to === "u8" ? "i64" : isFloat(to) ? "f32" : "i32";
    case "f32":
    case "i16":
      return "i32";
    default:
      return isFloat(to) && to !== "f64" ? "f32" : "i32";
  }
}

/** A conversion of one row. */
function convert(x: Tensor, from: PlainDtype, to: PlainDtype): Tensor {
  const row = walks[from]?.[to];
  if (row) return walked(`convert to ${to}`, row, [x], to);
  const kernel = contiguousWalks[from]?.[to];
  if (!kernel) return copied(x, to);
  using flat = x.contiguous();
  const y = result("to", [flat], to, x.shape, x.rows);
  run(kernel, [flat, y], [x.shape.at(-1) ?? 1], [rowCount(flat)]);
  return y;
}

/** A copy as what has the same bits: what is written into it must not reach x. */
function copied(x: Tensor, to: PlainDtype): Tensor {
  using seen = seenAs(x, to);
  return contiguous(seen);
}

/** The same memory as elements of another dtype of that width. */
export function seenAs(x: Tensor, dtype: PlainDtype): Tensor {
  const { shape, strides, offset, rows, scope } = x;
  return making(new Tensor(x.storage.retain(), dtype, shape, { strides, offset, rows, scope }));
}
