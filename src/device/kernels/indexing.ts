/**
 * Rows that take and put elements by index along one dimension of [O, N, I]. Indices outside 0 .. N - 1 read and
 * write nothing; check_index tells the first of them.
 *
 * @module
 */
import {
  inout,
  input,
  type Kernel,
  NO_GRADIENT,
  type OperandDtype,
  output,
  type RowGradient,
} from "../kernel.ts";

/**
 * Where an index is outside 0 .. limit - 1 and not `except`, and fault[0] is 0: fault = (site, its place, its value). So the first
 * that was found stays until somebody reads it (see Faults).
 */
export const check_index: Kernel = {
  name: "check_index",
  operands: [input("index", "i32", "N"), inout("fault", "i32", "3")],
  params: { limit: "i32", site: "i32", except: "i32" },
  cells: { N: "i32" },
  gradient: NO_GRADIENT.indices,
  tolerance: 0,
};

/** y[o, m, i] = x[o, index[m], i], elements of so many bits; all bits set where index[m] is outside. */
function select(name: string, gradient: RowGradient): Kernel {
  return {
    name,
    operands: [input("x", "any", "O,N,I"), input("index", "i32", "M"), output("y", "any", "O,M,I")],
    params: { N: "i32", I: "i32" },
    cells: { O: "i32", M: "i32" },
    gradient,
    tolerance: 0,
  };
}

export const index_select_b8: Kernel = select("index_select_b8", NO_GRADIENT.widened);
export const index_select_b16: Kernel = select("index_select_b16", NO_GRADIENT.widened);
export const index_select_b32: Kernel = select("index_select_b32", ["index_add_f32"]);
export const index_select_b64: Kernel = select("index_select_b64", ["index_add_f64"]);

/** y[o, index[m], i] += src[o, m, i] in the order of m. */
function addRows(dtype: "f32" | "f64" | "i32" | "i64", gradient: RowGradient, tolerance: number): Kernel {
  return {
    name: `index_add_${dtype}`,
    operands: [input("index", "i32", "M"), input("src", dtype, "O,M,I"), inout("y", dtype, "O,N,I")],
    params: { N: "i32", I: "i32" },
    cells: { O: "i32", M: "i32" },
    gradient,
    tolerance,
  };
}

export const index_add_f32: Kernel = addRows("f32", ["index_select_b32"], 1e-6);
export const index_add_f64: Kernel = addRows("f64", ["index_select_b64"], 1e-14);
export const index_add_i32: Kernel = addRows("i32", NO_GRADIENT.whole, 0);
export const index_add_i64: Kernel = addRows("i64", NO_GRADIENT.whole, 0);

const rest: Pick<Kernel, "params" | "cells"> = {
  params: { N: "i32", M: "i32", I: "i32" },
  cells: { O: "i32" },
};

/** y[o, m, i] = x[o, index[o, m, i], i]; all bits set where the index is outside. */
function gather(name: string, gradient: RowGradient): Kernel {
  return {
    name,
    operands: [input("x", "any", "O,N,I"), input("index", "i32", "O,M,I"), output("y", "any", "O,M,I")],
    ...rest,
    gradient,
    tolerance: 0,
  };
}

export const gather_b8: Kernel = gather("gather_b8", NO_GRADIENT.widened);
export const gather_b16: Kernel = gather("gather_b16", NO_GRADIENT.widened);
export const gather_b32: Kernel = gather("gather_b32", ["scatter_add_f32"]);
export const gather_b64: Kernel = gather("gather_b64", ["scatter_add_f64"]);

/** y[o, index[o, m, i], i] = f(y[..], src[o, m, i]) in the order of m. */
function scatter(name: string, dtype: OperandDtype, gradient: RowGradient, tolerance = 0): Kernel {
  return {
    name,
    operands: [input("index", "i32", "O,M,I"), input("src", dtype, "O,M,I"), inout("y", dtype, "O,N,I")],
    ...rest,
    gradient,
    tolerance,
  };
}

/** The last of equals stays. */
export const scatter_b8: Kernel = scatter("scatter_b8", "any", NO_GRADIENT.widened);
export const scatter_b16: Kernel = scatter("scatter_b16", "any", NO_GRADIENT.widened);
export const scatter_b32: Kernel = scatter("scatter_b32", "any", ["scatter_b32_backward"]);
export const scatter_b64: Kernel = scatter("scatter_b64", "any", NO_GRADIENT.widened);
export const scatter_add_f32: Kernel = scatter("scatter_add_f32", "f32", ["gather_b32"], 1e-6);
export const scatter_add_f64: Kernel = scatter("scatter_add_f64", "f64", ["gather_b64"], 1e-14);
export const scatter_add_i32: Kernel = scatter("scatter_add_i32", "i32", NO_GRADIENT.whole);
export const scatter_prod_f32: Kernel = scatter("scatter_prod_f32", "f32", "ops", 1e-6);
export const scatter_prod_f64: Kernel = scatter("scatter_prod_f64", "f64", "ops", 1e-14);
export const scatter_prod_i32: Kernel = scatter("scatter_prod_i32", "i32", NO_GRADIENT.whole);
/** NaN where there is one. */
export const scatter_amax_f32: Kernel = scatter("scatter_amax_f32", "f32", "ops");
/** NaN where there is one. */
export const scatter_amax_f64: Kernel = scatter("scatter_amax_f64", "f64", "ops");
export const scatter_amax_i32: Kernel = scatter("scatter_amax_i32", "i32", NO_GRADIENT.whole);
/** NaN where there is one. */
export const scatter_amin_f32: Kernel = scatter("scatter_amin_f32", "f32", "ops");
/** NaN where there is one. */
export const scatter_amin_f64: Kernel = scatter("scatter_amin_f64", "f64", "ops");
export const scatter_amin_i32: Kernel = scatter("scatter_amin_i32", "i32", NO_GRADIENT.whole);
export const scatter_add_i64: Kernel = scatter("scatter_add_i64", "i64", NO_GRADIENT.whole);
export const scatter_prod_i64: Kernel = scatter("scatter_prod_i64", "i64", NO_GRADIENT.whole);
export const scatter_amax_i64: Kernel = scatter("scatter_amax_i64", "i64", NO_GRADIENT.whole);
export const scatter_amin_i64: Kernel = scatter("scatter_amin_i64", "i64", NO_GRADIENT.whole);
/** Sums and products of u32 are those of i32. */
export const scatter_amax_u32: Kernel = scatter("scatter_amax_u32", "u32", NO_GRADIENT.whole);
export const scatter_amin_u32: Kernel = scatter("scatter_amin_u32", "u32", NO_GRADIENT.whole);

/**
 * The gradients of scatter_b32: y is dy on entry, that of the scattered-into tensor afterwards (0 where
 * something was put); dsrc is dy where an element of src was put last, else 0.
 */
export const scatter_b32_backward: Kernel = {
  name: "scatter_b32_backward",
  operands: [input("index", "i32", "O,M,I"), inout("y", "any", "O,N,I"), output("dsrc", "any", "O,M,I")],
  ...rest,
  gradient: ["scatter_b32_backward", "scatter_b32"],
  tolerance: 0,
};
