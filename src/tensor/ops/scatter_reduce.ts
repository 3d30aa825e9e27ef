/**
 * Elements folded into places by index: sums, products, means and extremes.
 *
 * @module
 */
import * as rows from "../../device/kernels/indexing.ts";
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { isFloat } from "../dtype.ts";
import { hostTensor } from "../host.ts";
import type { Tensor } from "../tensor.ts";
import { inWide, someHalf } from "./cast.ts";
import { compare, logical, logicalNot, where } from "./compare.ts";
import { diagonalMask } from "./diagonal_mask.ts";
import { filled } from "./fill.ts";
import { folded, gatherAt, type Put, put, scatterAddAt, scatterAt } from "./scatter.ts";

/** What {@linkcode Tensor.scatterReduce} folds by. */
export type ScatterReduction = "sum" | "prod" | "mean" | "amax" | "amin";

/** See {@linkcode Tensor.scatterReduce}. */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduction: ScatterReduction,
  includeSelf: boolean,
): Tensor {
  const fold = reductions[reduction];
  if (!fold) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot scatterReduce by ${reduction}: expected ${Object.keys(reductions).join(", ")}`,
      { param: "reduction" },
    );
  }
  if (someHalf([x, src])) {
    return inWide([x, src], (x, src) => scatterReduce(x, dim, index, src, reduction, includeSelf));
  }
  return put("scatterReduce", x, dim, index, src, fold(includeSelf));
}

const extremes = {
  amax: {
    f32: rows.scatter_amax_f32,
    f64: rows.scatter_amax_f64,
    i32: rows.scatter_amax_i32,
    u32: rows.scatter_amax_u32,
    i64: rows.scatter_amax_i64,
  },
  amin: {
    f32: rows.scatter_amin_f32,
    f64: rows.scatter_amin_f64,
    i32: rows.scatter_amin_i32,
    u32: rows.scatter_amin_u32,
    i64: rows.scatter_amin_i64,
  },
};
const products = {
  f32: rows.scatter_prod_f32,
  f64: rows.scatter_prod_f64,
  i32: rows.scatter_prod_i32,
  u32: rows.scatter_prod_i32,
  i64: rows.scatter_prod_i64,
};

const reductions: Record<ScatterReduction, (includeSelf: boolean) => Put> = {
  sum: (includeSelf) => (x, d, index, src) => {
    using start = includeSelf ? undefined : emptied(x, d, index, 0);
    return scatterAddAt(start ?? x, d, index, src);
  },
  mean: (includeSelf) => (x, d, index, src) => mean(includeSelf, x, d, index, src),
  amax: (includeSelf) => (x, d, index, src) => extreme("amax", includeSelf, x, d, index, src),
  amin: (includeSelf) => (x, d, index, src) => extreme("amin", includeSelf, x, d, index, src),
  prod: (includeSelf) => (x, d, index, src) => product(includeSelf, x, d, index, src),
};

/** x with a value in the places that something is put into. */
function emptied(x: Tensor, d: number, index: Tensor, value: number): Tensor {
  using values = filled(x, value, x.dtype, index.shape, index.rows);
  return scatterAt(x, d, index, values);
}

function mean(includeSelf: boolean, x: Tensor, d: number, index: Tensor, src: Tensor): Tensor {
  if (!isFloat(x.dtype)) {
    throw new WickError("DTYPE_MISMATCH", `Cannot scatterReduce ${x} by mean: it takes floats`);
  }
  using sum = reductions.sum(includeSelf)(x, d, index, src);
  using counts = noGrad(() => {
    using own = takesPart(x, d, index, includeSelf);
    using ones = filled(x, 1, "f32", index.shape, index.rows);
    return scatterAddAt(own, d, index, ones);
  });
  return sum.div(counts);
}

/** 1 where x itself takes part in the result, else 0, as f32. */
function takesPart(x: Tensor, d: number, index: Tensor, includeSelf: boolean): Tensor {
  return noGrad(() => {
    const ones = filled(x, 1, "f32", x.shape, x.rows);
    if (includeSelf) return ones;
    using every = ones;
    return emptied(every, d, index, 0);
  });
}

/** Members that equal the result share its gradient evenly. */
function extreme(
  reduction: "amax" | "amin",
  includeSelf: boolean,
  x: Tensor,
  d: number,
  index: Tensor,
  src: Tensor,
): Tensor {
  const y = noGrad(() => {
    // in place of x, where that does not take part, one of the others: which neither adds nor hides anything
    using start = includeSelf ? undefined : scatterAt(x, d, index, src);
    return folded("scatterReduce", extremes[reduction], start ?? x, d, index, src);
  });
  return track(reduction, y, [x, src], [x, src, y, index], (dy, [x, src, y, index]) => {
    const own = takesPart(x, d, index, includeSelf);
    const { best, chosen } = noGrad(() => ({
      best: where(compare("eq", x, y), own, 0),
      chosen: where(compare("eq", src, gatherAt(y, d, index)), 1, 0),
    }));
    const share = dy.div(noGrad(() => scatterAddAt(best, d, index, chosen)));
    return [best.mul(share), chosen.mul(gatherAt(share, d, index))];
  });
}

/** A member's gradient is the product of the others: right where members are 0, too. */
function product(includeSelf: boolean, x: Tensor, d: number, index: Tensor, src: Tensor): Tensor {
  const y = noGrad(() => {
    using start = includeSelf ? undefined : emptied(x, d, index, 1);
    return folded("scatterReduce", products, start ?? x, d, index, src);
  });
  return track("prod", y, [x, src], [x, src, index], (dy, [x, src, index]) => {
    const gradients = gradientsEnabled() ? composedProductGradients : productGradients;
    return gradients(includeSelf, dy, x, d, index, src);
  });
}

function productGradients(
  includeSelf: boolean,
  dy: Tensor,
  x: Tensor,
  d: number,
  index: Tensor,
  src: Tensor,
): [Tensor, Tensor] {
  const own = takesPart(x, d, index, includeSelf);
  const start = where(compare("ne", own, 0), x, 1);
  const isZero = (t: Tensor) => compare("eq", t, 0);
  const zeros = scatterAddAt(where(isZero(start), 1, 0), d, index, where(isZero(src), 1, 0));
  const others = folded(
    "scatterReduce",
    products,
    where(isZero(start), 1, start),
    d,
    index,
    where(isZero(src), 1, src),
  );
  const without = (member: Tensor, zeros: Tensor, others: Tensor) =>
    where(
      isZero(member),
      where(compare("eq", zeros, 1), others, 0),
      where(isZero(zeros), others.div(where(isZero(member), 1, member)), 0),
    );
  return [
    dy.mul(own).mul(without(start, zeros, others)),
    gatherAt(dy, d, index).mul(without(src, gatherAt(zeros, d, index), gatherAt(others, d, index))),
  ];
}

/**
 * The same of ops, for gradients of gradients: for each place, and each member, a row of all members with 1 for those
 * that it does not take. Takes M (M + N) elements for M indices and N places.
 */
function composedProductGradients(
  includeSelf: boolean,
  dy: Tensor,
  x: Tensor,
  d: number,
  index: Tensor,
  src: Tensor,
): [Tensor, Tensor] {
  const [N, M] = [x.shape[d], index.shape[d]];
  const own = takesPart(x, d, index, includeSelf);
  const [places, members] = [index.transpose(d, -1).unsqueeze(-2), src.transpose(d, -1).unsqueeze(-2)];
  const productOf = (taken: Tensor) => where(taken, members, 1).prod(-1).transpose(d, -1);
  using numbers = hostTensor(x.device, "i32", [N, 1], Array(N).keys());
  using same = diagonalMask("eq", x.device, M, M);
  using different = logicalNot(same);
  const into = compare("eq", places, numbers);
  const others = logical("and", compare("eq", places, places.transpose(-2, -1)), different);
  const start = where(compare("ne", own, 0), x, 1);
  return [
    dy.mul(own).mul(productOf(into)),
    gatherAt(dy, d, index).mul(gatherAt(start, d, index)).mul(productOf(others)),
  ];
}
