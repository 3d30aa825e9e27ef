/**
 * The median, as PyTorch has it: of an even number of elements the lower one of the middle two.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { noGrad, track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { isFloat, isHalf } from "../dtype.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { fixedDimension } from "./along_last.ts";
import { cast } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { filled } from "./fill.ts";
import { gatherAt } from "./scatter.ts";
import { type Indexed, sort } from "./sort.ts";
import { same } from "./view.ts";

/** The median of all elements: NaN where there is one, or none. Elements equal to it share the gradient evenly. */
export function medianOfAll(x: Tensor): Tensor {
  const y = noGrad(() => {
    if (x.size === 0 && isFloat(x.dtype)) return filled(x, NaN, x.dtype, []);
    using flat = x.reshape(-1);
    const { values, indices } = medianAlong(flat, 0, false);
    indices.dispose();
    return values;
  });
  return track("median", y, [x], [x, y], (dy, [x, y]) => {
    const isMedian = where(compare("eq", y, y), compare("eq", x, y), x.isNan());
    const shares = where(isMedian, constant(x.device, 1, x.dtype), 0);
    return [shares.mul(dy).div(shares.sum())];
  });
}

/** The median along `dim`, NaN where there is one, and its index: of equals the one that sorting puts there. */
export function medianAlong(x: Tensor, dim: number, keepDim: boolean): Indexed {
  const d = fixedDimension("median", x, dim);
  const n = x.shape[d];
  if (n === 0) {
    throw new WickError("SHAPE_MISMATCH", `Cannot median dimension ${dim} of ${show(x.shape)}: it is empty`);
  }
  const indices = noGrad(() => middles(x, d, n));
  const values = gatherAt(x, d, indices);
  return keepDim ? { values, indices } : { values: dropped(values, d), indices: dropped(indices, d) };
}

/** Where medians stand, with extent 1 along `d`: where there is NaN, the first of it, which sorting puts last. */
function middles(x: Tensor, d: number, n: number): Tensor {
  using keys = sortable(x);
  const { values, indices } = sort(keys, d, false);
  using sorted = values;
  using order = indices;
  using middle = order.narrow(d, (n - 1) >> 1, 1);
  if (!isFloat(keys.dtype)) return middle.contiguous();
  using largest = sorted.narrow(d, n - 1, 1);
  using isNaN = largest.isNan();
  using first = keys.argmax(d, true);
  return where(isNaN, first, middle);
}

/** The same order in a dtype that has rows for it. */
function sortable(x: Tensor): Tensor {
  if (isHalf(x.dtype)) return cast(x, "f32");
  if (x.dtype === "u8" || x.dtype === "i16") return cast(x, "i32");
  if (["f32", "f64", "i32", "u32", "i64"].includes(x.dtype)) return same(x);
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot median ${x}: it takes f64, f32, f16, bf16 and integers; convert with to()`,
  );
}

function dropped(t: Tensor, d: number): Tensor {
  using kept = t;
  return kept.squeeze(d);
}
