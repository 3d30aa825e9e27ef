/**
 * The share of classes that are named rightly.
 *
 * @module
 */
import { checkKeys, type KeysOf } from "../check_keys.ts";
import { WickError } from "../error.ts";
import { asOp } from "../tensor/as_op.ts";
import { noGrad } from "../tensor/autograd.ts";
import { isHalf } from "../tensor/dtype.ts";
import { cast } from "../tensor/ops/cast.ts";
import { type ClassOptions, classRows } from "../tensor/ops/classes.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Options of {@linkcode accuracy}. */
export interface AccuracyOptions extends Pick<ClassOptions, "classDim" | "ignoreIndex"> {
  /** How many of the best classes count as named, from 1 to the number of classes [1]. */
  topK?: number;
}

const names: KeysOf<AccuracyOptions> = { classDim: true, ignoreIndex: true, topK: true };

/**
 * The share of targets that are among the classes of the largest logits, from 0 to 1, f32 of no dimension: logits and
 * targets of whole numbers in the shapes that {@linkcode crossEntropy} takes. Targets that are `ignoreIndex` count
 * neither way; where none count it is NaN. Of equal logits the lower class is the better one. It records no gradient.
 *
 * The accuracy of a whole data set is the mean over its batches, weighted by their targets.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { accuracy, tensor } from "@wick/wick";
 * using logits = tensor([[3, 1, 2], [0, 2, 1]]);
 * using targets = tensor([0, 2], { dtype: "i32" });
 * equal(await accuracy(logits, targets).item(), 0.5);
 * equal(await accuracy(logits, targets, { topK: 2 }).item(), 1);
 * ```
 *
 * @throws WickError SHAPE_MISMATCH; INVALID_ARGUMENT for another topK; INDEX_OUT_OF_RANGE where a target is outside
 * 0 .. V - 1 and not `ignoreIndex`
 */
export function accuracy(logits: Tensor, targets: Tensor, options: AccuracyOptions = {}): Tensor {
  checkKeys("take accuracy", options, names);
  return asOp("accuracy", () => noGrad(() => share(logits, targets, options)));
}

function share(logits: Tensor, targets: Tensor, options: AccuracyOptions): Tensor {
  if (isHalf(logits.dtype)) {
    using wide = cast(logits, "f32");
    return share(wide, targets, options);
  }
  const { topK = 1, ignoreIndex = -100 } = options;
  using given = classRows("accuracy", logits, targets, options);
  const classes = given.rows.shape[1];
  if (!(Number.isInteger(topK) && topK >= 1 && topK <= classes)) {
    const message =
      `Cannot take accuracy of ${logits}: topK must be an integer in 1..${classes}, got ${topK}`;
    throw new WickError("INVALID_ARGUMENT", message, { param: "topK" });
  }
  using counts = given.targets.ne(ignoreIndex);
  using counted = counts.to("f32");
  using hits = hitsOf(given.rows, given.targets, topK);
  using right = hits.mul(counted);
  using sum = right.sum();
  using all = counted.sum();
  return sum.div(all);
}

/** 1 where the target [T] is among the best classes of its row, else 0; f32. */
function hitsOf(rows: Tensor, targets: Tensor, topK: number): Tensor {
  using best = bestOf(rows, topK);
  using column = targets.unsqueeze(1);
  using same = best.eq(column);
  using hits = same.to("f32");
  return hits.sum(1);
}

/** The classes of the largest values of each row, [T, topK]. */
function bestOf(rows: Tensor, topK: number): Tensor {
  if (topK === 1) return rows.argmax(-1, true); // which every device has
  const { values, indices } = rows.topK(topK, -1);
  values.dispose();
  return indices;
}
